// The timeline: marks that say what they are, a moment under the pointer, zoom. And links that lead anywhere on the page.

const stage = byId("timeline");
const ZOOM_MAX = 16;

/** Opens whatever hides the element. */
const reveal = (id) => {
  const target = byId(id);
  if (!target) return;
  for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  const own = target.querySelector(":scope > details");
  if (own) own.open = true;
  if (target.matches("#lines li") && target.hidden) showAll();
};

const momentAt = (event) => {
  const box = stage.getBoundingClientRect();
  return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * callMs;
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (link) {
    reveal(link.getAttribute("href").slice(1));
    if (link.dataset.t !== undefined) seek(Number(link.dataset.t));
  } else if (stage.contains(event.target)) {
    seek(momentAt(event));
  } else {
    const line = event.target.closest("#lines li");
    if (line && getSelection().isCollapsed) seek(Number(line.dataset.s));
  }
});

// One stop for the tab key; arrows go from mark to mark in the order of time.
const marks = [...stage.querySelectorAll("a.go")].sort((a, b) => a.dataset.t - b.dataset.t);
const stopAt = (mark) => {
  for (const other of marks) other.setAttribute("tabindex", other === mark ? "0" : "-1");
};
if (marks.length) stopAt(marks[0]);
stage.addEventListener("keydown", (event) => {
  const at = marks.indexOf(event.target.closest("a.go"));
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: marks.length - 1 }[event.key];
  if (at < 0 || !marks[to]) return;
  event.preventDefault();
  stopAt(marks[to]);
  marks[to].focus();
});

const tip = document.createElement("div");
tip.id = "tip";
tip.hidden = true;
tip.setAttribute("aria-hidden", "true");
document.body.append(tip);
const tell = (link) => {
  tip.hidden = !link;
  if (!link) return;
  tip.textContent = link.getAttribute("aria-label");
  const box = link.getBoundingClientRect();
  const middle = Math.min(Math.max(box.left, 0) / 2 + Math.min(box.right, innerWidth) / 2, innerWidth);
  const left = Math.min(Math.max(middle - tip.offsetWidth / 2, 8), innerWidth - tip.offsetWidth - 8);
  tip.style.left = `${Math.max(left, 8)}px`;
  tip.style.top = `${box.top > tip.offsetHeight + 12 ? box.top - tip.offsetHeight - 8 : box.bottom + 8}px`;
};
stage.addEventListener("pointerover", (event) => tell(event.target.closest("a")));
stage.addEventListener("focusin", (event) => tell(event.target.closest("a")));
for (const name of ["pointerleave", "focusout"]) stage.addEventListener(name, () => tell(null));
addEventListener("scroll", () => tell(null), { passive: true });

const cursor = byId("cursor");
stage.addEventListener("pointermove", (event) => {
  if (event.pointerType === "touch") return;
  const now = momentAt(event);
  cursor.hidden = false;
  cursor.style.left = `${(now / callMs) * 100}%`;
  cursor.firstElementChild.textContent = clock(now);
});
stage.addEventListener("pointerleave", () => {
  cursor.hidden = true;
});

// Zoom keeps the middle of the window where it is.
const view = byId("window");
let zoom = 1;
const zoomTo = (wanted) => {
  const middle = (view.scrollLeft + view.clientWidth / 2) / stage.offsetWidth;
  zoom = Math.min(Math.max(wanted, 1), ZOOM_MAX);
  stage.style.width = `${zoom * 100}%`;
  view.scrollLeft = middle * stage.offsetWidth - view.clientWidth / 2;
  byId("zoom-out").disabled = zoom === 1;
  byId("zoom-in").disabled = zoom === ZOOM_MAX;
};
byId("zoom-in").addEventListener("click", () => zoomTo(zoom * 2));
byId("zoom-out").addEventListener("click", () => zoomTo(zoom / 2));
byId("zoom-in").parentElement.hidden = false;
byId("zoom-out").disabled = true;
