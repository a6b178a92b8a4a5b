// Keys: "/" searches, Space plays, arrows walk from line to line; the transcript is one stop for the tab key.

const times = lines.map((line) => line.querySelector(".time"));
let stop = 0;
times.forEach((time, at) => time.setAttribute("tabindex", at === 0 ? "0" : "-1"));
byId("lines").addEventListener("focusin", (event) => {
  const at = lines.indexOf(event.target.closest("li"));
  if (at < 0 || at === stop) return;
  times[stop].setAttribute("tabindex", "-1");
  times[at].setAttribute("tabindex", "0");
  stop = at;
});

const shownFrom = (at, step) => {
  while (lines[at] && (lines[at].hidden || !lines[at].closest("details").open)) at += step;
  return at;
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const busy = event.target.closest("input, textarea, select, button, summary");
  const line = event.target.closest("#lines li");
  if (event.key === "/" && !busy) {
    event.preventDefault();
    search.focus();
  } else if (event.key === " " && !busy && playable) {
    event.preventDefault();
    toggle();
  } else if (event.key === "Escape" && event.target === search) {
    showAll();
  } else if (event.key === "ArrowDown" && event.target === search) {
    event.preventDefault();
    times[shownFrom(0, 1)]?.focus();
  } else if (line && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const step = event.key === "ArrowDown" ? 1 : -1;
    const at = shownFrom(lines.indexOf(line) + step, step);
    if (!lines[at]) return;
    event.preventDefault();
    times[at].focus();
  }
});
document.querySelector(".keys").hidden = false;

if (location.hash) reveal(location.hash.slice(1));
