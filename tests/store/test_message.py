"""Messages: one of each content, whom they name, their files, and deliveries that only move forward."""

from __future__ import annotations

import pytest

from tests.store.conftest import Office
from weftmail.core.wording.phrase import Phrase
from weftmail.store.delivery import NewDelivery
from weftmail.store.errors import Conflict
from weftmail.store.message import Addressed, NewAttachment
from weftmail.store.record import NewParticipant
from weftmail.store.thread import Stretch

WAITS = Phrase("notice.held", {"record": "LEAD-1"})
ROLE = Phrase("notice.role", {"recipient": "abuse@acme.example", "sender": "", "subject": "Hello"})


def test_a_mail_is_on_a_record_once_and_another_content_of_its_id_is_told_apart(office: Office) -> None:
    messages, record = office.store.messages, office.record()
    same = {"rfc_message_id": "<a@customer.example>", "content_hash": "one"}
    first = office.message(record, **same)
    with pytest.raises(Conflict):
        office.message(record, **same)
    assert messages.same(office.acme, record.id, "<a@customer.example>", "one") == first
    assert messages.same(office.acme, record.id, "<a@customer.example>", "two") is None
    assert messages.id_reused(office.acme, "<a@customer.example>", "two")
    assert not messages.id_reused(office.acme, "<a@customer.example>", "one")
    office.message(record, rfc_message_id="<a@customer.example>", content_hash="two")
    office.message(office.record(), **same)


def test_a_thread_in_order_with_what_routing_asks(office: Office) -> None:
    messages, record = office.store.messages, office.record(alias_id=office.alias())
    karin = office.contact()
    first = office.message(record, kind="received", author_contact_id=karin, rfc_message_id="<a@customer.example>")
    note = office.message(record, kind="note", public=False, answers_id=first, author_user_id=office.anna)
    assert [one.id for one in messages.thread(office.acme, record.id)] == [first, note]
    facts = messages.facts([note])[note]
    assert (facts.kind, facts.public, facts.label, facts.type, facts.alias_id, facts.token_epoch) == (
        "note",
        False,
        "LEAD-1",
        "lead",
        record.alias_id,
        0,
    )
    found = messages.facts_by_rfc_id(office.acme, ["<a@customer.example>", "<none@customer.example>"])
    assert {text: [one.id for one in facts] for text, facts in found.items()} == {"<a@customer.example>": [first]}
    assert messages.facts_by_rfc_id(office.acme + 1, ["<a@customer.example>"]) == {}
    assert messages.last_public(office.acme, record.id) == first
    assert messages.facts([99]) == {} == messages.facts([]) and messages.get(office.acme, 99) is None
    pulse = messages.pulse(office.acme, record.id)
    assert pulse.messages == 2


def test_an_automatic_mail_is_not_the_one_that_an_answer_goes_to(office: Office) -> None:
    record = office.record()
    post = office.message(record)
    office.message(record, kind="received", automatic=True)
    office.message(record, kind="event")
    assert office.store.messages.last_public(office.acme, record.id) == post


def test_raising_the_epoch_revokes_the_threads_tokens_alone(office: Office) -> None:
    first, other = office.record(), office.record()
    one, two = office.message(first), office.message(other)
    office.store.messages.raise_epoch(office.acme, first.id)
    assert [
        m.token_epoch
        for m in (office.store.messages.get(office.acme, one), office.store.messages.get(office.acme, two))
        if m
    ] == [1, 0]


def test_references_name_the_first_and_the_newest_oldest_first(office: Office) -> None:
    record = office.record()
    ids = [office.message(record) for _ in range(8)]
    last = office.message(record)
    found = [one.id for one in office.store.messages.references(office.acme, record.id, last, most=4)]
    assert found == [ids[0], *ids[-3:]]
    assert [one.id for one in office.store.messages.references(office.acme, record.id, ids[1])] == [ids[0]]
    assert office.store.messages.references(office.acme, record.id, ids[0]) == []


def test_an_outsider_sees_only_the_ids_that_they_had_a_part_in(office: Office) -> None:
    messages, record, karin, erik = (
        office.store.messages,
        office.record(),
        office.contact(),
        office.contact("E", "e@o.example"),
    )
    theirs = office.message(record, kind="received", author_contact_id=karin)
    note = office.message(record, kind="note", public=False)
    sent = office.message(record)
    messages.deliver(
        office.acme, record.id, sent, [NewDelivery("email", "karin@customer.example", contact_id=karin)], 2
    )
    other = office.message(record)
    last = office.message(record)
    seen = [one.id for one in messages.references_seen_by(office.acme, karin, record.id, last)]
    assert seen == [theirs, sent]
    assert note not in seen and other not in seen
    assert messages.references_seen_by(office.acme, erik, record.id, last) == []


