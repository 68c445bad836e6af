"""As whom a record writes: never in the name of a domain that is not ours."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.composing.test_dkim import PEM
from tests.unit.flow.test_servers import Boxes, server
from tests.unit.thorough import examples
from tests.unit.world import World
from weftmail.core.address import Mailbox
from weftmail.core.composing.dkim import SigningKey
from weftmail.core.ports import Outcome, Sent
from weftmail.core.sent_as import related
from weftmail.flow.channels.channel import Means
from weftmail.flow.channels.email import EmailChannel
from weftmail.flow.deliver import OutboxSender
from weftmail.flow.identity import Identity, check_answer_as, identity_of
from weftmail.flow.post import Draft, plan, post
from weftmail.flow.refusal import RefusedAct


@pytest.mark.parametrize("text", ["Acme Sales <sales@acme.example>", "sales@acme.example"])
def test_a_domain_of_ours(world: World, text):
    assert check_answer_as(world.store, world.acme, text).address == "sales@acme.example"


def test_one_that_a_domain_of_ours_is_a_part_of(world: World):
    world.store.domains.add("in.nord.example", None, True, 1)
    assert check_answer_as(world.store, world.acme, "Nord <support@nord.example>").name == "Nord"


@pytest.mark.parametrize("text", ["sales@customer.example", "sales@xacme.example", "sales@sub.acme.example"])
def test_a_foreign_domain_is_never_written_for(world: World, text):
    with pytest.raises(RefusedAct, match="answer_as_foreign"):
        check_answer_as(world.store, world.acme, text)


@pytest.mark.parametrize("text", ["sales@other.example", "Acme <sales@mail.other.example>", "sales@example.net"])
def test_no_company_writes_for_the_domain_of_another(world: World, text: str):
    other = world.store.companies.add("Other", 1)
    for name in ("other.example", "mail.other.example", "in.example.net"):
        world.store.domains.add(name, other, True, 1)
    assert check_answer_as(world.store, other, text).address in text
    with pytest.raises(RefusedAct, match="answer_as_foreign"):
        check_answer_as(world.store, world.acme, text)


@pytest.mark.parametrize("text", ["", "Acme <nonsense>", "-x@acme.example"])
def test_what_is_no_address(world: World, text):
    with pytest.raises(RefusedAct) as caught:
        check_answer_as(world.store, world.acme, text)
    assert caught.value.refusal.code in ("address_malformed", "address_hyphen")


def test_a_persons_own_address_is_no_address_of_a_team(world: World):
    with pytest.raises(RefusedAct, match="answer_as_person"):
        check_answer_as(world.store, world.acme, "Acme Sales <anna@acme.example>")


KARIN = "karin@customer.example"


def talking(world: World, answer_as: str) -> World:
    """Karin has asked at sales@, which answers as this."""
    world.alias("sales", "lead", answer_as=answer_as)
    world.deliver(world.mail(verified=True, to="sales@acme.example"), "sales@acme.example")
    return world


def test_what_answers_as_a_sister_domain_is_signed_by_that_one(world: World) -> None:
    world.store.domains.add("nord.example", world.acme, True, 1)
    found = identity_of(world.store, talking(world, "Nord <sales@nord.example>").record("LEAD-1"))
    assert found == Identity(Mailbox("Nord", "sales@nord.example"), "nord.example")


def test_as_whom_no_server_may_send_the_notification_address_stands_and_that_is_said_before_it_leaves(
    world: World,
) -> None:
    talking(world, "Nord <sales@nord.example>")
    record, anna = world.record("LEAD-1"), world.store.users.get(world.anna)
    assert anna is not None
    instead = Identity(Mailbox("Nord", "notifications@acme.example"), "acme.example", "sales@nord.example")
    assert plan(world.store, record, anna, Draft("Yes."), world.clock()).identity == instead
    assert plan(world.store, record, anna, Draft("Yes.", note=True), world.clock()).identity is None
    # The domain of another company signs nothing of ours.
    world.store.domains.add("nord.example", world.store.companies.add("Nord", 1), True, 1)
    assert identity_of(world.store, record) == instead


def test_where_the_domain_of_the_alias_is_gone_answers_come_to_another(world: World) -> None:
    record = talking(world, "").record("LEAD-1")
    old = world.store.domains.by_name("acme.example")
    assert old is not None and record.alias_id is not None
    world.store.domains.set(old.id, dedicated=True, state="removed", closed_at=1, company_id=world.acme)
    world.store.aliases.set_state(record.alias_id, "removed", 1)
    with pytest.raises(RefusedAct, match="no_domain_to_write_from"):
        identity_of(world.store, record)
    world.store.domains.add("new.example", world.acme, True, 1)
    found = identity_of(world.store, record)
    assert (found.sender.address, found.domain) == ("notifications@new.example", "new.example")
    assert found.instead_of == "sales@acme.example"


class Taker:
    """A mail server that takes everything, and keeps it with its return path."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []

    def submit(self, return_path: str, recipients: Sequence[str], data: bytes) -> dict[str, Outcome]:
        self.taken.append((return_path, data))
        return dict.fromkeys(recipients, Sent("250 ok"))

    def close(self) -> None:
        """Nothing to give back."""


class Wires(Boxes):
    """Leads everywhere by one way out."""

    def __init__(self, taker: Taker) -> None:
        super().__init__()
        self.taker = taker

    def to(self, server: object) -> Taker:  # type: ignore[override]
        return self.taker


NAMES = st.sampled_from(
    ["acme.example", "in.acme.example", "nord.example", "mail.nord.example", "xacme.example", "example", "a.b.c.test"]
)


@settings(max_examples=examples(40), deadline=None)
@given(
    answers_as=NAMES, ours=st.lists(NAMES, unique=True), foreign=st.lists(NAMES, unique=True),
    served=st.lists(NAMES, unique=True, max_size=3), removed=st.booleans(),
)  # fmt: skip
def test_from_signature_and_return_path_are_aligned_whatever_aliases_domains_and_servers_there_are(
    answers_as: str, ours: list[str], foreign: list[str], served: list[str], removed: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = talking(World(Path(folder)), f"sales@{answers_as}")
        other = world.store.companies.add("Other", 1)
        for name in {*ours, *foreign} - {"acme.example"}:
            world.store.domains.add(name, world.acme if name in ours else other, True, 1)
        for number, name in enumerate(served):
            server(world, f"server{number}", name, number + 1)
        record, anna = world.record("LEAD-1"), world.store.users.get(world.anna)
        assert anna is not None and record.alias_id is not None
        if removed:
            world.store.aliases.set_state(record.alias_id, "removed", 1)
        post(world.store, world.installation, record, anna, Draft("Yes.", to=[KARIN]))
        taker = Taker()
        keys = lambda domain: [SigningKey(domain, "wm26e", "ed25519", PEM)]  # noqa: E731
        email = EmailChannel(Means(world.store, world.installation, taker, keys, Wires(taker)))
        while OutboxSender(world.store, world.installation, {"email": email}, "here", lambda: 0.5).round().worked:
            pass
        assert taker.taken
        allowed = {"acme.example", *ours}
        for return_path, data in taker.taken:
            message = message_from_bytes(data)
            author = str(message["From"]).rpartition("@")[2].rstrip(">")
            signed = str(message["DKIM-Signature"]).partition("d=")[2].partition(";")[0]
            returns = return_path.rpartition("@")[2]
            assert related(author, signed) and related(author, returns)
            assert signed in allowed and returns in allowed
