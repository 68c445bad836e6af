"""A probe of the spam filter: a mail that every filter takes for spam comes back with what the filter wrote.

It bears fields as a stranger would write them, so that it shows whether the filter takes those out; and our loop field,
so that routing drops it once it is kept.
"""

from __future__ import annotations

from weftmail.core.address import Mailbox
from weftmail.core.composing.mail import ForOneColleague, Letter, compose
from weftmail.core.ports import Sent, Submitter
from weftmail.core.routing.spam import FIELDS, GTUBE, SpamField, learned
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import MAX_MESSAGE, Token
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.installation import Installation
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.store.store import Store

FORGED = "written by a stranger"


def send(store: Store, installation: Installation, submitter: Submitter, name: str) -> tuple[str, int]:
    """Send the probe to a domain of ours; return the address that it went to, and after which row it will come back.

    Raises RefusedAct where there is no such domain, or the mail server does not take it.
    """
    domain = find.domain(store, name).name
    now = installation.clock()
    token = Token("post", MAX_MESSAGE, now // 1000, now % 1000)
    recipient = reply_token.address(installation.keyring, token, domain)
    after = store.inbound.last()
    outcome = submitter.submit(f"bounce@{domain}", [recipient], _mail(installation, domain, now))[recipient]
    if not isinstance(outcome, Sent):
        raise RefusedAct("", "round_refused", answer=outcome.text)
    return recipient, after


def _mail(installation: Installation, domain: str, now: int) -> bytes:
    letter = Letter(
        message_id=f"<spam.{now}@{domain}>",
        from_=Mailbox("weftmail", f"notifications@{domain}"),
        subject="Probe of the spam filter",
        text=f"This email shows which field your spam filter writes.\n\n{GTUBE}\n",
        date=now,
        loop=installation.name,
        automatic=True,
    )
    forged = "".join(f"{shown}: No, {FORGED}\r\n" for shown, _ in FIELDS.values())
    return forged.encode("ascii") + compose(letter, ForOneColleague(Mailbox("", f"notifications@{domain}")))


def answer(store: Store, installation: Installation, recipient: str, after: int) -> SpamField | Phrase | None:
    """Return which field the filter wrote, or why none can be told; None while the probe is not back."""
    back = store.inbound.to(recipient, after)
    if back is None:
        return None
    message = installation.reader(store.blobs.read(back.blob_id))
    return learned(message.stamps, len(message.received), FORGED)
