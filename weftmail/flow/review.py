"""The review queue: a person decides on what policy held, what fits nowhere, or what our code failed on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from weftmail.core.limits import UNDO_SECONDS
from weftmail.core.parsing.message import Message
from weftmail.core.routing.disposition import Append, Asked, Author, Decision, Disposition, Note, Open
from weftmail.core.routing.recipients import Recipients
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.checking import Checked
from weftmail.flow.delivered import Delivered
from weftmail.flow.facts import Known, gather
from weftmail.flow.filing import file
from weftmail.flow.installation import Installation
from weftmail.flow.notify import planned
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.withdrawal import Standing, remember, standing
from weftmail.store.inbound import Accepted, InboundRow
from weftmail.store.record import Record
from weftmail.store.store import Store
from weftmail.store.withdrawal import Undecided

REVIEW_STATES = ("held", "unmatched", "error")


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """What releasing a mail would do, and who would get it."""

    row: InboundRow
    message: Message
    known: Known
    disposition: Disposition
    recipients: Recipients


@dataclass(frozen=True, slots=True)
class Released:
    """Where a released mail went, who gets it, and how many copies wait to leave."""

    record: str
    message_id: int | None
    copies: int
    recipients: Recipients


def plan(
    store: Store,
    installation: Installation,
    inbound_id: int,
    *,
    record: str | None = None,
    opens: str | None = None,
    note: bool = False,
    message: Message | None = None,
) -> ReleasePlan:
    """Return what ``release`` would do; only reads, and raises what ``release`` raises."""
    message = message or message_of(store, installation, inbound_id)
    return _planned(store, installation, inbound_id, message, record, opens, note)


def message_of(store: Store, installation: Installation, inbound_id: int) -> Message:
    """Read a mail of the queue, before any transaction; raises RefusedAct for what is not in it, or is an error."""
    row = in_review(store, inbound_id)
    if row.state == "error":
        raise RefusedAct("id", "review_error", id=inbound_id)
    return installation.reader(store.blobs.open(row.blob_id, row.size))


def _planned(
    store: Store,
    installation: Installation,
    inbound_id: int,
    message: Message,
    record: str | None,
    opens: str | None,
    note: bool,
) -> ReleasePlan:
    row = in_review(store, inbound_id)
    if row.scanned is not None and row.scanned.verdict == "infected":
        raise RefusedAct("id", "review_infected", id=inbound_id, virus=row.scanned.text)
    # What we found when it came: by now the keys may have changed.
    known = gather(store, installation, row.envelope, message, Checked(row.results, row.scanned))
    disposition = _disposition(store, row, known.message, known, record, opens, note)
    who_gets = planned(store, disposition, known.message, verified=_vouched(known, disposition))
    return ReleasePlan(row, known.message, known, disposition, who_gets)


def release(
    store: Store,
    installation: Installation,
    inbound_id: int,
    *,
    record: str | None = None,
    opens: str | None = None,
    note: bool = False,
    message: Message | None = None,
    wait: int = UNDO_SECONDS,
) -> Released:
    """File a mail from the review queue by a person's word.

    A new participant is let in.  What bears a colleague's address is filed as theirs and goes on as their answer
    would have.  Mail that fits nowhere wants a ``record`` number or a record type to ``opens``.  With ``note`` it is
    filed inside.  ``message`` is the mail, where it was read already.  What the rules had said stays in the trace.
    What leaves waits so many seconds, for an undo.  Raises RefusedAct for what cannot be.
    """
    message = message or message_of(store, installation, inbound_id)
    with store.transaction():
        made = _planned(store, installation, inbound_id, message, record, opens, note)
        before, stood = Undecided.of(made.row), _stands(store, made.disposition)
        store.inbound.again(inbound_id)
        now = installation.clock()
        when = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
        said = Asked("review", True, _released(made.row, when))
        outcome = file(
            store,
            installation,
            Delivered(
                _accepted(made.row),
                made.message,
                made.known.proof,
                _vouched(made.known, made.disposition),
                by_alias=made.known.by_alias,
                alias=made.known.alias,
                writer=made.known.writer,
                shows_address=made.known.shows_address,
                by_signature=made.known.by_signature,
                wait=wait * 1000,
            ),
            Decision(made.disposition, (*made.row.rules, said)),
            now,
        )
        remember(store, before, _row(store, inbound_id), stood)
    company_id, record_id = made.disposition.company_id, outcome.record_id
    filed = store.records.get(company_id, record_id) if company_id is not None and record_id is not None else None
    label = filed.label if filed is not None else ""
    return Released(label, outcome.message_id, outcome.copies, made.recipients)


def _stands(store: Store, disposition: Disposition) -> Standing | None:
    """Return how the record stands that a mail goes onto; None for one that is to be opened."""
    if isinstance(disposition, (Append, Note)):
        return standing(store, disposition.company_id, disposition.record_id)
    return None


DROPPED = Phrase("review.dropped")
SPAM = Phrase("review.spam")
"""Why a person took a mail out of the queue."""


def discard(store: Store, installation: Installation, inbound_id: int, why: Phrase = DROPPED) -> None:
    """Take a mail out of the queue and keep it in the log alone, with the reason; ``inbound replay`` brings it back."""
    with store.transaction():
        before = Undecided.of(in_review(store, inbound_id))
        store.inbound.discard(inbound_id, why, installation.clock())
        store.withdrawals.keep(inbound_id, before)


_UNDER = {
    "held": Phrase("review.state.held"),
    "unmatched": Phrase("review.state.unmatched"),
    "error": Phrase("review.state.error"),
}


def _released(row: InboundRow, when: str) -> Phrase:
    return Phrase("review.released", {"state": _UNDER[row.state], "when": when, "reason": row.why or ""})


def in_review(store: Store, inbound_id: int) -> InboundRow:
    """Return a mail that waits for a person; raises RefusedAct for any other."""
    row = _row(store, inbound_id)
    if row.state not in REVIEW_STATES:
        raise RefusedAct("id", "not_in_review", id=inbound_id, state=row.state)
    return row


def _row(store: Store, inbound_id: int) -> InboundRow:
    row = store.inbound.get(inbound_id)
    if row is None:
        raise RefusedAct("id", "no_such_inbound", id=inbound_id)
    return row


def _disposition(
    store: Store,
    row: InboundRow,
    message: Message,
    known: Known,
    record: str | None,
    opens: str | None,
    note: bool,
) -> Disposition:
    if record is not None and opens is not None:
        raise RefusedAct("record", "review_with_two_goals")
    if opens is not None:
        company_id = row.company_id if row.company_id is not None else only_company(store)
        types = [one.name for one in store.companies.record_types(company_id)]
        if opens not in types:
            raise RefusedAct("opens", "no_such_record_type", name=opens, names=", ".join(types))
        author = _author(store, known, company_id)
        return Open(company_id, None, opens, author, known.facts.sender.verified)
    if record is not None:
        return _onto(store, _record(store, record, row), known, None, note=note or _inside(row, message, known))
    if row.record_id is not None and row.company_id is not None:
        found = store.records.get(row.company_id, row.record_id)
        if found is None:
            raise RefusedAct("record", "review_record_gone", id=row.id)
        return _onto(store, found, known, row.answers_id, note=note or _inside(row, message, known))
    alias = known.facts.alias
    if row.state == "held" and alias is not None and alias.active and alias.record_type is not None:
        author = _author(store, known, alias.company_id)
        return Open(alias.company_id, alias.id, alias.record_type, author, known.facts.sender.verified)
    raise RefusedAct("record", "review_without_goal", id=row.id)


def _inside(row: InboundRow, message: Message, known: Known) -> bool:
    """A colleague's mail that nobody could read, or that a program wrote, stays inside, whoever releases it."""
    by_program = message.kind not in ("mail", "machine") or message.auto_submitted not in ("", "no") or not row.sender
    return known.facts.sender.user_id is not None and (message.unreadable or by_program)


