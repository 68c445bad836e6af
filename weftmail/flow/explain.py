"""What would happen to a mail, and why: answered by the very functions that file it, changing nothing."""

from __future__ import annotations

from dataclasses import asdict
from typing import BinaryIO

from weftmail.core.disposition import Append, Author, Disposition, Hold, Note, Open, Report
from weftmail.core.envelope import Envelope
from weftmail.core.message import explain as explain_message
from weftmail.core.message import read
from weftmail.core.proof import Proof
from weftmail.core.recipients import Recipients
from weftmail.core.route import decide
from weftmail.flow.facts import gather
from weftmail.flow.house import House
from weftmail.flow.telling import planned
from weftmail.store.store import Store

Answer = dict[str, object]


def explain(store: Store, house: House, envelope: Envelope, raw: bytes | BinaryIO) -> Answer:
    """Return the object that ``mail-ingest --explain`` prints: message, kind, authentication, disposition, trace."""
    message = read(raw)
    known = gather(store, house, envelope, message)
    decision = decide(envelope, message, known.facts)
    reached = planned(store, decision.disposition, message, proven=known.facts.sender.proven)
    return {
        **explain_message(message),
        "authentication": _authentication(known.proof, known.facts.sender.proven),
        "disposition": _disposition(store, decision.disposition, reached),
        "trace": [asdict(asked) for asked in decision.trace],
        "exit_status": 0,
    }


def _authentication(proof: Proof, proven: bool) -> Answer:
    return {
        "spf": proof.spf,
        "dkim": proof.dkim,
        "dmarc": proof.dmarc,
        "arc": proof.arc,
        "source": proof.source,
        "proven": proven,
    }


def _disposition(store: Store, disposition: Disposition, reached: Recipients) -> Answer:
    answer: Answer = {
        "action": type(disposition).__name__.lower(),
        "tray": disposition.tray if isinstance(disposition, Hold) else None,
        "record": None,
        "record_type": None,
        "alias": None,
        "author": None,
        "verified": None,
        "notify": notify(reached),
    }
    match disposition:
        case Open():
            alias = store.aliases.get(disposition.alias_id) if disposition.alias_id is not None else None
            answer["record_type"] = disposition.record_type
            answer["alias"] = alias.address if alias is not None else None
        case Append() | Note() | Report() | Hold():
            answer["record"] = disposition.record or None
            record = store.records.get(disposition.record_id) if disposition.record_id is not None else None
            answer["record_type"] = record.type if record is not None else None
        case _:
            pass
    if isinstance(disposition, (Open, Append, Note)):
        answer["author"] = _author(disposition.author)
        answer["verified"] = isinstance(disposition, Note) or disposition.verified
    return answer


def _author(author: Author) -> Answer:
    who = "colleague" if author.user_id is not None else "outsider" if author.outsider else "nobody"
    return {"name": author.name, "address": author.address, "as": who}


def notify(reached: Recipients) -> list[Answer]:
    """Return who gets a message as plain objects: colleagues with their channel, outsiders with their field."""
    colleagues: list[Answer] = [
        {"name": one.name, "address": one.address, "channel": one.channel, "why": one.why} for one in reached.told
    ]
    outsiders: list[Answer] = [
        {"name": one.name, "address": one.address, "channel": "email", "why": f"named in {one.field.capitalize()}"}
        for one in reached.outsiders
    ]
    return colleagues + outsiders
