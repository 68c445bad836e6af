"""Is a signed mail a colleague's?  A signature of their domain proves it only as far as it reaches (RFC 6376, 8.15).

Whoever passes a signed mail on can add what it does not cover, hand it to another address, and count on two programs
that read one header in two ways.  So it has to cover what we believe, the header must have one reading, and something
has to say that the mail was meant to come where it came.  A login at our own mail server needs none of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from weftmail.core.address import BadAddress, canonical_domain, comparable
from weftmail.core.envelope import Envelope
from weftmail.core.parsing.dkim_tags import SignatureField, Signers
from weftmail.core.parsing.message import Message
from weftmail.core.wording.phrase import Phrase

MUST: tuple[str, ...] = ("from", "date", "subject")
"""The fields that have to be covered wherever they stand."""
_FLAWS = {
    "control": Phrase("held.signed.control"),
    "stray": Phrase("held.signed.stray"),
    "many": Phrase("held.signed.many"),
}


def left_out(signers: Signers, domain: str) -> frozenset[str]:
    """Return the fields that not every signature of the domain covers wholly."""
    return frozenset(name for one in _of(signers, domain) for name in one.leaves_out)


def doubt(message: Message, domain: str) -> Phrase | None:
    """Return why a valid signature of the domain does not make the mail its author's; None where it does.

    Where the mail was meant to go is another question: ``addressed``.
    """
    signers = message.signers
    for flaw in signers.flaws:
        what, _, name = flaw.partition(" ")
        if what == "twice":
            return Phrase("held.signed.twice", {"field": shown(name)})
        if what == "mended":
            return Phrase("held.signed.mended", {"field": shown(name)})
        return _FLAWS[what]
    found = _of(signers, domain)
    if not found:
        return Phrase("held.signed.elsewhere", {"domain": domain})
    if any(one.partial for one in found):
        return Phrase("held.signed.partial", {"domain": domain})
    missing = [name for name in MUST if name in left_out(signers, domain)]
    if missing:
        fields = ", ".join(shown(name) for name in missing)
        return Phrase("held.signed.uncovered", {"domain": domain, "fields": fields})
    if not all(one.agrees for one in found):
        return Phrase("held.signed.body", {"domain": domain})
    return None


def covered(message: Message, left_out: frozenset[str]) -> Message:
    """Return the mail without what its author's signature leaves out: anybody may have added that."""
    changes: dict[str, tuple[()]] = {
        member: ()
        for name, member in (
            ("to", "to"), ("cc", "cc"), ("reply-to", "reply_to"), ("in-reply-to", "in_reply_to"),
            ("references", "references"),
        )
        if name in left_out
    }  # fmt: skip
    return replace(message, **changes) if changes else message  # type: ignore[arg-type]


def addressed(envelope: Envelope, message: Message) -> bool:
    """Say whether To or Cc name the recipient, as it is or as it was before the mail server's own aliases."""
    named = {comparable(box.address) for box in (*message.to, *message.cc)}
    return bool(named & {comparable(envelope.recipient), comparable(envelope.original_recipient)})


def shown(name: str) -> str:
    """Return the name of a field as people write it."""
    words = ("MIME" if word == "mime" else "ID" if word == "id" else word.capitalize() for word in name.split("-"))
    return "-".join(words)


def _of(signers: Signers, domain: str) -> Sequence[SignatureField]:
    return [one for one in signers.signatures if domain in (_canonical(one.domain), _canonical(one.identity))]


def _canonical(domain: str) -> str:
    try:
        return canonical_domain(domain)
    except BadAddress:
        return ""
