"""Who wrote it, where From names a program, a list or ourselves: the one other person whom the mail names as author.

Anybody can write such a field, so that the person is never verified, and never a colleague.  They count as the sender
only where From's own address is verified and is one that we put there: ours, a list in our domains, a form that the
alias names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from weftmail.core.address import BadAddress, Mailbox, canonical
from weftmail.core.parsing.message import Message
from weftmail.core.reports.automatic import robot

_VIA = re.compile(r"^\s*['\"‘“]?(?P<name>.*?)['\"’”]?\s+(?:via|genom|über|par)\s+\S.*$", re.IGNORECASE)
_LABEL = r"(?:e-?mail|e-?post|mail|från|from|reply[- ]to|epost)(?:[ -]?(?:address|adress|adresse))?"
_ADDRESS = re.compile(rf"(?im)^[\s>*_]*{_LABEL}[*_]*\s*[:：=]\s*[*_]*\s*(?P<value>[^\n]{{3,300}})$")
_ADDRESS_BELOW = re.compile(rf"(?im)^[\s>*_]*{_LABEL}[*_]*\s*[:：]?[ \t]*\n+[\s>*_]*(?P<value>[^\s\n]+@[^\s\n]+)\s*$")
_NAME = re.compile(
    r"(?im)^[\s>*_]*(?:(?:full |your |ditt )?name|(?:ditt )?namn|för- och efternamn|navn|nimi)[*_]*\s*[:：=]\s*[*_]*"
    r"(?P<value>[^\n]{1,200})$"
)
_MAILBOX = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}\.[A-Za-z]{2,24}")
_HEAD = 20_000


def listed(message: Message) -> bool:
    """Say whether From is a list's: it says *via*, or names the author in a field of its own."""
    return bool(message.original_from or (message.from_ and _VIA.match(message.from_[0].name)))


def named(message: Message, address: str, *, ours: bool, form: bool) -> Mailbox | None:
    """Return the one other person who is named as the author of a mail with this ``address`` in From.

    ``ours``: it is an address of our own; ``form``: the alias names it as that of a web form, and it is verified.
    None where From is a person's, or nobody else is named, or several are.
    """
    if not (ours or form or robot(address) or listed(message)):
        return None
    if message.original_from:
        return _one(message.original_from, message, address)
    found = _one(message.reply_to, message, address)
    return found if found is not None or not form else _one(_in_body(message.text[:_HEAD]), message, address)


def _one(boxes: Iterable[Mailbox], message: Message, address: str) -> Mailbox | None:
    others: dict[str, Mailbox] = {}
    for box in boxes:
        try:
            other = canonical(box.address)
        except BadAddress:
            continue
        if other != address and not robot(other):
            others.setdefault(other, Mailbox(box.name or _shown(message), other))
    return next(iter(others.values())) if len(others) == 1 else None


def _shown(message: Message) -> str:
    """The name before *via*, which a list writes into From."""
    found = _VIA.match(message.from_[0].name) if message.from_ else None
    return found["name"].strip(" '\"") if found is not None else ""


def _in_body(text: str) -> list[Mailbox]:
    """The person whom the labelled lines of a form name."""
    for pattern in (_ADDRESS, _ADDRESS_BELOW):
        for line in pattern.finditer(text):
            address = _MAILBOX.search(line["value"])
            if address is not None:
                name = _NAME.search(text)
                return [Mailbox(name["value"].strip(" *_") if name is not None else "", address[0])]
    return []
