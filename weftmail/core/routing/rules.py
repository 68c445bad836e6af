"""Where a delivery goes: a pure decision from envelope, message and facts, with a trace of every rule asked.

The rules are asked in order and the first that decides ends it.  Routing is by the envelope recipient; To and Cc are
never asked, but for the one question of the forward rule.  A thread is found by reply token, then by locators and
stored foreign ids, never by subject or number.  ``docs/routing.md`` is written from the tables of this module and of
``posting``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from weftmail.core.envelope import Envelope
from weftmail.core.limits import MAIL_HOPS, RECEIVED_FIELDS
from weftmail.core.parsing.message import Message
from weftmail.core.reports import absence
from weftmail.core.routing import writer
from weftmail.core.routing.beginning import fields_of, writer_of
from weftmail.core.routing.case import Case, Verdict, author_of
from weftmail.core.routing.disposition import (
    Append,
    Asked,
    Author,
    Decision,
    Discard,
    Follows,
    Hold,
    Note,
    Notify,
    Open,
    Report,
)
from weftmail.core.routing.facts import AliasFacts, Facts, Referred
from weftmail.core.routing.posting import append_to, belongs, colleague, held, judged
from weftmail.core.routing.unfollow import unfollow
from weftmail.core.wording.phrase import Phrase

REPORTS = {
    "bounce": Phrase("report.kind.bounce"),
    "delay": Phrase("report.kind.delay"),
    "receipt": Phrase("report.kind.receipt"),
    "complaint": Phrase("report.kind.complaint"),
}
"""The kinds of mail that report on one of ours, and what they are called."""


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
    """A mail of our own that came back is kept in the log alone; one with more than 50 Received fields, or that four
    installations have passed on already, is held."""
    if case.facts.own_loop:
        return Verdict(Discard(Phrase("loop.own.discarded"), _company(case)), Phrase("loop.own"))
    if case.facts.hops > RECEIVED_FIELDS:
        why = Phrase("loop.hops", {"count": case.facts.hops})
        return Verdict(_aside(case, case.facts.by_token, why), why)
    if case.message.hops > MAIL_HOPS:
        why = Phrase("loop.passed on", {"count": case.message.hops})
        return Verdict(_aside(case, case.facts.by_token, why), why)
    return Verdict(None, Phrase("loop.none"))


def dmarc_report(case: Case) -> Verdict:
    """A DMARC report to ``dmarc@`` is added to the page of the domain that it is about; no record is opened."""
    found, facts = case.message.dmarc, case.facts
    if found is None or facts.system != "dmarc":
        return Verdict(None, Phrase("dmarc report.none"))
    if not facts.reports_on:
        other = Phrase("dmarc report.other.discarded", {"organisation": found.organisation, "domain": found.domain})
        return Verdict(Discard(other, _company(case)), Phrase("dmarc report.other"))
    why = Phrase("dmarc report.counted", {"organisation": found.organisation, "domain": found.domain})
    discard = Discard(why, _company(case), reports_on=facts.reports_on)
    return Verdict(discard, Phrase("dmarc report.found"))


def report(case: Case) -> Verdict:
    """A bounce or another report counts only with our own return path; one that returns our Message-ID alone is shown
    as unconfirmed, and any other is set aside.  A complaint has to be signed by a provider that the settings name."""
    kind = REPORTS.get(case.message.kind)
    if kind is None:
        return Verdict(None, Phrase("report.none"))
    about, named = case.facts.by_token, case.facts.by_report
    if about is not None and about.purpose == "bounce":
        counts = case.message.kind != "complaint" or case.facts.provider
        return _reported(about, kind, about.contact_id, confirmed=counts)
    if named is not None:
        return _reported(named, kind, None, confirmed=case.message.kind == "complaint" and case.facts.provider)
    return Verdict(_aside(case, _chosen(case), Phrase("report.lost.held", {"kind": kind})), Phrase("report.lost"))


def _reported(about: Referred, kind: Phrase, contact_id: int | None, *, confirmed: bool) -> Verdict:
    """A report on a message of ours; one that is not confirmed tells of it and changes nothing."""
    found = Report(about.company_id, about.record_id, about.record, about.message_id, contact_id, confirmed)
    if confirmed:
        return Verdict(found, Phrase("report.found", {"kind": kind, "record": about.record}))
    return Verdict(found, Phrase("report.unconfirmed", {"kind": kind, "record": about.record}))


def blocked(case: Case) -> Verdict:
    """Mail of a sender whom somebody blocked is kept in the log alone, and counted; colleagues cannot be blocked."""
    if case.facts.blocked is None:
        return Verdict(None, Phrase("blocked.none"))
    discard = Discard(Phrase("blocked.discarded"), _company(case), case.facts.blocked)
    return Verdict(discard, Phrase("blocked.found"))


def infected(case: Case) -> Verdict:
    """What the virus scanner finds infected or could not look through is held; what is infected is never delivered."""
    virus = case.facts.virus
    if virus is None:
        return Verdict(None, Phrase("infected.none"))
    why = Phrase("infected.held", {"virus": virus}) if virus else Phrase("infected.unknown")
    return Verdict(_aside(case, case.facts.by_token or _chosen(case), why), why)


def automatic_answer(case: Case) -> Verdict:
    """An automatic answer is filed on its thread if its sender is in it, else set aside and shown; it opens nothing."""
    found = case.facts.by_token or _chosen(case)
    if not case.automatic_answer:
        return _from_nobody(case, found)
    if case.message.titled and found is not None and _titled_so(case, found):
        return Verdict(None, Phrase("automatic.title", {"record": found.record}))
    if found is not None and colleague(case, found) and _given_to_colleagues(case, found):
        note = Note(
            found.company_id, found.record_id, found.record, found.answers, author_of(case, found.company_id),
            verified=case.facts.sender.verified_as_colleague, automatic=True, reach="nobody",
        )  # fmt: skip
        return Verdict(note, Phrase("automatic.filed", {"record": found.record, "how": _way_to(case, found)}))
    if found is not None and found.public and belongs(found) and not colleague(case, found):
        if case.message.titled or not case.marked:
            append = append_to(case, found, reach="inbox")
            return Verdict(append, Phrase("automatic.shown", {"record": found.record, "how": _way_to(case, found)}))
        why = Phrase("automatic.filed", {"record": found.record, "how": _way_to(case, found)})
        return Verdict(append_to(case, found, reach="nobody"), why)
    return Verdict(_aside(case, found, Phrase("automatic.lost.held")), Phrase("automatic.lost"))


def _from_nobody(case: Case, found: Referred | None) -> Verdict:
    """What has the null sender, no mark of a program, and answers nothing may be a person's: somebody looks at it."""
    if case.envelope.sender or case.marked or found is not None:
        return Verdict(None, Phrase("automatic.none"))
    why = Phrase("automatic.nobody")
    return Verdict(_aside(case, None, why, reach="everybody"), why)


