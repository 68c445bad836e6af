"""Saved replies: whose they are, who changes them, what is refused, and what an undo brings back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.core.limits import SAVED_REPLY_TAGS, SAVED_REPLY_TEXT
from weftmail.flow.actor import Actor
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import record_type, saved_reply, team, undo
from weftmail.flow.setup.act import Done, Setup
from weftmail.flow.setup.record_type import TypeChanges
from weftmail.flow.setup.saved_reply import ReplyValues
from weftmail.store.attachment import NewAttachment
from weftmail.store.saved_reply import SavedReply

ANNA, BJORN = "anna@acme.example", "bjorn@acme.example"
THANKS = ReplyValues("Thanks", "Thank you, {customer.name}.", word="thanks")


def bjorns(office: Office) -> Setup:
    """Björn's hands, who is no admin."""
    return replace(office.setup, actor=Actor("Björn", office.world.bjorn))


def got(office: Office, reply_id: int = 1) -> SavedReply:
    return saved_reply.named(office.store, office.world.acme, reply_id)


def kept(office: Office, of: str = "", assign: str = "") -> int:
    made = office.did(saved_reply.add(office.setup, replace(THANKS, of=of, assign=assign)))
    return int(str(made.now["id"]))


@pytest.fixture
def sales(office: Office) -> Office:
    office.did(team.add(office.setup, "Sales", company="Acme", add_members=[ANNA]))
    return office


def test_one_is_kept_with_all_that_it_does(sales: Office) -> None:
    blob = sales.store.blobs.put(b"terms", sales.world.acme)
    wanted = replace(
        THANKS, of=ANNA, word=" /Thanks ", type="lead", language="sv", after_send="close", assign="Sales",
        tags=["won", "Won", " big "], files=[NewAttachment(blob, "terms.txt", "text/plain")],
    )  # fmt: skip
    made = sales.did(saved_reply.add(sales.setup, wanted))
    said = {
        name: made.now[name] for name in ("word", "of", "type", "language", "after_send", "assign", "tags", "files")
    }
    assert said == {
        "word": "thanks", "of": ANNA, "type": "lead", "language": "sv", "after_send": "close", "assign": "Sales",
        "tags": ["Won", "big"], "files": ["terms.txt"],
    }  # fmt: skip
    assert saved_reply.values_of(sales.store, got(sales)).files == wanted.files


def test_a_change_and_a_removal_are_taken_back_with_the_files(sales: Office) -> None:
    blob = sales.store.blobs.put(b"terms", sales.world.acme)
    first = replace(THANKS, files=[NewAttachment(blob, "terms.txt", "text/plain")], assign=ANNA)
    added = sales.did(saved_reply.add(sales.setup, first))
    changed = sales.did(saved_reply.change(sales.setup, 1, replace(first, text="Thanks!", files=[], of="Sales")))
    assert (got(sales).text, got(sales).team) == ("Thanks!", "Sales")
    sales.did(undo.undo(sales.setup, changed.trace))
    assert saved_reply.values_of(sales.store, got(sales)) == first
    assert sales.refused(undo.undo(sales.setup, changed.trace)) == ("", "undone_already")
    removed = sales.did(saved_reply.remove(sales.setup, 1))
    assert sales.refused(saved_reply.change(sales.setup, 1, first)) == ("id", "no_such_reply")
    sales.did(undo.undo(sales.setup, removed.trace))
    assert saved_reply.values_of(sales.store, got(sales)) == first
    sales.did(undo.undo(sales.setup, added.trace))
    assert sales.store.saved_replies.offered(sales.world.acme, sales.world.anna, 10) == []
    restored = sales.did(saved_reply.restore(sales.setup, 1))
    assert sales.refused(saved_reply.restore(sales.setup, 1)) == ("id", "no_such_reply")
    sales.did(undo.undo(sales.setup, restored.trace))
    assert sales.refused(saved_reply.restore(sales.setup, 9)) == ("id", "no_such_reply")


WRONG: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"name": " "}, ("name", "text_empty")),
    ({"text": " \n"}, ("text", "text_empty")),
    ({"text": "x" * (SAVED_REPLY_TEXT + 1)}, ("text", "text_long")),
    ({"text": "a\x07b"}, ("text", "text_control")),
    ({"text": "Hi {customer.nmae}"}, ("text", "no_such_placeholder")),
    ({"text": "Size {field.Size}"}, ("text", "no_such_placeholder")),
    ({"word": "two words"}, ("word", "reply_word_malformed")),
    ({"type": "boat"}, ("type", "no_such_record_type")),
    ({"language": "xx"}, ("language", "no_such_choice")),
    ({"after_send": "burn"}, ("after_send", "no_such_choice")),
    ({"assign": "Nobody"}, ("assign", "no_such_team")),
    ({"of": "nobody@acme.example"}, ("of", "no_such_user")),
    ({"tags": [str(number) for number in range(SAVED_REPLY_TAGS + 1)]}, ("tags", "reply_tags_many")),
]


@pytest.mark.parametrize(("given", "says"), WRONG)
def test_what_does_not_fit_is_said_beside_its_field(
    office: Office, given: dict[str, Any], says: tuple[str, str]
) -> None:
    assert office.refused(saved_reply.add(office.setup, replace(THANKS, **given))) == says


