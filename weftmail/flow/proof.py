"""What speaks for a mail or against it: who sent it, our own spam filter's mark, and a virus."""

from __future__ import annotations

from dataclasses import replace

from weftmail.core.envelope import Envelope
from weftmail.core.parsing.message import Message
from weftmail.core.ports import Scanned
from weftmail.core.routing import spam
from weftmail.core.routing.authentication import Proof, reported, verify
from weftmail.flow.checking import NOTHING, Checked, hop_of
from weftmail.flow.installation import Installation


def proof_of(installation: Installation, envelope: Envelope, message: Message, checked: Checked = NOTHING) -> Proof:
    """Return what is verified of the author of the mail: by our milter's fields, or by what we ``checked``."""
    signers, policy = message.signers, installation.policy(envelope.entrance)
    hop = hop_of(installation, envelope, message)
    results = checked.results
    if not policy.own_check:
        values = [
            one.value
            for one in message.stamps
            if one.name == "authentication-results" and hop is not None and one.above <= hop.index
        ]
        results = reported(values, hop, policy, (envelope.sender, *signers.names))
    return replace(verify(message.from_, hop, results, policy, signers.partial), scanned=checked.scanned)


def spam_mark(installation: Installation, envelope: Envelope, message: Message) -> str:
    """Return the field by which our own filter marks the mail as spam; "" where it does not."""
    hop = hop_of(installation, envelope, message)
    return spam.mark(message.stamps, hop, spam.parse(installation.policy(envelope.entrance).spam))


def virus_in(installation: Installation, scanned: Scanned | None) -> str | None:
    """Return the virus in a mail, "" where nobody could look for one and the settings let nothing pass unseen."""
    if scanned is None or scanned.verdict == "clean":
        return None
    if scanned.verdict == "infected":
        return scanned.text or "?"
    return "" if installation.scan_waits else None
