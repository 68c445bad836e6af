"""Numbers as strangers write them: in addresses, in forms, in the fields of a request."""

from __future__ import annotations

from starlette.convertors import Convertor, register_url_convertor

DIGITS = 17
"""No number of ours has more; one of thousands Python refuses to read, and the store has a largest one, too."""


def whole_number(text: str) -> int | None:
    """Return the number that ``text`` is in plain digits; None for anything else, unicode digits and signs included."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else None


class Number(Convertor[int]):
    """A number in the path of a page, ``{name:number}``; with another one there is no such page."""

    regex = f"[0-9]{{1,{DIGITS}}}"

    def convert(self, value: str) -> int:
        """Return what stands in the path as a number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Return the number as it stands in a path."""
        return str(value)


register_url_convertor("number", Number())
