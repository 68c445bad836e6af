"""Conversations of another program: filed silently, in their state, under their number, and never twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.world import World
from weftmail.core.address import Mailbox
from weftmail.core.composing.mail import Attached
from weftmail.core.imported import NOBODY, ImportedConversation, ImportedMessage
from weftmail.flow.conversation_import import colleague, import_conversation, look, outside
from weftmail.flow.mail_import import ImportGoal, ReadMail
from weftmail.flow.reading import read
from weftmail.flow.setup import mail_import

NOW = 1_800_000_000_000
DAY = 86_400_000
THEN = 1_700_000_000_000
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
KARIN, ANNA = Mailbox("Karin Ek", "karin@customer.example"), Mailbox("Anna", "anna@acme.example")


def said(key: str, kind: str = "received", author: Mailbox = KARIN, at: int = THEN, **more: object) -> ImportedMessage:
    return ImportedMessage(key, kind, author, at, **({"text": f"words of {key}"} | more))  # type: ignore[arg-type]


def talk(*messages: ImportedMessage, **more: object) -> ImportedConversation:
    given: dict[str, object] = {"number": "17", "title": "Chairs", "state": "closed", "customer": KARIN} | more
    return ImportedConversation(messages=messages, **given)  # type: ignore[arg-type]


def goal(world: World) -> ImportGoal:
    return mail_import.goal(world.store, "lead", alias="leads@acme.example", name="first")


def filed(world: World, conversation: ImportedConversation, source: str = "Zammad") -> tuple[int, int]:
    ahead = look(world.store, goal(world), source, conversation, NOW)
    mails = [(one.message, ReadMail(one.raw, read(one.raw), one.message.at)) for one in ahead.new]
    new = import_conversation(world.store, world.installation, goal(world), source, conversation, mails, NOW)
    return new, ahead.there


def test_a_conversation_stands_with_its_number_its_dates_and_its_people(world: World) -> None:
    note = said("3", "note", ANNA, THEN + 2 * DAY)
    files = (Attached("plan.txt", "text/plain", b"plan"), Attached("a.png", "image/png", PNG, "a@b", inline=True))
    page = said("1", page='<p>How much?</p><img src="cid:a@b"><script>x()</script>', files=files, to=(ANNA, NOBODY))
    answer = said("2", "post", ANNA, THEN + DAY, message_id="<2@acme.example>", references=("<1@x.example>",))
    assert filed(
        world, talk(page, answer, note, owner=ANNA.address, followers=[ANNA.address, "gone@acme.example"])
    ) == (3, 0)
    record, messages = world.record("LEAD-1"), world.thread("LEAD-1")
    assert (record.title, record.counts_as, record.reference) == ("Chairs", "closed", "Zammad 17")
    assert (record.created_at, record.changed_at, record.owner) == (THEN, THEN + 2 * DAY, "Anna")
    assert (record.awaits_since_at, record.customer) == (None, "Karin Ek")
    assert [(one.kind, one.public, one.author_name, one.created_at) for one in messages] == [
        ("received", True, "Karin Ek", THEN), ("post", True, "Anna", THEN + DAY),
        ("note", False, "Anna", THEN + 2 * DAY),
    ]  # fmt: skip
    assert "script" not in messages[0].html and messages[1].rfc_message_id == "<2@acme.example>"
    found = world.store.messages.attachments(world.acme, messages[0].id)
    assert sorted((one.filename, one.inline) for one in found) == [("a.png", True), ("plan.txt", False)]
    assert [one.name for one in world.store.records.followers(world.acme, record.id)] == ["Anna"]
    assert not world.store.listings.outbox() and not world.store.outbox.claim("x", NOW, NOW + 1, 9)
    assert world.store.read_state.among(world.acme, 1, [record.id]) == frozenset()


def test_it_is_filed_once_and_a_later_export_adds_what_is_new(world: World) -> None:
    assert filed(world, talk(said("1"))) == (1, 0)
    assert filed(world, talk(said("1"))) == (0, 1)
    assert filed(world, talk(said("1"), said("2", at=THEN + DAY))) == (1, 1)
    assert len(world.thread("LEAD-1")) == 2 and not world.store.records.by_label("LEAD-2")
    assert filed(world, talk(said("1")), "Old desk") == (1, 0)
    assert world.record("LEAD-2").reference == "Old desk 17"


def test_what_another_import_filed_meanwhile_is_left_out(world: World) -> None:
    conversation = talk(said("1"))
    ahead = look(world.store, goal(world), "Zammad", conversation, NOW)
    mails = [(one.message, ReadMail(one.raw, read(one.raw))) for one in ahead.new]
    for expected in (1, 0):
        args = (world.store, world.installation, goal(world), "Zammad", conversation, mails, NOW)
        assert import_conversation(*args) == expected


def test_two_messages_of_one_id_are_two(world: World) -> None:
    both = talk(said("1", message_id="<same@x.example>"), said("2", message_id="<same@x.example>", at=THEN + 1))
    assert filed(world, both) == (2, 0) and filed(world, both) == (0, 2)
    first, second = world.thread("LEAD-1")
    assert first.rfc_message_id == "<same@x.example>" != second.rfc_message_id


@pytest.mark.parametrize("bad", ["", "no id", "<a b@c>", "<" + "x" * 2000 + "@y>", "<a@b>\r\nBcc: x@y.example"])
def test_what_is_no_id_is_made_one_and_the_same_one_again(world: World, bad: str) -> None:
    assert filed(world, talk(said("1", message_id=bad))) == (1, 0)
    assert filed(world, talk(said("1", message_id=bad))) == (0, 1)
    assert world.thread("LEAD-1")[0].rfc_message_id.endswith("@import.invalid>")


@pytest.mark.parametrize(
    ("state", "last", "counts_as", "awaits"),
    [
        ("open", "received", "open", True), ("open", "post", "open", False), ("open", "note", "open", True),
        ("waiting", "received", "waiting", False), ("closed", "received", "closed", False),
    ],
)  # fmt: skip
def test_only_an_open_one_waits_for_an_answer(
    world: World, state: str, last: str, counts_as: str, awaits: bool
) -> None:
    ended = said("2", last, KARIN if last == "received" else ANNA, THEN + DAY)
    filed(world, talk(said("1"), ended, state=state))
    record = world.record("LEAD-1")
    assert (record.counts_as, record.awaits_since_at is not None) == (counts_as, awaits)


def test_nobody_of_ours_becomes_a_contact_and_no_address_is_no_contact(world: World) -> None:
    odd = Mailbox("Somebody\r\nBcc: x@y.example", "no address")
    messages = (said("1", author=ANNA), said("2", author=odd, at=THEN + 1), said("3", "post", KARIN, THEN + 2))
    filed(world, talk(*messages, customer=ANNA, title="", owner="x@nowhere.example"))
    record, thread = world.record("LEAD-1"), world.thread("LEAD-1")
    assert (record.customer_id, record.owner_id) == (None, None) and record.title
    assert [(one.kind, one.author_contact_id) for one in thread] == [("post", None), ("received", None), ("post", None)]
    assert world.store.contacts.by_address(world.acme, "karin@customer.example") is None
    assert thread[0].author_user_id is not None and "Bcc" not in thread[1].author_address


def test_what_is_dated_in_the_future_is_dated_now(world: World) -> None:
    filed(world, talk(said("1", at=253402387139000)))
    assert world.thread("LEAD-1")[0].created_at == NOW


def test_a_colleague_is_an_active_member(world: World) -> None:
    store = world.store
    assert colleague(store, world.acme, "anna@acme.example") is not None
    other = store.companies.add("Other", 1)
    assert colleague(store, other, "anna@acme.example") is None
    for address in ("", "karin@customer.example"):
        assert colleague(store, world.acme, address) is None
    assert outside(store, KARIN) is not None and outside(store, ANNA) is None and outside(store, NOBODY) is None


def test_mail_that_comes_later_answers_what_was_imported(world: World) -> None:
    filed(world, talk(said("1", message_id="<1@customer.example>")))
    world.deliver(world.mail(references=["<1@customer.example>"], verified=True), "leads@acme.example")
    assert [one.kind for one in world.thread("LEAD-1") if one.kind != "event"] == ["received", "received"]
    assert world.record("LEAD-1").counts_as == "open"


def test_a_merged_record_takes_what_is_new(world: World) -> None:
    filed(world, talk(said("1")))
    filed(world, talk(said("1"), number="18"))
    assert filed(world, replace(talk(said("1"), said("9", at=THEN + 5)), number="18")) == (1, 1)
