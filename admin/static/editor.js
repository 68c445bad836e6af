// Formatting while you write: a textarea of a form becomes an editor (ProseMirror), which keeps the textarea filled.
// Without it the textarea is what it is, and the message plain text.
import {
  DOMParser as Reader, DOMSerializer, Decoration, DecorationSet, EditorState, EditorView, Fragment, InputRule,
  NodeSelection, Plugin, Schema, Selection, Slice, baseKeymap, chainCommands, exitCode, goToNextCell,
  history, inputRules, keymap, lift, liftListItem, redo, setBlockType, sinkListItem, splitListItem, tableEditing,
  tableNodes, toggleMark, undo, undoInputRule, wrapIn, wrapInList, wrappingInputRule,
} from "./vendor/prosemirror.js";

const BLOCKS = "address, article, blockquote, dd, div, dl, dt, h1, h2, h3, h4, h5, h6, hr, li, ol, p, pre, section, table, ul";
const OURS = /\/(?:draft\/image|\d+\/files)\/\d+$/;
// The site may lie below a path of its host.
const HOME = new URL(import.meta.url).pathname.replace(/\/static\/editor\.js$/, "");
const placedAt = (src) => (HOME && !src.startsWith(`${HOME}/`) ? HOME + src : src);
const LEADS_OUT = /^(?:https?:\/\/|mailto:|tel:)./i;

const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    // A line ends with Enter, as in mail programs; a paragraph, which comes by paste, has room around it.
    line: {
      content: "inline*",
      group: "block",
      attrs: { tag: { default: "div" } },
      parseDOM: [
        { tag: "p", attrs: { tag: "p" } },
        { tag: "div", getAttrs: (one) => (one.querySelector(BLOCKS) ? false : null) },
      ],
      toDOM: (node) => [node.attrs.tag, 0],
    },
    quote: { content: "block+", group: "block", defining: true, parseDOM: [{ tag: "blockquote" }], toDOM: () => ["blockquote", 0] },
    code_block: {
      content: "text*", marks: "", group: "block", code: true, defining: true,
      parseDOM: [{ tag: "pre", preserveWhitespace: "full" }], toDOM: () => ["pre", ["code", 0]],
    },
    ordered_list: {
      content: "list_item+", group: "block", attrs: { start: { default: 1 } },
      parseDOM: [{ tag: "ol", getAttrs: (one) => ({ start: one.start || 1 }) }],
      toDOM: (node) => (node.attrs.start === 1 ? ["ol", 0] : ["ol", { start: node.attrs.start }, 0]),
    },
    bullet_list: { content: "list_item+", group: "block", parseDOM: [{ tag: "ul" }], toDOM: () => ["ul", 0] },
    list_item: { content: "line block*", defining: true, parseDOM: [{ tag: "li" }], toDOM: () => ["li", 0] },
    ...tableNodes({ tableGroup: "block", cellContent: "block+", cellAttributes: {} }),
    text: { group: "inline" },
    image: {
      inline: true, group: "inline", draggable: true, attrs: { src: {}, alt: { default: "" } },
      // No other image than what was uploaded here stands in a message.
      parseDOM: [{ tag: "img[src]", getAttrs: (one) => OURS.test(one.getAttribute("src")) && { src: placedAt(one.getAttribute("src")), alt: one.alt } }],
      toDOM: (node) => ["img", { src: node.attrs.src, alt: node.attrs.alt }],
    },
    hard_break: { inline: true, group: "inline", selectable: false, parseDOM: [{ tag: "br" }], toDOM: () => ["br"] },
  },
  marks: {
    link: {
      attrs: { href: {} }, inclusive: false,
      parseDOM: [{ tag: "a[href]", getAttrs: (one) => LEADS_OUT.test(one.getAttribute("href")) && { href: one.getAttribute("href") } }],
      toDOM: (mark) => ["a", { href: mark.attrs.href }, 0],
    },
    em: { parseDOM: [{ tag: "i" }, { tag: "em" }], toDOM: () => ["em", 0] },
    strong: { parseDOM: [{ tag: "strong" }, { tag: "b" }], toDOM: () => ["strong", 0] },
    underline: { parseDOM: [{ tag: "u" }], toDOM: () => ["u", 0] },
    strike: { parseDOM: [{ tag: "s" }, { tag: "del" }, { tag: "strike" }], toDOM: () => ["s", 0] },
    code: { code: true, parseDOM: [{ tag: "code" }], toDOM: () => ["code", 0] },
  },
});
const { nodes, marks } = schema;

