// What our editor (admin/static/editor.js) takes of ProseMirror.
export { baseKeymap, chainCommands, exitCode, lift, setBlockType, toggleMark, wrapIn } from "prosemirror-commands";
export { history, redo, undo } from "prosemirror-history";
export { InputRule, inputRules, undoInputRule, wrappingInputRule } from "prosemirror-inputrules";
export { keymap } from "prosemirror-keymap";
export { DOMParser, DOMSerializer, Fragment, Schema, Slice } from "prosemirror-model";
export { liftListItem, sinkListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
export { EditorState, NodeSelection, Plugin, Selection } from "prosemirror-state";
export { goToNextCell, tableEditing, tableNodes } from "prosemirror-tables";
export { Decoration, DecorationSet, EditorView } from "prosemirror-view";
