"""Saved replies as they are used: what is offered, which one a word means, what it says, and what is done once sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.world import World
from weftmail.core.wording.language import ENGLISH, Languages
from weftmail.flow.actor import Actor
from weftmail.flow.post import Draft, plan
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.saved_replies import asked_for, of_word, offered, put_into, put_into_html, ready
from weftmail.flow.setup.act import Setup
from weftmail.flow.setup.after_send import AfterSend, after_send, check_assign
from weftmail.flow.setup.record_change import RecordChanges, carry_out
from weftmail.locale import LANGUAGES
from weftmail.store.record import Record
from weftmail.store.record_type import RecordField
from weftmail.store.saved_reply import NewReply, SavedReply


@pytest.fixture
def lead(world: World) -> World:
    world.deliver(world.mail(verified=True), "leads@acme.example")
    return world


def setup_of(world: World) -> Setup:
    return Setup(world.store, Actor("Anna", world.anna), world.clock, None, lambda *_: "", ("en", "sv"), lambda _: True)


def kept(world: World, **given: Any) -> SavedReply:
    values: dict[str, Any] = {"name": "Thanks", "text": "Thanks", "word": "thanks", **given}
    reply_id = world.store.saved_replies.add(world.acme, NewReply(**values), 1)
    found = world.store.saved_replies.get(world.acme, reply_id)
    assert found is not None
    return found


def record(world: World) -> Record:
    return world.record("LEAD-1")


def there(world: World) -> list[SavedReply]:
    return offered(world.store, record(world), world.anna)


def test_those_for_the_type_are_offered_and_the_companys_language_comes_first(lead: World) -> None:
    for name, more in (("A", {"language": "sv"}), ("B", {"record_type": "ticket"}), ("C", {"record_type": "lead"})):
        kept(lead, name=name, **more)
    assert [one.name for one in there(lead)] == ["C", "A"]


def test_a_word_means_the_nearest_one(lead: World) -> None:
    company, swedish = kept(lead, name="company"), kept(lead, name="Swedish", language="sv")
    assert of_word(lead.store, record(lead), there(lead), "/Thanks") == company
    for more in ({"language": "en"}, {"record_type": "lead", "language": "sv"}, {"user_id": lead.anna}):
        nearer = kept(lead, name="nearer", **more)
        assert of_word(lead.store, record(lead), there(lead), "thanks") == nearer
    assert of_word(lead.store, record(lead), [], "thanks") is None
    assert swedish.tag_names == ()


def test_a_word_alone_on_its_line_asks_for_one_and_a_path_does_not(lead: World) -> None:
    reply = kept(lead)
    replies = there(lead)
    assert asked_for(lead.store, record(lead), replies, "Hi\n /thanks \nAnna") == reply
    for text in ("see /thanks there", "/etc", "a/thanks", "/thanks/a"):
        assert asked_for(lead.store, record(lead), replies, text) is None


@pytest.mark.parametrize(
    ("text", "on_top", "becomes"),
    [
        ("", False, "S"),
        ("Hi\n/thanks\nAnna", False, "Hi\nS\nAnna"),
        ("Hi /Thanks", False, "Hi S"),
        ("Hi /etc\n", False, "Hi /etc\n\nS"),
        ("\n\n-----\nold", True, "S\n\n-----\nold"),
        ("", True, "S"),
    ],
)
def test_it_stands_where_its_word_stood_or_below_or_above_what_is_forwarded(
    lead: World, text: str, on_top: bool, becomes: str
) -> None:
    assert put_into(text, kept(lead), "S", on_top=on_top) == becomes


@pytest.mark.parametrize(
    ("page", "on_top", "becomes"),
    [
        ("", False, ""),
        ("<p><b>Hi</b></p><p>/thanks</p>", False, "<p><b>Hi</b></p><p>a &lt;b&gt;<br>c</p>"),
        ("<p>Hi /Thanks you</p>", False, "<p>Hi a &lt;b&gt;<br>c you</p>"),
        (
            '<p><a href="/thanks">x</a></p>',
            False,
            '<p><a href="/thanks">x</a></p><div><br></div><div>a &lt;b&gt;<br>c</div>',
        ),
        ("<p>old</p>", True, "<div>a &lt;b&gt;<br>c</div><p>old</p>"),
    ],
)
def test_formatted_words_take_it_as_plain_ones_do(lead: World, page: str, on_top: bool, becomes: str) -> None:
    assert put_into_html(page, kept(lead), "a <b>\nc", on_top=on_top) == becomes
    without = put_into_html("<p>/thanks</p>", kept(lead, word="", name="B"), "S")
    assert without == "<p>/thanks</p><div><br></div><div>S</div>"


def test_it_says_what_stands_on_the_record_in_its_own_language(lead: World) -> None:
    store, company = lead.store, lead.acme
    kinds = [("Size", "number"), ("Sum", "amount"), ("Day", "date"), ("Who", "person"), ("Note", "text")]
    for name, kind in kinds:
        store.record_types.put_field(company, "lead", RecordField(name, kind))
    values = {"Size": "1234.5", "Sum": "23500.00 SEK", "Day": "2026-03-03", "Who": "bjorn@acme.example", "Note": "x"}
    carry_out(setup_of(lead), record(lead), RecordChanges(fields=values))
    text = "{customer.first_name}|{field.Size}|{field.Sum}|{field.Day}|{field.Who}|{field.Note}|{me.name}|{team.name}"
    reply = kept(lead, text=text)
    says = ready(store, LANGUAGES, record(lead), lead.anna, reply)
    assert says.text == "Karin|1,234.5|SEK 23,500.00|3 March 2026|Björn|x|Anna|{team.name}"
    assert says.missing == ("team.name",)
    swedish = ready(store, LANGUAGES, record(lead), lead.anna, replace(reply, language="sv")).text
    assert swedish.replace("\xa0", " ") == "Karin|1 234,5|23 500,00 kr|3 mars 2026|Björn|x|Anna|{team.name}"
    # A kind that was changed since leaves a value as it is, and somebody at the shell has no name.
    store.record_types.put_field(company, "lead", RecordField("Note", "number"))
    only = ready(
        store, Languages({}, lambda _: ENGLISH), record(lead), None, replace(reply, text="{field.Note}{me.name}")
    )
    assert only.text == "x{me.name}"


def test_an_empty_placeholder_stops_send(lead: World) -> None:
    anna = lead.store.users.get(lead.anna)
    assert anna is not None
    draft = Draft("Hi {team.name}")
    assert plan(lead.store, record(lead), anna, draft, 1)
    with pytest.raises(RefusedAct, match=r"Nothing stands for \{team.name\}") as refused:
        plan(lead.store, record(lead), anna, replace(draft, from_reply=True), 1)
    assert refused.value.refusal.field == "text"
    assert plan(lead.store, record(lead), anna, replace(draft, text="Hi {you}", from_reply=True), 1)


def test_what_it_does_is_done_once_sent(lead: World) -> None:
    anna = lead.store.users.get(lead.anna)
    assert anna is not None
    done = after_send(setup_of(lead), record(lead), anna, AfterSend("close", "bjorn@acme.example", ("won",)))
    assert done is not None
    stands = record(lead)
    tags = lead.store.tags.of(lead.acme, [stands.id])[stands.id]
    assert (stands.state, stands.owner, [one.name for one in tags]) == ("closed", "Björn", ["won"])


def test_what_cannot_be_done_any_more_is_said_on_the_record_and_the_rest_is_done(lead: World) -> None:
    anna = lead.store.users.get(lead.anna)
    assert anna is not None
    check_assign(lead.store, record(lead), "")
    with pytest.raises(RefusedAct):
        check_assign(lead.store, record(lead), "gone@acme.example")
    check_assign(lead.store, record(lead), "bjorn@acme.example")
    after_send(setup_of(lead), record(lead), anna, AfterSend("close", "gone@acme.example"))
    assert record(lead).state == "closed"
    events = [one.says.code for one in lead.thread("LEAD-1") if one.says is not None]
    assert "event.not carried out" in events
    assert after_send(setup_of(lead), record(lead), anna, AfterSend("keep", "gone@acme.example")) is None
