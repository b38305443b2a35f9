// Highlight the neighbours of the box that is pointed at or focused. The picture itself is made by the server.
const svg = document.querySelector("svg.relmap");
if (svg) {
  const boxes = new Map([...svg.querySelectorAll(".n")].map(n => [n.id, n]));
  const lines = [...svg.querySelectorAll(".e")];
  const hot = id => {
    svg.querySelectorAll(".hot").forEach(x => x.classList.remove("hot"));
    svg.classList.toggle("dim", Boolean(id));
    if (!id) return;
    boxes.get(id).classList.add("hot");
    for (const e of lines) if (e.dataset.a === id || e.dataset.b === id) [e, boxes.get(e.dataset.a), boxes.get(e.dataset.b)].forEach(x => x.classList.add("hot"));
  };
  for (const [id, n] of boxes) {
    n.addEventListener("pointerenter", () => hot(id));
    n.addEventListener("focus", () => hot(id));
    n.addEventListener("pointerleave", () => hot(null));
    n.addEventListener("blur", () => hot(null));
  }
}
if (location.hash === "#connections") document.getElementById("connections").open = true;
addEventListener("hashchange", () => { if (location.hash === "#connections") document.getElementById("connections").open = true; });
