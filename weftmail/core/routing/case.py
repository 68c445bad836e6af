"""One delivery as the rules see it, and what a rule says of it."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.core.envelope import Envelope
from weftmail.core.parsing.message import Message
from weftmail.core.routing.disposition import Author, Disposition
from weftmail.core.routing.facts import Facts
from weftmail.core.wording.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Case:
    """One delivery, as a rule sees it."""

    envelope: Envelope
    message: Message
    facts: Facts

    @property
    def marked(self) -> bool:
        """A program says itself that it wrote this (RFC 3834)."""
        return self.message.auto_submitted not in ("", "no")

    @property
    def automatic(self) -> bool:
        """A program wrote it, or there is nobody to send an answer to."""
        return not self.envelope.sender or self.marked

    @property
    def automatic_answer(self) -> bool:
        """An answer that no person wrote: it opens nothing.  From nobody, that is what answers something."""
        if self.message.kind == "auto-reply":
            return True
        return not self.envelope.sender and bool(self.message.in_reply_to or self.message.references)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says: a disposition or None, and why."""

    disposition: Disposition | None
    why: Phrase


def author_of(case: Case, company_id: int) -> Author:
    """Return who the mail is by.  An unverified colleague's address, and an address of our own, act as nobody."""
    sender = case.facts.sender
    if sender.colleague_in(company_id):
        user_id = sender.user_id if sender.verified_as_colleague else None
        return Author(sender.name, sender.address, user_id=user_id)
    via = Phrase("via.from", {"from": sender.behind}) if sender.behind else None
    return Author(sender.name, sender.address, outsider=bool(sender.address) and not sender.ours, via=via)
