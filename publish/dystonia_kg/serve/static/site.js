// Theme switch, narrow-screen folding, printing, search suggestions. All optional: pages read and work without it.
const root = document.documentElement;
const button = document.querySelector(".theme");
if (button) {
  const modes = ["auto", "light", "dark"];
  let mode = "auto";
  try { mode = localStorage.getItem("theme") || "auto"; } catch { /* private window */ }
  const set = m => {
    mode = m;
    if (m === "auto") delete root.dataset.theme; else root.dataset.theme = m;
    button.textContent = button.dataset[m];
    try { localStorage.setItem("theme", m); } catch { /* private window */ }
  };
  button.hidden = false;
  set(modes.includes(mode) ? mode : "auto");
  button.addEventListener("click", () => set(modes[(modes.indexOf(mode) + 1) % 3]));
}
if (matchMedia("(max-width:60rem)").matches) document.querySelectorAll("details[data-narrow-closed]").forEach(d => { d.open = false; });
document.querySelector(".nav [aria-current]")?.scrollIntoView({block: "nearest", inline: "nearest"});
addEventListener("beforeprint", () => document.querySelectorAll("main details:not([data-noprint])").forEach(d => { d.open = true; }));
for (const copy of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    const source = document.getElementById(copy.dataset.copy);
    await navigator.clipboard.writeText(copy.dataset.text || (source.value ?? source.textContent));
    const before = copy.textContent;
    copy.textContent = copy.dataset.done;
    setTimeout(() => { copy.textContent = before; }, 1500);
  });
}

// Combobox with list autocomplete (WAI-ARIA APG). The server ranks; it is asked for /search as JSON.
class Combo {
  constructor(box) {
    this.box = box;
    this.input = box.querySelector("input");
    this.form = box.querySelector("form");
    this.hits = [];
    this.at = -1;
    this.cache = new Map();
    this.list = Object.assign(document.createElement("ul"), {className: "suggest", id: `${this.input.id}-list`, hidden: true});
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", box.dataset.some);
    this.said = Object.assign(document.createElement("div"), {className: "vh"});
    this.said.setAttribute("role", "status");
    box.append(this.list, this.said);
    for (const [k, v] of Object.entries({role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id})) this.input.setAttribute(k, v);
    this.input.addEventListener("input", () => { clearTimeout(this.wait); this.wait = setTimeout(() => this.ask(), 60); });
    this.input.addEventListener("keydown", e => this.key(e));
    this.input.addEventListener("blur", () => setTimeout(() => this.hide(), 150));
    this.list.addEventListener("mousedown", e => { const li = e.target.closest("li"); if (li) { e.preventDefault(); this.go(+li.dataset.i); } });
  }
  async ask() {
    const q = this.input.value.trim();
    if (!q) { this.hits = []; this.show(); return; }
    if (!this.cache.has(q)) {
      try {
        const answer = await fetch(`${this.box.dataset.index}?${new URLSearchParams({q, limit: 7})}`, {headers: {Accept: "application/json"}});
        this.cache.set(q, (await answer.json()).hits);
      } catch { return; }
    }
    if (this.input.value.trim() !== q) return;
    this.hits = this.cache.get(q);
    this.show();
  }
  show() {
    this.at = -1;
    this.list.replaceChildren(...this.hits.map((hit, i) => this.item(hit, i)));
    const any = this.hits.length > 0 && document.activeElement === this.input;
    this.list.hidden = !any;
    this.input.setAttribute("aria-expanded", String(any));
    this.input.removeAttribute("aria-activedescendant");
    clearTimeout(this.tell);
    this.tell = setTimeout(() => { this.said.textContent = this.input.value ? (this.hits.length ? `${this.hits.length} ${this.box.dataset.some}` : this.box.dataset.none) : ""; }, 400);
  }
  item(hit, i) {
    const li = Object.assign(document.createElement("li"), {id: `${this.list.id}-${i}`});
    li.dataset.i = i;
    li.setAttribute("role", "option");
    li.setAttribute("aria-selected", "false");
    const name = document.createElement("span");
    const [from, to] = hit.matched === hit.label && hit.span ? hit.span : [0, 0];
    const bold = Object.assign(document.createElement("b"), {textContent: hit.label.slice(from, to)});
    name.append(hit.label.slice(0, from), bold, hit.label.slice(to));
    li.append(name);
    if (hit.kind) li.append(Object.assign(document.createElement("span"), {className: "tag plain", textContent: hit.kind}));
    if (hit.why) li.append(Object.assign(document.createElement("span"), {className: "why", textContent: hit.why}));
    return li;
  }
  hide() { this.list.hidden = true; this.input.setAttribute("aria-expanded", "false"); this.input.removeAttribute("aria-activedescendant"); }
  move(step) {
    if (this.list.hidden) { if (this.hits.length) this.show(); else this.ask(); return; }
    const n = this.hits.length + 1;
    this.at = (this.at + 1 + step + n) % n - 1;
    [...this.list.children].forEach((li, i) => li.setAttribute("aria-selected", String(i === this.at)));
    if (this.at >= 0) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`); else this.input.removeAttribute("aria-activedescendant");
  }
  go(i) { location.href = this.hits[i].href; }
  key(e) {
    if (e.key === "ArrowDown") { e.preventDefault(); this.move(1); }
    else if (e.key === "ArrowUp") { e.preventDefault(); this.move(-1); }
    else if (e.key === "Escape") { if (this.list.hidden) this.input.value = ""; else { e.preventDefault(); this.hide(); } }
    else if (e.key === "Enter" && !this.list.hidden && this.at >= 0) { e.preventDefault(); this.go(this.at); }
  }
}
document.querySelectorAll("[data-combo]").forEach(box => new Combo(box));
