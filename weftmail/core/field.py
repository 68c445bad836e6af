"""The fields of records: what a value of each kind may be, in the one spelling in which it is kept.

A number is kept with a point and no other mark (``23500.5``), an amount with the letters of its currency behind it
(ISO 4217: ``23500.00 SEK``), a date as ISO 8601 has it, a person by the address of a colleague.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from weftmail.core.address import BadAddress, canonical
from weftmail.core.text import LONGEST, BadText, line

__all__ = ["KINDS", "LONGEST", "BadValue", "FieldKind", "decimal", "value"]

KINDS = ("text", "number", "amount", "date", "choice", "person")

_BLANKS = re.compile("[\\s\u00a0\u2009\u202f']")
_NUMBER = re.compile(r"[-\u2212]?[0-9]{1,15}(?:[.,][0-9]{1,6})?")
_GROUPED = re.compile(r"[-\u2212]?[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*((?!\1)[.,][0-9]{1,6})?")
_AMOUNT = re.compile(r"(?:([A-Z]{3})\s*)?([-\u2212]?[0-9][^A-Za-z]*?)(?:\s*([A-Z]{3}))?")


@dataclass(frozen=True, slots=True)
class FieldKind:
    """A field of the records of a type; ``choices`` are what one of the kind ``choice`` can hold.

    ``in_list``: lists of the type show it as a column.
    """

    name: str
    kind: str
    choices: tuple[str, ...] = ()
    in_list: bool = False


class BadValue(ValueError):
    """This text is no value of the kind; ``code`` says why."""

    def __init__(self, text: str, code: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


def value(kind: str, text: str, choices: Sequence[str] = ()) -> str:
    """Return the one spelling of a value of this kind; raise BadValue for what is none."""
    try:
        written = line("value", text)
    except BadText as error:
        raise BadValue(text, error.code) from None
    return _READ[kind](written, choices)


def decimal(text: str) -> Decimal:
    """Return the number in a value of ``number`` or ``amount``, as it is kept."""
    return Decimal(text.partition(" ")[0])


def _text(text: str, _choices: Sequence[str]) -> str:
    return text


def _number(text: str, _choices: Sequence[str] = ()) -> str:
    """Read a number as people write it: blanks part thousands, and so may a point or a comma that is not the last."""
    bare = _BLANKS.sub("", text)
    grouped = _GROUPED.fullmatch(bare)
    if grouped is not None:
        if bare.count(grouped[1]) == 1 and not grouped[2]:
            # One thousand, or one: nobody but its author knows.
            raise BadValue(text, "number_ambiguous")
        bare = bare.replace(grouped[1], "")
    if _NUMBER.fullmatch(bare) is None:
        raise BadValue(text, "no_number")
    return str(Decimal(bare.replace(",", ".").replace("\u2212", "-")))


def _amount(text: str, _choices: Sequence[str]) -> str:
    found = _AMOUNT.fullmatch(text)
    if found is None or bool(found[1]) is bool(found[3]):
        raise BadValue(text, "no_amount")
    whole, _, parts = _number(found[2]).partition(".")
    return f"{whole}.{parts:0<2} {found[1] or found[3]}"


def _date(text: str, _choices: Sequence[str]) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadValue(text, "no_date") from None


def _choice(text: str, choices: Sequence[str]) -> str:
    if text not in choices:
        raise BadValue(text, "no_choice")
    return text


def _person(text: str, _choices: Sequence[str]) -> str:
    try:
        return canonical(text)
    except BadAddress as error:
        raise BadValue(text, error.code) from None


_READ = {
    "text": _text,
    "number": _number,
    "amount": _amount,
    "date": _date,
    "choice": _choice,
    "person": _person,
}
