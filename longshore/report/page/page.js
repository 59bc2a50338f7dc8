"use strict";
// What the page can do beyond being read: find, sort, follow a link into what is folded, show what a box hangs together with.
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

const find = document.querySelector(".find"), field = find.querySelector("input"), count = find.querySelector("output");
const rows = all("[data-find]").map((row) => [row, row.textContent.toLowerCase()]);
const search = () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const [row, text] of rows) {
    row.hidden = !words.every((word) => text.includes(word));
    found += !row.hidden;
  }
  count.textContent = words.length ? found + (found === 1 ? " place" : " places") : "";
};
find.hidden = false;
field.addEventListener("input", search);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !(event.target instanceof HTMLInputElement)) { event.preventDefault(); field.focus(); }
});

for (const head of all("th[data-sort]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  head.append(button);
  button.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of all("th", head.parentElement)) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = (row) => row.cells[head.cellIndex].dataset.value ?? row.cells[head.cellIndex].textContent.trim();
    const body = head.closest("table").tBodies[0];
    const sorted = [...body.rows].sort((a, b) => value(a).localeCompare(value(b), "en", { numeric: true }));
    body.append(...(down ? sorted.reverse() : sorted));
  });
}

const unfold = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) { target.open = true; target.hidden = false; target.scrollIntoView(); }
};
addEventListener("hashchange", unfold);
unfold();

for (const drawing of all(".picture svg")) {
  const boxes = all("[data-id]", drawing), lines = all("[data-ends]", drawing);
  const light = (id) => {
    const ids = new Set([id]);
    for (const line of lines) {
      const ends = line.dataset.ends.split(" "), hot = ends.includes(id);
      line.classList.toggle("hot", hot);
      if (hot) ends.forEach((end) => ids.add(end));
    }
    for (const box of boxes) box.classList.toggle("hot", id !== null && ids.has(box.dataset.id));
    drawing.classList.toggle("dim", id !== null);
  };
  for (const box of boxes) {
    for (const name of ["mouseenter", "focus"]) box.addEventListener(name, () => light(box.dataset.id));
    for (const name of ["mouseleave", "blur"]) box.addEventListener(name, () => light(null));
  }
}
