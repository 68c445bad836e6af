"""Where a delivery goes: a pure decision from envelope, message and facts, with a trace of every rule asked.

The rules are asked in order and the first that decides ends it.  Routing is by the envelope recipient; To and Cc are
never asked, but for the one question of the forward rule.  A thread is found by reply token, then by locators and
stored foreign ids, never by subject or number.  ``docs/routing.md`` is written from the tables of this module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from weftmail.core.envelope import Envelope
from weftmail.core.parsing.message import Message
from weftmail.core.routing.disposition import (
    Append,
    Asked,
    Author,
    Decision,
    Discard,
    Disposition,
    Hold,
    Note,
    Open,
    Report,
)
from weftmail.core.routing.facts import AliasFacts, Facts, Referred

MOST_HOPS = 50
"""A mail with more Received fields than this is going round in circles (RFC 5321, 6.3)."""

REPORTS = ("bounce", "delay", "receipt", "complaint")


@dataclass(frozen=True, slots=True)
class Case:
    """One delivery, as a rule sees it."""

    envelope: Envelope
    message: Message
    facts: Facts

    @property
    def automatic(self) -> bool:
        """A machine says so itself (RFC 3834), or there is nobody to send an answer to: nobody is told."""
        return not self.envelope.sender or self.message.auto_submitted not in ("", "no")

    @property
    def automatic_answer(self) -> bool:
        """An answer that no person wrote: it opens nothing."""
        return self.message.kind == "auto-reply" or (not self.envelope.sender and self.message.kind == "mail")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says: a disposition or None, and why."""

    disposition: Disposition | None
    why: str


Rule = Callable[[Case], Verdict]


def decide(envelope: Envelope, message: Message, facts: Facts) -> Decision:
    """Return what is to become of the delivery.  Total: the last rule always decides; nothing is raised."""
    case = Case(envelope, message, facts)
    trace: list[Asked] = []
    for name, rule in RULES.items():
        verdict = rule(case)
        trace.append(Asked(name, verdict.disposition is not None, verdict.why))
        if verdict.disposition is not None:
            return Decision(verdict.disposition, tuple(trace))
    raise AssertionError("the last rule decides")  # pragma: no cover


# --- the rules, in their order -----------------------------------------------------------------------------------


def loop(case: Case) -> Verdict:
    """A mail of our own that came back, or one with more than 50 Received fields, is kept in the log alone."""
    if case.facts.own_loop:
        return Verdict(Discard("a mail of our own came back", _company(case)), "it bears our own loop header")
    if case.facts.hops > MOST_HOPS:
        return Verdict(Discard("it goes round in circles", _company(case)), f"{case.facts.hops} Received fields")
    return Verdict(None, "not one of our own, no loop")


def report(case: Case) -> Verdict:
    """A bounce or another report counts only with our own return path; without one it is kept in the log alone."""
    if case.message.kind not in REPORTS:
        return Verdict(None, "no bounce or other report")
    about = case.facts.by_token
    if about is not None and about.purpose == "bounce":
        return Verdict(
            Report(about.company_id, about.record_id, about.record, about.message_id),
            f"a {case.message.kind} by the return path of a message on {about.record}",
        )
    return Verdict(
        Discard(f"a {case.message.kind} without a return path of ours", _company(case)),
        "reports count only by the return path that we gave out",
    )


def automatic_answer(case: Case) -> Verdict:
    """An automatic answer lies quietly on its thread if its sender is in it; it opens nothing and is held nowhere."""
    if not case.automatic_answer:
        return Verdict(None, "no automatic answer")
    found = case.facts.by_token or _chosen(case)
    if found is not None and found.public and _belongs(found) and not _colleague(case, found):
        append = _append(case, found, quiet=True)
        return Verdict(append, f"an automatic answer on {found.record}: nobody is told")
    return Verdict(
        Discard("an automatic answer that belongs on no thread", _company(case)), "automatic answers open nothing"
    )


def reply_token(case: Case) -> Verdict:
    """A reply address that we gave out names its message; who may post is asked next."""
    found = case.facts.by_token
    if found is None:
        return Verdict(None, _TOKEN_WORDS[case.facts.token])
    return _judged(case, found, f"the reply address names a message on {found.record}")


