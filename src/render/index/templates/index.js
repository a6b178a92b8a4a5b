"use strict";
// The list of calls: search, filters, and sorting by the head of each column.

const byId = (id) => document.getElementById(id);
const tools = document.querySelector(".tools");
const body = byId("rows");

if (body) {
  const rows = [...body.rows];
  const heads = [...document.querySelectorAll("thead th[data-key]")];
  const TEXTS = new Set(["date", "call", "driver"]);
  const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const texts = new Map(rows.map((row) => [row, row.textContent.toLocaleLowerCase()]));

  const value = (row, key) => {
    if (key === "call") return row.querySelector(".call").textContent;
    if (key === "driver") return row.querySelector(".driver").textContent;
    return TEXTS.has(key) ? row.dataset[key] : Number(row.dataset[key]);
  };

  const sortBy = (key, down) => {
    const sign = down ? -1 : 1;
    const compare = TEXTS.has(key) ? order.compare : (a, b) => a - b;
    const keyed = rows.map((row) => [value(row, key), row]);
    keyed.sort((a, b) => sign * compare(a[0], b[0]));
    body.append(...keyed.map(([, row]) => row));
    for (const head of heads) {
      if (head.dataset.key === key) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
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
    const [key, way] = event.target.value.split("-");
    sortBy(key, way === "down");
  });

  const sift = () => {
    const wanted = byId("search").value.trim().toLocaleLowerCase();
    const client = byId("client")?.value ?? "";
    const boxes = [...tools.querySelectorAll("input[name=verdict]")];
    const verdicts = boxes.every((box) => box.checked)
      ? null
      : new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let shown = 0;
    for (const row of rows) {
      const ok =
        (!wanted || texts.get(row).includes(wanted)) &&
        (!client || row.dataset.client === client) &&
        (!verdicts || verdicts.has(row.dataset.verdict));
      row.hidden = !ok;
      if (ok) shown += 1;
    }
    const sifted = wanted || client || verdicts;
    byId("found").textContent = sifted ? `${shown} of ${rows.length} ${rows.length === 1 ? "call" : "calls"}` : "";
  };
  tools.hidden = false;
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.addEventListener("change", sift);
  byId("search").addEventListener("input", sift);
}
