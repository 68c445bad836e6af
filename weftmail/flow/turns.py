"""Loops are broken here: who writes and gets something back, again and again within an hour, is held.

What counts stands in ``core/routing/turns``; it is asked before a mail is filed, and written down in the transaction
that files it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from weftmail.core.limits import FLOOD, FLOOD_AGAIN, SILENCE, TURNS
from weftmail.core.routing import turns
from weftmail.core.routing.disposition import Append, Asked, Decision, Disposition, Hold, Note, Open
from weftmail.core.routing.turns import Turn
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.notices import notify
from weftmail.flow.notify import notify_admins
from weftmail.store.record import Follower, Record
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
    group: str = ""
    """Among whom it counts at the alias: the senders of one domain, or its own alone; "" where no alias takes it."""
    exempt: bool = False
    """Somebody said that its sender is no loop; looked up where it would be taken for one."""
    found: Mapping[tuple[str, str], Turn] = field(default_factory=dict)

    @property
    def between(self) -> list[Turn]:
        """What went to and fro between its sender and the places that it goes to."""
        return [one for one in self.found.values() if one.who not in (self.group, turns.NOTIFIED)]

    @property
    def of_group(self) -> Turn | None:
        """What came from its group, None where nothing did."""
        return next((one for one in self.found.values() if one.who == self.group), None)

    @property
    def notified_at(self) -> int:
        """When colleagues were last told by mail of what came to the alias; 0 for never within the last hours."""
        return next((one.last_at for one in self.found.values() if one.who == turns.NOTIFIED), 0)

    def crowded(self, now: int) -> bool:
        """Say whether colleagues are told of it in the inbox alone, since they were told too often of such mail."""
        return not self.exempt and self.of_group is not None and self.of_group.crowded(now)


UNCOUNTED = Traffic()


def known(store: Store, traffic: Traffic, disposition: Disposition, now: int) -> Traffic:
    """Return the traffic with what the store knows of it; only reads."""
    names = [*traffic.names, *([traffic.group, turns.NOTIFIED] if traffic.group else [])]
    if not names or not isinstance(disposition, (Open, Append, Note)):
        return traffic
    record_id = None if isinstance(disposition, Open) else disposition.record_id
    found = store.turns.of(disposition.company_id, names, turns.places(record_id, traffic.alias_id))
    traffic = replace(traffic, found={(one.who, one.place): one for one in found})
    if not (traffic.crowded(now) or turns.tripped(traffic.between, now)):
        return traffic
    listed = (*turns.exempt_by(traffic.author), turns.exempting(traffic.group))
    return replace(traffic, exempt=store.exemptions.covers(disposition.company_id, listed))


def within_turns(traffic: Traffic, decision: Decision, now: int) -> Decision:
    """Return the decision, or to hold a mail that goes to and fro too often, or to tell of it in the inbox alone.

    What notifies nobody cannot loop, and is never held.
    """
    decision = _inbox_alone(traffic, decision, now)
    disposition = decision.disposition
    if not isinstance(disposition, (Open, Append, Note)) or disposition.reach != "everybody" or traffic.exempt:
        return decision
    over = turns.tripped(traffic.between, now)
    if not over:
        return _silent(traffic, decision, disposition) if traffic.crowded(now) else decision
    why = Phrase("loop.turns", {"turns": TURNS, "sender": traffic.author, "place": _named(disposition, traffic, over)})
    return Decision(_held(disposition, why), (*decision.trace, Asked("turns", True, why)))


def _silent(traffic: Traffic, decision: Decision, disposition: Filing) -> Decision:
    says = Phrase("loop.crowd", {"domain": turns.named_by_group(traffic.group), "place": traffic.alias})
    return Decision(replace(disposition, reach="inbox"), (*decision.trace, Asked("turns", False, says)))


def _inbox_alone(traffic: Traffic, decision: Decision, now: int) -> Decision:
    """Of a program that sends very much people are told in the inbox alone: by mail its answers could come from it."""
    disposition = decision.disposition
    if not isinstance(disposition, (Open, Append)) or not disposition.automatic or disposition.reach != "everybody":
        return decision
    if all(one.counted(now)[0] <= FLOOD for one in traffic.between):
        return decision
    asked = Asked("turns", False, Phrase("loop.flood", {"mails": FLOOD, "sender": traffic.author}))
    return Decision(replace(disposition, reach="inbox"), (*decision.trace, asked))


def note_hold(store: Store, traffic: Traffic, before: Filing, inbound_id: int, now: int) -> None:
    """Write down that a mail was held for its turns; tell who stands in line of the first one since quiet."""
    over = turns.tripped(traffic.between, now)
    store.turns.hold(before.company_id, {one.who for one in over}, {one.place for one in over}, now)
    if any(one.held(now) for one in over):
        return
    place, command = _named(before, traffic, over), _exempting(traffic.author)
    says = Phrase("notice.turns", {"turns": TURNS, "sender": traffic.author, "place": place, "command": command})
    record_id = None if isinstance(before, Open) else before.record_id
    people = _in_charge(store, before.company_id, record_id, traffic.alias_id)
    notify(
        store, before.company_id, people, says, now, by_mail="review", inbound_id=inbound_id, record_id=record_id,
        waits="held",
    )  # fmt: skip
    log.warning("a loop: mail from %s is held until it has been quiet for an hour", traffic.author)


def _in_charge(store: Store, company_id: int, record_id: int | None, alias_id: int | None) -> list[Follower]:
    """Whose record or alias it is, who decides on the mail, and the admins, who can exempt its sender."""
    line = [*store.line.first(company_id, record_id, alias_id), *store.line.first(company_id)]
    return list({one.user_id: one for one in line}.values())


def note_mail(
    store: Store, traffic: Traffic, record: Record, inbound_id: int, now: int, *, quiet: bool, by_mail: bool
) -> None:
    """Write down that a mail was filed; to be called before anybody is notified of it.

    ``by_mail``: it notifies colleagues beyond the inbox.  Of a sender who has sent very many admins are told.
    """
    rows = [
        _with_one_more(traffic, who, place, now, quiet=quiet)
        for place in turns.places(record.id, traffic.alias_id)
        for who in traffic.names
    ]
    group = _group_with_one_more(traffic, now, by_mail=by_mail)
    both = [*rows, *group]
    if not both:
        return
    store.turns.came(record.company_id, both, now)
    if any(one.alarmed_at == now for one in rows):
        _alarm(store, traffic, record, inbound_id, now)
    if group and traffic.crowded(now) and not group[0].silent(now):
        _silence(store, traffic, group[0], record, inbound_id, now)


def _group_with_one_more(traffic: Traffic, now: int, *, by_mail: bool) -> list[Turn]:
    """The row of the group in which a mail counts, and that something is told by mail; none for what counts in none."""
    if not traffic.group or traffic.alias_id is None:
        return []
    who, place = traffic.group, turns.alias_place(traffic.alias_id)
    before = traffic.of_group or Turn(who, place, False, "", 0, now, 0, 0)
    mails, since_at = before.counted(now)
    tells = traffic.crowded(now) and before.alarmed_at <= now - FLOOD_AGAIN * 1000
    notified = [Turn(turns.NOTIFIED, place, False, "", 0, now, 0, 0)] if by_mail else []
    return [
        replace(
            before,
            waiting=before.goes_on(now) or before.answers_nothing(now, traffic.notified_at),
            times=before.one_more(now) if by_mail else before.times,
            mails=mails,
            since_at=since_at,
            alarmed_at=now if tells else before.alarmed_at,
        ),
        *notified,
    ]


def _silence(store: Store, traffic: Traffic, group: Turn, record: Record, inbound_id: int, now: int) -> None:
    """From now on its group is told in the inbox alone; who is in charge is told so there, once a day.

    By mail they are not: what answers their mail would answer that too.
    """
    store.turns.hold(record.company_id, [group.who], [group.place], now)
    domain = turns.named_by_group(group.who)
    log.warning("mail of %s to %s is told in the inbox alone for a while", domain, traffic.alias)
    if group.alarmed_at == now:
        command, minutes = _exempting(turns.exempting(group.who)), SILENCE // 60
        says = Phrase(
            "notice.crowd", {"domain": domain, "place": traffic.alias, "minutes": minutes, "command": command}
        )
        people = _in_charge(store, record.company_id, None, traffic.alias_id)
        notify(store, record.company_id, people, says, now, inbound_id=inbound_id)


def _with_one_more(traffic: Traffic, who: str, place: str, now: int, *, quiet: bool) -> Turn:
    before = traffic.found.get((who, place)) or Turn(who, place, False, "", 0, now, 0, 0)
    mails, since_at = before.counted(now)
    # Many authors may share one return path: of them all only the author is said to send much.
    floods = who == traffic.names[0] and before.floods(now)
    return replace(
        before,
        waiting=before.waiting or not quiet,
        times="",
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
    place, command = traffic.alias or record.label, _exempting(traffic.author)
    says = Phrase("notice.flood", {"mails": FLOOD, "sender": traffic.author, "place": place, "command": command})
    notify_admins(store, [record.company_id], says, now, inbound_id=inbound_id)
    log.warning("more than %d mails within an hour from %s to %s", FLOOD, traffic.author, place)


def _exempting(who: str) -> str:
    """Return the command that exempts a sender, or all of a domain."""
    return str(Command("mail-admin exemption add {who}", who=who))
