"""Lists in pages: what stands on one, how many more there are, and JSON that is whole and streams."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence

import pytest

from tests.unit.flow.test_ahead import Ending, settled
from tests.unit.shell import Shell
from tests.unit.world import World
from weftmail.cli import listing as listings
from weftmail.cli.listing import PIECE, ROWS, Listing, Whole
from weftmail.core.failure import UsageError
from weftmail.core.limits import READER_FAULTS


def numbers(count: int) -> Listing[int]:
    """Return a list of the numbers from 1 on."""
    return Listing(
        Whole(range(1, count + 1), str), str, lambda one: {"n": one}, ("N",), lambda one: (one,), "There is none."
    )


@pytest.mark.parametrize(
    ("after", "limit", "shown", "last"),
    [
        (None, None, range(1, ROWS + 1), f"There are {ROWS + 5} more; see them: --after {ROWS}"),
        (None, 2, [1, 2], "There are 203 more; see them: --after 2"),
        ("203", 2, [204, 205], "205"),
        ("204", 2, [205], "205"),
        ("205", 2, [], "Nothing comes after 205."),
    ],
)
def test_a_page_says_how_many_more_there_are(
    after: str | None, limit: int | None, shown: Sequence[int], last: str
) -> None:
    lines = numbers(2 * ROWS + 5).lines(after, limit)
    assert lines[-1] == last
    assert [int(one) for one in lines if one.isdigit()] == list(shown)


def test_what_follows_is_counted_up_to_a_thousand() -> None:
    assert numbers(1002).lines(None, 2)[-1] == "There are 1000 more; see them: --after 2"
    assert numbers(1003).lines(None, 2)[-1] == "There are more than 1000 more; see them: --after 2"


def test_a_list_without_rows() -> None:
    assert numbers(0).lines(None, None) == ["There is none."]
    assert json.loads("".join(numbers(0).json(None, None))) == []


@pytest.mark.parametrize(
    ("count", "after", "limit", "first", "rows"),
    [
        (1234, None, None, 1, 1234),
        (2 * PIECE, None, None, 1, 2 * PIECE),
        (1234, None, 700, 1, 700),
        (1234, "1000", None, 1001, 234),
        (1234, "1000", 3, 1001, 3),
    ],
)
def test_json_is_one_document_and_whole_unless_told_otherwise(
    count: int, after: str | None, limit: int | None, first: int, rows: int
) -> None:
    found = json.loads("".join(numbers(count).json(after, limit)))
    assert found == [{"n": one} for one in range(first, first + rows)]


def test_json_is_printed_as_it_is_read() -> None:
    read: list[int] = []

    def value(one: int) -> dict[str, object]:
        read.append(one)
        return {"n": one}

    listing = Listing(Whole(range(1, 2000), str), str, value, ("N",), lambda one: (one,), "")
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        assert len(read) <= len(said)

    listings.show(say, listing, argparse.Namespace(json=True, after=None, limit=None))
    assert len(json.loads("".join(said))) == 1999


def test_a_row_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="--after x: this list has no such row"):
        numbers(3).lines("x", None)


@pytest.fixture
def full(shell: Shell) -> Shell:
    """An installation with several of everything."""
    world = shell.world
    for number in range(5):
        world.deliver(world.mail(f"K{number} <k{number}@customer.example>"), "leads@acme.example")
        world.deliver(world.mail(to="nobody@acme.example"), "nobody@acme.example")
    for number in range(2):
        raw = world.mail(text="hostile", subject=f"Odd {number}")
        world.accept(raw, "leads@acme.example")
        settled(world, Ending(*["memory"] * READER_FAULTS), rounds=6)
    shell.ok("company", "add", "Beta")
    shell.ok("domain", "add", "beta.example", "--company", "Beta")
    shell.ok("follower", "add", "LEAD-1", "bjorn@acme.example")
    for address in ("shop@customer.example", "@partner.example"):
        shell.ok("exemption", "add", address, "--company", "Acme")
    shell.ok("exemption", "add", "scan@beta.example", "--company", "Beta")
    shell.ok("record", "add", "task", "--title", "By hand", "--company", "Beta")
    return shell


LISTS = {
    ("company", "list"): "name",
    ("domain", "list"): "name",
    ("alias", "list"): "address",
    ("user", "list"): "addresses",
    ("contact", "list"): "id",
    ("record", "list"): "id",
    ("record", "list", "--company", "Acme", "--sort", "owner"): "id",
    ("record", "list", "--company", "Acme", "--sort", "urgent"): "id",
    ("follower", "list", "LEAD-1"): "address",
    ("dkim", "list"): "name",
    ("inbound", "list"): "id",
    ("outbox", "list"): "id",
    ("review", "list"): "id",
    ("audit", "list"): "id",
    ("exemption", "list"): "address",
    ("inbound", "unreadable"): "message",
}


def pages(shell: Shell, words: tuple[str, ...]) -> Iterator[dict[str, object]]:
    """Yield every row, one page of one row after another, as the last line of each page says."""
    after: tuple[str, ...] = ()
    while True:
        yield from shell.json(*words, "--limit", "1", *after)
        last = shell.ok(*words, "--limit", "1", *after).splitlines()[-1]
        if "more; see them: " not in last:
            return
        after = tuple(last.partition("see them: ")[2].split(" ", 1))


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_pages_together_are_the_whole_list(full: Shell, words: tuple[str, ...]) -> None:
    if words[0] == "dkim":
        full.ok("dkim", "create", "acme.example")
    whole = full.json(*words)
    assert len(whole) >= 2 and all(LISTS[words] in one for one in whole)
    assert list(pages(full, words)) == whole
    (first, *_) = whole
    name = first[LISTS[words]]
    rest = full.json(*words, "--after", str(name[0] if isinstance(name, list) else name))
    assert rest == whole[1:]


@pytest.mark.parametrize("words", [one for one in LISTS if one[0] not in ("company", "domain", "follower", "dkim")])
def test_the_list_of_one_company(full: Shell, words: tuple[str, ...]) -> None:
    of_acme = full.json(*words, "--company", "Acme")
    assert of_acme and list(pages(full, (*words, "--company", "Acme"))) == of_acme
    assert not any(one.get("company") == "Beta" for one in of_acme)


def test_a_row_of_a_long_list_is_a_number(full: Shell) -> None:
    for words in (("contact",), ("record",), ("inbound",), ("outbox",), ("review",), ("audit",)):
        assert "--after: 'x' is no number" in full.refused(*words, "list", "--after", "x", status=2)
    assert "Nothing comes after 4711." in full.ok("record", "list", "--after", "4711")


def test_who_set_up_what_is_kept_with_what_was_and_what_is(shell: Shell, world: World) -> None:
    shell.ok("alias", "set", "leads@acme.example", "--owner", "bjorn@acme.example")
    (row,) = shell.json("audit", "list", "--company", "Acme")
    assert (row["act"], row["subject"], row["was"]["owner"], row["now"]["owner"], row["user"]) == (
        "alias.set",
        "leads@acme.example",
        "Anna",
        "Björn",
        None,
    )
    assert row["actor"] and row["created_at"].endswith("Z")
    assert "owner Anna -> Björn" in shell.ok("audit", "list")
    shell.ok("alias", "remove", "leads@acme.example")
    assert "alias.remove" in shell.ok("audit", "list")
    assert world.store.audit.count(before=2**62) == 2


def test_every_act_answers_with_what_it_made_or_changed(shell: Shell) -> None:
    made = shell.json("alias", "add", "sales@acme.example", "--opens", "order")
    assert made["address"] == "sales@acme.example" and "changes" not in made
    changed = shell.json("alias", "set", "sales@acme.example", "--owner", "anna@acme.example")
    assert changed["changes"] == [{"field": "owner", "was": "", "now": "Anna"}] and changed["owner"] == "Anna"
    said = shell.ok("alias", "set", "sales@acme.example", "--owner", "bjorn@acme.example", "--accepts", "known")
    assert said == "sales@acme.example: owner Anna -> Björn, accepts everyone -> known contacts\n"
    assert shell.ok("alias", "set", "sales@acme.example", "--accepts", "known").endswith("it was so already\n")
    assert shell.json("alias", "remove", "sales@acme.example")["removed"] is True
    assert shell.json("domain", "remove", "acme.example")["ended"] == ["leads@acme.example", "support@acme.example"]
    assert shell.json("domain", "restore", "acme.example")["state"] == "open"
    assert shell.json("domain", "add", "b.example")["dedicated"] is True
    assert shell.json("company", "add", "Beta")["name"] == "Beta"
    assert shell.json("company", "set", "Beta", "--name", "Beta AB")["changes"][0]["now"] == "Beta AB"
    assert shell.json("user", "add", "eva@b.test", "--company", "Acme")["name"] == "Eva"
    assert shell.json("user", "set", "eva@b.test", "--prefers", "inbox")["prefers"] == "inbox"
    assert "/enter/" in shell.json("user", "sign-in-link", "eva@b.test")["link"]
    assert shell.json("user", "remove", "eva@b.test")["active"] is False
    assert shell.json("contact", "add", "k@c.test", "--name", "K", "--company", "Acme")["addresses"] == ["k@c.test"]
    assert shell.json("contact", "set", "k@c.test", "--name", "Karin")["name"] == "Karin"
    assert shell.json("record", "add", "task", "--title", "T", "--company", "Acme")["number"] == "TASK-1"
    said = shell.ok("record", "set", "TASK-1", "--state", "closed", "--owner", "anna@acme.example")
    assert said == "TASK-1: owner none -> Anna, state open -> closed\n"
    assert shell.json("record", "set", "TASK-1", "--title", "U")["title"] == "U"
    assert shell.json("follower", "add", "TASK-1", "bjorn@acme.example")["followers"] == ["Anna", "Björn"]
    assert shell.json("follower", "remove", "TASK-1", "anna@acme.example")["followers"] == ["Björn"]
    written = shell.json("post", "TASK-1", "--as", "anna@acme.example", "--note", "--text", "Hello")
    assert written["record"] == "TASK-1" and written["message"] and written["notify"][0]["name"] == "Björn"
    dry = shell.json("post", "TASK-1", "--as", "anna@acme.example", "--note", "--text", "Hello", "--dry-run")
    assert dry["message"] is None
    assert shell.json("contact", "remove", "k@c.test")["removed"] is True
    assert len(shell.json("dkim", "create", "acme.example")["made"]) == 2


def test_mail_in_review_answers_with_json_too(shell: Shell) -> None:
    world = shell.world
    for _ in range(3):
        world.deliver(world.mail(to="sales@acme.example"), "sales@acme.example")
    dry = shell.json("review", "release", "1", "--opens", "order", "--dry-run")
    assert dry["record"] is None
    assert shell.json("review", "release", "1", "--opens", "order")["record"] == "ORDER-1"
    assert shell.json("review", "discard", "2") == {
        "id": 2, "state": "discarded", "changes": [{"field": "state", "was": "unmatched", "now": "discarded"}],
    }  # fmt: skip
    assert shell.json("inbound", "replay", "2")["state"] == "unmatched"


def test_a_copy_that_is_due_says_so_in_json(shell: Shell) -> None:
    world = shell.world
    world.deliver(world.mail(), "leads@acme.example")
    assert shell.json("outbox", "retry", "1") == {"id": 1, "state": "waiting", "due": "now", "sender_runs": False}
