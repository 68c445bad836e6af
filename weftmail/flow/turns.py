"""Loops are broken here: who writes and gets something back, again and again within an hour, is held.

What counts stands in ``core/routing/turns``; it is asked before a mail is filed, and written down in the transaction
that files it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from weftmail.core.limits import FLOOD, TURNS
from weftmail.core.routing import turns
from weftmail.core.routing.disposition import Append, Asked, Decision, Disposition, Hold, Note, Open
from weftmail.core.routing.turns import Turn
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.notices import notify
from weftmail.flow.notify import notify_admins
from weftmail.store.record import Record
from weftmail.store.store import Store

Filing = Open | Append | Note

log = logging.getLogger("weftmail.turns")


@dataclass(frozen=True, slots=True)
class Traffic:
    """Between whom a mail goes: the names of its sender, the alias that takes it, and what went to and fro so far.

    Without names it counts nowhere: a person has decided on it.
    """

    author: str = ""
    names: tuple[str, ...] = ()
    alias_id: int | None = None
    alias: str = ""
    found: Mapping[tuple[str, str], Turn] = field(default_factory=dict)


UNCOUNTED = Traffic()


def known(store: Store, traffic: Traffic, disposition: Disposition) -> Traffic:
    """Return the traffic with what the store knows of it; only reads."""
    if not traffic.names or not isinstance(disposition, (Open, Append, Note)):
        return traffic
    record_id = None if isinstance(disposition, Open) else disposition.record_id
    found = store.turns.of(disposition.company_id, traffic.names, turns.places(record_id, traffic.alias_id))
    return replace(traffic, found={(one.who, one.place): one for one in found})


def within_turns(store: Store, traffic: Traffic, decision: Decision, now: int) -> Decision:
    """Return the decision, or to hold a mail that goes to and fro too often; only reads.

    What notifies nobody cannot loop, and is never held.
    """
    decision = _inbox_alone(traffic, decision, now)
    disposition = decision.disposition
    over = turns.tripped(traffic.found.values(), now)
    if not over or not isinstance(disposition, (Open, Append, Note)) or disposition.reach != "everybody":
        return decision
    if store.exemptions.covers(disposition.company_id, turns.exempt_by(traffic.author)):
        return decision
    why = Phrase("loop.turns", {"turns": TURNS, "sender": traffic.author, "place": _named(disposition, traffic, over)})
    return Decision(_held(disposition, why), (*decision.trace, Asked("turns", True, why)))


def _inbox_alone(traffic: Traffic, decision: Decision, now: int) -> Decision:
    """Of a program that sends very much people are told in the inbox alone: by mail its answers could come from it."""
    disposition = decision.disposition
    if not isinstance(disposition, (Open, Append)) or not disposition.automatic or disposition.reach != "everybody":
        return decision
    if all(one.counted(now)[0] <= FLOOD for one in traffic.found.values()):
        return decision
    asked = Asked("turns", False, Phrase("loop.flood", {"mails": FLOOD, "sender": traffic.author}))
    return Decision(replace(disposition, reach="inbox"), (*decision.trace, asked))


def note_hold(store: Store, traffic: Traffic, before: Filing, inbound_id: int, now: int) -> None:
    """Write down that a mail was held for its turns; tell who stands in line of the first one since quiet."""
    over = turns.tripped(traffic.found.values(), now)
    store.turns.hold(before.company_id, {one.who for one in over}, {one.place for one in over}, now)
    if any(one.held(now) for one in over):
        return
    says = Phrase("notice.turns", {"turns": TURNS, "sender": traffic.author, "place": _named(before, traffic, over)})
    record_id = None if isinstance(before, Open) else before.record_id
    # Whose record or alias it is decides on the mail; an admin can exempt its sender.
    line = [*store.line.first(before.company_id, record_id, traffic.alias_id), *store.line.first(before.company_id)]
    people = list({one.user_id: one for one in line}.values())
    notify(store, before.company_id, people, says, now, by_mail="review", inbound_id=inbound_id, record_id=record_id)
    log.warning("a loop: mail from %s is held until it has been quiet for an hour", traffic.author)


def note_mail(store: Store, traffic: Traffic, record: Record, inbound_id: int, now: int, *, quiet: bool) -> None:
    """Write down that a mail was filed; to be called before anybody is notified of it.

    Admins are told where a sender has sent very many.
    """
    rows = [
        _with_one_more(traffic, who, place, now, quiet=quiet)
        for place in turns.places(record.id, traffic.alias_id)
        for who in traffic.names
    ]
    if not rows:
        return
    store.turns.came(record.company_id, rows, now)
    if any(one.alarmed_at == now for one in rows):
        _alarm(store, traffic, record, inbound_id, now)


def _with_one_more(traffic: Traffic, who: str, place: str, now: int, *, quiet: bool) -> Turn:
    before = traffic.found.get((who, place)) or Turn(who, place, False, "", 0, now, 0, 0)
    mails, since_at = before.counted(now)
    # Many authors may share one return path: of them all only the author is said to send much.
    floods = who == traffic.names[0] and before.floods(now)
    return replace(
        before,
        waiting=before.waiting or not quiet,
        mails=mails,
        since_at=since_at,
        alarmed_at=now if floods else before.alarmed_at,
    )


def _held(before: Filing, why: Phrase) -> Hold:
    """What is held for its turns shares one notice: ``note_hold`` gives it."""
    if isinstance(before, Open):
        return Hold("held", why, before.company_id, alias_id=before.alias_id, reach="nobody")
    return Hold("held", why, before.company_id, before.record_id, before.record, before.answers, reach="nobody")


def _named(before: Filing, traffic: Traffic, over: Sequence[Turn]) -> str:
    """What the place is called: the alias, or the record where it is only there."""
    by_alias = traffic.alias_id is not None and turns.alias_place(traffic.alias_id) in {one.place for one in over}
    return traffic.alias if by_alias or isinstance(before, Open) else before.record


def _alarm(store: Store, traffic: Traffic, record: Record, inbound_id: int, now: int) -> None:
    if store.exemptions.covers(record.company_id, turns.exempt_by(traffic.author)):
        return
    place = traffic.alias or record.label
    says = Phrase("notice.flood", {"mails": FLOOD, "sender": traffic.author, "place": place})
    notify_admins(store, [record.company_id], says, now, inbound_id=inbound_id)
    log.warning("more than %d mails within an hour from %s to %s", FLOOD, traffic.author, place)
