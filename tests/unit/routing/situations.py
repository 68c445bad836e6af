"""Situations, and what the rules make of each: who writes, by what the thread is found, to which alias, what it is.

``situations.txt`` keeps what routing says of them all, with the sentences that people read; a change of a rule shows
there as a change of lines.  To write it anew after one that is meant:
``python -m tests.unit.routing.situations > tests/unit/routing/situations.txt``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass, replace
from itertools import product
from typing import Any

from tests.unit.mail import mail
from weftmail.core.address import Mailbox
from weftmail.core.envelope import Envelope
from weftmail.core.field import FieldKind
from weftmail.core.parsing.message import Message
from weftmail.core.routing.disposition import Decision
from weftmail.core.routing.facts import AliasFacts, Facts, Referred, Sender
from weftmail.core.routing.rules import decide
from weftmail.core.wording.phrase import Phrase

ACME, OTHER = 1, 2
KARIN = Sender("Karin Ek", "karin@customer.example")
ANNA = Sender("Anna", "anna@acme.example", user_id=7, writes_in=frozenset({ACME}))
SENDERS = {
    "outsider": KARIN,
    "verified outsider": replace(KARIN, verified=True),
    "colleague": ANNA,
    "doubted colleague": replace(ANNA, verified=True, doubt=Phrase("held.signed.stray")),
    "verified colleague": replace(ANNA, verified=True, verified_as_colleague=True),
    "colleague elsewhere": replace(ANNA, writes_in=frozenset({OTHER}), verified=True, verified_as_colleague=True),
    "own address": Sender("Leads", "leads@acme.example", ours=True),
    "behind a form": replace(KARIN, behind="form@acme.example"),
    "nobody": Sender("", ""),
}
LEADS = AliasFacts(5, ACME, "leads@acme.example", record_type="lead")
TICKETS = replace(LEADS, address="support@acme.example", record_type="ticket")
PINNED = AliasFacts(6, ACME, "fair@acme.example", record_id=40, record="LEAD-4")
REFERENCE = (FieldKind("sum", "amount"), FieldKind("who", "person"), FieldKind("kind", "choice", ("taxi", "hotel")))
ALIASES: dict[str, AliasFacts | None] = {
    "no alias": None,
    "alias": LEADS,
    "removed alias": replace(LEADS, active=False),
    "pinned alias": PINNED,
    "alias for known": replace(LEADS, accepts="known"),
    "alias for known, who is": replace(LEADS, accepts="known", sender_known=True),
    "alias for participants": replace(PINNED, accepts="participants"),
    "alias for participants, who is one": replace(PINNED, accepts="participants", sender_takes_part=True),
    "alias for colleagues": replace(LEADS, accepts="internal"),
    "alias that holds machines": replace(LEADS, machines="hold"),
    "alias of expenses": replace(LEADS, reads="expense", each="pdf", record_type="expense", fields=REFERENCE),
}
POST = Referred(
    "token", ACME, 30, "LEAD-3", "lead", 300, True, 1000, alias_id=5, purpose="post", title="Autosvar: Stolar"
)
LOCATED = replace(POST, carrier="locator", purpose=None, sent_as="leads@acme.example")
FOUND: dict[str, Referred] = {
    "reply address": POST,
    "reply address of a note": replace(POST, purpose="note"),
    "internal message": replace(POST, public=False),
    "own reply address": replace(POST, personal=True, sender_is_owner=True),
    "address of the record": replace(POST, carrier="record", purpose="record", message_id=0),
    "locator": LOCATED,
    "locator, takes part": replace(LOCATED, sender_takes_part=True),
    "foreign id, was sent to": replace(LOCATED, carrier="foreign id", sent_to_sender=True),
    "shared id": replace(LOCATED, carrier="shared id", alias_id=9),
    "closed, opens again": replace(POST, sender_takes_part=True, closed=True),
    "closed, opens a new one": replace(POST, sender_takes_part=True, closed=True, when_closed="new"),
    "closed, is held": replace(POST, sender_takes_part=True, closed=True, when_closed="hold"),
}
TO, NULL = Envelope("leads@acme.example", "karin@customer.example"), Envelope("leads@acme.example", "")
KINDS: dict[str, tuple[Message, Envelope]] = {
    "mail": (mail(), TO),
    "answer of a program": (mail(kind="auto-reply", auto_submitted="auto-replied"), TO),
    "titled as one": (mail(kind="auto-reply", titled=True, subject="Autosvar: Stolar"), TO),
    "from a program": (mail(kind="machine", auto_submitted="auto-generated"), TO),
    "from nobody": (mail(), NULL),
    "from nobody, answers": (mail(in_reply_to=("<1@x.example>",)), NULL),
    "unreadable": (mail(missing=("text", "files", "html"), text=""), TO),
}


def said(one: Any) -> str:
    """Return a value in one line: what is not as usual, and of a sentence its code and values."""
    if isinstance(one, Phrase):
        values = ", ".join(f"{name}={said(value)}" for name, value in one.values.items())
        return f"«{one.code}»" + (f"({values})" if values else "")
    if isinstance(one, tuple):
        return "[" + ", ".join(said(each) for each in one) + "]"
    if not is_dataclass(one):
        return str(one)
    changed = ((each.name, getattr(one, each.name)) for each in fields(one) if _unusual(one, each))
    return f"{type(one).__name__}(" + ", ".join(f"{name}={said(value)}" for name, value in changed) + ")"


def _unusual(one: Any, each: Any) -> bool:
    return each.default is MISSING or getattr(one, each.name) != each.default


def line(name: str, decision: Decision, *, all_asked: bool = False) -> str:
    """Return the line of one situation: its name, what becomes of it, and the sentence of the rule, or of each rule."""
    asked = " ".join(f"{one.rule}: {said(one.why)}" for one in decision.trace if all_asked or one.matched)
    return f"{name}: {said(decision.disposition)} | {asked}"


def lines() -> Iterator[str]:
    """Yield the line of each situation."""
    for (who, sender), (how, found), (what, (message, envelope)) in product(
        SENDERS.items(), FOUND.items(), KINDS.items()
    ):
        if what in ("from nobody, answers", "from a program") and who not in ("outsider", "verified colleague"):
            continue
        by_token = found.carrier in ("token", "record")
        facts = Facts(sender, alias=None if by_token else LEADS, token="good" if by_token else "")
        facts = replace(facts, by_token=found) if by_token else replace(facts, by_id=(found,))
        yield line(f"{who}, {how}, {what}", decide(envelope, message, facts))
    for (who, sender), (where, alias), (what, (message, envelope)) in product(
        SENDERS.items(), ALIASES.items(), KINDS.items()
    ):
        if alias is None and who != "outsider":
            continue
        yield line(f"{who}, {where}, {what}", decide(envelope, message, Facts(sender, company_id=ACME, alias=alias)))
    yield from _further()


def _further() -> Iterator[str]:
    facts, spam = Facts(KARIN, company_id=ACME, alias=LEADS), "X-Spam-Flag"
    writer, writes = Mailbox("Erik", "erik@other.example"), replace(LEADS, accepts="known", sender_known=True)
    bounce, expense = replace(POST, purpose="bounce", contact_id=70), ALIASES["alias of expenses"]
    newer = replace(LOCATED, record_id=31, record="LEAD-31", message_id=301, created_at=2000, alias_id=8)
    verified = SENDERS["verified colleague"]
    cases: dict[str, tuple[Facts, Message]] = {
        "own mail that came back": (replace(facts, own_loop=True), mail()),
        "own mail that came back, to nowhere": (replace(facts, own_loop=True, alias=None), mail()),
        "50 hops": (replace(facts, hops=50), mail()),
        "51 hops": (replace(facts, hops=51), mail()),
        "51 hops, by a reply address": (replace(facts, hops=51, alias=None, by_token=POST), mail()),
        "passed on four times": (facts, mail(hops=4)),
        "passed on five times": (facts, mail(hops=5)),
        "passed on five times, to nowhere": (replace(facts, alias=None), mail(hops=5)),
        "blocked": (replace(facts, blocked=77), mail()),
        "infected": (replace(facts, virus="Eicar"), mail()),
        "infected, by a reply address": (replace(facts, virus="Eicar", by_token=POST, token="good"), mail()),
        "not scanned": (replace(facts, virus="", by_id=(LOCATED,)), mail()),
        "spam": (replace(facts, spam=spam), mail()),
        "spam, dropped": (replace(facts, spam=spam, alias=replace(LEADS, spam="drop")), mail()),
        "spam, let": (replace(facts, spam=spam, alias=replace(LEADS, spam="nothing")), mail()),
        "spam of a colleague": (replace(facts, spam=spam, sender=verified), mail()),
        "spam to a removed alias": (replace(facts, spam=spam, alias=replace(LEADS, active=False)), mail()),
        "spam to nowhere": (replace(facts, spam=spam, alias=None), mail()),
        "empty": (facts, mail(from_=(), text=" ", html="", attachments=())),
        "a program wrote for somebody": (replace(facts, writer=writer), mail()),
        "a program wrote for somebody, to known ones": (replace(facts, writer=writer, alias=writes), mail()),
        "a list in front, to an alias that holds machines": (
            replace(facts, writer=writer, alias=replace(LEADS, machines="hold")),
            mail(kind="machine", original_from=(writer,)),
        ),
        "forwarded": (replace(facts, sender=verified, sent_on=writer), mail()),
        "forwarded by one without a name": (replace(facts, sender=replace(verified, name=""), sent_on=writer), mail()),
        "forwarded to a pinned alias": (replace(facts, sender=verified, sent_on=writer, alias=PINNED), mail()),
        "forwarded to expenses": (replace(facts, sender=verified, sent_on=writer, alias=expense), mail()),
        **{
            f"to an alias pinned to a closed record, {then}, {who}": (
                replace(facts, sender=SENDERS[who], alias=replace(
                    PINNED, pinned_type="lead", closed=True, when_closed=then)), mail(),
            )
            for then in ("reopen", "new", "hold") for who in ("outsider", "verified colleague")
        },
        "to an alias pinned to a closed record, hold, a program": (
            replace(facts, alias=replace(PINNED, pinned_type="lead", closed=True, when_closed="hold")),
            mail(auto_submitted="auto-generated", kind="machine"),
        ),
        "postmaster": (replace(facts, alias=None, system="postmaster"), mail()),
        "abuse": (replace(facts, alias=None, system="abuse"), mail()),
        "another system address": (replace(facts, alias=None, system="reply"), mail()),
        "bad token": (replace(facts, alias=None, token="bad"), mail()),
        "revoked token": (replace(facts, alias=None, token="revoked"), mail()),
        "two threads, one opened here": (replace(facts, by_id=(LOCATED, newer)), mail()),
        "two threads, one takes part": (
            replace(facts, alias=None, by_id=(replace(LOCATED, alias_id=None, sender_takes_part=True), newer)), mail(),
        ),
        "two threads, the newer": (replace(facts, alias=None, by_id=(LOCATED, newer)), mail()),
        "two messages of one thread": (
            replace(facts, by_id=(LOCATED, replace(LOCATED, message_id=299, created_at=1000, public=False))), mail(),
        ),
        "forward rule, another type": (
            replace(facts, alias=TICKETS, alias_in_to=True, by_id=(LOCATED,)), mail(),
        ),
        "forward rule, only in Cc": (
            replace(facts, alias=TICKETS, by_id=(LOCATED,)),
            mail(),
        ),
        "forward rule, the same type": (
            replace(facts, alias=replace(LEADS, address="x@acme.example"), alias_in_to=True, by_id=(LOCATED,)), mail(),
        ),
        "forward rule, the address that it went out as": (
            replace(facts, alias=replace(LEADS, record_type="ticket"), alias_in_to=True, by_id=(LOCATED,)), mail(),
        ),
        "forward rule, pinned elsewhere": (replace(facts, alias=PINNED, alias_in_to=True, by_id=(LOCATED,)), mail()),
        "forward rule, pinned to the same": (
            replace(facts, alias=replace(PINNED, record_id=30), alias_in_to=True, by_id=(LOCATED,)), mail(),
        ),
        "an answer to an alias for colleagues": (
            replace(facts, alias=replace(LEADS, accepts="internal"), by_id=(replace(LOCATED, sender_takes_part=True),)),
            mail(),
        ),
        "a colleague's answer to an alias for colleagues": (
            replace(facts, sender=verified, alias=replace(LEADS, accepts="internal"), by_id=(LOCATED,)), mail(),
        ),
        "a colleague copies the record": (
            replace(facts, sender=verified, alias=None, by_token=FOUND["address of the record"], names_outsiders=True),
            mail(),
        ),
        "a pattern": (
            replace(facts, alias=replace(LEADS, pattern="{ref} {sum}", fields=(*REFERENCE, FieldKind("ref", "text")))),
            mail(subject="Re: A-17 1 234,50 kr"),
        ),
        "a pattern that does not fit": (replace(facts, alias=replace(LEADS, pattern="Order {ref}")), mail()),
        "a pattern with what is no choice": (
            replace(facts, alias=replace(LEADS, pattern="{kind}: {note}", fields=REFERENCE)), mail(subject="boat: one"),
        ),
        "a pattern with a choice": (
            replace(facts, alias=replace(LEADS, pattern="{kind}: {note}", fields=REFERENCE)),
            mail(subject="taxi: home"),
        ),
        "a pattern with an amount that is none": (
            replace(facts, alias=replace(LEADS, pattern="{ref} costs {sum}", fields=REFERENCE)),
            mail(subject="A-17 costs plenty"),
        ),
        "an expense": (
            replace(facts, sender=verified, alias=expense),
            mail(subject="Kvitto nr 17-4. taxi", text="Summa: 1 234,50 kr"),
        ),
        "an expense, its number first": (
            replace(facts, sender=verified, alias=expense), mail(subject="[A-17] taxi", text="Total 12 EUR"),
        ),
        "an expense, its number in the text": (
            replace(facts, sender=verified, alias=expense), mail(subject="Taxi", text="Invoice no: F/2026-1/\n99 kr"),
        ),
        "an expense of a type without such fields": (
            replace(facts, sender=verified, alias=replace(expense or LEADS, fields=())), mail(subject="Taxi 99 kr"),
        ),
    }  # fmt: skip
    for name, (known, message) in cases.items():
        yield line(name, decide(TO, message, known), all_asked=True)
    for kind in ("bounce", "delay", "receipt", "complaint"):
        for provider in (False, True):
            about = mail(kind=kind)
            by = {"our return path": {"by_token": bounce}, "our id": {"by_report": LOCATED}, "nothing": {},
                  "a reply address": {"by_token": POST}, "a reference": {"by_id": (LOCATED,)}}  # fmt: skip
            for how, known in by.items():
                signed = ", signed by a provider" if provider else ""
                yield line(f"{kind} by {how}{signed}", decide(NULL, about, replace(facts, provider=provider, **known)))  # type: ignore[arg-type]


if __name__ == "__main__":
    print("\n".join(lines()))
