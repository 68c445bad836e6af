"""What an answer quotes: the message that it answers, where everybody had it; never what somebody did not have."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from email import message_from_bytes

import pytest

from tests.unit.flow.test_filing import reply_address
from tests.unit.thorough import examples
from tests.unit.world import World
from weftmail.flow.copy import Copy as ComposedCopy
from weftmail.flow.copy import copy_of
from weftmail.flow.post import Draft, plan, post
from weftmail.flow.quoting import HAD, quoted
from weftmail.flow.thread import conversation
from weftmail.locale import LANGUAGES
from weftmail.store.message import Addressed, NewMessage
from weftmail.store.people import User

KARIN, SARA, MIA = "karin@customer.example", "sara@other.example", "mia@new.example"
PEOPLE = (KARIN, SARA, MIA)


@pytest.fixture
def lead(world: World) -> World:
    world.deliver(world.mail(verified=True, text="Do you have 40 chairs?"), "leads@acme.example")
    return world


def user(world: World) -> User:
    found = world.store.users.get(world.anna)
    assert found is not None
    return found


def answer(world: World, draft: Draft) -> int:
    return post(world.store, world.installation, world.record("LEAD-1"), user(world), draft)


def copies(world: World, message_id: int) -> dict[str, str]:
    """Return the text of each outsider's copy of a message, by their address."""
    found: dict[str, str] = {}
    for claimed in world.store.outbox.claim("test", world.clock() + 1, 2**50, 1000):
        if claimed.message_id != message_id or claimed.audience != "outsider":
            continue
        made = copy_of(world.store, world.installation, claimed)
        assert isinstance(made, ComposedCopy), made
        text = next(one for one in message_from_bytes(made.data).walk() if one.get_content_type() == "text/plain")
        body = text.get_payload(decode=True)
        assert isinstance(body, bytes)
        (address,) = world.store.outbox.addresses(claimed.company_id, claimed.id)
        found[address] = body.decode().replace("\r\n", "\n")
    return found


def test_an_answer_to_its_author_quotes_what_they_wrote_and_nothing_else(lead: World) -> None:
    found = copies(lead, answer(lead, Draft("Yes")))
    assert found[KARIN].startswith("Yes\n\n-- \n")
    assert re.search(r"\n\nOn \d+ \w+ \d{4}, Karin Ek wrote:\n> Do you have 40 chairs\?\n$", found[KARIN])
    assert "wrote:" not in copies(lead, answer(lead, Draft("Yes", quote=False)))[KARIN]


@pytest.mark.parametrize(
    "below", ["", "\n\nOn 3 March 2026, Karin Ek wrote:\n> Do you have 40 chairs?", "\n\n> 40 chairs?"]
)
def test_an_answer_by_email_leaves_with_its_new_words_alone(lead: World, below: str) -> None:
    opened = lead.thread("LEAD-1")[0].id
    raw = lead.mail("Anna <anna@acme.example>", text=f"Yes{below}", verified=True)
    lead.deliver(raw, reply_address(lead, opened), "anna@acme.example")
    answered = lead.thread("LEAD-1")[1]
    assert answered.kind == "post"
    words = copies(lead, answered.id)[KARIN]
    assert words.split() == ["Yes"]


def test_nobody_reads_a_quote_of_what_another_did_not_have(lead: World) -> None:
    both = Draft("Yes", to=[KARIN, SARA])
    planned = plan(lead.store, lead.record("LEAD-1"), user(lead), both, 1).quoting
    assert planned.message is None and planned.why_not is not None
    assert planned.why_not.values == {"names": SARA}
    assert all("chairs" not in one for one in copies(lead, answer(lead, both)).values())


def test_what_nobody_vouches_for_is_not_quoted(world: World) -> None:
    world.deliver(world.mail(), "leads@acme.example")
    found = plan(world.store, world.record("LEAD-1"), user(world), Draft("Yes"), 1).quoting
    assert found.message is None and found.why_not is not None


def test_an_alias_can_switch_it_off_and_a_message_without_words_says_nothing(lead: World) -> None:
    record = lead.record("LEAD-1")
    first = lead.thread("LEAD-1")[0]
    assert quoted(lead.store, record, first, [KARIN]).message == first
    assert quoted(lead.store, record, first, []) == quoted(lead.store, record, None, [KARIN])
    lead.store.connection.execute("update alias set quotes = 'no'")
    off = quoted(lead.store, record, first, [KARIN])
    assert off.why_not is not None and off.why_not.code == "quote.off"
    lead.store.connection.execute("update message set reply_text = ' '")
    assert quoted(lead.store, record, first.id, [KARIN]).why_not is None


def test_a_reader_is_spoken_to_in_the_language_that_they_write(lead: World) -> None:
    words = "Hej, jag undrar om ni har stolarna i ek och när de kan skickas."
    lead.deliver(lead.mail(verified=True, text=words), "support@acme.example")
    sent = post(
        lead.store, replace(lead.installation, languages=LANGUAGES), lead.record("TICKET-1"), user(lead), Draft("Ja")
    )
    installation = replace(lead.installation, languages=LANGUAGES)
    (claimed,) = [one for one in lead.store.outbox.claim("t", lead.clock() + 1, 2**50, 99) if one.message_id == sent]
    made = copy_of(lead.store, installation, claimed)
    assert isinstance(made, ComposedCopy) and b"skrev Karin Ek:" in made.data