def _onto(store: Store, record: Record, known: Known, answers_id: int | None, *, note: bool) -> Disposition:
    author = _author(store, known, record.company_id)
    answered = store.messages.get(record.company_id, answers_id) if answers_id is not None else None
    inside = note or (answered is not None and not answered.public)
    if inside:
        return Note(record.company_id, record.id, record.label, answers_id, author)
    colleague = author.user_id is not None
    return Append(
        record.company_id,
        record.id,
        record.label,
        answers_id,
        author,
        verified=colleague or known.facts.sender.verified,
        post=colleague,
        audience="answered" if colleague and answers_id is not None else "nobody",
        add_participant=not colleague,
    )


def _author(store: Store, known: Known, company_id: int) -> Author:
    """Who the mail is by, now that a person vouches for it: a colleague's address acts as that colleague."""
    sender = known.facts.sender
    if sender.colleague_in(company_id):
        return Author(sender.name, sender.address, user_id=sender.user_id)
    return Author(sender.name, sender.address, outsider=bool(sender.address) and not sender.ours)


def _vouched(known: Known, disposition: Disposition) -> bool:
    """Who lets in a colleague's mail vouches for it; who lets in an outsider vouches for the person, not the mail."""
    author = disposition.author if isinstance(disposition, (Open, Append, Note)) else None
    return known.facts.sender.verified or (author is not None and author.user_id is not None)


def _accepted(row: InboundRow) -> Accepted:
    return Accepted(
        row.id,
        row.blob_id,
        row.entrance,
        row.sender,
        row.recipient,
        row.original_recipient,
        row.queue_id,
        row.client_address,
        row.attempts,
        row.accepted_at,
        row.size,
    )


def _record(store: Store, label: str, row: InboundRow) -> Record:
    found = store.records.by_label(label, row.company_id)
    if not found:
        raise find.no_record("record", label)
    if len(found) > 1:
        raise RefusedAct("record", "several_records", number=label, names=", ".join(one.company for one in found))
    return found[0]


def only_company(store: Store) -> int:
    """Return the one company that mail of nobody can be for; raises RefusedAct where there are several."""
    companies = store.companies.all()
    if len(companies) != 1:
        raise RefusedAct("record", "inbound_of_no_company")
    return companies[0].id