def _titled_so(case: Case, found: Referred) -> bool:
    """The conversation itself bears the words by which the answer counts as automatic: people answer so."""
    words = absence.title(case.message.subject).casefold()
    return bool(words) and words in found.title.casefold()


def _given_to_colleagues(case: Case, found: Referred) -> bool:
    """A colleague is verified, or answers by an address that colleagues alone were given."""
    return case.facts.sender.verified_as_colleague or found.given_to_colleagues


def unreadable(case: Case) -> Verdict:
    """A colleague's mail that could not be read is held: what nobody has seen is sent to nobody."""
    if not case.message.unreadable:
        return Verdict(None, Phrase("unreadable.none"))
    if case.facts.sender.user_id is None:
        return Verdict(None, Phrase("unreadable.outside"))
    why = Phrase("unreadable.held")
    return Verdict(_aside(case, case.facts.by_token or _chosen(case), why, reach="everybody"), why)


def reply_token(case: Case) -> Verdict:
    """A reply address that we gave out names its message; who may post is asked next."""
    found = case.facts.by_token
    if found is None:
        return Verdict(None, _TOKEN[case.facts.token])
    if found.carrier == "record":
        return judged(case, found, Phrase("token.record", {"record": found.record}))
    return judged(case, found, Phrase("token.found", {"record": found.record}))