def references(case: Case) -> Verdict:
    """A locator of ours or an id that we filed, in In-Reply-To or References, names the thread."""
    found = _chosen(case)
    if found is None:
        return Verdict(None, "no id of ours in In-Reply-To or References")
    if _forwarded(case, found):
        return Verdict(None, f"sent on from {found.record} to another alias in To, which opens its own record")
    verdict = _judged(case, found, f"a {found.carrier} names a message on {found.record}")
    alias = case.facts.alias
    outsider = isinstance(verdict.disposition, Append) and not verdict.disposition.post
    if outsider and alias is not None and alias.accepts == "internal":
        return Verdict(
            Hold("held", f"{alias.address} takes mail of colleagues only", found.company_id, found.record_id,
                 found.record, found.message_id),
            f"{alias.address} takes mail of colleagues only",
        )  # fmt: skip
    return verdict


def alias(case: Case) -> Verdict:
    """An alias opens a record, or appends to the one that it is pinned to, for those whom it accepts."""
    found = case.facts.alias
    if found is None or not found.active:
        return Verdict(None, "no alias has this address" if found is None else f"{found.address} was removed")
    message = case.message
    if not (message.from_ or message.text.strip() or message.html or message.attachments):
        return Verdict(Hold("unmatched", "the mail is empty", found.company_id), "it has no author and no words")
    refusal = _refusal(case, found)
    if refusal:
        hold = Hold("held", refusal, found.company_id, found.record_id, found.record)
        return Verdict(hold, refusal)
    author, verified = _author(case, found.company_id), case.facts.sender.verified
    if found.record_id is not None:
        return Verdict(
            Append(found.company_id, found.record_id, found.record, None, author, verified, quiet=case.automatic),
            f"{found.address} is pinned to {found.record}",
        )
    return Verdict(
        Open(found.company_id, found.id, found.record_type or "", author, verified, quiet=case.automatic),
        f"{found.address} opens a {found.record_type}",
    )


def nowhere(case: Case) -> Verdict:
    """What fits nowhere lies in the tray ``unmatched``; an admin is told of mail to postmaster and abuse."""
    facts = case.facts
    if facts.system in ("postmaster", "abuse"):
        return Verdict(
            Hold("unmatched", f"mail to {facts.system}", facts.company_id, notify_admins=True),
            f"{facts.system} is read by an admin",
        )
    why = f"{case.envelope.recipient} names no thread and is no alias"
    return Verdict(Hold("unmatched", why, _company(case)), why)


RULES: dict[str, Rule] = {
    "loop": loop,
    "report": report,
    "automatic answer": automatic_answer,
    "reply token": reply_token,
    "references": references,
    "alias": alias,
    "nowhere": nowhere,
}
"""Name and rule, in the order in which they are asked."""

_TOKEN_WORDS = {
    "": "no reply token in the recipient address",
    "good": "the token names a message that is gone",
    "bad": "the token in the recipient address is not one of ours",
    "revoked": "the reply address was revoked",
}


# --- who may post ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table of who may post, for mail that found a thread: asked top down."""

    carrier: str
    sender: str
    verified: str
    then: str
    applies: Callable[[Case, Referred], bool]
    outcome: Callable[[Case, Referred], Disposition]


def _colleague(case: Case, found: Referred) -> bool:
    return case.facts.sender.colleague_in(found.company_id)


def _verified_colleague(case: Case, found: Referred) -> bool:
    # A signature proves who wrote a mail, not to whom it is handed now: whoever once got it can hand it to a reply
    # address of their own.  What it says of To and Cc must fit, then; a submission was meant for whom it was handed to.
    meant = case.facts.addressed or case.facts.sender.signed_in
    return _colleague(case, found) and case.facts.sender.verified_as_colleague and meant


def _belongs(found: Referred) -> bool:
    return found.sender_is_owner or found.sender_takes_part or found.sent_to_sender


def _append(case: Case, found: Referred, *, quiet: bool | None = None) -> Append:
    return Append(
        found.company_id,
        found.record_id,
        found.record,
        found.message_id,
        _author(case, found.company_id),
        case.facts.sender.verified,
        quiet=case.automatic if quiet is None else quiet,
    )


def _as_colleague(case: Case, found: Referred) -> Disposition:
    """A colleague's answer; what a machine sends in their name never goes to outsiders."""
    author = _author(case, found.company_id)
    inside = found.purpose == "note" or not found.public
    if inside or case.automatic:
        return Note(found.company_id, found.record_id, found.record, found.message_id, author, quiet=case.automatic)
    return Append(
        found.company_id,
        found.record_id,
        found.record,
        found.message_id,
        author,
        verified=True,
        post=True,
        audience="nobody" if found.carrier == "foreign id" else "answered",
    )


def _held(case: Case, found: Referred, why: str, notify: int | None = None) -> Hold:
    return Hold("held", why, found.company_id, found.record_id, found.record, found.message_id, notify)


