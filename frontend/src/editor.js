// A text box becomes an editor: highlighting, brackets, history, completion, the place of an error.
// It lives in a shadow root: its styles are constructed sheets there, which a strict policy allows without a nonce.
import {autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap} from "@codemirror/autocomplete";
import {defaultKeymap, history, historyKeymap} from "@codemirror/commands";
import {bracketMatching, HighlightStyle, indentOnInput, StreamLanguage, syntaxHighlighting} from "@codemirror/language";
import {sparql} from "@codemirror/legacy-modes/mode/sparql";
import {lintGutter, setDiagnostics} from "@codemirror/lint";
import {EditorState} from "@codemirror/state";
import {drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers} from "@codemirror/view";
import {tags as t} from "@lezer/highlight";

const colours = HighlightStyle.define([
  {tag: t.keyword, color: "var(--tok-kw)", fontWeight: "650"},
  {tag: t.standard(t.variableName), color: "var(--tok-kw)"},
  {tag: t.string, color: "var(--tok-str)"},
  {tag: t.comment, color: "var(--tok-com)"},
  {tag: t.variableName, color: "var(--tok-var)"},
  {tag: [t.atom, t.meta], color: "var(--tok-iri)"},
  {tag: t.number, color: "var(--tok-num)"},
]);
const dress = EditorView.theme({
  "&": {fontSize: ".95rem", minHeight: "17rem", background: "var(--surface)", color: "var(--ink)"},
  "&.cm-focused": {outline: "3px solid var(--focus)", outlineOffset: "-3px"},
  ".cm-scroller": {fontFamily: "var(--mono)", lineHeight: "1.55"},
  ".cm-gutters": {background: "var(--surface-2)", color: "var(--muted)", border: "0", borderInlineEnd: "1px solid var(--line)"},
  ".cm-activeLine": {background: "color-mix(in srgb,var(--accent) 7%,transparent)"},
  ".cm-content": {caretColor: "var(--ink)", padding: ".6rem 0"},
  ".cm-cursor": {borderLeftColor: "var(--ink)"},
  "& > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {background: "color-mix(in srgb,var(--accent) 28%,transparent)"},
  "&.cm-focused .cm-matchingBracket": {background: "var(--accent-soft)", outline: "1px solid var(--accent)"},
  ".cm-tooltip": {background: "var(--surface)", color: "var(--ink)", border: "1px solid var(--line-2)", borderRadius: "8px", overflow: "hidden"},
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {fontFamily: "var(--mono)", maxHeight: "16rem"},
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": {padding: ".25rem .6rem"},
  ".cm-tooltip-autocomplete ul li[aria-selected]": {background: "var(--accent-soft)", color: "var(--ink)"},
  ".cm-completionDetail": {fontStyle: "normal", color: "var(--muted)", fontFamily: "var(--font)"},
  ".cm-diagnostic": {fontFamily: "var(--font)", whiteSpace: "pre-wrap"},
});
const KEYWORDS = "SELECT CONSTRUCT ASK DESCRIBE WHERE FILTER OPTIONAL UNION MINUS BIND VALUES GRAPH PREFIX DISTINCT REDUCED ORDER BY GROUP HAVING LIMIT OFFSET EXISTS NOT IN AS COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT STR LANG LANGMATCHES CONTAINS STRSTARTS REGEX COALESCE IF BOUND"
  .split(" ").map(label => ({label, type: "keyword", boost: -1}));

export function enhance(box, words) {
  const terms = words.terms.map(({c, l, k}) => ({label: c, detail: l === c ? "" : l, type: k, apply(view, _, from, to) {
    const prefix = c.split(":")[0];
    const changes = [{from, to, insert: c}];
    if (words.prefixes[prefix] && !new RegExp(`prefix\\s+${prefix}\\s*:`, "i").test(view.state.doc.toString())) changes.unshift({from: 0, insert: `PREFIX ${prefix}: <${words.prefixes[prefix]}>\n`});
    view.dispatch({changes});
  }}));
  const suggest = context => {
    const variable = context.matchBefore(/[?$]\w*/);
    if (variable) {
      const names = new Set(context.state.doc.toString().match(/[?$]\w+/g) || []);
      names.delete(variable.text);
      return {from: variable.from, options: [...names].map(label => ({label, type: "variable"}))};
    }
    const word = context.matchBefore(/[\w-]*:?[\w-]*/);
    if (!word || (word.from === word.to && !context.explicit)) return null;
    // What a person types is as often the plain name as the short one.
    const bare = word.text.includes(":") ? [] : terms.filter(x => word.text.length > 2 && x.detail.toLowerCase().includes(word.text.toLowerCase())).slice(0, 20).map(x => ({...x, label: x.detail, detail: x.label, apply: x.apply}));
    return {from: word.from, validFor: word.text.includes(":") ? /^[\w:-]*$/ : undefined, options: [...terms, ...bare, ...KEYWORDS]};
  };
  const host = document.createElement("div");
  const root = host.attachShadow({mode: "open"});
  const view = new EditorView({
    root,
    parent: root,
    doc: box.value,
    extensions: [
      lineNumbers(), history(), drawSelection(), highlightActiveLine(), bracketMatching(), closeBrackets(), indentOnInput(),
      StreamLanguage.define(sparql), syntaxHighlighting(colours), dress, lintGutter(), EditorView.lineWrapping,
      EditorState.tabSize.of(2),
      autocompletion({override: [suggest]}),
      // Tab is left to the browser on purpose: a keyboard must be able to leave.
      keymap.of([{key: "Mod-Enter", run: () => { box.form.requestSubmit(); return true; }}, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap]),
      EditorView.contentAttributes.of({"aria-label": box.getAttribute("aria-label")}),
      EditorView.updateListener.of(u => { if (u.docChanged) box.value = u.state.doc.toString(); }),
    ],
  });
  box.hidden = true;
  box.after(host);
  return {
    view,
    error(line, message) {
      const {from, to} = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
      view.dispatch(setDiagnostics(view.state, [{from, to, severity: "error", message}]));
    },
  };
}