def test_whom_a_message_names_to_before_cc(office: Office) -> None:
    messages, record, karin = office.store.messages, office.record(), office.contact()
    message = office.message(record)
    people = [
        Addressed("cc", "Erik Ek", "erik@other.example", None),
        Addressed("to", "Karin Ek", "karin@customer.example", karin),
        Addressed("cc", "", "third@other.example", None),
    ]
    messages.address(office.acme, message, people)
    assert messages.addressed(office.acme, message) == [people[1], people[0], people[2]]
    assert [
        (one.message_id, one.address)
        for one in office.store.threads.addressed(Stretch(office.acme, record.id, message, message))
    ] == [(message, one.address) for one in (people[1], people[0], people[2])]


def test_files_belong_to_a_company(office: Office) -> None:
    messages, record = office.store.messages, office.record()
    message = office.message(record)
    blob = office.store.blobs.put(b"%PDF", office.acme)
    plan = NewAttachment(blob, "plan.pdf", "application/pdf", "c1", True)
    (file,) = messages.attach(office.acme, record.id, message, [plan])
    (found,) = messages.attachments(office.acme, message)
    assert (found.id, found.filename, found.size, found.inline, found.content_id) == (file, "plan.pdf", 4, True, "c1")
    assert office.store.threads.attachments(Stretch(office.acme, record.id, message, message)) == [found]
    assert messages.attachment(office.acme, file) is not None
    assert messages.attachment(office.acme + 1, file) is None
    assert messages.attachment(office.acme, 99) is None
    later = office.message(record)
    assert messages.attached_before(office.acme, record.id, later, blob)
    assert not messages.attached_before(office.acme, record.id, message, blob)


def test_a_person_gets_a_message_once_by_a_channel(office: Office) -> None:
    messages, record, karin = office.store.messages, office.record(), office.contact()
    message = office.message(record)

    def deliver(channel: str = "email", **who: int) -> int:
        return messages.deliver(office.acme, record.id, message, [NewDelivery(channel, "a", **who)], 2)

    assert deliver(user_id=office.anna)
    assert not deliver(user_id=office.anna)
    assert deliver("inbox", user_id=office.anna)
    assert deliver(contact_id=karin)
    assert [(one.name, one.channel, one.state) for one in messages.deliveries(office.acme, message)] == [
        ("Anna", "email", "queued"),
        ("Anna", "inbox", "unread"),
        ("Karin Ek", "email", "queued"),
    ]
    stretch = Stretch(office.acme, record.id, message, message)
    assert office.store.threads.deliveries(stretch) == messages.deliveries(office.acme, message)
    assert messages.sent_to(office.acme, [message, 99], karin) == {message}
    assert not messages.sent_to(office.acme, [message], karin + 1) and not messages.sent_to(office.acme, [], karin)
    office.store.records.add_participants(record, [NewParticipant(karin, "opened")], 2)
    office.store.records.remove_participant(office.acme, record.id, karin, 3)
    assert not messages.sent_to(office.acme, [message], karin)


def test_an_inbox_is_read_record_by_record(office: Office) -> None:
    inbox, record = office.store.inbox, office.record()
    for _ in range(2):
        message = office.message(record)
        people = [NewDelivery("inbox", user_id=office.bjorn)]
        office.store.messages.deliver(office.acme, record.id, message, people, 2)
    second = office.record()
    office.store.messages.deliver(office.acme, second.id, office.message(second), people, 2)
    inbox.notify(office.acme, [office.bjorn], WAITS, 3)
    assert inbox.unread(office.acme, office.bjorn) == 4
    inbox.read(office.acme, record.id, office.bjorn, 4)
    assert [one.state for one in inbox.entries(office.acme, office.bjorn)] == ["unread", "read", "read"]
    (notice,) = inbox.notices(office.bjorn, office.acme)
    office.store.inbox_lists.read_notice(office.acme, office.bjorn, notice.id, 5)
    assert inbox.unread(office.acme, office.bjorn) == 1
    assert inbox.unread(office.acme, office.anna) == 0


def test_a_notice_comes_once_for_each_mail(office: Office) -> None:
    from weftmail.core.envelope import Envelope

    inbox = office.store.inbox
    (row,) = office.store.inbound.accept([Envelope("leads@acme.example")], b"mail", 1)
    for _ in range(2):
        inbox.notify(office.acme, [office.anna], WAITS, 3, inbound_id=row)
        inbox.notify(office.acme, [office.anna], ROLE, 3)
    assert [one.says for one in inbox.notices(office.anna)] == [ROLE, ROLE, WAITS]
    assert inbox.notices(office.anna, office.acme + 1) == []


@pytest.mark.parametrize(("column", "value"), [("kind", "chat"), ("company_id", 99), ("record_id", 99)])
def test_what_a_message_cannot_be(office: Office, column: str, value: object) -> None:
    with pytest.raises(Conflict):
        office.message(office.record(), **{column: value})