// What was pasted keeps what it means and loses its looks; what a program says by styles is said by elements.
const BY_STYLE = [
  [/font-weight\s*:\s*(?:bold|[6-9]\d\d)/i, "strong"], [/font-style\s*:\s*italic/i, "em"],
  [/text-decoration[^;]*underline/i, "u"], [/text-decoration[^;]*line-through/i, "s"],
];
function cleaned(html) {
  // The policy of the page refuses styles and handlers, and names them in its console: styles are read as words.
  const tame = html.replace(/<(?=\/?base\b)/gi, "<x-").replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(?=style\s*=)/gi, " data-").replace(/[\s/"']on[a-z]+\s*=/gi, " data-on="));
  const page = new window.DOMParser().parseFromString(tame, "text/html");
  page.querySelectorAll("style, script, title, meta, link, template, colgroup, caption").forEach((one) => one.remove());
  const wrapped = (one, name) => {
    const around = page.createElement(name);
    around.append(...one.childNodes);
    one.append(around);
  };
  for (const one of page.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const line = page.createElement("p");
    line.append(...one.childNodes);
    wrapped(line, "strong");
    one.replaceWith(line);
  }
  for (const one of [...page.querySelectorAll("[data-style]")]) {
    const style = one.dataset.style;
    one.removeAttribute("data-style");
    if (one.matches("b, strong") && /font-weight\s*:\s*(?:normal|400)/i.test(style)) {
      one.replaceWith(...one.childNodes);
    } else if (one.matches("p") && /(?:^|[;\s])margin(?:-bottom)?\s*:\s*0/i.test(style)) {
      const line = page.createElement("div");
      line.append(...one.childNodes);
      one.replaceWith(line);
    } else if (!one.querySelector(BLOCKS) && one.matches("span, font, p, div, td, a")) {
      for (const [pattern, name] of BY_STYLE) if (pattern.test(style) && !(name === "u" && one.matches("a"))) wrapped(one, name);
    }
  }
  // A line break that ends a block only holds it open.
  for (const one of page.querySelectorAll("div > br:last-child, p > br:last-child")) if (!one.nextSibling) one.remove();
  return page.body;
}
const fromHtml = (html) => Reader.fromSchema(schema).parse(cleaned(html));
const lineOf = (text) => nodes.line.create(null, text ? schema.text(text) : null);
const linesOf = (text) => text.replace(/\r\n?/g, "\n").split("\n").map(lineOf);
const fromText = (text) => nodes.doc.create(null, linesOf(text));

// Words that are lines and nothing else leave as plain text.
function formatted(doc) {
  let found = false;
  doc.descendants((node) => {
    found ||= node.isText ? node.marks.length > 0 : ![nodes.line, nodes.hard_break].includes(node.type);
    return !found;
  });
  return found;
}
function toHtml(doc) {
  const box = document.createElement("div");
  box.append(DOMSerializer.fromSchema(schema).serializeFragment(doc.content));
  for (const one of box.querySelectorAll("div, p")) if (!one.hasChildNodes()) one.append(document.createElement("br"));
  const words = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const one = words.currentNode;
    if (!one.parentElement.closest("pre")) one.data = one.data.replace(/^ | (?= )/g, "\u00a0");
  }
  return box.innerHTML;
}
const inline = (node) => node.textBetween(0, node.content.size, "\n", (leaf) => (leaf.type === nodes.hard_break ? "\n" : leaf.attrs.alt ? `[${leaf.attrs.alt}]` : ""));
function toText(node) {
  const parts = [];
  node.forEach((one, _at, number) => {
    if (one.isTextblock) {
      const apart = one.attrs.tag === "p";
      if (apart && parts.length && parts.at(-1) !== "") parts.push("");
      parts.push(inline(one));
      if (apart && number < node.childCount - 1) parts.push("");
    } else if (one.type === nodes.quote) parts.push(toText(one).replace(/^/gm, "> "));
    else if (one.type === nodes.bullet_list) one.forEach((item) => parts.push(`- ${toText(item)}`));
    else if (one.type === nodes.ordered_list) one.forEach((item, _place, count) => parts.push(`${one.attrs.start + count}. ${toText(item)}`));
    else if (one.type === nodes.table) one.forEach((row) => parts.push(Array.from({ length: row.childCount }, (_none, at) => toText(row.child(at))).join("\t")));
    else parts.push(toText(one));
  });
  return parts.join("\n");
}

