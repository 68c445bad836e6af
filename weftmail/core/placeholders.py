"""Placeholders of saved replies: ``{customer.name}`` in a text, and what stands there instead on a record.

The list is closed: a name that is not in it is refused when the reply is saved.  Braces around anything else are the
author's own and stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from weftmail.core.wording.phrase import marked

PLACEHOLDERS: Final = {
    "customer.name": marked("the customer's name"),
    "customer.first_name": marked("the first word of the customer's name"),
    "customer.address": marked("the customer's address"),
    "record.number": marked("the number of the record, such as LEAD-42"),
    "record.title": marked("the title of the record"),
    "owner.name": marked("who owns the record"),
    "team.name": marked("the team of the record"),
    "me.name": marked("the name of whoever writes"),
    "company.name": marked("the name of your company"),
}
"""Every placeholder but those of fields, with what stands there instead."""

FIELD: Final = "field."
"""What the placeholder of a field of the record's type begins with: ``{field.delivery date}``."""

_NAMED: Final = re.compile(r"\{((?:customer|record|owner|team|me|company|field)\.[^{}\n]{1,200})\}")


def placeholders(text: str) -> tuple[str, ...]:
    """Return the names that stand in braces in the text and look like placeholders, each once, in their order."""
    return tuple(dict.fromkeys(found.strip() for found in _NAMED.findall(text)))


def unknown(text: str, fields: Sequence[str]) -> tuple[str, ...]:
    """Return those that are not in the list, ``fields`` being the names of the fields that there are."""
    known = {*PLACEHOLDERS, *(f"{FIELD}{one}" for one in fields)}
    return tuple(one for one in placeholders(text) if one not in known)


def filled(text: str, values: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return the text with the values in it, and the names of those for which there is none: they stand there still."""
    missing = tuple(one for one in placeholders(text) if not values.get(one, "").strip())

    def said(found: re.Match[str]) -> str:
        name = found[1].strip()
        return found[0] if name in missing else values[name]

    return _NAMED.sub(said, text), missing
