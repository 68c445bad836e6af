"""The own address of a record: what colleagues send from their mail program stands on it, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.world import ANNA, ERIK, KARIN, World
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.flow.identity import address_of
from weftmail.store.record import NewRecord

LOGIN = "anna@acme.example"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """LEAD-1, which Karin opened."""
    world = World(tmp_path)
    assert world.deliver(world.mail(verified=True, message_id="<first@customer.example>"), "leads@acme.example").record
    return world


def own(world: World, label: str = "LEAD-1") -> str:
    return address_of(world.store, world.installation, world.record(label))


def seen(world: World) -> bool:
    return world.store.references.address_seen(world.acme, world.record("LEAD-1").id)


def by_anna(world: World, to: str, cc: str = "", text: str = "We can do that.", **more: object) -> bytes:
    proof = more or {"login": LOGIN}
    return world.mail(ANNA, to, "Chairs", text, cc=cc, **proof)  # type: ignore[arg-type]


@pytest.mark.parametrize("where", ["to", "cc", "bcc"])
def test_a_colleagues_mail_to_somebody_outside_stands_on_the_record(world: World, where: str) -> None:
    here = own(world)
    raw = by_anna(world, f"{ERIK}, {here}" if where == "to" else ERIK, here if where == "cc" else "")
    row = world.deliver(raw, here)
    assert (row.state, row.record) == ("filed", "LEAD-1")
    message = world.thread("LEAD-1")[-1]
    assert (message.kind, message.public, message.author_user_id) == ("post", True, world.anna)
    # Erik has it from Anna, and is in the conversation now; nothing goes out to anybody outside.
    assert [one for one in world.store.messages.deliveries(world.acme, message.id) if one.contact_id] == []
    people = {one.address for one in world.store.records.participants(world.acme, world.record("LEAD-1").id)}
    assert people == {"karin@customer.example", "erik@other.example"}
    assert seen(world) is (where != "bcc")


def test_to_colleagues_alone_it_is_a_note(world: World) -> None:
    world.deliver(by_anna(world, f"bjorn@acme.example, {own(world)}"), own(world))
    message = world.thread("LEAD-1")[-1]
    assert (message.kind, message.public, seen(world)) == ("note", False, False)


def test_who_answers_it_is_filed_as_if_they_had_answered_us(world: World) -> None:
    here = own(world)
    world.deliver(by_anna(world, KARIN, here), here)
    assert seen(world)
    row = world.deliver(world.mail(KARIN, f"{ANNA}, {here}", text="Good."), here)
    assert (row.state, row.record, world.thread("LEAD-1")[-1].kind) == ("filed", "LEAD-1", "received")


@pytest.mark.parametrize("author", ["Erik Ek <erik@other.example>", ANNA])
def test_nobody_else_gets_in_by_it(world: World, author: str) -> None:
    row = world.deliver(world.mail(author, text="Let me in."), own(world))
    assert (row.state, row.record, len(world.thread("LEAD-1"))) == ("held", "LEAD-1", 1)
    # Whoever wrote there knows it: a signature alone proves no longer that the mail was meant to come.
    assert seen(world)


def test_a_signed_copy_counts_until_somebody_outside_has_seen_the_address(world: World) -> None:
    here = own(world)
    assert world.deliver(by_anna(world, ERIK, verified=True), here).state == "filed"
    world.deliver(world.mail(ERIK, text="Hello."), here)
    held = world.deliver(by_anna(world, KARIN, verified=True), here)
    assert (held.state, held.why and held.why.code) == ("held", "held.signed.not meant")
    assert world.deliver(by_anna(world, KARIN, here, "Once more.", verified=True), here).state == "filed"


def test_of_a_record_that_is_gone_or_anothers_it_names_nothing(world: World) -> None:
    wrong = own(world).replace("@acme.example", "@other.example")
    assert world.deliver(by_anna(world, ERIK), wrong).state == "unmatched"
    changed = own(world).replace("record+", "reply+")
    assert world.deliver(by_anna(world, ERIK), changed).state == "unmatched"


def test_an_address_of_no_record_names_nothing(world: World) -> None:
    token = Token("record", 999)
    nowhere = reply_token.address(world.installation.keyring, token, "acme.example")
    assert world.deliver(by_anna(world, ERIK), nowhere).state == "unmatched"


def test_a_company_that_cannot_write_has_none(world: World) -> None:
    nord = world.store.companies.add("Nord", 1)
    record = world.store.records.open(NewRecord(nord, "task", "Trade fair"), 1)
    assert address_of(world.store, world.installation, record) == ""


def test_a_record_without_a_message_has_one_as_well(world: World) -> None:
    record = world.store.records.open(NewRecord(world.acme, "task", "Trade fair"), 1)
    row = world.deliver(by_anna(world, ERIK, own(world, record.label)), own(world, record.label))
    assert (row.state, row.record, world.thread(record.label)[-1].answers_id) == ("filed", record.label, None)


# --- ids that two mails share ---------------------------------------------------------------------------------------

TALK = ["<talk@customer.example>", "<more@customer.example>"]


def first_of_two(world: World, **more: object) -> str:
    raw = world.mail(KARIN, f"leads@acme.example, {ERIK}", "Re: Fair", references=TALK[:1], verified=True, **more)  # type: ignore[arg-type]
    return str(world.deliver(raw, "leads@acme.example").record)


BOTH = f"leads@acme.example, {KARIN}"


def second(world: World, author: str = ERIK, to: str = BOTH, alias: str = "leads", **more: object) -> str:
    raw = world.mail(author, to, "Re: Fair", **{"references": TALK, "verified": True, **more})  # type: ignore[arg-type]
    row = world.deliver(raw, f"{alias}@acme.example")
    return f"{row.state} {row.record}"


def test_two_mails_of_one_talk_of_which_we_have_no_id_share_a_record(world: World) -> None:
    assert (first_of_two(world), second(world)) == ("LEAD-2", "filed LEAD-2")


def test_the_mail_that_the_first_one_answers_may_come_later(world: World) -> None:
    assert first_of_two(world) == "LEAD-2"
    assert second(world, references=["<other@customer.example>"], message_id=TALK[0]) == "filed LEAD-2"


@pytest.mark.parametrize(
    "more",
    [
        {"references": ["<other@customer.example>"]},
        {"author": "Eva <eva@other.example>"},
        {"to": "leads@acme.example"},
        {"alias": "support"},
    ],
)
def test_of_other_ids_other_people_and_another_alias_it_is_another_talk(world: World, more: dict[str, object]) -> None:
    first_of_two(world)
    assert second(world, **more) in ("filed LEAD-3", "filed TICKET-1")  # type: ignore[arg-type]


def test_after_a_week_it_is_another_talk(world: World) -> None:
    first_of_two(world)
    world.clock.now += 8 * 24 * 3600 * 1000
    assert second(world) == "filed LEAD-3"


def test_fifty_ids_are_asked_and_no_more(world: World) -> None:
    many = [f"<x{number}@customer.example>" for number in range(60)]
    others = [f"<y{number}@customer.example>" for number in range(60)]
    known = "<first@customer.example>"
    assert second(world, KARIN, references=[*many[:10], known, *many[:49]]) == "filed LEAD-1"
    assert second(world, KARIN, references=[known, *others]) == "filed LEAD-2"


def test_identifiers_are_decoded_before_they_are_looked_for(world: World) -> None:
    coded = "=?utf-8?q?=3Cfirst=40customer=2Eexample=3E?= =?utf-8?b?PG90aGVyQGMuZXhhbXBsZT4=?="
    raw = world.mail(KARIN, headers=[("X-Filler", "1")]).replace(b"X-Filler: 1", f"In-Reply-To: {coded}".encode())
    row = world.deliver(raw, "leads@acme.example")
    assert (row.state, row.record) == ("filed", "LEAD-1")
