"""What a removed team had besides records and aliases: to whom it passes, and that an undo gives it back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.setup import record, record_type, saved_reply, signature, team, undo
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.record_type import TypeChanges
from weftmail.flow.setup.saved_reply import ReplyValues
from weftmail.store.saved_reply import SavedReply

ANNA, BJORN = "anna@acme.example", "bjorn@acme.example"


@pytest.fixture
def sales(office: Office) -> Office:
    """Sales and Support, Sales with two replies of their own and one that was removed, a signature and a type."""
    for name in ("Sales", "Support"):
        office.did(team.add(office.setup, name, add_members=[ANNA]))
    for name, word in (("Offer", "offer"), ("Thanks", "thanks"), ("Old", "old")):
        office.did(saved_reply.add(office.setup, ReplyValues(name, "Hello", of="Sales", word=word)))
    office.did(saved_reply.remove(office.setup, 3))
    office.did(saved_reply.add(office.setup, ReplyValues("To Sales", "Hello", assign="Sales")))
    office.did(signature.of_team(office.setup, "Sales", "Acme Sales"))
    only = TypeChanges(teams_only=True, add_teams=["Sales"])
    office.did(record_type.change(office.setup, None, "ticket", only))
    return office


def reply(office: Office, reply_id: int) -> SavedReply:
    found = office.store.saved_replies.get(office.world.acme, reply_id)
    assert found is not None
    return found


def stands(office: Office) -> list[tuple[str, str, str, str, bool]]:
    """Return of each reply the team, the author, the word, the team that it assigns to, and whether it was removed."""
    found = [reply(office, one) for one in range(1, 5)]
    return [(one.team, one.author, one.word, one.assign_team, one.removed_at is not None) for one in found]


BEFORE = [
    ("Sales", "", "offer", "", False),
    ("Sales", "", "thanks", "", False),
    ("Sales", "", "old", "", True),
    ("", "", "", "Sales", False),
]


def removed(office: Office, to: str | None = None) -> Done:
    assert stands(office) == BEFORE
    return office.did(team.remove(office.setup, "Sales", to=to))


def back(office: Office, gone: Done) -> None:
    office.did(undo.undo(office.setup, gone.trace))


def test_where_nobody_takes_over_its_replies_go_with_it_and_come_back(sales: Office) -> None:
    gone = removed(sales)
    assert [one["name"] for one in gone.was["replies"]] == ["Offer", "Thanks", "Old"], "named in the history"
    assert stands(sales)[:3] == [("", "", "offer", "", True), ("", "", "thanks", "", True), ("", "", "old", "", True)]
    assert stands(sales)[3] == ("", "", "", "", False)
    back(sales, gone)
    assert stands(sales) == BEFORE
    found = sales.store.teams.by_name(sales.world.acme, "Sales")
    assert found is not None
    assert sales.store.signatures.below(sales.world.acme, None, found.id).team == "Acme Sales"
    assert [one.name for one in sales.store.record_types.teams(sales.world.acme, "ticket")] == ["Sales"]


@pytest.mark.parametrize(("to", "team_", "author"), [("Support", "Support", ""), (BJORN, "", "Björn")])
def test_they_pass_to_who_takes_over_and_come_back(sales: Office, to: str, team_: str, author: str) -> None:
    """Whether the team owned records as well, or replies alone."""
    gone = removed(sales, to)
    assert gone.was["passed_to"] == to
    assert stands(sales)[:2] == [(team_, author, "offer", "", False), (team_, author, "thanks", "", False)]
    assert stands(sales)[2] == ("", "", "old", "", True)
    back(sales, gone)
    assert stands(sales) == BEFORE
    sales.did(record.add(sales.setup, "order", title="T", owner="Sales"))
    back(sales, removed(sales, to))
    assert stands(sales) == BEFORE and sales.world.record("ORDER-1").team == "Sales"


def test_a_word_that_is_taken_stays_with_who_has_it_and_comes_back(sales: Office) -> None:
    sales.did(saved_reply.add(sales.setup, ReplyValues("Theirs", "Hello", of="Support", word="offer")))
    sales.did(saved_reply.add(sales.setup, ReplyValues("All", "Hello", word="thanks")))
    for to in ("Support", None):
        gone = removed(sales, to)
        words = ("", "thanks") if to else ("offer", "")
        assert (reply(sales, 1).word, reply(sales, 2).word) == words
        assert (reply(sales, 5).word, reply(sales, 6).word) == ("offer", "thanks")
        assert len(sales.store.saved_replies.offered(sales.world.acme, None, 9, everything=True)) == (5 if to else 3)
        back(sales, gone)
        assert stands(sales) == BEFORE


def test_a_word_that_another_of_its_replies_got_meanwhile_is_not_given_twice(sales: Office) -> None:
    sales.did(saved_reply.add(sales.setup, ReplyValues("Theirs", "Hello", of="Support", word="offer")))
    gone = removed(sales, "Support")
    sales.did(saved_reply.remove(sales.setup, 5))
    sales.did(saved_reply.change(sales.setup, 2, ReplyValues("Thanks", "Hello", of="Support", word="offer")))
    back(sales, gone)
    assert {reply(sales, one).word for one in (1, 2)} == {"", "offer"}
    assert {reply(sales, one).team for one in (1, 2)} == {"Sales"}


def test_what_was_changed_since_stays_where_it_is(sales: Office) -> None:
    gone = removed(sales, "Support")
    sales.did(saved_reply.change(sales.setup, 1, ReplyValues("Offer", "Hello", of=ANNA, word="offer")))
    sales.did(saved_reply.remove(sales.setup, 2))
    sales.did(saved_reply.change(sales.setup, 4, ReplyValues("To Sales", "Hello", assign=ANNA)))
    sales.did(record_type.change(sales.setup, None, "ticket", TypeChanges("case")))
    back(sales, gone)
    assert stands(sales) == [
        ("", "Anna", "offer", "", False),
        ("Support", "", "thanks", "", True),
        ("Sales", "", "old", "", True),
        ("", "", "", "", False),
    ]
    assert sales.store.record_types.teams(sales.world.acme, "case") == []


def test_one_that_an_admin_brought_back_for_all_stays_the_companys(sales: Office) -> None:
    gone = removed(sales)
    sales.did(saved_reply.restore(sales.setup, 1))
    back(sales, gone)
    assert stands(sales) == [("", "", "offer", "", False), *BEFORE[1:]]


def test_who_takes_over_has_to_be_there(sales: Office) -> None:
    assert sales.refused(team.remove(sales.setup, "Sales", to="Moon")) == ("to", "no_such_team")
    assert sales.refused(team.remove(sales.setup, "Sales", to="Sales")) == ("to", "heir_same")
    assert stands(sales) == BEFORE


def test_a_reply_that_is_gone_is_passed_by(sales: Office) -> None:
    """The history of long ago may name what another store had."""
    gone = removed(sales)
    row = sales.store.audit.get(gone.trace)
    assert row is not None
    more = {"id": 99, "name": "Lost", "word": "", "removed": False}
    had = {**row.before, "replies": [more], "assigned_by_replies": [99]}
    assert sales.did(team.restore(sales.setup, replace(row, was=json.dumps(had)))).now["name"] == "Sales"
    assert stands(sales)[0] == ("", "", "offer", "", True)
