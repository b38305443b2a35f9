// The query page: sortable columns, Ctrl+Enter, and the editor where it was bundled. The text box always works.
const form = document.querySelector("form[data-query]");
const box = form.querySelector("textarea");
box.addEventListener("keydown", e => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); form.requestSubmit(); } });
form.addEventListener("submit", () => { if (box.value.length > 6000) form.method = "post"; });

for (const table of document.querySelectorAll("table[data-sort]")) {
  const body = table.tBodies[0];
  const compare = new Intl.Collator(document.documentElement.lang, {numeric: true}).compare;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = Object.assign(document.createElement("button"), {type: "button", textContent: head.textContent});
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].sort((a, b) => compare(a.cells[column].textContent, b.cells[column].textContent));
      body.append(...(down ? rows.reverse() : rows));
    });
  });
}

if (form.dataset.editor) {
  try {
    const [{enhance}, words] = await Promise.all([
      import(form.dataset.editor),
      fetch(form.dataset.completion).then(answer => answer.json()),
    ]);
    const editor = enhance(box, words);
    if (form.dataset.line) editor.error(Number(form.dataset.line), form.dataset.trouble);
    form.querySelector("[data-script]").hidden = false;
  } catch (trouble) { console.info("plain text box:", trouble.message); }
}
