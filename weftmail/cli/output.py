"""What commands print: lines and tables for people, JSON for programs.

Times are ISO 8601: for people in the time zone of the shell (TZ, else that of the machine), in JSON in UTC with Z.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from weftmail.cli.terminal import harmless
from weftmail.core.tokens.reply_token import mask_addresses
from weftmail.flow.vocabulary import iso as iso

Fields = dict[str, object]


def shown(milliseconds: int | None) -> str:
    """Return a time as people read it: in the time zone of the shell, to the second; a dash where there is none."""
    return "-" if milliseconds is None else _local(datetime.fromtimestamp(milliseconds // 1000, UTC))


def shown_iso(text: object) -> str:
    """Return a time of JSON as people read it."""
    return _local(datetime.fromisoformat(str(text))) if text else "-"


def _local(time: datetime) -> str:
    """The offset makes it mean the same on every machine."""
    local = time.astimezone()
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:5]}"


def bar(value: int, longest: int, width: int = 20) -> str:
    """Return a bar of blocks for ``value``, of ``width`` where it is the longest; "" for nothing or less."""
    return "█" * max(round(width * value / longest), 1) if value > 0 else ""


def as_json(value: object) -> str:
    """Return the value as JSON, as people would write it; reply addresses lose their tokens."""
    return mask_addresses(json.dumps(value, ensure_ascii=False, indent=2))


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], empty: str, *, most: int = 300) -> list[str]:
    """Return rows under their headings, in columns; where there are none, the one line ``empty``.

    Of a cell ``most`` letters are shown.
    """
    texts = [[one_line(cell, most) for cell in row] for row in rows]
    if not texts:
        return [empty]
    widths = [max(_width(row[column]) for row in [list(headings), *texts]) for column in range(len(headings))]
    return ["  ".join(_padded(*cell) for cell in zip(row, widths, strict=True)).rstrip() for row in [headings, *texts]]


def sheet(values: Mapping[str, object]) -> list[str]:
    """Return names and values, one a line; values that are empty show a dash, lists their members."""
    width = max(map(_width, values))
    texts = {name: ", ".join(value) or "none" if isinstance(value, list) else value for name, value in values.items()}
    return [f"{_padded(name, width)}  {one_line(text)}".rstrip() for name, text in texts.items()]


def one_line(value: object, most: int = 300) -> str:
    """Return a value as it stands in a table: on one line, without anything that a terminal would obey."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = harmless(str(value))
    return text if len(text) <= most else text[: most - 1] + "…"


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