// Where an image will stand while it is on its way.
const awaited = new Plugin({
  state: {
    init: () => DecorationSet.empty,
    apply(change, there) {
      let found = there.map(change.mapping, change.doc);
      const asked = change.getMeta(awaited);
      if (asked?.add) {
        const mark = document.createElement("span");
        mark.className = "awaited";
        found = found.add(change.doc, [Decoration.widget(asked.at, mark, { id: asked.add })]);
      } else if (asked?.remove) found = found.remove(found.find(null, null, (one) => one.id === asked.remove));
      return found;
    },
  },
  props: { decorations: (state) => awaited.getState(state) },
});

// Below a table or code at the end there is always a line to go on in.
const below = new Plugin({
  appendTransaction(changes, _before, { doc, tr }) {
    if (!changes.some((one) => one.docChanged) || ![nodes.table, nodes.code_block].includes(doc.lastChild.type)) return null;
    return tr.insert(doc.content.size, lineOf(""));
  },
});

const within = (state, type) => {
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) if ($from.node(depth).type === type) return true;
  return false;
};
const has = (state, mark) => {
  const { from, to, empty, $from } = state.selection;
  return empty ? Boolean(mark.isInSet(state.storedMarks ?? $from.marks())) : state.doc.rangeHasMark(from, to, mark);
};
const toggledList = (type) => (state, go) => (within(state, type) ? liftListItem(nodes.list_item)(state, go) : wrapInList(type)(state, go));
const toggledQuote = (state, go) => (within(state, nodes.quote) ? lift(state, go) : wrapIn(nodes.quote)(state, go));
// Words within a line become code in it; whole lines become a block of it.
const toggledCode = (state, go) => {
  if (within(state, nodes.code_block)) return setBlockType(nodes.line)(state, go);
  const { empty, $from, $to } = state.selection;
  return !empty && $from.sameParent($to) ? toggleMark(marks.code)(state, go) : setBlockType(nodes.code_block)(state, go);
};
const broken = chainCommands(exitCode, (state, go) => {
  go?.(state.tr.replaceSelectionWith(nodes.hard_break.create()).scrollIntoView());
  return true;
});
const COMMANDS = {
  bold: [toggleMark(marks.strong), (state) => has(state, marks.strong)],
  italic: [toggleMark(marks.em), (state) => has(state, marks.em)],
  bullets: [toggledList(nodes.bullet_list), (state) => within(state, nodes.bullet_list)],
  numbers: [toggledList(nodes.ordered_list), (state) => within(state, nodes.ordered_list)],
  quote: [toggledQuote, (state) => within(state, nodes.quote)],
  code: [toggledCode, (state) => has(state, marks.code) || within(state, nodes.code_block)],
};

