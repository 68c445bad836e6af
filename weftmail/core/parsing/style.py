"""What a mail may ask of its own looks: an allow-list of CSS properties, and for each the values that it may have.

Whatever stands in the style of an element must not reach beyond the place that the element has in the page, or it
could cover words that are ours (CSS 2.2, 9 to 11).  So nothing positions, moves by a negative length, fixes the height
of what holds text, or makes lines lower than their letters.  Units are those that depend on nothing but the
font: none of the window, no functions.  Sizes of letters that grow within each other become sizes that do not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Final

from weftmail.core.limits import STYLE_DECLARATIONS, STYLE_FAMILIES, STYLE_REMEMBERED

Check = Callable[[str, str], str | None]
"""From the tag and a value in lower case to the value that stays; None: none does."""


_PIXELS: Final = {
    "px": 1.0, "pt": 96 / 72, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4,
    "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0,
}  # fmt: skip
_ABSOLUTE: Final = frozenset(("px", "pt", "pc", "in", "cm", "mm"))
_LENGTH: Final = re.compile(r"(\d{1,5}(?:\.\d{1,6})?|\.\d{1,6})(px|pt|pc|in|cm|mm|em|rem|ex|ch|%)|0+")
_WORD: Final = re.compile(r"[a-z]{1,12}(?:-[a-z]{1,12}){0,3}")
_COLOUR: Final = re.compile(
    r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})|[a-z]{3,24}|(?:rgb|hsl)a?\([\d.,%/ deg]{1,50}\)"
)
_FAMILY: Final = re.compile(r"""\s*+(?:"[\w .-]{1,60}"|'[\w .-]{1,60}'|[\w-][\w -]{0,60}+)\s*+""")
_KIND: Final = r"(?:italic|oblique|normal|bold|bolder|lighter|small-caps|[1-9]00)"
_FONT: Final = re.compile(rf"((?:{_KIND}\s+){{0,4}})([\w.%-]+)(?:\s*/\s*[\w.%]+)?\s+(.+)", re.S)
_HELD: Final = re.compile(r"[^\s()]+(?:\([^()]*\))?")
"""A value by its parts; a colour's parentheses hold blanks."""
_SIZES: Final = ("xx-small", "x-small", "small", "medium", "large", "x-large", "xx-large")
_SMALLEST, _LARGEST = 6.0, 96.0
_TABLE: Final = frozenset(("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "col", "colgroup"))
_TALL: Final = frozenset(("img", "table", "tr", "td", "th"))
"""What grows with its content however low it is said to be, and images, which are cut."""


def safe_style(tag: str, style: str) -> str | None:
    """Return the declarations of a style that may stay on a tag; None where none may."""
    # Programs that write mail give each paragraph the style of the one before.
    return _remembered(tag, style) if len(tag) + len(style) <= STYLE_REMEMBERED else _safe(tag, style)


def _safe(tag: str, style: str) -> str | None:
    found: dict[str, str] = {}
    for declaration in style.split(";", STYLE_DECLARATIONS)[:STYLE_DECLARATIONS]:
        name, colon, value = declaration.partition(":")
        name = name.strip().lower()
        check = CHECKS.get(name)
        if check is not None and colon:
            said = check(tag, value.lower().replace("!important", "").strip())
            if said is not None:
                found[name] = said
    if "line-height" in found:
        _mend_line_height(found)
    return ";".join(f"{name}:{value}" for name, value in found.items()) or None


_remembered = lru_cache(maxsize=512)(_safe)


def colour(_tag: str, value: str) -> str | None:
    """Return a colour."""
    return value if _COLOUR.fullmatch(value) else None


def families(_tag: str, value: str) -> str | None:
    """Return the names of fonts."""
    names = value.split(",", STYLE_FAMILIES)
    return value if len(names) <= STYLE_FAMILIES and all(map(_FAMILY.fullmatch, names)) else None


def _words(_tag: str, value: str, most: int = 1) -> str | None:
    parts = value.split()
    return value if 0 < len(parts) <= most and all(map(_WORD.fullmatch, parts)) else None


def _one_of(_tag: str, value: str, allowed: frozenset[str]) -> str | None:
    return value if value in allowed else None


def _pixels(value: str) -> float | None:
    """Return a length in pixels, letters of 16 taken for granted; None for a share and for what is no length."""
    found = _LENGTH.fullmatch(value)
    if found is None or found[2] == "%":
        return None
    return float(found[1]) * _PIXELS[found[2]] if found[2] else 0.0


def _is_length(value: str, most: float, share: float) -> bool:
    found = _LENGTH.fullmatch(value)
    if found is not None and found[2] == "%":
        return float(found[1]) <= share
    pixels = _pixels(value)
    return pixels is not None and pixels <= most


def _lengths(
    tag: str,
    value: str,
    most: float = 2000,
    share: float = 100,
    count: int = 1,
    words: frozenset[str] = frozenset(("auto",)),
) -> str | None:
    parts = value.split()
    right = all(part in words or _is_length(part, most, share) for part in parts)
    return value if right and 0 < len(parts) <= count else None


def _on(tag: str, value: str, tags: frozenset[str], check: Check) -> str | None:
    return check(tag, value) if tag in tags else None


def _off(tag: str, value: str, tags: frozenset[str], check: Check) -> str | None:
    return None if tag in tags else check(tag, value)


def _border(tag: str, value: str) -> str | None:
    parts = _HELD.findall(value)
    right = all(_is_length(part, 20, 0) or _COLOUR.fullmatch(part) for part in parts)
    return " ".join(parts) if right and 0 < len(parts) <= 3 else None


def _decoration(tag: str, value: str) -> str | None:
    parts = _HELD.findall(value)
    right = all(_WORD.fullmatch(part) or _COLOUR.fullmatch(part) for part in parts)
    return " ".join(parts) if right and 0 < len(parts) <= 4 else None


def font_size(_tag: str, value: str) -> str | None:
    """Return a size of letters that does not grow with the one around it."""
    if value in _SIZES:
        return value
    found = _LENGTH.fullmatch(value)
    if found is None or not found[2]:
        return None
    if found[2] in ("em", "%"):
        times = float(found[1]) / (100 if found[2] == "%" else 1)
        steps = ((0.5, None), (0.8, "x-small"), (0.95, "small"), (1.05, None), (1.25, "large"), (1.6, "x-large"))
        return next((name for most, name in steps if times <= most), "xx-large")
    pixels = float(found[1]) * _PIXELS[found[2]]
    return value if _SMALLEST <= pixels <= _LARGEST else None


def _font(tag: str, value: str) -> str | None:
    """Return the short form of all that concerns the font, without its height of lines."""
    found = _FONT.fullmatch(value)
    size = font_size(tag, found[2]) if found is not None else None
    if found is None or size is None or families(tag, found[3].strip()) is None:
        return None
    return f"{found[1]}{size} {found[3].strip()}"


def _line_height(_tag: str, value: str) -> str | None:
    """Return a height of lines as it was said, to be mended once the size of the letters is known."""
    number = re.fullmatch(r"\d{1,3}(?:\.\d{1,6})?", value)
    return value if value == "normal" or number or _LENGTH.fullmatch(value) else None


def _mend_line_height(found: dict[str, str]) -> None:
    """Make a height of lines a number of the letters' own: any other one is inherited by larger letters, too."""
    value = found.pop("line-height")
    length = _LENGTH.fullmatch(value)
    times: float | None = None
    if value == "normal":
        found["line-height"] = value
    elif length is None or not length[2]:
        times = float(value)
    elif length[2] in ("%", "em"):
        times = float(length[1]) / (100 if length[2] == "%" else 1)
    elif length[2] in _ABSOLUTE:
        letters = _pixels(found.get("font-size", ""))
        times = float(length[1]) * _PIXELS[length[2]] / letters if letters else None
    if times is not None and 1 <= times <= 3:
        found["line-height"] = f"{times:.4g}"


_DISPLAYS: Final = frozenset(
    ("block", "inline", "inline-block", "none", "list-item", "table", "table-row", "table-cell")
)
_LINES: Final = frozenset(("baseline", "top", "middle", "bottom", "sub", "super", "text-top", "text-bottom"))
_NORMAL: Final = frozenset(("normal",))
_EDGES: Final = partial(_lengths, most=200, share=50, count=4)
_EDGE: Final = partial(_lengths, most=200, share=50)
_HEIGHT: Final = partial(_on, tags=_TALL, check=_lengths)

CHECKS: Final[Mapping[str, Check]] = {
    "color": colour,
    "background-color": colour,
    "font": _font,
    "font-family": families,
    "font-size": font_size,
    "font-style": _words,
    "font-variant": _words,
    "font-weight": lambda tag, value: value if re.fullmatch(r"[1-9]00", value) else _words(tag, value),
    "line-height": _line_height,
    "letter-spacing": partial(_lengths, most=10, share=0, words=_NORMAL),
    "word-spacing": partial(_lengths, most=50, share=0, words=_NORMAL),
    "text-align": _words,
    "text-decoration": _decoration,
    "text-indent": partial(_lengths, most=100, share=0, words=frozenset()),
    "text-transform": _words,
    "vertical-align": partial(_one_of, allowed=_LINES),
    "white-space": _words,
    "word-break": _words,
    "word-wrap": _words,
    "direction": partial(_one_of, allowed=frozenset(("ltr", "rtl"))),
    "list-style-type": _words,
    "table-layout": _words,
    "clear": _words,
    # A cell that floats, or is a block, no longer grows with its content.
    "float": partial(_off, tags=_TABLE, check=partial(_one_of, allowed=frozenset(("left", "right", "none")))),
    "display": lambda tag, value: value if value == "none" or (tag not in _TABLE and value in _DISPLAYS) else None,
    "width": _lengths,
    "min-width": _lengths,
    "max-width": partial(_lengths, words=frozenset(("none",))),
    "height": _HEIGHT,
    "min-height": _lengths,
    "max-height": partial(_on, tags=frozenset(("img",)), check=_lengths),
    "margin": _EDGES,
    "padding": _EDGES,
    **{f"{name}-{side}": _EDGE for name in ("margin", "padding") for side in ("top", "right", "bottom", "left")},
    "border": _border,
    **{f"border-{side}": _border for side in ("top", "right", "bottom", "left")},
    "border-color": partial(_decoration),
    "border-style": partial(_words, most=4),
    "border-width": partial(_lengths, most=20, share=0, count=4, words=frozenset(("thin", "medium", "thick"))),
    **{f"border-{side}-color": colour for side in ("top", "right", "bottom", "left")},
    **{f"border-{side}-style": _words for side in ("top", "right", "bottom", "left")},
    **{
        f"border-{side}-width": partial(_lengths, most=20, share=0, words=frozenset(("thin", "medium", "thick")))
        for side in ("top", "right", "bottom", "left")
    },
    "border-radius": partial(_lengths, most=200, share=100, count=4),
    "border-collapse": _words,
    "border-spacing": partial(_lengths, most=50, share=0, count=2, words=frozenset()),
}
"""Every property that may stay, with what its value must be."""


# --- attributes that say the same as a style ----------------------------------------------------------------------

_COUNT: Final = re.compile(r"(\d{1,5})(%?)")
_MOST: Final = {
    "width": 2000, "height": 2000, "border": 20, "cellpadding": 100, "cellspacing": 50, "size": 100, "colspan": 100,
    "rowspan": 1000, "span": 100,
}  # fmt: skip
_PLAIN: Final = {
    "align": _WORD, "valign": _WORD, "type": re.compile(r"[a-zA-Z0-9]{1,10}"), "nowrap": re.compile(r"(?:nowrap)?"),
    "noshade": re.compile(r"(?:noshade)?"), "dir": re.compile(r"ltr|rtl|auto"),
    "lang": re.compile(r"[A-Za-z0-9-]{1,35}"), "start": re.compile(r"-?\d{1,6}"), "value": re.compile(r"-?\d{1,6}"),
}  # fmt: skip


def safe_attribute(tag: str, name: str, value: str) -> str | None:
    """Return the value of an attribute that concerns looks, if it may stay; anything else as it is."""
    bare = value.strip()
    if name in ("bgcolor", "color"):
        return colour(tag, bare.lower())
    if name == "face":
        return families(tag, bare)
    if tag == "font" and name == "size":
        return bare if re.fullmatch(r"[+-]?[1-7]", bare) else None
    if name in _MOST:
        found = _COUNT.fullmatch(bare.removesuffix("px"))
        if found is None or (name == "height" and tag not in _TALL):
            return None
        return found[0] if int(found[1]) <= (100 if found[2] else _MOST[name]) else None
    if name in _PLAIN:
        return bare if _PLAIN[name].fullmatch(bare.lower() if name in ("align", "valign", "dir") else bare) else None
    return value[:500] if name in ("title", "alt") else value
