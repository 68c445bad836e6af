"""A colleague writes: who is listed before Send is who gets it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.flow.test_filing import contact_of, people, reply_address
from tests.unit.thorough import examples
from tests.unit.world import ANNA, ERIK, World, beyond_inbox
from weftmail.core.tokens import locator, reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.flow.actor import Actor
from weftmail.flow.post import Draft, DraftFile, plan, post
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import record as records
from weftmail.flow.setup.act import Setup


@pytest.fixture
def opened(world: World) -> World:
    world.deliver(world.mail(), "leads@acme.example")
    world.store.records.follow(world.acme, world.record("LEAD-1").id, world.bjorn, 1)
    return world


def by(world: World, user_id: int):
    user = world.store.users.get(user_id)
    assert user is not None
    return user


def send(world: World, draft: Draft, user_id: int | None = None) -> int:
    return post(world.store, world.installation, world.record("LEAD-1"), by(world, user_id or world.anna), draft)


def test_without_to_it_goes_to_the_people_of_the_last_message(opened: World):
    message_id = send(opened, Draft(text="Yes, 38 is fine."))
    message = opened.store.messages.get(opened.acme, message_id)
    assert message is not None
    assert (message.kind, message.subject, message.sent_as) == ("post", "Re: Quote for 40 chairs", "leads@acme.example")
    found = locator.verify(opened.installation.keyring, message.rfc_message_id)
    assert found is not None and (found.message, found.visibility) == (message_id, "public")
    assert people(opened, message_id) == [("Björn", "inbox", "unread"), ("Karin Ek", "email", "queued")]
    assert message.answers_id == 1


def test_to_and_cc_make_contacts_and_participants(opened: World):
    message_id = send(opened, Draft(text="Hello", to=["Mia Ny <mia@new.example>"], cc=[ERIK, "mia@new.example"]))
    assert [(one.field, one.name, one.address) for one in opened.store.messages.addressed(opened.acme, message_id)] == [
        ("to", "Mia Ny", "mia@new.example"),
        ("cc", "Erik Ek", "erik@other.example"),
    ]
    assert {one.name for one in opened.store.records.participants(opened.acme, opened.record("LEAD-1").id)} == {
        "Karin Ek", "Mia Ny", "Erik Ek",
    }  # fmt: skip


def test_a_note_stays_inside(opened: World):
    message_id = send(opened, Draft(text="We have 38.", note=True), opened.bjorn)
    message = opened.store.messages.get(opened.acme, message_id)
    assert message is not None and (message.kind, message.public, message.sent_as) == ("note", False, "")
    assert people(opened, message_id) == [("Anna", "email", "queued")]
    found = locator.verify(opened.installation.keyring, message.rfc_message_id)
    assert found is not None and found.visibility == "internal"


def test_html_is_sanitised_and_its_text_made(opened: World):
    message_id = send(opened, Draft(html="<p>Yes <script>alert(1)</script><b>fine</b></p>", subject="About chairs"))
    message = opened.store.messages.get(opened.acme, message_id)
    assert message is not None
    assert "script" not in message.html and "<b>fine</b>" in message.html
    assert "fine" in message.text and message.subject == "About chairs"


def test_files_go_along(opened: World):
    message_id = send(opened, Draft(files=[DraftFile("plan.pdf", "application/pdf", b"%PDF")]))
    (file,) = opened.store.messages.attachments(opened.acme, message_id)
    assert (file.filename, opened.store.blobs.read(file.blob_id)) == ("plan.pdf", b"%PDF")


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (Draft(), "There is nothing to send"),
        (Draft(text="x", note=True, to=["karin@customer.example"]), "An internal note has nobody"),
        (Draft(text="x", to=["nonsense"]), "not an address"),
        (Draft(text="x", to=["-x@acme.example"]), "hyphen"),
        (Draft(text="x", to=["bjorn@acme.example"]), "bjorn@acme.example is a colleague"),
        (Draft(text="x", cc=["support@acme.example"]), "one of your own addresses"),
    ],
)
def test_what_cannot_be_sent_says_what_to_do(opened: World, draft: Draft, words: str):
    with pytest.raises(RefusedAct, match=words):
        send(opened, draft)
    assert len(opened.thread("LEAD-1")) == 1


def test_who_may_not_write(opened: World):
    eva = opened.store.users.add("Eva", "eva@acme.example", 1)
    opened.store.users.join(opened.acme, eva, "reader")
    with pytest.raises(RefusedAct, match="may not write"):
        send(opened, Draft(text="x"), eva)


def test_where_nobody_outside_takes_part_somebody_has_to_be_named(world: World):
    from weftmail.store.record import NewRecord

    world.store.records.open(NewRecord(world.acme, "lead", "By hand"), 1)
    with pytest.raises(RefusedAct, match="no public message to answer"):
        send(world, Draft(text="x"))
    message_id = send(world, Draft(text="x", to=["karin@customer.example"]))
    message = world.store.messages.get(world.acme, message_id)
    assert message is not None
    assert (message.sent_as, message.subject) == ("notifications@acme.example", "By hand")


def test_an_answer_to_a_colleagues_mail_goes_where_that_went(opened: World):
    to = reply_address(opened, 1)
    opened.deliver(opened.mail(ANNA, to, verified=True, cc=ERIK), to, "anna@acme.example")
    planned = plan(opened.store, opened.record("LEAD-1"), by(opened, opened.bjorn), Draft(text="x"), 1)
    assert [(one.name, one.field) for one in planned.recipients.outsiders] == [("Karin Ek", "to"), ("Erik Ek", "cc")]


def test_to_none_with_cc_alone(opened: World):
    opened.store.records.remove_participant(
        opened.acme, opened.record("LEAD-1").id, contact_of(opened, "karin@customer.example"), 2
    )
    planned = plan(opened.store, opened.record("LEAD-1"), by(opened, opened.anna), Draft(text="x", cc=[ERIK]), 1)
    assert [one.name for one in planned.recipients.outsiders] == ["Erik Ek"]


ADDRESSES = ["karin@customer.example", "erik@other.example", "Mia <mia@new.example>", "olof@new.example"]


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(st.none(), st.lists(st.sampled_from(ADDRESSES), max_size=4)),
    st.lists(st.sampled_from(ADDRESSES), max_size=3),
    st.booleans(),
    st.booleans(),
)
def test_people_listed_are_the_people_who_get_it(opened: World, to, cc, note, as_bjorn):
    draft = Draft(text="x", to=to, cc=cc, note=note)
    author = by(opened, opened.bjorn if as_bjorn else opened.anna)
    try:
        listed = plan(opened.store, opened.record("LEAD-1"), author, draft, 1).recipients
    except RefusedAct:
        with pytest.raises(RefusedAct):
            post(opened.store, opened.installation, opened.record("LEAD-1"), author, draft)
        return
    message_id = post(opened.store, opened.installation, opened.record("LEAD-1"), author, draft)
    got = beyond_inbox(opened.store.messages.deliveries(opened.acme, message_id))
    assert {(one.user_id, one.channel) for one in got if one.user_id} == {
        (one.user_id, one.channel) for one in listed.notified
    }
    assert {one.address for one in got if one.contact_id} == {one.address for one in listed.outsiders}
    copies = [
        one for one in [one.row for one in opened.store.listings.outbox(most=1000)] if one.message_id == message_id
    ]
    sent = [address for one in copies for address in opened.store.outbox.addresses(opened.acme, one.id)]
    assert sorted(sent) == sorted(one.address for one in got if one.channel == "email")


def test_the_customer_of_a_record_opened_by_hand_is_whom_the_first_message_goes_to(world: World) -> None:
    karin = world.store.contacts.add(world.acme, "Karin Ek", "karin@customer.example", 1)
    setup = Setup(world.store, Actor("root"), world.clock, None, lambda local, domain: "", ("en",), lambda zone: True)
    done = records.add(setup, "lead", title="Chairs", customer="karin@customer.example")
    assert not isinstance(done, Refusal)
    record = world.record("LEAD-1")
    message_id = post(world.store, world.installation, record, by(world, world.anna), Draft(text="Hello"))
    got = world.store.messages.deliveries(world.acme, message_id)
    assert [one.contact_id for one in got] == [karin]
    to = reply_token.address(world.installation.keyring, Token("post", message_id, karin, 0), "acme.example")
    assert world.deliver(world.mail(), to).record == "LEAD-1"
    # She takes part from then on: what she sends without that address lands here, too, and is not held.
    assert [one.contact_id for one in world.store.records.participants(world.acme, record.id)] == [karin]
    sent = world.store.messages.get(world.acme, message_id)
    assert sent is not None
    answer = world.deliver(world.mail(verified=True, references=[sent.rfc_message_id]), "leads@acme.example")
    assert (answer.state, answer.record) == ("filed", "LEAD-1")
    with pytest.raises(RefusedAct):
        other = records.add(setup, "lead", title="Tables")
        assert not isinstance(other, Refusal)
        plan(world.store, world.record("LEAD-2"), by(world, world.anna), Draft(text="x"), 1)


def test_who_writes_follows_unless_they_were_taken_off(opened: World) -> None:
    record = opened.record("LEAD-1")
    post(opened.store, opened.installation, record, by(opened, opened.bjorn), Draft(text="x"))
    assert [one.name for one in opened.store.records.followers(opened.acme, record.id)] == ["Björn", "Anna"]
    opened.store.records.unfollow(opened.acme, record.id, opened.bjorn, 2)
    post(opened.store, opened.installation, record, by(opened, opened.bjorn), Draft(text="x", note=True))
    assert [one.name for one in opened.store.records.followers(opened.acme, record.id)] == ["Anna"]
