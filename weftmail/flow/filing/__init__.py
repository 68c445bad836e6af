"""Carries out a disposition: everything that one delivery leaves in the store, within the settling transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from weftmail.core.routing.disposition import Append, Asked, Decision, Discard, Hold, Note, Open, Report
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.ceiling import notify_of_unread, within_ceiling
from weftmail.flow.crossing import within_crossing
from weftmail.flow.delivered import Delivered, delivery_key
from weftmail.flow.filing.append import file_append
from weftmail.flow.filing.dmarc_report import keep_dmarc_report
from weftmail.flow.filing.log import write_log
from weftmail.flow.filing.open import file_open
from weftmail.flow.filing.outcome import Outcome
from weftmail.flow.filing.report import file_report
from weftmail.flow.filing.unfollow import unfollow
from weftmail.flow.installation import Installation
from weftmail.flow.notices import notify_of_hold
from weftmail.flow.outgoing import within_words
from weftmail.flow.turns import known, note_hold, within_turns
from weftmail.store.store import Store

__all__ = ["Outcome", "file"]


def file(store: Store, installation: Installation, delivered: Delivered, decision: Decision, now: int) -> Outcome:
    """Carry out the decision on an accepted delivery; return where it went.

    To be called inside a transaction.  A delivery that was settled before only says so.
    """
    key = delivery_key(installation, delivered)
    before = store.inbound.settled_before(delivered.row.id, key)
    if before is not None:
        return _again(store, delivered, before, now)
    decision = within_ceiling(store, delivered.row, decision)
    decision = within_words(store, installation, delivered.message, decision)
    decision = within_crossing(store, installation, delivered.message, decision)
    decision, delivered = _counted(store, delivered, decision, now)
    outcome = _carry_out(store, installation, delivered, decision, now)
    if delivered.shows_address is not None and decision.disposition.company_id is not None:
        store.references.show_address(decision.disposition.company_id, delivered.shows_address)
    notify_of_unread(store, delivered.row, delivered.message, decision.disposition.company_id, now)
    write_log(store, delivered, decision, key, outcome, now)
    return outcome


def _counted(store: Store, delivered: Delivered, decision: Decision, now: int) -> tuple[Decision, Delivered]:
    """Return the decision, or to hold what goes to and fro too often; and the delivery with what is known of that."""
    disposition = decision.disposition
    traffic = known(store, delivered.traffic, disposition, now)
    judged = within_turns(traffic, decision, now)
    if isinstance(judged.disposition, Hold) and isinstance(disposition, (Open, Append, Note)):
        note_hold(store, traffic, disposition, delivered.row.id, now)
    return judged, replace(delivered, traffic=traffic)


def _again(store: Store, delivered: Delivered, before: int, now: int) -> Outcome:
    first = store.inbound.get(before)
    outcome = Outcome("duplicate", None if first is None else first.record_id)
    decision = Decision(
        Discard(Phrase("again.discarded"), None if first is None else first.company_id),
        (Asked("handed over before", True, Phrase("again", {"number": before})),),
    )
    write_log(store, delivered, decision, None, outcome, now)
    return outcome


def _carry_out(store: Store, installation: Installation, delivered: Delivered, decision: Decision, now: int) -> Outcome:
    disposition = decision.disposition
    match disposition:
        case Open():
            return file_open(store, installation, delivered, disposition, now)
        case Append() | Note():
            return file_append(store, installation, delivered, disposition, now)
        case Report():
            return file_report(store, delivered, disposition, now)
        case Hold():
            notify_of_hold(store, delivered.row, delivered.message, disposition, now)
            return Outcome(disposition.queue, disposition.record_id)
        case Discard():
            if disposition.blocked is not None and disposition.company_id is not None:
                store.contacts.stop_one(disposition.company_id, disposition.blocked)
            if disposition.reports_on:
                keep_dmarc_report(store, delivered, disposition.reports_on, now)
            if disposition.unfollow is not None and disposition.company_id is not None:
                unfollow(store, installation, disposition.company_id, disposition.unfollow, delivered.row.id, now)
            return Outcome("discarded")
        case _:
            assert_never(disposition)
