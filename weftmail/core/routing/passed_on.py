"""Which way a mail came to its address: by the mailbox, list or server that passed it on, named by what tells of it.

For people who forward to us and ask what happened.  No rule asks it: what the fields say may be invented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from weftmail.core.address import comparable, domain_of, without_plus
from weftmail.core.envelope import Envelope
from weftmail.core.parsing.message import Message, Stamp
from weftmail.core.parsing.passed_on import FIELDS, Addressing, addresses, list_of
from weftmail.core.tokens.reply_token import mask
from weftmail.core.wording.phrase import Phrase

Way = Literal["mailbox", "recipient", "redirect", "list", "srs", "alias", "unmarked", "straight"]

_SRS = re.compile(
    r"(?i)^srs0[-+=][^=]+=[^=]+=(?P<domain>[^=@]+)=(?P<local>[^@]+)@(?P<host>[^@]+)$"
    r"|^srs1[-+=][^=]+=(?P<first>[^=@]+)=[-+=]?[^@]*@(?P<second>[^@]+)$"
    r"|^[^@]+\+srs=[^=@]+=[^=@]+=(?P<from_domain>[^=@]+)=(?P<from_local>[^@]+)@(?P<tenant>[^@]+)$"
    r"|^[^@]+\+srs=[^=@]+=[^=@]+@(?P<bare>[^@]+)$"
)
"""Envelope senders that are rewritten: by postsrsd and its like, a second time, and by Microsoft 365 in two forms."""
_GMAIL = re.compile(r"(?i)^(?P<local>[^@]+)\+caf_=[^@]+@(?P<domain>[^@]+)$")
_GROUP = re.compile(r"^(?P<local>[^@]+)\+bnc[A-Za-z0-9_-]{6,}@(?P<domain>[^@]+)$")
_SENDER = "MAIL FROM"


@dataclass(frozen=True, slots=True)
class Forwarder:
    """One who passed a mail on, or how it came where nobody did.

    ``fields``: what tells of it, as it is written in a header.  ``address``: whose mailbox or which list it is, or the
    host that rewrote the sender; "" where that does not stand there.  ``author``: whom the sender was rewritten for.
    """

    way: Way
    fields: tuple[str, ...]
    address: str = ""
    author: str = ""

    @property
    def phrase(self) -> Phrase:
        """The sentence that says it."""
        field, address, author = ", ".join(self.fields), mask(self.address), mask(self.author)
        match self.way:
            case "straight":
                return Phrase("passed.straight")
            case "unmarked" if address:
                return Phrase("passed.unmarked", {"address": address})
            case "unmarked":
                return Phrase("passed.unmarked.nobody")
            case "alias":
                return Phrase("passed.alias", {"address": address, "field": field})
            case "srs" if author:
                return Phrase("passed.srs", {"address": address, "author": author, "field": field})
            case "srs":
                return Phrase("passed.srs.unnamed", {"address": address, "field": field})
            case "recipient":
                return Phrase("passed.recipient", {"address": address, "field": field})
        return self._named(field, address)

    def _named(self, field: str, address: str) -> Phrase:
        """Say which mailbox or list it was, or that it does not say so itself."""
        match self.way:
            case "list" if address:
                return Phrase("passed.list", {"address": address, "field": field})
            case "list":
                return Phrase("passed.list.unnamed", {"field": field})
            case "redirect" if address:
                return Phrase("passed.redirect", {"address": address, "field": field})
            case "redirect":
                return Phrase("passed.redirect.unnamed", {"field": field})
        if address:
            return Phrase("passed.mailbox", {"address": address, "field": field})
        return Phrase("passed.mailbox.unnamed", {"field": field})


def of_message(message: Message) -> Addressing:
    """Return what ``passed_on`` asks for, of a message that was parsed."""
    return Addressing(tuple(box.address for box in (*message.to, *message.cc)), message.passed_on)


def passed_on(envelope: Envelope, mail: Addressing) -> tuple[Forwarder, ...]:
    """Return who passed the mail on, the last one first; of one that nobody did, how it came.  Never empty."""
    here = comparable(envelope.recipient)
    original = comparable(envelope.original_recipient)
    found: list[Forwarder] = []
    if original and original != here:
        found.append(Forwarder("alias", ("RCPT TO",), original))
    for one in (*_from_fields(here, mail.fields), *_from_sender(_SENDER, envelope.sender)):
        _add(found, one)
    return tuple(found) or (_unmarked(here, mail),)


def _unmarked(here: str, mail: Addressing) -> Forwarder:
    named = [comparable(one) for one in mail.named]
    if _bare(here) in map(_bare, named):
        return Forwarder("straight", ("To", "Cc"))
    return Forwarder("unmarked", ("To", "Cc"), next(iter(named), ""))


def _bare(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{without_plus(local)}@{domain}"


def _add(found: list[Forwarder], one: Forwarder) -> None:
    """Add what one field tells, to what is known of the same mailbox or list where there is such."""
    for at, known in enumerate(found):
        if known.way != "alias" and _same(known, one):
            fields = tuple(dict.fromkeys((*known.fields, *one.fields)))
            # That a mailbox or a list passed it on says more than that it was delivered there.
            way = one.way if known.way == "recipient" else known.way
            address = known.address if "@" in known.address else one.address or known.address
            found[at] = replace(known, way=way, fields=fields, address=address, author=known.author or one.author)
            return
    found.append(one)


def _same(known: Forwarder, one: Forwarder) -> bool:
    if "srs" in (known.way, one.way):
        return (known.way, known.address, known.author) == (one.way, one.address, one.author)
    if known.address and _dotted(known.address) == _dotted(one.address):
        return True
    # A list writes its number beside its name, and a mailbox where it forwards to beside who it is.
    return known.way == one.way and known.way in ("list", "mailbox") and not (known.address and one.address)


def _dotted(address: str) -> str:
    """Return the address of a list as its List-Id has it (RFC 2919)."""
    return address.replace("@", ".")


def _from_fields(here: str, fields: tuple[Stamp, ...]) -> Iterator[Forwarder]:
    for field in fields:
        name, says = FIELDS[field.name]
        if says == "sender":
            yield from _from_sender(name, next(iter(addresses(field.value)), ""))
        elif says == "list":
            yield Forwarder("list", (name,), comparable(list_of(field)))
        elif says == "target":
            yield Forwarder("mailbox", (name,))
        elif says == "redirect":
            first = next((comparable(one) for one in addresses(field.value)), "")
            if first or field.name.startswith("x-ms-"):
                yield Forwarder("redirect", (name,), first)
        else:
            for one in map(comparable, addresses(field.value)):
                if _bare(one) != _bare(here):
                    way: Way = "mailbox" if says == "mailbox" else "recipient"
                    yield Forwarder(way, (name,), one)
                    break


def _from_sender(name: str, sender: str) -> Iterator[Forwarder]:
    """Give what a rewritten sender tells; nothing of any other."""
    if found := _GMAIL.match(sender):
        yield Forwarder("mailbox", (name,), comparable(f"{found['local']}@{found['domain']}"))
    elif found := _GROUP.match(sender):
        yield Forwarder("list", (name,), comparable(f"{found['local']}@{found['domain']}"))
    elif found := _SRS.match(sender):
        host = domain_of(sender.lower())
        domain, local = found["domain"] or found["from_domain"], found["local"] or found["from_local"]
        author = f"{local}@{domain}" if domain and local else found["first"] or ""
        yield Forwarder("srs", (name,), host, author)