// Keys with Ctrl or Command alone, and Tab in tables only: nobody is caught in the editor.
const { "Mod-Enter": _sends, ...base } = baseKeymap;
const keys = (asksLink) => [
  keymap({
    "Mod-b": COMMANDS.bold[0], "Mod-i": COMMANDS.italic[0], "Mod-u": toggleMark(marks.underline), "Mod-k": asksLink,
    "Mod-Shift-7": COMMANDS.numbers[0], "Mod-Shift-8": COMMANDS.bullets[0], "Mod-Shift-9": COMMANDS.quote[0],
    "Mod-]": sinkListItem(nodes.list_item), "Mod-[": liftListItem(nodes.list_item),
    "Mod-z": undo, "Mod-y": redo, "Mod-Shift-z": redo,
    Enter: splitListItem(nodes.list_item), "Shift-Enter": broken, Backspace: undoInputRule,
    Tab: goToNextCell(1), "Shift-Tab": goToNextCell(-1),
  }),
  keymap(base),
];
// Backspace right after a mark that became a list brings the mark back.
const rules = () => inputRules({
  rules: [
    wrappingInputRule(/^\s*[-*]\s$/, nodes.bullet_list),
    wrappingInputRule(/^(\d{1,3})\.\s$/, nodes.ordered_list, (found) => ({ start: Number(found[1]) }), (found, node) => node.childCount + node.attrs.start === Number(found[1])),
    wrappingInputRule(/^\s*>\s$/, nodes.quote),
    new InputRule(/^```$/, (state, _found, from, to) => state.tr.delete(from, to).setBlockType(from, from, nodes.code_block)),
  ],
});

function mount(area) {
  const form = area.form;
  const tools = form.querySelector(".tools");
  const linkLine = form.querySelector(".link-line");
  const altLine = form.querySelector(".alt-line");
  const box = document.createElement("div");
  box.className = "editor";
  const html = document.createElement("input");
  Object.assign(html, { type: "hidden", name: "html", value: area.dataset.html ?? "" });
  let speaks = false;

  const state = (doc) => EditorState.create({ doc, plugins: [rules(), ...keys(asksLink), history(), tableEditing(), awaited, below] });
  const start = () => (area.dataset.html ? fromHtml(area.dataset.html) : fromText(area.value));
  const view = new EditorView(box, {
    state: state(start()),
    nodeViews: {
      // The site may lie below a path of its host, which what is kept does not name.
      image: (node) => {
        const dom = document.createElement("img");
        const root = new URL("..", document.querySelector("link[rel=icon]").href).pathname;
        Object.assign(dom, { src: root.replace(/\/$/, "") + node.attrs.src, alt: node.attrs.alt });
        return { dom };
      },
    },
    attributes: {
      id: "text", role: "textbox", "aria-multiline": "true", "aria-label": area.labels[0]?.textContent ?? "",
      "data-placeholder": area.placeholder,
    },
    transformPastedHTML: (pasted) => cleaned(pasted).innerHTML,
    clipboardTextParser: (text) => new Slice(Fragment.from(linesOf(text)), 1, 1),
    clipboardTextSerializer: (slice) => toText(nodes.doc.create(null, slice.content.size ? fitted(slice.content) : [lineOf("")])),
    handlePaste(_view, event) {
      const files = event.clipboardData?.files ?? [];
      // Office programs add a picture of what is copied.
      const words = event.clipboardData?.getData("text/html").replace(/<!--.*?-->|<[^>]*>/gs, "").trim();
      if (files.length && !words) return taken(files, view.state.selection.from);
      const address = event.clipboardData?.getData("text/plain").trim() ?? "";
      if (view.state.selection.empty || !/^https?:\/\/\S+$/i.test(address)) return false;
      return toggleMark(marks.link, { href: address })(view.state, view.dispatch);
    },
    handleDrop(_view, event) {
      const files = event.dataTransfer?.files ?? [];
      if (!files.length) return false;
      const there = view.posAtCoords({ left: event.clientX, top: event.clientY });
      return taken(files, there ? there.pos : view.state.doc.content.size);
    },
    dispatchTransaction(change) {
      view.updateState(view.state.apply(change));
      if (change.docChanged) said();
      shown();
    },
  });
  for (const name of ["data-colleagues", "data-from", "aria-invalid", "aria-describedby"]) {
    if (area.hasAttribute(name)) view.dom.setAttribute(name, area.getAttribute(name));
  }
  area.id = "text-plain";
  area.removeAttribute("data-colleagues");
  area.hidden = true;
  area.after(box, html);
  if (tools) tools.hidden = false;
  form.classList.add("rich");

  function fitted(content) {
    const found = [];
    content.forEach((one) => found.push(one.isInline ? nodes.line.create(null, one) : one.type.isInGroup("block") ? one : nodes.line.create(null, schema.text(one.textContent || " "))));
    return found;
  }
  function said() {
    const { doc } = view.state;
    area.value = toText(doc);
    html.value = formatted(doc) || form.querySelector(".chip.inline") ? toHtml(doc) : "";
    speaks = true;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    view.dom.dispatchEvent(new Event("input", { bubbles: true }));
    speaks = false;
  }
  function shown() {
    const { doc, selection } = view.state;
    box.classList.toggle("wordless", doc.childCount === 1 && doc.firstChild.isTextblock && !doc.firstChild.childCount);
    tools?.querySelectorAll("button").forEach((one) => {
      const on = one.dataset.do === "link" ? has(view.state, marks.link) : COMMANDS[one.dataset.do][1](view.state);
      if (one.ariaPressed !== String(on)) one.ariaPressed = String(on);
    });
    const image = selection instanceof NodeSelection && selection.node.type === nodes.image ? selection.node : null;
    if (!altLine) return;
    altLine.hidden = !image && !altLine.contains(document.activeElement);
    const field = altLine.querySelector("input");
    if (image && document.activeElement !== field) field.value = image.attrs.alt;
  }

  // Another part of the page has filled the textarea: the editor says the same.
  area.addEventListener("input", () => {
    if (speaks) return;
    view.updateState(state(start()));
    html.value = area.dataset.html ?? "";
    shown();
  });

  // Images are uploaded, and stand where they were pasted or dropped; other files stand below.
  function taken(files, at) {
    if (!form.dataset.draft) window.composer?.choose(files);
    else window.composer.take(files, "images" in form.dataset ? placed(at) : undefined);
    return true;
  }
  const placed = (at) => ({
    begin(id) {
      view.dispatch(view.state.tr.setMeta(awaited, { add: id, at }));
    },
    done(id, src, alt) {
      const [there] = view.isDestroyed ? [] : awaited.getState(view.state).find(null, null, (one) => one.id === id);
      if (!there) return;
      const change = view.state.tr.setMeta(awaited, { remove: id });
      view.dispatch(src ? change.insert(there.from, nodes.image.create({ src: placedAt(src), alt })) : change);
    },
  });

  // Links: the address is typed in a line of its own, which opens with Ctrl+K.
  function asksLink() {
    if (!linkLine) return false;
    const field = linkLine.querySelector("input");
    const { $from } = view.state.selection;
    field.value = marks.link.isInSet($from.marksAcross($from) ?? $from.marks())?.attrs.href ?? $from.nodeAfter?.marks.find((one) => one.type === marks.link)?.attrs.href ?? "";
    field.removeAttribute("aria-invalid");
    linkLine.hidden = false;
    field.focus();
    field.select();
    return true;
  }
  // The words of the link that the cursor stands in, or those that are selected.
  function linked() {
    const { from, to, empty, $from } = view.state.selection;
    if (!empty) return [from, to];
    const found = [from, to];
    $from.parent.forEach((one, at) => {
      const start = $from.start() + at;
      if (start <= from && from <= start + one.nodeSize && marks.link.isInSet(one.marks)) found.splice(0, 2, start, start + one.nodeSize);
    });
    return found;
  }
  function setLink(off) {
    const field = linkLine.querySelector("input");
    const typed = field.value.trim();
    const href = LEADS_OUT.test(typed) ? typed : /^[^\s/@:]+@[^\s/@:]+$/.test(typed) ? `mailto:${typed}` : `https://${typed}`;
    if (!off && typed && !URL.canParse(href)) return field.setAttribute("aria-invalid", "true");
    const [from, to] = linked();
    const change = view.state.tr;
    if (off || !typed) change.removeMark(from, to, marks.link);
    else if (from === to) change.insert(from, schema.text(typed, [marks.link.create({ href })]));
    else change.removeMark(from, to, marks.link).addMark(from, to, marks.link.create({ href }));
    linkLine.hidden = true;
    view.dispatch(change);
    view.focus();
  }
  linkLine?.addEventListener("click", (event) => {
    if (event.target.dataset.do) setLink(event.target.dataset.do === "unlink");
  });
  linkLine?.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      linkLine.hidden = true;
      view.focus();
    } else if (event.key === "Enter" && event.target.matches("input") && !event.ctrlKey && !event.metaKey) setLink(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  altLine?.addEventListener("input", (event) => {
    event.stopPropagation();
    const { selection } = view.state;
    if (!(selection instanceof NodeSelection) || selection.node.type !== nodes.image) return;
    const change = view.state.tr.setNodeMarkup(selection.from, null, { ...selection.node.attrs, alt: event.target.value });
    view.dispatch(change.setSelection(NodeSelection.create(change.doc, selection.from)));
  });
  altLine?.addEventListener("keydown", (event) => {
    if ((event.key !== "Enter" && event.key !== "Escape") || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    view.focus();
  });

  // One stop for Tab, the arrow keys go from one button to the next (WAI-ARIA, toolbar).
  const buttons = [...(tools?.querySelectorAll("button") ?? [])];
  buttons.forEach((one, number) => (one.tabIndex = number ? -1 : 0));
  tools?.addEventListener("mousedown", (event) => event.preventDefault());
  tools?.addEventListener("click", (event) => {
    const name = event.target.closest("button")?.dataset.do;
    if (!name) return;
    if (name === "link") return asksLink();
    COMMANDS[name][0](view.state, view.dispatch, view);
    view.focus();
  });
  tools?.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement);
    const next = buttons[(at + step + buttons.length) % buttons.length];
    buttons.forEach((one) => (one.tabIndex = one === next ? 0 : -1));
    next.focus();
  });

  // What completes names, and what puts the cursor somewhere, knows the editor by these.
  view.dom.wordsBefore = () => {
    const { $from } = view.state.selection;
    return $from.parent.textBetween(0, $from.parentOffset, null, "\ufffc");
  };
  view.dom.putWords = (from, words) => {
    const { $from, to } = view.state.selection;
    view.dispatch(view.state.tr.insertText(words, $from.start() + from, to).scrollIntoView());
    view.focus();
  };
  area.editor = {
    dom: view.dom,
    focus: () => view.focus(),
    /** Put the cursor at the end, or where a line begins with the words `before`: above it. */
    caret(before) {
      let at = null;
      if (before) view.state.doc.forEach((one, place) => (at ??= one.textContent.startsWith(before) ? place : null));
      const where = at === null ? Selection.atEnd(view.state.doc) : Selection.near(view.state.doc.resolve(Math.max(0, at - 1)), -1);
      view.dispatch(view.state.tr.setSelection(where).scrollIntoView());
      view.focus();
    },
    /** Put words, plain or as HTML, where the cursor is. */
    put(text, asHtml = "") {
      const content = asHtml ? fromHtml(asHtml).content : Fragment.from(linesOf(text));
      view.dispatch(view.state.tr.replaceSelection(new Slice(content, content.firstChild.isTextblock ? 1 : 0, content.lastChild.isTextblock ? 1 : 0)).scrollIntoView());
      view.focus();
    },
    close: () => view.destroy(),
  };
  shown();
  if (area.autofocus || document.activeElement === area) area.editor.caret();
}

const open = new Set();
function mountAll() {
  open.forEach((area) => {
    if (area.isConnected) return;
    area.editor.close();
    open.delete(area);
  });
  document.querySelectorAll("textarea[data-rich]").forEach((area) => {
    if (area.editor) return;
    mount(area);
    open.add(area);
  });
}
document.addEventListener("composer", mountAll);
mountAll();