def _unverified(case: Case) -> str:
    if case.facts.sender.verified_as_colleague:
        return "a colleague signed it, and not verified to be meant for here: To and Cc do not name this address"
    return "it bears a colleague's address and is not verified"


WHO_MAY_POST: tuple[Row, ...] = (
    Row(
        "any, of internal visibility",
        "anyone but a verified colleague",
        "either",
        "held; never public",
        lambda case, found: (not found.public or found.purpose == "note") and not _verified_colleague(case, found),
        lambda case, found: _held(
            case,
            found,
            "an answer to an internal note, not verified to be a colleague's",
            case.facts.sender.user_id if _colleague(case, found) else None,
        ),
    ),
    Row(
        "any",
        "a colleague",
        "yes",
        "append as post or note, as the token says; to whom its footer said",
        _verified_colleague,
        _as_colleague,
    ),
    Row(
        "any",
        "a colleague's address",
        "no",
        "held on the record; told in the inbox, never by mail",
        _colleague,
        lambda case, found: _held(case, found, _unverified(case), case.facts.sender.user_id),
    ),
    Row(
        "reply token of an outsider",
        "that person",
        "either",
        "append; colleagues are told; unverified is marked so",
        lambda case, found: found.sender_is_owner,
        _append,
    ),
    Row(
        "any token, locator or foreign id",
        "a participant, or one to whom we sent that message",
        "either",
        "append; unverified is marked so",
        lambda case, found: found.sender_takes_part or found.sent_to_sender,
        _append,
    ),
    Row(
        "any",
        "somebody else",
        "either",
        "held on the record as new participant; one act lets them in",
        lambda case, found: True,
        lambda case, found: _held(case, found, "new participant: the sender is not in this conversation"),
    ),
)
"""The table of who may post, asked top down; the last row always applies."""


def _judged(case: Case, found: Referred, how: str) -> Verdict:
    row = next(row for row in WHO_MAY_POST if row.applies(case, found))
    return Verdict(row.outcome(case, found), f"{how}; {row.sender}: {row.then}")


# --- what the rules share ----------------------------------------------------------------------------------------


def _company(case: Case) -> int | None:
    facts = case.facts
    if facts.by_token is not None:
        return facts.by_token.company_id
    return facts.alias.company_id if facts.alias is not None else facts.company_id


def _author(case: Case, company_id: int) -> Author:
    """Who the mail is by.  An unverified colleague's address, and an address of our own, act as nobody."""
    sender = case.facts.sender
    if sender.colleague_in(company_id):
        user_id = sender.user_id if sender.verified_as_colleague else None
        return Author(sender.name, sender.address, user_id=user_id)
    return Author(sender.name, sender.address, outsider=bool(sender.address) and not sender.ours)


def _chosen(case: Case) -> Referred | None:
    """Of several threads: the one that the delivered alias opened, then one where the sender takes part, then the
    newest message's.  Within it the newest message named decides, and its visibility with it."""
    found = case.facts.by_id
    if not found:
        return None
    alias_id = case.facts.alias.id if case.facts.alias is not None else None
    opened_here = [one for one in found if alias_id is not None and one.alias_id == alias_id]
    taking_part = [one for one in found if one.sender_takes_part]
    record_id = max(opened_here or taking_part or found, key=_newest).record_id
    return max((one for one in found if one.record_id == record_id), key=_newest)


def _newest(found: Referred) -> tuple[int, int]:
    return found.created_at, found.message_id


def _forwarded(case: Case, found: Referred) -> bool:
    """The forward rule: an answer that was also addressed, in To, to an alias of another kind opens what it opens."""
    alias = case.facts.alias
    if alias is None or not alias.active or not case.facts.alias_in_to or alias.address == found.sent_as:
        return False
    if alias.record_id is not None:
        return alias.record_id != found.record_id
    return alias.record_type != found.record_type


def _refusal(case: Case, alias: AliasFacts) -> str:
    """Why the alias does not take this mail without a person's word; empty where it does."""
    sender = case.facts.sender
    colleague = sender.colleague_in(alias.company_id) and sender.verified_as_colleague
    match alias.accepts:
        case "everyone":
            return ""
        case "known":
            return "" if colleague or alias.sender_known else f"{alias.address} takes mail of known people only"
        case "participants":
            taken = colleague or alias.sender_takes_part
            return "" if taken else f"{alias.address} takes mail of those in its conversations only"
        case "internal":
            return "" if colleague else f"{alias.address} takes mail of colleagues only"
        case _:
            assert_never(alias.accepts)
