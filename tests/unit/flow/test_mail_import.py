"""Email of before: filed silently on closed records, dated as it was, conversations kept, and never twice."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest

from tests.unit.world import World
from weftmail.flow.mail_import import ImportGoal, ReadMail, date_of, import_mails
from weftmail.flow.reading import read
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import mail_import

NOW = 1_800_000_000_000
JULY = "Mon, 6 Jul 2015 10:00:00 +0200"
ANNA = "Anna <anna@acme.example>"
KARIN = "Karin Ek <karin@customer.example>"


def mail(
    author: str = KARIN, *, number: int = 1, references: str = "", date: str | None = JULY, subject: str = "Chairs",
    received: str = "", files: bool = False,
) -> bytes:  # fmt: skip
    made = EmailMessage()
    if received:
        made["Received"] = f"from a by b; {received}"
    made["From"], made["To"], made["Subject"] = author, "leads@acme.example, Erik <erik@other.example>", subject
    made["Message-ID"] = f"<{number}@customer.example>"
    if date:
        made["Date"] = date
    if references:
        made["References"] = references
    made.set_content(f"words of {number}\n")
    if files:
        made.add_attachment(b"plan", "text", "plain", filename="plan.txt")
    return made.as_bytes()


def goal(world: World, alias: str | None = "leads@acme.example", record_type: str = "lead") -> ImportGoal:
    return mail_import.goal(world.store, record_type, alias=alias)


def imported(world: World, *mails: bytes, at: int = 0, into: ImportGoal | None = None) -> tuple[int, int]:
    found = [ReadMail(raw, read(raw), at) for raw in mails]
    return import_mails(world.store, world.installation, into or goal(world), found, NOW)


def millis(text: str) -> int:
    return int(parsedate_to_datetime(text).timestamp() * 1000)


def test_a_mail_opens_a_closed_record_of_its_date_and_tells_nobody(world: World) -> None:
    raw = mail(files=True)
    assert imported(world, raw) == (1, 0)
    record, (message,) = world.record("LEAD-1"), world.thread("LEAD-1")
    at = millis("Mon, 6 Jul 2015 10:00:00 +0200")
    assert (record.title, record.counts_as, record.created_at, record.changed_at) == ("Chairs", "closed", at, at)
    assert (message.kind, message.author_address, message.verified) == ("received", "karin@customer.example", False)
    assert (message.written_at, message.created_at) == (at, at)
    assert [one.filename for one in world.store.messages.attachments(world.acme, message.id)] == ["plan.txt"]
    assert world.store.messages.deliveries(world.acme, message.id) == []
    assert not world.store.listings.outbox() and not world.store.outbox.claim("x", NOW, NOW + 1, 9)
    assert message.inbound_id is not None
    row = world.row(message.inbound_id)
    assert (row.state, row.entrance, row.accepted_at) == ("filed", "import", at)
    assert world.store.blobs.read(row.blob_id) == raw
    contact = world.store.contacts.by_address(world.acme, "karin@customer.example")
    assert contact is not None and record.customer_id == contact.id


def test_the_same_mail_is_filed_once(world: World) -> None:
    assert imported(world, mail(), mail()) == (1, 1)
    assert imported(world, mail()) == (0, 1)
    assert len(world.thread("LEAD-1")) == 1


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0, 1)])
def test_a_conversation_is_one_record_in_whatever_order_it_comes(world: World, order: tuple[int, ...]) -> None:
    talk = [
        mail(number=1, date="Mon, 6 Jul 2015 10:00:00 +0200"),
        mail(ANNA, number=2, references="<1@customer.example>", date="Tue, 7 Jul 2015 10:00:00 +0200"),
        mail(number=3, references="<1@customer.example> <2@customer.example>", date="Wed, 8 Jul 2015 10:00:00 +0200"),
    ]  # fmt: skip
    imported(world, *(talk[one] for one in order))
    assert len(world.thread("LEAD-1")) == 3 and not world.store.records.by_label("LEAD-2")
    record = world.record("LEAD-1")
    assert record.created_at == millis("Mon, 6 Jul 2015 10:00:00 +0200")
    assert record.changed_at == millis("Wed, 8 Jul 2015 10:00:00 +0200")
    kinds = {one.author_name: one.kind for one in world.thread("LEAD-1")}
    assert kinds == {"Karin Ek": "received", "Anna": "post"}


def test_another_type_is_another_conversation(world: World) -> None:
    imported(world, mail())
    imported(world, mail(number=2, references="<1@customer.example>"), into=goal(world, None, "ticket"))
    assert len(world.thread("LEAD-1")) == len(world.thread("TICKET-1")) == 1
    assert world.record("TICKET-1").alias_id is None


@pytest.mark.parametrize(
    ("date", "received", "at", "became"),
    [
        ("Mon, 6 Jul 2015 10:00:00 +0200", "Tue, 7 Jul 2015 10:00:00 +0000", 5, "Mon, 6 Jul 2015 10:00:00 +0200"),
        (None, "Tue, 7 Jul 2015 10:00:00 +0000", 5, "Tue, 7 Jul 2015 10:00:00 +0000"),
        ("yesterday", "Tue, 7 Jul 2015 10:00:00 +0000", 5, "Tue, 7 Jul 2015 10:00:00 +0000"),
    ],
)
def test_a_mail_is_dated_by_date_or_else_by_the_topmost_received(
    date: str | None, received: str, at: int, became: str
) -> None:
    assert date_of(read(mail(date=date, received=received)), at, NOW) == millis(became)


def test_a_mail_without_any_date_is_dated_by_its_file_and_never_later_than_now() -> None:
    assert date_of(read(mail(date=None)), 5, NOW) == 5
    assert date_of(read(mail(date=None)), 0, NOW) == NOW
    assert date_of(read(mail(date="Mon, 6 Jul 2099 10:00:00 +0200")), 5, NOW) == NOW


def test_what_names_nobody_is_filed_without_a_contact(world: World) -> None:
    imported(world, b"Subject: \n\nwords\n", mail("leads@acme.example", number=4), at=7)
    first, second = world.record("LEAD-1"), world.record("LEAD-2")
    assert first.customer_id is None and first.title and first.created_at == 7
    assert second.customer_id is None and world.thread("LEAD-2")[0].kind == "post"


def test_mail_that_comes_later_answers_what_was_imported(world: World) -> None:
    imported(world, mail())
    world.deliver(world.mail(references=["<1@customer.example>"], verified=True), "leads@acme.example")
    assert [one.kind for one in world.thread("LEAD-1") if one.kind != "event"] == ["received", "received"]
    assert world.record("LEAD-1").counts_as == "open"


def test_a_goal_that_is_not_there_is_refused(world: World) -> None:
    other = world.store.companies.add("Other", 1)
    world.store.companies.add_record_type(other, "lead", "LEAD")
    for words in ({"record_type": "ship"}, {"record_type": "lead", "alias": "nobody@acme.example"}):
        with pytest.raises(RefusedAct):
            mail_import.goal(world.store, **words, company="Acme")  # type: ignore[arg-type]
    with pytest.raises(RefusedAct):
        mail_import.goal(world.store, "lead", alias="leads@acme.example", company="Other")


def test_bytes_that_are_there_already_are_kept_once(world: World) -> None:
    contact = world.store.contacts.add(world.acme, "", "karin@customer.example", 1)
    world.store.contacts.block(world.acme, contact, "Anna", 1)
    raw = mail()
    assert world.deliver(raw, "leads@acme.example").state == "discarded"
    imported(world, raw)
    (message,) = world.thread("LEAD-1")
    assert message.inbound_id is not None
    assert world.row(message.inbound_id).blob_id == world.row(1).blob_id