def test_a_field_of_a_type_is_a_placeholder(office: Office) -> None:
    office.did(record_type.change(office.setup, "Acme", "lead", TypeChanges(fields={"Size": "number"})))
    text = "Size {field.Size}"
    office.did(saved_reply.add(office.setup, ReplyValues("A", text)))
    office.did(saved_reply.add(office.setup, ReplyValues("B", text, type="lead")))
    wrong = saved_reply.add(office.setup, ReplyValues("C", text, type="ticket"))
    assert office.refused(wrong) == ("text", "no_such_placeholder")


def test_a_word_means_one_reply_for_the_same_people(sales: Office) -> None:
    sales.did(saved_reply.add(sales.setup, THANKS))
    assert sales.refused(saved_reply.add(sales.setup, replace(THANKS, name="B"))) == ("word", "reply_word_taken")
    for more in ({"of": ANNA}, {"of": "Sales"}, {"type": "lead"}, {"language": "sv"}):
        sales.did(saved_reply.add(sales.setup, replace(THANKS, name="B", **more)))  # type: ignore[arg-type]
    removed = sales.did(saved_reply.remove(sales.setup, 1))
    sales.did(saved_reply.add(sales.setup, replace(THANKS, name="C")))
    assert sales.refused(undo.undo(sales.setup, removed.trace)) == ("word", "reply_word_taken")


def test_each_is_changed_by_those_whose_it_is(sales: Office) -> None:
    company = kept(sales)
    teams = kept(sales, "Sales")
    annas = kept(sales, ANNA)
    bjorn = bjorns(sales)
    for reply_id, code in ((company, "reply_of_company"), (teams, "reply_of_team"), (annas, "reply_of_another")):
        for act in (saved_reply.remove(bjorn, reply_id), saved_reply.change(bjorn, reply_id, THANKS)):
            assert sales.refused(act) == ("of", code)
    for of, code in (("", "reply_of_company"), ("Sales", "reply_of_team"), (ANNA, "reply_of_another")):
        assert sales.refused(saved_reply.add(bjorn, replace(THANKS, of=of, word=""))) == ("of", code)
    own = saved_reply.add(bjorn, replace(THANKS, of=BJORN))
    assert isinstance(own, Done)
    # Nobody gives theirs to the company who may not keep it there, and an admin leaves others' own alone.
    own_id = int(str(own.now["id"]))
    assert sales.refused(saved_reply.change(bjorn, own_id, THANKS)) == ("of", "reply_of_company")
    assert sales.refused(saved_reply.remove(sales.setup, own_id)) == ("of", "reply_of_another")
    sales.did(team.change(sales.setup, "Sales", company="Acme", add_members=[BJORN], remove_members=[]))
    assert isinstance(saved_reply.change(bjorn, teams, replace(THANKS, of="Sales", text="Hi")), Done)
    shell = replace(sales.setup, actor=Actor("root"))
    assert isinstance(saved_reply.remove(shell, own_id), Done)


def test_who_is_offered_what(sales: Office) -> None:
    for of in ("", "Sales", ANNA):
        sales.did(saved_reply.add(sales.setup, replace(THANKS, name=of or "Acme", of=of)))

    def offered(user_id: int | None, **more: bool) -> list[str]:
        return [one.name for one in sales.store.saved_replies.offered(sales.world.acme, user_id, 10, **more)]

    assert offered(sales.world.anna) == ["Acme", "Sales", ANNA]
    assert offered(sales.world.bjorn) == ["Acme"]
    assert offered(sales.world.bjorn, all_teams=True) == ["Acme", "Sales"]
    assert offered(None, everything=True) == ["Acme", "Sales", ANNA]


def test_what_had_a_file_that_is_gone_for_good_is_not_set_back(sales: Office) -> None:
    files = [NewAttachment(sales.store.blobs.put(b"terms", sales.world.acme), "terms.txt", "text/plain")]
    sales.did(saved_reply.add(sales.setup, replace(THANKS, files=files)))
    less = sales.did(saved_reply.change(sales.setup, 1, THANKS))
    sales.store.blobs.drop_unused(files[0].blob_id)
    refused = undo.undo(sales.setup, less.trace)
    assert isinstance(refused, Refusal) and refused.code == "changed_since"
    assert saved_reply.values_of(sales.store, got(sales)).files == []


def test_what_a_team_had_is_nobodys_once_the_team_is_gone(sales: Office) -> None:
    """Its replies were not written for everybody; the company has a reply of the same word."""
    theirs = kept(sales, "Sales", assign="Sales")
    companys = kept(sales)
    gone = sales.did(team.remove(sales.setup, "Sales", company="Acme"))
    assert [one["name"] for one in gone.was["replies"]] == ["Thanks"]
    found = sales.store.saved_replies.get(sales.world.acme, theirs)
    assert found is not None and (found.team_id, found.assign_team_id) == (None, None) and found.removed_at is not None
    offered = sales.store.saved_replies.offered(sales.world.acme, None, 9, everything=True)
    assert [one.id for one in offered] == [companys]


def test_a_page_offers_what_its_reader_may_change(sales: Office) -> None:
    sales.did(saved_reply.add(sales.setup, replace(THANKS, of="Sales")))
    world = sales.world
    may = [saved_reply.may_change(sales.store, one, world.acme, got(sales)) for one in (None, world.anna, world.bjorn)]
    assert may[:2] == [True, True]
    team_id = got(sales).team_id
    assert team_id is not None
    assert may[2] is (world.bjorn in sales.store.teams.members(world.acme, team_id))