def test_what_was_taken_off_its_record_is_quoted_no_more(lead: World) -> None:
    sent = answer(lead, Draft("Yes"))
    lead.store.connection.execute("update message set kind = 'event', public = 0 where number = 1")
    assert "chairs" not in copies(lead, sent)[KARIN]


def message(world: World, number: int, luck: random.Random) -> tuple[int, set[str]]:
    """Write a message of somebody at random; return its id, and who outside had it."""
    record, store = world.record("LEAD-1"), world.store
    named = luck.sample(PEOPLE, luck.randint(1, 3))
    word = f"secret{number}"
    if luck.random() < 0.5:
        verified = luck.random() < 0.8
        author, others = named[0], named[1:]
        contact_id, name = store.contacts.enter(record.company_id, "", author, 1)
        new = NewMessage(
            record.company_id, record.id, "received", True, name, author, "S", f"{word}\n> old", "", word, 1,
            author_contact_id=contact_id, verified=verified, rfc_message_id=f"<{number}@c>", content_hash=word,
        )  # fmt: skip
        message_id = store.messages.add(new, 1)
        fields = [luck.choice(("to", "cc")) for _ in others]
        people = [Addressed(field, "", one, None) for field, one in zip(fields, others, strict=True)]
        store.messages.address(record.company_id, message_id, people)
        return message_id, set(named) if verified else set()
    message_id = answer(world, Draft(word, to=named, new=True))
    had = set()
    for one in named:
        state = luck.choice((*HAD, "queued", "delayed", "bounced", "failed", "cancelled"))
        had |= {one} if state in HAD else set()
        store.connection.execute(
            f"update delivery set state = '{state}' where message_id = {message_id} and address = '{one}'"
        )
    return message_id, had


def test_no_recipient_ever_reads_a_quote_of_what_they_did_not_have(lead: World) -> None:
    """Messages at random to people at random, of whom some get them; answers at random to each of them."""
    luck = random.Random(20)
    had: dict[int, set[str]] = {}
    quotes = 0
    for number in range(examples(400)):
        message_id, who = message(lead, number, luck)
        had[message_id] = who
        about = luck.choice([*had][-12:])
        to = luck.sample(PEOPLE, luck.randint(1, 3))
        asked = lead.store.messages.get(lead.acme, about)
        assert asked is not None
        for address, text in copies(lead, answer(lead, Draft("Yes", to=to, answers_id=about))).items():
            found = re.findall(r"secret\d+", text)
            allowed = set(to) <= had[about]
            assert found == ([asked.reply_text.strip()] if allowed else []) and "old" not in text, (number, address)
            quotes += allowed
    assert quotes > examples(400) // 20


def test_a_page_that_is_loaded_says_who_had_a_message_as_the_store_does(lead: World) -> None:
    """Each message of the conversation, to each of them: with the page at hand as without it."""
    answer(lead, Draft("Yes", to=[KARIN, SARA]))
    answer(lead, Draft("For Sara", to=[SARA], cc=[MIA]))
    lead.store.connection.execute("update delivery set state = 'delivered' where contact_id is not null")
    record = lead.record("LEAD-1")
    page = conversation(lead.store, record).entries
    assert len(page) > 1
    for entry in page:
        for address in PEOPLE:
            without = quoted(lead.store, record, entry.message, [address])
            assert quoted(lead.store, record, entry.message, [address], page=page) == without
    assert {quoted(lead.store, record, one.message, [KARIN], page=page).message is None for one in page} == {
        True,
        False,
    }


def test_a_record_without_an_alias_and_one_whose_alias_is_at_hand_ask_for_none(lead: World) -> None:
    record = lead.record("LEAD-1")
    message = conversation(lead.store, record).entries[0].message
    alias = lead.store.aliases.get(record.company_id, record.alias_id or 0)
    assert alias is not None
    for one, known in ((record, alias), (replace(record, alias_id=None), None)):
        assert quoted(lead.store, one, message, [KARIN], alias=known).message == message


@pytest.mark.parametrize("verified", [False, True])
def test_of_mail_that_nobody_vouches_for_that_is_said(world: World, verified: bool) -> None:
    """Its author has what they wrote, if they wrote it; that they "did not have it" would be wrong to say."""
    world.deliver(world.mail(verified=verified), "leads@acme.example")
    record, (mail,) = world.record("LEAD-1"), world.thread("LEAD-1")
    found = quoted(world.store, record, world.store.messages.get(world.acme, mail.id), ["Karin@customer.example"])
    if verified:
        assert found.message is not None and found.why_not is None
        return
    assert found.why_not is not None and found.why_not.code == "quote.not verified"
    others = quoted(world.store, record, mail.id, ["karin@customer.example", "erik@other.example"])
    assert others.why_not is not None and others.why_not.code == "quote.not had"
