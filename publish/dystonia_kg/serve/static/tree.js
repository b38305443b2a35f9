// A tree by the WAI-ARIA pattern: one tab stop, arrows move and fold, Enter follows the link.
const tree = document.querySelector("[data-tree]");
const items = () => [...tree.querySelectorAll("[role=treeitem]")].filter(i => !i.parentElement.closest("[aria-expanded=false]"));
let cur = tree.querySelector("[role=treeitem]");
const go = item => { if (!item) return; cur.tabIndex = -1; cur = item; cur.tabIndex = 0; cur.focus(); };
tree.addEventListener("keydown", e => {
  const list = items(), at = list.indexOf(cur), open = cur.getAttribute("aria-expanded");
  const moves = {
    ArrowDown: () => go(list[at + 1]), ArrowUp: () => go(list[at - 1]), Home: () => go(list[0]), End: () => go(list.at(-1)),
    ArrowRight: () => open === "false" ? cur.setAttribute("aria-expanded", "true") : open && go(list[at + 1]),
    ArrowLeft: () => open === "true" ? cur.setAttribute("aria-expanded", "false") : go(cur.parentElement.closest("[role=treeitem]")),
    Enter: () => cur.querySelector("a").click(),
  };
  if (moves[e.key]) { e.preventDefault(); e.stopPropagation(); moves[e.key](); }
  else if (e.key.length === 1 && !e.ctrlKey && !e.metaKey) go([...list.slice(at + 1), ...list.slice(0, at)].find(i => i.textContent.trim().toLowerCase().startsWith(e.key.toLowerCase())));
});
tree.addEventListener("click", e => {
  const item = e.target.closest("[role=treeitem]");
  if (e.target.closest("a") || !item) return;
  if (item.hasAttribute("aria-expanded")) item.setAttribute("aria-expanded", String(item.getAttribute("aria-expanded") !== "true"));
  go(item);
});
