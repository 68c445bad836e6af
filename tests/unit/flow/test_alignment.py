"""What left is measured for DMARC: whether its signature or its return path is of the domain in From."""

from __future__ import annotations

from collections.abc import Sequence
from email import message_from_bytes

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.unit.flow.test_dns_watch import DOMAIN, Scene
from tests.unit.flow.test_dns_watch import scene as scene
from tests.unit.world import World
from weftmail.core.composing.dkim import SigningKey
from weftmail.core.ports import Deferred, Outcome, Sent
from weftmail.core.sent_as import SentAs
from weftmail.core.wording.sentences import say
from weftmail.flow.channels.channel import Means
from weftmail.flow.channels.email import EmailChannel
from weftmail.flow.deliver import OutboxSender
from weftmail.flow.due.kinds.expiry import ALIGNMENT_KEPT, Expiry
from weftmail.flow.post import Draft, post
from weftmail.store.alignment import HOUR, Alignment
from weftmail.store.due import Due

DAY = 24 * HOUR


class MailServer:
    """Takes everything, or nothing; keeps whom it was said to come from."""

    def __init__(self, *, takes: bool = True) -> None:
        self.takes = takes
        self.authors: list[str] = []

    def submit(self, return_path: str, recipients: Sequence[str], data: bytes) -> dict[str, Outcome]:
        self.authors.append(str(message_from_bytes(data)["From"]))
        return {one: Sent("250 Ok") if self.takes else Deferred("451 later") for one in recipients}

    def close(self) -> None:
        pass


def send(world: World, keys: Sequence[SigningKey] = (), *, takes: bool = True, text: str = "We can.") -> MailServer:
    """Let Anna answer on LEAD-1, and all that waits leave; whatever domain signs has these keys."""
    anna = world.store.users.get(world.anna)
    assert anna is not None
    post(world.store, world.installation, world.record("LEAD-1"), anna, Draft(text, to=["karin@customer.example"]))
    server = MailServer(takes=takes)
    email = EmailChannel(Means(world.store, world.installation, server, lambda _domain: list(keys)))
    sender = OutboxSender(world.store, world.installation, {email.name: email}, "here", lambda: 0.5)
    while sender.round().worked:
        pass
    return server


@pytest.fixture
def signing() -> list[SigningKey]:
    """A key of the domain."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return [SigningKey(DOMAIN, "wm27e", "ed25519", pem.decode())]


@pytest.fixture
def talking(world: World) -> World:
    """Karin wrote, and waits for an answer; her mail notified nobody by email."""
    world.store.connection.execute("update users set prefers = 'inbox'")
    world.deliver(world.mail(verified=True), "leads@acme.example")
    return world


@pytest.mark.parametrize(
    ("author", "signed", "returns", "expected"),
    [
        ("acme.example", "acme.example", "acme.example", (True, True, True)),
        ("acme.example", "", "acme.example", (False, True, True)),
        ("acme.example", "acme.example", "", (True, False, True)),
        ("acme.example", "", "", (False, False, False)),
        ("acme.example", "in.acme.example", "bounces.example", (True, False, True)),
        ("in.acme.example", "acme.example", "other.example", (True, False, True)),
        ("acme.example", "notacme.example", "acme.example.evil.example", (False, False, False)),
        ("", "", "", (False, False, False)),
    ],
)
def test_which_of_the_three_domains_agree(author: str, signed: str, returns: str, expected: tuple[bool, ...]) -> None:
    found = SentAs(author, signed, returns)
    assert (found.by_signature, found.by_return_path, found.aligned) == expected


def test_what_leaves_is_counted_by_the_domain_in_from(talking: World, signing: list[SigningKey]) -> None:
    server = send(talking, signing)
    send(talking, text="And this.")
    assert all("@acme.example" in one for one in server.authors)
    now = talking.clock.now
    assert talking.store.alignments.since(DOMAIN, now - DAY) == Alignment(mails=2, signed=1, returned=2, aligned=2)
    assert talking.store.alignments.since("other.example", now - DAY).mails == 0


def test_what_did_not_leave_is_not_counted(talking: World) -> None:
    send(talking, takes=False)
    assert talking.store.alignments.since(DOMAIN, 0).mails == 0


def test_a_company_sees_its_own_alone_and_a_day_is_a_day(talking: World) -> None:
    store, now = talking.store, talking.clock.now
    other = store.companies.add("Other", 1)
    store.alignments.count(talking.acme, SentAs(DOMAIN, DOMAIN, DOMAIN), now)
    store.alignments.count(other, SentAs(DOMAIN, "", ""), now)
    store.alignments.count(other, SentAs(DOMAIN, "", ""), now - 3 * DAY)
    assert store.alignments.since(DOMAIN, now - DAY) == Alignment(2, 1, 1, 1)
    assert store.alignments.since(DOMAIN, now - DAY, talking.acme) == Alignment(1, 1, 1, 1)
    assert store.alignments.since(DOMAIN, now - DAY, other) == Alignment(1, 0, 0, 0)
    assert store.alignments.since(DOMAIN, now - 4 * DAY, other).mails == 2


def test_it_is_forgotten_after_a_week(talking: World) -> None:
    store, now = talking.store, talking.clock.now
    store.alignments.count(talking.acme, SentAs(DOMAIN, DOMAIN, DOMAIN), now)
    due = Due(1, None, "expiry", "", now, 1, "")
    Expiry().run(store, talking.installation, due, now + DAY)
    assert store.alignments.since(DOMAIN, 0).mails == 1
    Expiry().run(store, talking.installation, due, now + ALIGNMENT_KEPT + HOUR)
    assert store.alignments.since(DOMAIN, 0).mails == 0


def advice(scene: Scene) -> str:
    """Return the next step of the DMARC record, as the last look found it."""
    scene.zones.rows[f"_dmarc.{DOMAIN}", "TXT"] = ("v=DMARC1; p=none",)
    (row,) = [one for one in scene.watch.look(DOMAIN).findings if one.what == "dmarc"]
    assert row.judgement.step is not None
    return say(row.judgement.step)


def test_a_stricter_policy_is_advised_only_once_all_that_leaves_is_aligned(scene: Scene) -> None:
    assert "go on to v=DMARC1; p=quarantine" in advice(scene)
    scene.store.alignments.count(scene.office.world.acme, SentAs(DOMAIN, DOMAIN, DOMAIN), scene.clock.now)
    assert "go on to v=DMARC1; p=quarantine" in advice(scene)
    scene.store.alignments.count(scene.office.world.acme, SentAs(DOMAIN, "", "elsewhere.example"), scene.clock.now)
    assert advice(scene) == ("Emails that left unaligned within a day: 1. Once there are none, p=quarantine is next")
    scene.clock.now += 2 * DAY
    assert "go on to v=DMARC1; p=quarantine" in advice(scene)
