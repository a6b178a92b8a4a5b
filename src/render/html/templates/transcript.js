// The transcript: search, filters, folding, the outline.

const parts = [...byId("lines").querySelectorAll("details.part")];
const texts = lines.map((line) => line.querySelector("p > span").textContent.toLocaleLowerCase());
const tools = document.querySelector(".tools");
const search = byId("search");
const HIGHLIGHTS_MAX = 500;
const TYPING_MS = 120;

/** Values of the ticked boxes of this name, or null where all are ticked. */
const chosen = (name) => {
  const boxes = [...tools.querySelectorAll(`input[name=${name}]`)];
  if (boxes.every((box) => box.checked)) return null;
  return new Set(boxes.filter((box) => box.checked).map((box) => box.value));
};

/** Marks what was searched for in the lines that are shown. */
const paint = (wanted, shown) => {
  if (!CSS.highlights) return;
  CSS.highlights.delete("found");
  if (!wanted) return;
  const ranges = [];
  for (const at of shown.slice(0, HIGHLIGHTS_MAX)) {
    const node = lines[at].querySelector("p > span").firstChild;
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
    for (const line of part.lastElementChild.children) {
      const ok = kindOk && (!speakers || speakers.has(line.dataset.w)) && (!wanted || texts[at].includes(wanted));
      if (line.hidden === ok) line.hidden = !ok;
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
  const sifted = wanted || speakers || kinds;
  byId("found").textContent = sifted ? `${shown.length} of ${lines.length} ${lines.length === 1 ? "line" : "lines"}` : "";
};

/** Takes search and filters back. */
const showAll = () => {
  search.value = "";
  for (const box of tools.querySelectorAll("input[type=checkbox]")) box.checked = true;
  sift();
};

const LINE_REM = 2;
for (const part of parts) {
  part.style.containIntrinsicBlockSize = `auto ${2 + part.lastElementChild.children.length * LINE_REM}rem`;
}

tools.hidden = false;
tools.addEventListener("submit", (event) => event.preventDefault());
tools.addEventListener("change", sift);
let typing = 0;
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(sift, TYPING_MS);
});

byId("fold").hidden = !parts.some((part) => part.dataset.k === "business");
byId("fold").addEventListener("click", () => {
  const folded = byId("fold").getAttribute("aria-pressed") !== "true";
  byId("fold").setAttribute("aria-pressed", String(folded));
  for (const part of parts) if (part.dataset.k === "business") part.open = !folded;
});

// The outline shows which part is being read.
const outline = document.querySelector(".outline");
if (outline) {
  const entries = [...outline.querySelectorAll("li")];
  let here = null;
  const watch = new IntersectionObserver(
    (seen) => {
      const top = seen.filter((one) => one.isIntersecting).map((one) => parts.indexOf(one.target));
      if (!top.length) return;
      if (here) here.classList.remove("here");
      here = entries[Math.min(...top)];
      here.classList.add("here");
    },
    { rootMargin: "-20% 0px -70% 0px" },
  );
  for (const part of parts) watch.observe(part);
}

// On paper everything is unfolded, and afterwards as it was.
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const box of closed) box.open = true;
});
addEventListener("afterprint", () => {
  for (const box of closed) box.open = false;
});
