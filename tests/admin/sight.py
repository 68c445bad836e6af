"""What can be seen of a page: the edges of its fields and of what is chosen, in its own colours and in forced ones.

WCAG 2.2, 1.4.11: what shows that a field is one, and which of several is chosen, differs by 3:1 from what is around it.
axe-core looks at text alone.
"""

from __future__ import annotations

from playwright.sync_api import Page

LEAST = 3.0
FIELDS = "input:not([type=hidden], [type=checkbox], [type=radio], [type=file]), select, textarea"
CHOSEN = (
    ".tabs a[aria-current], .tabs input:checked + span, .pages a[aria-current], .companies a[aria-current], "
    ".steps a[aria-current], .whatif [aria-pressed='true']"
)

EDGES = """([selector, least]) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b]
      .map((one) => one / 255)
      .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ratio = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] > 0.99) return color;
    }
    return rgba(matchMedia("(prefers-color-scheme: dark)").matches ? "#121212" : "#fff");
  };
  const edges = (style) => {
    const found = ["Top", "Right", "Bottom", "Left"]
      .filter((side) => parseFloat(style[`border${side}Width`]) > 0 && style[`border${side}Style`] !== "none")
      .map((side) => style[`border${side}Color`]);
    if (parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none") found.push(style.outlineColor);
    const shadow = style.boxShadow.match(/(?:rgba?|color|oklab|oklch|hsla?)\\([^)]*\\)|#[0-9a-f]+/i);
    if (style.boxShadow !== "none" && shadow) found.push(shadow[0]);
    if (rgba(style.backgroundColor)[3] > 0.99) found.push(style.backgroundColor);
    return found.filter((color) => rgba(color)[3] > 0.99);
  };
  const said = [];
  for (const one of document.querySelectorAll(selector)) {
    if (!one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) continue;
    const around = behind(one.parentElement);
    const best = Math.max(0, ...edges(getComputedStyle(one)).map((color) => ratio(rgba(color), around)));
    if (best < least) said.push(`${one.outerHTML.slice(0, 90)}: ${best.toFixed(2)}`);
  }
  return said;
}"""


def faint(page: Page) -> list[str]:
    """Return the fields, and the chosen ones of several, whose edge differs by less than 3:1 from what is around it."""
    said: list[str] = page.evaluate(EDGES, [f"{FIELDS}, {CHOSEN}", LEAST])
    return [f"faint {one}" for one in said]


WORD = 14
"""A longer word, an address say, may be broken where a button is narrow."""

BROKEN = """(most) => {
  const said = [];
  for (const one of document.querySelectorAll("button, .button, .tabs a, .pages a, .mark")) {
    if (!one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) continue;
    if (one.closest("[aria-hidden=true]")) continue;
    const texts = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      if (text.parentElement.closest(".hide")) continue;
      for (const word of text.data.matchAll(/\\S+/g)) {
        const range = document.createRange();
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        const lines = new Set([...range.getClientRects()].map((line) => Math.round(line.top)));
        if (word[0].length <= most && lines.size > 1) said.push(one.outerHTML.slice(0, 90));
      }
    }
  }
  return said;
}"""


def broken(page: Page) -> list[str]:
    """Return the buttons, tabs and states that have so little room that a word of theirs stands on several lines."""
    said: list[str] = page.evaluate(BROKEN, WORD)
    return [f"broken {one}" for one in said]


OUTSIDE = """(selector) => {
  const shown = (one) => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  return [...document.querySelectorAll(selector)].filter((one) => {
    const card = one.closest(".card, .door");
    return card && shown(one) && one.getBoundingClientRect().right > card.getBoundingClientRect().right + 1;
  }).map((one) => one.outerHTML.slice(0, 90));
}"""


def outside(page: Page) -> list[str]:
    """Return the fields and buttons that stand out of the card that they belong to."""
    said: list[str] = page.evaluate(OUTSIDE, f"{FIELDS}, button, .button")
    return [f"outside {one}" for one in said]


SAME = """([fields, chosen]) => {
  const shown = (one) => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  const look = (one) => {
    const style = getComputedStyle(one);
    const edges = ["borderTopWidth", "borderTopStyle", "borderTopColor", "borderBottomColor", "outlineStyle"];
    return [...edges, "backgroundColor", "color"].map((name) => style[name]).join();
  };
  const bare = [...document.querySelectorAll(fields)].filter((one) => {
    const style = getComputedStyle(one);
    if (!shown(one) || one.closest("[aria-hidden]")) return false;
    return parseFloat(style.borderBottomWidth) === 0 || style.borderBottomStyle === "none";
  });
  const alike = [...document.querySelectorAll(chosen)].filter((one) => {
    const others = [...(one.closest("ul, nav, [role=radiogroup], fieldset")?.querySelectorAll(one.tagName) ?? [])]
      .filter((other) => other !== one && shown(other) && !other.matches(chosen));
    return shown(one) && others.some((other) => look(other) === look(one));
  });
  return [...bare, ...alike].map((one) => one.outerHTML.slice(0, 90));
}"""


def lost_in_forced_colours(page: Page) -> list[str]:
    """Return fields without an edge, and what is chosen and looks like the others, where a system forces colours."""
    page.emulate_media(forced_colors="active")
    try:
        said: list[str] = page.evaluate(SAME, [f"{FIELDS}, button", CHOSEN])
    finally:
        page.emulate_media(forced_colors="none")
    return [f"forced colours {one}" for one in said]
