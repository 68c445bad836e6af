"""The inbound log's row of a delivery: where it went, and by which rules."""

from __future__ import annotations

from weftmail.core.address import Mailbox, comparable
from weftmail.core.parsing.message import Message
from weftmail.core.routing.disposition import Append, Decision, Discard, Hold, Note, Report
from weftmail.flow.delivered import Delivered
from weftmail.flow.filing.outcome import Outcome
from weftmail.store.inbound import Settled
from weftmail.store.search import HELD, MOST_SEARCHED, SearchRow
from weftmail.store.store import Store


def write_log(
    store: Store, delivered: Delivered, decision: Decision, key: str | None, outcome: Outcome, now: int
) -> None:
    """Write down in the inbound log where the delivery went, and by which rules."""
    row, message, alias, disposition = delivered.row, delivered.message, delivered.alias, decision.disposition
    company_id = disposition.company_id
    blob_id = row.blob_id if company_id is None else store.blobs.give(row.blob_id, company_id)
    store.inbound.settle(
        row.id,
        Settled(
            company_id=company_id,
            blob_id=blob_id,
            state=outcome.state,
            delivery_key=key,
            rfc_message_id=message.message_id,
            # In the one spelling that addresses of colleagues have: who may decide on it depends on that.
            from_address=comparable(message.from_[0].address) if message.from_ else "",
            subject=message.subject,
            record_id=outcome.record_id,
            answers_id=disposition.answers if isinstance(disposition, (Append, Note, Hold)) else None,
            message_id=outcome.message_id,
            reason=disposition.why if isinstance(disposition, (Hold, Discard)) else None,
            trace=decision.trace,
            alias_id=alias.id if alias is not None else None,
            proof=delivered.proof_words,
            report=message.kind if isinstance(disposition, Report) else "",
        ),
        now,
    )
    if outcome.message_id is None and outcome.state != "duplicate":
        keep_words(store, row.id, company_id, message)
    if blob_id != row.blob_id:
        store.blobs.drop_unused(row.blob_id)


def keep_words(store: Store, inbound_id: int, company_id: int | None, message: Message) -> None:
    """Let a mail that is no message of a record be found in the mail log by its words."""
    author = message.from_[0] if message.from_ else Mailbox("", "")
    words = " ".join((author.name, author.address, message.subject, message.text[:MOST_SEARCHED]))
    store.search.keep(HELD, inbound_id, SearchRow(company_id or 0, 0, words))