def references(case: Case) -> Verdict:
    """A locator of ours or an id that we filed, in In-Reply-To or References, names the thread; else an id that another
    mail to the alias names as well, of the same people and within a week."""
    found = _chosen(case)
    if found is None:
        return Verdict(None, Phrase("references.none"))
    if _forwarded(case, found):
        return Verdict(None, Phrase("references.forwarded", {"record": found.record}))
    verdict = judged(case, found, _named_by(found))
    alias = case.facts.alias
    outsider = isinstance(verdict.disposition, Open) or (
        isinstance(verdict.disposition, Append) and not verdict.disposition.post
    )
    if outsider and alias is not None and alias.accepts == "internal":
        why = Phrase("alias.internal", {"alias": alias.address})
        return Verdict(held(found, why), why)
    return verdict


def spam(case: Case) -> Verdict:
    """What our own filter marks as spam is held or dropped, as the alias says; a verified colleague's is neither."""
    found, field = case.facts.alias, case.facts.spam
    if not field:
        return Verdict(None, Phrase("spam.none"))
    if found is None or not found.active or found.spam == "nothing" or case.facts.sender.verified_as_colleague:
        return Verdict(None, Phrase("spam.let", {"field": field}))
    why = Phrase("spam.found", {"field": field})
    if found.spam == "drop":
        return Verdict(Discard(Phrase("spam.dropped", {"field": field}), found.company_id), why)
    return Verdict(_aside(case, None, why), why)


def alias(case: Case) -> Verdict:
    """An alias opens a record, or appends to the one that it is pinned to, for those whom it accepts."""
    found = case.facts.alias
    if found is None:
        return Verdict(None, Phrase("alias.none"))
    if not found.active:
        return Verdict(None, Phrase("alias.removed", {"alias": found.address}))
    message = case.message
    if not (message.from_ or message.text.strip() or message.html or message.attachments or message.missing):
        empty = Hold("unmatched", Phrase("alias.empty.held"), found.company_id, alias_id=found.id)
        return Verdict(empty, Phrase("alias.empty"))
    refusal, notify = _refusal(case, found), None
    if case.facts.sender.doubt is not None and case.facts.sender.colleague_in(found.company_id):
        refusal, notify = case.facts.sender.doubt, case.facts.sender.user_id
    if refusal is not None:
        hold = Hold("held", refusal, found.company_id, found.record_id, found.record, notify=notify, alias_id=found.id)
        return Verdict(hold, refusal)
    made = case.marked or case.message.kind == "machine"
    if found.machines == "hold" and made and not writer.listed(case.message):
        why = Phrase("alias.machines", {"alias": found.address})
        return Verdict(_aside(case, None, why), why)
    return _taken(case, found)


def _taken(case: Case, found: AliasFacts) -> Verdict:
    """What an alias does with a mail that it takes."""
    author, verified = writer_of(case, found)
    if found.record_id is not None:
        if author.outsider and found.closed and found.when_closed != "reopen" and not case.automatic:
            return _on_closed(found, found.record_id, author, verified)
        return Verdict(
            Append(found.company_id, found.record_id, found.record, None, author, verified, automatic=case.automatic),
            Phrase("alias.pinned", {"alias": found.address, "record": found.record}),
        )
    opens = Open(
        found.company_id, found.id, found.record_type or "", author, verified, automatic=case.automatic,
        fields=fields_of(case, found), each=found.each,
    )  # fmt: skip
    return Verdict(opens, Phrase("alias.opens", {"alias": found.address, "type": found.record_type or ""}))


def _on_closed(found: AliasFacts, record_id: int, author: Author, verified: bool) -> Verdict:
    """What a person outside writes to an alias that is pinned to a closed record, where it does not open again."""
    if found.when_closed == "hold":
        why = Phrase("held.pinned closed", {"record": found.record})
        return Verdict(Hold("held", why, found.company_id, record_id, found.record, alias_id=found.id), why)
    follows = Follows(record_id, found.record)
    opens = Open(found.company_id, found.id, found.pinned_type, author, verified, follows=follows)
    return Verdict(opens, Phrase("alias.opens", {"alias": found.address, "type": found.pinned_type}))


