"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const audio = byId("audio");
  const lines = byId("lines");
  const items = [...lines.querySelectorAll("li")];
  const parts = [...lines.querySelectorAll("details.part")];
  const starts = items.map((item) => Number(item.dataset.s));
  const ends = items.map((item) => Number(item.dataset.e));

  // Hearing: every element that carries a time takes the player there.
  const timeline = byId("timeline");
  const playhead = byId("playhead");
  const lengthMs = Number(document.body.dataset.ms) || Math.max(1, ...ends);
  let playable = Boolean(audio);
  const seek = (ms) => {
    if (!playable) return;
    audio.currentTime = ms / 1000;
    audio.play().catch(() => {});
  };
  const reveal = (id) => {
    const target = byId(id);
    if (!target) return;
    for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    const own = target.querySelector(":scope > details");
    if (own) own.open = true;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link) {
      reveal(link.getAttribute("href").slice(1));
      if (link.dataset.t !== undefined) seek(Number(link.dataset.t));
      return;
    }
    if (timeline && timeline.contains(event.target)) {
      const box = timeline.getBoundingClientRect();
      seek(((event.clientX - box.left) / box.width) * lengthMs);
      return;
    }
    const line = event.target.closest("#lines li");
    if (line && playable && getSelection().isCollapsed) seek(Number(line.dataset.s));
  });

  // The line being spoken: the last one that has begun, while it lasts.
  let lit = null;
  const light = () => {
    const now = audio.currentTime * 1000;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= now) low = middle + 1;
      else high = middle;
    }
    const at = low - 1;
    const next = at >= 0 && now < ends[at] + 400 ? items[at] : null;
    if (next !== lit) {
      if (lit) {
        lit.classList.remove("now");
        lit.removeAttribute("aria-current");
      }
      if (next) {
        next.classList.add("now");
        next.setAttribute("aria-current", "true");
      }
      lit = next;
    }
    const x = `${Math.min(100, (now / lengthMs) * 100)}%`;
    playhead.setAttribute("x1", x);
    playhead.setAttribute("x2", x);
    playhead.setAttribute("visibility", "visible");
  };
  if (audio) {
    audio.addEventListener("timeupdate", light);
    audio.addEventListener("seeked", light);
    const missing = () => {
      playable = false;
      audio.hidden = true;
      byId("missing").hidden = false;
    };
    audio.addEventListener("error", missing);
    if (audio.error) missing();
  }

  // Search and filters.
  const tools = document.querySelector(".tools");
  tools.hidden = false;
  tools.addEventListener("submit", (event) => event.preventDefault());
  const search = byId("search");
  const found = byId("found");
  const texts = items.map((item) => item.querySelector("p > span").textContent.toLocaleLowerCase());
  const chosen = (name) => {
    const boxes = [...tools.querySelectorAll(`input[name=${name}]`)];
    return boxes.length && boxes.some((box) => !box.checked)
      ? new Set(boxes.filter((box) => box.checked).map((box) => box.value))
      : null;
  };
  const HIGHLIGHTS_MAX = 500;
  const paint = (wanted, shown) => {
    if (!CSS.highlights) return;
    CSS.highlights.delete("found");
    if (!wanted) return;
    const ranges = [];
    for (const at of shown.slice(0, HIGHLIGHTS_MAX)) {
      const node = items[at].querySelector("p > span").firstChild;
      const from = node ? node.data.toLocaleLowerCase().indexOf(wanted) : -1;
      if (from < 0 || from + wanted.length > node.length) continue;
      const range = new Range();
      range.setStart(node, from);
      range.setEnd(node, from + wanted.length);
      ranges.push(range);
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  };
  const sift = () => {
    const wanted = search.value.trim().toLocaleLowerCase();
    const speakers = chosen("speaker");
    const kinds = chosen("kind");
    const shown = [];
    let at = 0;
    for (const part of parts) {
      const kindOk = !kinds || kinds.has(part.dataset.k);
      let any = false;
      for (const item of part.lastElementChild.children) {
        const ok =
          kindOk && (!speakers || speakers.has(item.dataset.w)) && (!wanted || texts[at].includes(wanted));
        if (item.hidden === ok) item.hidden = !ok;
        if (ok) {
          any = true;
          shown.push(at);
        }
        at += 1;
      }
      part.hidden = !any;
      if (any && wanted) part.open = true;
    }
    paint(wanted, shown);
    found.textContent =
      wanted || speakers || kinds ? `${shown.length} of ${items.length} ${items.length === 1 ? "line" : "lines"}` : "";
  };
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(sift, 120);
  });
  tools.addEventListener("change", sift);
  const fold = byId("fold");
  fold.addEventListener("click", () => {
    const folded = fold.getAttribute("aria-pressed") !== "true";
    fold.setAttribute("aria-pressed", String(folded));
    for (const part of parts) if (part.dataset.k === "business") part.open = !folded;
  });

  // Keys: "/" searches, arrows walk from line to line.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input, textarea, select, audio");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      search.focus();
    }
    const line = event.target.closest("#lines li");
    if (line && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      let at = items.indexOf(line) + step;
      while (items[at] && (items[at].hidden || !items[at].closest("details").open)) at += step;
      if (items[at]) {
        event.preventDefault();
        items[at].querySelector(".time").focus();
      }
    }
  });

  // On paper everything is unfolded, and afterwards as it was.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const box of closed) box.open = true;
  });
  addEventListener("afterprint", () => {
    for (const box of closed) box.open = false;
  });

  if (location.hash) reveal(location.hash.slice(1));
})();
