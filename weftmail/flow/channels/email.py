"""Email: a copy is composed, signed, and handed over to the server that takes its sender."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

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


@dataclass(frozen=True, slots=True)
class _Signed:
    """A mail as it leaves."""

    made: Copy
    data: bytes
    sent_as: SentAs


class EmailChannel:
    """Fulfils ``Channel``."""

    name = "email"

    def __init__(self, means: Means) -> None:
        self._means = means
        self._prepared: tuple[Claimed, Future[_Signed | Refused]] | None = None

    def prepare(self, claimed: Claimed) -> None:
        """Compose and sign the copy."""
        ready: Future[_Signed | Refused] = Future()
        try:
            ready.set_result(self._signed(claimed))
        except Exception as error:
            # It is raised when the copy's own turn comes: the one that is under way has nothing to do with it.
            ready.set_exception(error)
        self._prepared = claimed, ready

    def send(self, claimed: Claimed, addresses: Sequence[str]) -> Mapping[str, Outcome]:
        """Hand the copy over; Refused for everybody where it cannot be composed."""
        prepared, self._prepared = self._prepared, None
        # Claimed once more it is another claim, and the copy may have changed since.
        mail = prepared[1].result() if prepared is not None and prepared[0] is claimed else self._signed(claimed)
        if isinstance(mail, Refused):
            return dict.fromkeys(addresses, mail)
        return {
            address: replace(outcome, sent_as=mail.sent_as) if isinstance(outcome, Sent) else outcome
            for address, outcome in self._handed_over(mail, addresses).items()
        }

    def _signed(self, claimed: Claimed) -> _Signed | Refused:
        compose = _COMPOSED.get(claimed.audience, copy_of)
        made = compose(self._means.store, self._means.installation, claimed)
        if isinstance(made, Refused):
            return made
        keys, now = self._means.keys(made.domain), self._means.installation.clock()
        sent_as = SentAs(_author(made.data), made.domain if keys else "", made.return_path.rpartition("@")[2])
        return _Signed(made, sign(made.data, keys, now), sent_as)

    def _handed_over(self, mail: _Signed, addresses: Sequence[str]) -> Mapping[str, Outcome]:
        made = mail.made
        if self._means.ways is None:
            return self._means.submitter.submit(made.return_path, addresses, mail.data)
        parcel = Parcel(made.sender or f"notifications@{made.domain}", made.return_path, mail.data)
        return hand_over(self._means.store, self._means.ways, parcel, addresses, self._means.installation.clock())


def _author(data: bytes) -> str:
    """Return the domain in From of what we composed."""
    found = mailboxes(parse_header(data).first("from"))
    return domain_of(found[0].address) if found else ""


channel = EmailChannel
