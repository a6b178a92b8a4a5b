"use strict";
// The list of calls: search, filters, and sorting by the head of each column.

const byId = (id) => document.getElementById(id);
const tools = document.querySelector(".tools");
const body = byId("rows");

if (body) {
  // Laid out at once, and added by each press of the button.
  const PAGE = 200;
  const rows = [...body.rows, ...(byId("rest")?.content.children ?? [])];
  const heads = [...document.querySelectorAll("thead th[data-key]")];
  const more = byId("more");
  const TEXTS = new Set(["date", "call", "driver"]);
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  let fitting = rows;
  let ordered = rows;
  let texts = null;

  const value = (row, key) => {
    if (key === "call") return row.querySelector(".call").textContent;
    if (key === "driver") return row.querySelector(".driver").textContent;
    return TEXTS.has(key) ? row.dataset[key] : Number(row.dataset[key]);
  };

  const count = (number) => `${number} ${number === 1 ? "call" : "calls"}`;

  const told = () => {
    if (!more) return;
    const shown = body.rows.length;
    more.hidden = shown === fitting.length;
    more.nextElementSibling.textContent = more.hidden ? "" : `${shown} of ${count(fitting.length)}`;
  };

  const show = () => {
    body.replaceChildren(...fitting.slice(0, PAGE));
    told();
  };

  const sift = () => {
    const wanted = byId("search").value.trim().toLocaleLowerCase();
    const client = byId("client")?.value ?? "";
    const boxes = [...tools.querySelectorAll("input[name=verdict]")];
    const verdicts = boxes.every((box) => box.checked)
      ? null
      : new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    if (wanted) texts ??= new Map(rows.map((row) => [row, row.textContent.toLocaleLowerCase()]));
    fitting = ordered.filter(
      (row) =>
        (!wanted || texts.get(row).includes(wanted)) &&
        (!client || row.dataset.client === client) &&
        (!verdicts || verdicts.has(row.dataset.verdict)),
    );
    const sifted = wanted || client || verdicts;
    byId("found").textContent = sifted ? `${fitting.length} of ${count(rows.length)}` : "";
    show();
  };

  const sortBy = (key, down) => {
    const sign = down ? -1 : 1;
    const compare = TEXTS.has(key) ? collator.compare : (a, b) => a - b;
    const keyed = rows.map((row) => [value(row, key), row]);
    keyed.sort((a, b) => sign * compare(a[0], b[0]));
    ordered = keyed.map(([, row]) => row);
    for (const head of heads) {
      if (head.dataset.key === key) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    sift();
  };

  for (const head of heads) {
    head.firstElementChild.addEventListener("click", () => {
      const was = head.getAttribute("aria-sort");
      // Numbers and dates begin with the largest, texts with the first.
      const down = was ? was === "ascending" : !TEXTS.has(head.dataset.key) || head.dataset.key === "date";
      sortBy(head.dataset.key, down);
    });
  }
  byId("sort").addEventListener("change", (event) => {
    event.stopPropagation();
    const [key, way] = event.target.value.split("-");
    sortBy(key, way === "down");
  });
  more?.addEventListener("click", () => {
    const next = fitting.slice(body.rows.length, body.rows.length + PAGE);
    body.append(...next);
    told();
    // The keyboard goes on with the first call that came.
    next[0].querySelector("a").focus();
  });

  tools.hidden = false;
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.addEventListener("change", sift);
  byId("search").addEventListener("input", sift);
  told();
}
