"""A mail round: out by the mail server, back by a reply address, kept in the log and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.flow.setup.test_dkim_key import MemoryKeys, files
from weftmail.core.ports import Deferred, Outcome, Sent
from weftmail.flow.setup import dkim_key, find, mail_round
from weftmail.flow.setup.mail_round import PATIENCE, RoundTrip
from weftmail.store.domain import Domain


class Server:
    """A mail server that keeps what it takes until it is asked to bring it."""

    def __init__(self, office: Office, answer: Outcome = Sent("250 ok")) -> None:  # noqa: B008 - a frozen value
        self.office, self.answer = office, answer
        self.kept: list[tuple[str, str, bytes]] = []

    def submit(self, return_path: str, recipients: Sequence[str], data: bytes) -> dict[str, Outcome]:
        self.kept += [(return_path, one, data) for one in recipients]
        return dict.fromkeys(recipients, self.answer)

    def close(self) -> None:
        """Nothing to give back."""

    def bring(self, was: bytes = b"", became: bytes = b"") -> None:
        """Hand the mail in, after something in it was replaced."""
        ((sender, recipient, data),) = self.kept
        self.office.world.deliver(data.replace(b"\r\n", b"\n").replace(was, became), recipient, sender=sender)


@pytest.fixture
def keys(tmp_path_factory: pytest.TempPathFactory) -> MemoryKeys:
    """No key yet."""
    return files(tmp_path_factory.mktemp("keys"))


def acme(office: Office) -> Domain:
    """Return the domain of Acme."""
    return find.domain(office.store, "acme.example")


def trip(office: Office) -> RoundTrip:
    """Return how the round went."""
    found = mail_round.last(office.store, acme(office))
    assert found is not None
    return found


def sent(office: Office, server: Server, keys: MemoryKeys) -> None:
    """Send a round."""
    office.did(mail_round.send(office.setup, office.world.installation, server, keys, "acme.example"))


def test_it_comes_back_with_two_signatures_that_verify_and_opens_nothing(office: Office, keys: MemoryKeys) -> None:
    office.did(dkim_key.create(office.setup, "acme.example", keys))
    server = Server(office)
    assert mail_round.last(office.store, acme(office)) is None
    sent(office, server, keys)
    assert (trip(office).accepted_at, trip(office).late(office.world.clock.now)) == (None, False)
    server.bring()
    found = trip(office)
    assert [(one.selector, one.valid) for one in found.signatures] == [("wm27a", True), ("wm27e", True)]
    assert found.verified and found.accepted_at is not None and found.accepted_at > found.sent_at
    (row,) = office.store.listings.inbound()
    assert (row.state, row.record_id) == ("discarded", None) and row.recipient.startswith("reply+")


def test_a_mail_that_was_changed_on_its_way_does_not_verify(office: Office, keys: MemoryKeys) -> None:
    office.did(dkim_key.create(office.setup, "acme.example", keys))
    server = Server(office)
    sent(office, server, keys)
    server.bring(b"checks", b"chokes")
    assert not trip(office).verified


def test_without_keys_it_is_unsigned_and_later_it_is_late(office: Office, keys: MemoryKeys) -> None:
    server = Server(office)
    sent(office, server, keys)
    office.world.clock.now += PATIENCE + 1
    assert trip(office).late(office.world.clock.now)
    server.bring()
    assert trip(office).signatures == () and trip(office).verified


def test_a_server_that_does_not_take_it_is_named(office: Office, keys: MemoryKeys) -> None:
    server = Server(office, Deferred("451 later"))
    answer = mail_round.send(office.setup, office.world.installation, server, keys, "acme.example")
    assert office.refused(answer) == ("", "round_refused")
    assert mail_round.last(office.store, acme(office)) is None
    unknown = mail_round.send(office.setup, office.world.installation, server, keys, "nobody.example")
    assert office.refused(unknown) == ("name", "no_such_domain")


def test_two_rounds_have_addresses_of_their_own(office: Office, keys: MemoryKeys) -> None:
    server = Server(office)
    sent(office, server, keys)
    server.bring()
    sent(office, server, keys)
    assert server.kept[0][1] != server.kept[1][1] and trip(office).accepted_at is None
