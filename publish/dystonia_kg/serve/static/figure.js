// The figure: upgrades server-made links to toggle buttons with one tab stop, and keeps picture, check boxes,
// chips and address in step. The server alone works out what a choice means: its fragment is fetched and shown.
const finder = document.querySelector("[data-finder]");
const svg = finder.querySelector("svg[data-figure]");
const form = finder.querySelector("form[data-picks]");
const out = finder.querySelector("[data-result]");
const live = finder.querySelector("[data-live]");
const cap = finder.querySelector(".map-cap");
const links = [...svg.querySelectorAll("a.bm-part")];
const home = finder.dataset.address;
const keys = () => new URLSearchParams(location.search).getAll("r");
const address = chosen => chosen.length ? `${home}?${new URLSearchParams(chosen.map(r => ["r", r]))}` : home;
let turn = 0;

async function choose(chosen, replace = false) {
  const mine = ++turn;
  history[replace ? "replaceState" : "pushState"](null, "", address(chosen));
  await show(mine);
}
async function show(mine = ++turn) {
  out.setAttribute("aria-busy", "true");
  let page;
  try {
    const answer = await fetch(location.href, {headers: {Accept: "text/html"}});
    if (!answer.ok) throw new Error(answer.status);
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch { location.reload(); return; }
  if (mine !== turn) return;
  out.replaceChildren(...page.querySelector("[data-result]").childNodes);
  out.removeAttribute("aria-busy");
  const states = new Map([...page.querySelectorAll("svg[data-figure] [data-on]")].map(e => [e.id || e.dataset.part, e.dataset.on]));
  const hrefs = new Map([...page.querySelectorAll("svg[data-figure] a.bm-part")].map(a => [a.id, a.getAttribute("href")]));
  svg.querySelectorAll("[id], [data-part]").forEach(e => {
    const state = states.get(e.id || e.dataset.part);
    if (state) e.dataset.on = state; else delete e.dataset.on;
  });
  links.forEach(a => { a.setAttribute("href", hrefs.get(a.id)); a.setAttribute("aria-pressed", String(a.dataset.on === "on")); });
  const chosen = new Set(keys());
  form.querySelectorAll("input[name=r]").forEach(box => { box.checked = chosen.has(box.value); });
  clear();
  live.textContent = [...out.querySelectorAll(".verdict .v, .verdict .v + p, .hits a")].map(e => e.textContent.trim()).join(". ") || out.textContent.trim().slice(0, 200);
}
function clear() {
  const head = finder.querySelector(".map-head");
  let link = head.querySelector("[data-clear]");
  if (!link) {
    link = Object.assign(document.createElement("a"), {className: "btn quiet", href: home, textContent: finder.dataset.word});
    link.dataset.clear = "";
    head.append(link);
  }
  link.hidden = !keys().length;
}
const follow = href => choose(new URLSearchParams(href.split("?")[1] || "").getAll("r"));
finder.addEventListener("click", e => {
  const link = e.target.closest("[data-clear], [data-remove], .chip.try");
  if (!link || e.metaKey || e.ctrlKey || e.shiftKey) return;
  e.preventDefault();
  const back = link.matches("[data-remove]");
  follow(link.getAttribute("href")).then(() => { (back && out.querySelector("[data-remove]") || links[cur]).focus({preventScroll: true}); });
});
addEventListener("popstate", () => show());
form.addEventListener("change", e => {
  const others = keys().filter(k => k !== e.target.value);
  choose(e.target.checked ? [...others, e.target.value] : others);
});
form.addEventListener("submit", e => e.preventDefault());
form.querySelector("[data-nojs]")?.remove();

const ring = svg.querySelector(".bm-focus");
let cur = 0;
const centre = a => { const b = a.querySelector(".bm-shape").getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; };
function roam(i) { links[cur].setAttribute("tabindex", "-1"); cur = i; links[cur].setAttribute("tabindex", "0"); links[cur].focus(); }
links.forEach((a, i) => {
  a.setAttribute("role", "button");
  a.setAttribute("aria-label", a.dataset.name);
  a.setAttribute("aria-pressed", String(a.dataset.on === "on"));
  a.setAttribute("tabindex", i ? "-1" : "0");
  a.addEventListener("click", e => {
    if (e.metaKey || e.ctrlKey || e.shiftKey) return;
    e.preventDefault();
    links[cur].setAttribute("tabindex", "-1"); cur = i; a.setAttribute("tabindex", "0");
    follow(a.getAttribute("href"));
  });
  a.addEventListener("keydown", e => {
    if (e.key === " " || e.key === "Enter") { e.preventDefault(); follow(a.getAttribute("href")); return; }
    const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[e.key];
    if (!way) return;
    e.preventDefault();
    const [x, y] = centre(a);
    let best = null;
    links.forEach((b, j) => {
      if (j === i) return;
      const [u, v] = centre(b), dx = u - x, dy = v - y, along = dx * way[0] + dy * way[1], off = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
      if (along >= 6 && (!best || along + off * 2 < best[0])) best = [along + off * 2, j];
    });
    if (best) roam(best[1]);
  });
  a.addEventListener("focus", () => {
    cap.textContent = a.dataset.name;
    if (!a.matches(":focus-visible")) return;
    const m = svg.getScreenCTM().inverse().multiply(a.getScreenCTM());
    ring.setAttribute("d", a.querySelector(".bm-shape").getAttribute("d"));
    ring.setAttribute("transform", `matrix(${m.a} ${m.b} ${m.c} ${m.d} ${m.e} ${m.f})`);
    ring.removeAttribute("hidden");
  });
  a.addEventListener("blur", () => { ring.setAttribute("hidden", ""); cap.textContent = cap.dataset.help; });
  a.addEventListener("pointerenter", () => { cap.textContent = a.dataset.name; });
  a.addEventListener("pointerleave", () => { cap.textContent = cap.dataset.help; });
});