def nowhere(case: Case) -> Verdict:
    """What fits nowhere waits for review as ``unmatched``; admins are told, of mail to postmaster and abuse as well."""
    facts = case.facts
    if facts.system in ("postmaster", "abuse"):
        role = Phrase("nowhere.role.held", {"role": facts.system})
        return Verdict(Hold("unmatched", role, facts.company_id), Phrase("nowhere.role", {"role": facts.system}))
    why = Phrase("nowhere", {"recipient": case.envelope.recipient})
    return Verdict(Hold("unmatched", why, _company(case)), why)


RULES: dict[str, Rule] = {
    "loop": loop,
    "dmarc report": dmarc_report,
    "report": report,
    "blocked": blocked,
    "infected": infected,
    "unfollow": unfollow,
    "automatic answer": automatic_answer,
    "unreadable": unreadable,
    "reply token": reply_token,
    "references": references,
    "spam": spam,
    "alias": alias,
    "nowhere": nowhere,
}
"""Name and rule, in the order in which they are asked."""

_TOKEN = {
    "": Phrase("token.none"),
    "good": Phrase("token.good"),
    "bad": Phrase("token.bad"),
    "revoked": Phrase("token.revoked"),
}


def _way_to(case: Case, found: Referred) -> Phrase:
    """Say by what a mail belongs to a conversation: the address that it came to, or what it answers."""
    if case.facts.by_token is not None:
        return Phrase("token.found", {"record": found.record})
    return _named_by(found)


def _named_by(found: Referred) -> Phrase:
    if found.carrier == "locator":
        return Phrase("references.locator", {"record": found.record})
    if found.carrier == "shared id":
        return Phrase("references.shared id", {"record": found.record})
    return Phrase("references.foreign id", {"record": found.record})


# --- what the rules share ----------------------------------------------------------------------------------------


def _company(case: Case) -> int | None:
    facts = case.facts
    if facts.by_token is not None:
        return facts.by_token.company_id
    return facts.alias.company_id if facts.alias is not None else facts.company_id


def _aside(case: Case, found: Referred | None, why: Phrase, reach: Notify = "inbox") -> Hold:
    """Set a mail aside where people see it: on the thread that it belongs to, at its alias, or nowhere."""
    if found is not None:
        return held(found, why, reach=reach)
    alias = case.facts.alias
    if alias is not None and alias.active:
        return Hold("held", why, alias.company_id, alias.record_id, alias.record, alias_id=alias.id, reach=reach)
    return Hold("unmatched", why, _company(case), reach=reach)


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
    """The forward rule: an answer that was also addressed, in To, to an alias of another kind opens what it opens.

    One to what came to that very alias is no forward, whichever record it was moved to since.
    """
    alias = case.facts.alias
    if alias is None or not alias.active or not case.facts.alias_in_to or alias.address == found.sent_as:
        return False
    if alias.record_id is not None:
        return alias.record_id != found.record_id
    if alias.id == found.came_by:
        return False
    return alias.record_type != found.record_type


def _refusal(case: Case, alias: AliasFacts) -> Phrase | None:
    """Why the alias does not take this mail without a person's word; None where it does."""
    sender = case.facts.sender
    known = sender.colleague_in(alias.company_id) and sender.verified_as_colleague
    if alias.reads == "expense" and not known:
        return Phrase("alias.expense", {"alias": alias.address, "sender": sender.address or "-"})
    if alias.accepts in ("known", "participants") and case.facts.writer is not None:
        return Phrase("alias.writer", {"alias": alias.address, "writer": case.facts.writer.address})
    match alias.accepts:
        case "everyone":
            return None
        case "known":
            taken, why = known or alias.sender_known, Phrase("alias.known", {"alias": alias.address})
        case "participants":
            taken = known or alias.sender_takes_part
            why = Phrase("alias.participants", {"alias": alias.address})
        case "internal":
            taken, why = known, Phrase("alias.internal", {"alias": alias.address})
        case _:
            assert_never(alias.accepts)
    return None if taken else why
