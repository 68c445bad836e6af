// A word behind a slash becomes the saved reply that it stands for, as soon as a blank, Tab or Enter follows.
// Without it the word on a line of its own does the same when the form is sent.
"use strict";

document.addEventListener("keydown", (event) => {
  if (![" ", "Tab", "Enter"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const field = event.target;
  if (event.isComposing || !field.closest?.("#write")) return;
  const menu = document.getElementById("saved_reply");
  if (!menu) return;
  const before = typedBefore(field);
  const found = before?.match(/(?:^|\s)\/([\p{L}\p{N}_-]{1,40})$/u);
  const word = found?.[1].toLowerCase();
  const choice = word && [...menu.options].find((one) => one.dataset.word?.toLowerCase() === word);
  if (!choice) return;
  event.preventDefault();
  menu.value = choice.value;
  document.getElementById("put-in").click();
}, true);

function typedBefore(field) {
  if (field.matches("textarea#text")) return field.value.slice(0, field.selectionStart);
  if (!field.isContentEditable) return null;
  const place = getSelection();
  return place.isCollapsed && place.anchorNode?.nodeType === Node.TEXT_NODE ? place.anchorNode.data.slice(0, place.anchorOffset) : null;
}
