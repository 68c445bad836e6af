"""What would happen to a mail, and why: answered by the very functions that file it, changing nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from weftmail.core.envelope import Envelope
from weftmail.core.parsing.message import Message
from weftmail.core.routing.authentication import Proof
from weftmail.core.routing.disposition import Append, Decision, Disposition, Hold, Note, Open, Report
from weftmail.core.routing.findings import findings
from weftmail.core.routing.passed_on import Forwarder, of_message, passed_on
from weftmail.core.routing.recipients import Recipients
from weftmail.core.routing.rules import decide
from weftmail.core.wording.sentences import say
from weftmail.flow import turns, vocabulary
from weftmail.flow.checking import Checked, checked
from weftmail.flow.crossing import within_crossing
from weftmail.flow.facts import gather, traffic_of
from weftmail.flow.installation import Installation
from weftmail.flow.notify import planned
from weftmail.flow.outgoing import within_words
from weftmail.flow.parsed import parsed
from weftmail.store.store import Store

Answer = dict[str, object]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What would happen to a mail: what was read of it, how far its author is verified, the decision, who gets it."""

    message: Message
    proof: Proof
    verified: bool
    decision: Decision
    who_gets: Recipients
    passed_on: tuple[Forwarder, ...]
    """Who passed the mail on to the address that it came to, the last one first."""


def explanation(
    store: Store,
    installation: Installation,
    envelope: Envelope,
    raw: bytes | BinaryIO,
    found: Checked | None = None,
) -> Explanation:
    """Return what would happen to a mail that came in this envelope now.

    ``found`` is what shall have been found of it; with None the DNS and the virus scanner are asked.
    """
    message = installation.reader(raw)
    if found is None:
        found = checked(installation, envelope, message, raw)
    known = gather(store, installation, envelope, message, found)
    decision = decide(envelope, known.message, known.facts)
    decision = within_words(store, installation, known.message, decision)
    decision = within_crossing(store, installation, known.message, decision)
    now = installation.clock()
    traffic = turns.known(store, traffic_of(installation, envelope, known), decision.disposition, now)
    decision = turns.within_turns(traffic, decision, now)
    verified = known.facts.sender.verified
    who_gets = planned(store, decision.disposition, known.message, verified=verified)
    return Explanation(message, known.proof, verified, decision, who_gets, passed_on(envelope, of_message(message)))


def explain(store: Store, installation: Installation, envelope: Envelope, raw: bytes | BinaryIO) -> Answer:
    """Return the object that ``mail-ingest --explain`` prints: message, kind, authentication, disposition, trace."""
    return described(store, explanation(store, installation, envelope, raw))


def described(store: Store, one: Explanation) -> Answer:
    """Return the explanation as an object of JSON."""
    return {
        **parsed(one.message),
        "passed_on": vocabulary.passed_on(one.passed_on),
        "authentication": _authentication(one.proof, one.verified),
        "disposition": _disposition(store, one.decision.disposition, one.who_gets),
        "trace": vocabulary.trace(one.decision.trace),
        "exit_status": 0,
    }


def _authentication(proof: Proof, verified: bool) -> Answer:
    return {
        "spf": proof.spf,
        "dkim": proof.dkim,
        "dmarc": proof.dmarc,
        "arc": proof.arc,
        "source": proof.source,
        "verified": verified,
        "checker": proof.checker,
        "client": proof.client,
        "helo": proof.helo,
        "checked": [say(one) for one in findings(proof.stored())],
    }


def _disposition(store: Store, disposition: Disposition, who_gets: Recipients) -> Answer:
    answer: Answer = {
        "action": type(disposition).__name__.lower(),
        "queue": disposition.queue if isinstance(disposition, Hold) else None,
        "record": None,
        "record_type": None,
        "alias": None,
        "author": None,
        "verified": None,
        "notify": vocabulary.who_gets(who_gets),
    }
    match disposition:
        case Open():
            alias = (
                store.aliases.get(disposition.company_id, disposition.alias_id)
                if disposition.alias_id is not None
                else None
            )
            answer["record_type"] = disposition.record_type
            answer["alias"] = alias.address if alias is not None else None
        case Append() | Note() | Report() | Hold():
            answer["record"] = disposition.record or None
            record = None
            if disposition.record_id is not None and disposition.company_id is not None:
                record = store.records.get(disposition.company_id, disposition.record_id)
            answer["record_type"] = record.type if record is not None else None
        case _:
            pass
    if isinstance(disposition, (Open, Append, Note)):
        answer["author"] = vocabulary.author(disposition.author)
        answer["verified"] = disposition.verified
    return answer
