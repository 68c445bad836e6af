"""Email: a copy is composed, signed, and handed over to the server that takes its sender."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from weftmail.core.address import domain_of
from weftmail.core.composing.dkim import sign
from weftmail.core.parsing.header import mailboxes
from weftmail.core.parsing.mime import parse_header
from weftmail.core.ports import Outcome, Refused, Sent
from weftmail.core.sent_as import SentAs
from weftmail.flow.account import account_mail, link_mail
from weftmail.flow.channels.channel import Means
from weftmail.flow.copy import Copy, copy_of
from weftmail.flow.digest import digest_mail
from weftmail.flow.servers import Parcel, hand_over
from weftmail.store.outbox import Claimed

_COMPOSED = {"account": account_mail, "link": link_mail, "digest": digest_mail}
"""Who composes what is no copy of a message, by its audience."""


class EmailChannel:
    """Fulfils ``Channel``."""

    name = "email"

    def __init__(self, means: Means) -> None:
        self._means = means

    def send(self, claimed: Claimed, addresses: Sequence[str]) -> Mapping[str, Outcome]:
        """Hand the copy over; Refused for everybody where it cannot be composed."""
        compose = _COMPOSED.get(claimed.audience, copy_of)
        made = compose(self._means.store, self._means.installation, claimed)
        if isinstance(made, Refused):
            return dict.fromkeys(addresses, made)
        keys, now = self._means.keys(made.domain), self._means.installation.clock()
        sent_as = SentAs(_author(made.data), made.domain if keys else "", made.return_path.rpartition("@")[2])
        found = self._handed_over(made, sign(made.data, keys, now), addresses, now)
        return {
            address: replace(outcome, sent_as=sent_as) if isinstance(outcome, Sent) else outcome
            for address, outcome in found.items()
        }

    def _handed_over(self, made: Copy, data: bytes, addresses: Sequence[str], now: int) -> Mapping[str, Outcome]:
        if self._means.ways is None:
            return self._means.submitter.submit(made.return_path, addresses, data)
        sender = made.sender or f"notifications@{made.domain}"
        return hand_over(self._means.store, self._means.ways, Parcel(sender, made.return_path, data), addresses, now)


def _author(data: bytes) -> str:
    """Return the domain in From of what we composed."""
    found = mailboxes(parse_header(data).first("from"))
    return domain_of(found[0].address) if found else ""


channel = EmailChannel
