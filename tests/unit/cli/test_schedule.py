"""mail-admin post --at: offered and said with the day, in the zone of the colleague, and taken back by a command."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.unit.shell import Shell
from weftmail.flow.due.runner import Runner

ANNA = "anna@acme.example"
POST = ("post", "LEAD-1", "--as", ANNA, "--text", "Yes, 38.")
AUCKLAND = ZoneInfo("Pacific/Auckland")


@pytest.fixture
def lead(shell: Shell) -> Shell:
    world = shell.world
    # A Friday evening of hers, before five; at the server the day has not begun.
    world.clock.now = int(datetime(2026, 11, 27, 16, 30, tzinfo=AUCKLAND).timestamp() * 1000)
    world.deliver(world.mail(verified=True, files=[("plan.pdf", b"%PDF")]), "leads@acme.example")
    anna = world.store.users.get(world.anna)
    assert anna is not None
    world.store.users.set(replace(anna, zone="Pacific/Auckland"))
    return shell


def ok(lead: Shell, *words: str) -> str:
    return lead.ok(*words, context=lead.context(clock=lead.world.clock))


def refused(lead: Shell, *words: str, status: int = 1) -> str:
    return lead.refused(*words, status=status, context=lead.context(clock=lead.world.clock))


def passes(shell: Shell, until: str) -> list[str]:
    """Let the time come; return the kinds of what is on the record then."""
    world = shell.world
    world.clock.now = int(datetime.fromisoformat(until).replace(tzinfo=AUCKLAND).timestamp() * 1000)
    runner = Runner(world.store, world.installation, "a test")
    while runner.round():
        pass
    return [one.kind for one in world.thread("LEAD-1")]


@pytest.mark.parametrize(
    ("when", "said", "leaves"),
    [
        ("today", "Fri 27 Nov 17:00 Pacific/Auckland", "2026-11-27T17:00"),
        ("Tomorrow", "Sat 28 Nov 08:00 Pacific/Auckland", "2026-11-28T08:00"),
        ("monday", "Mon 30 Nov 08:00 Pacific/Auckland", "2026-11-30T08:00"),
        ("2026-12-24 15:30", "Thu 24 Dec 15:30 Pacific/Auckland", "2026-12-24T15:30"),
    ],
)
def test_a_message_leaves_at_its_time(lead: Shell, when: str, said: str, leaves: str) -> None:
    dry = ok(lead, *POST, "--at", when, "--dry-run")
    assert f"  Leaves: {said}" in dry.splitlines() and passes(lead, "2026-11-27T16:31") == ["received"]
    answer = ok(lead, *POST, "--at", when)
    assert answer.startswith(f"It leaves {said}, and can be taken back until then: mail-admin audit undo ")
    assert answer.splitlines()[1:] == [line for line in dry.splitlines()[1:] if not line.startswith("  Leaves")]
    before = leaves[:-2] + "59" if not leaves.endswith("00") else leaves
    assert passes(lead, before) == ["received", "post"]
    sent = lead.world.thread("LEAD-1")[1]
    assert (sent.text, sent.author_name, sent.subject) == ("Yes, 38.", "Anna", "Re: Quote for 40 chairs")
    assert [one.address for one in lead.world.store.messages.addressed(lead.world.acme, sent.id)] == [
        "karin@customer.example"
    ]


def test_the_time_is_in_json_and_nothing_leaves_before(lead: Shell) -> None:
    found = json.loads(ok(lead, *POST, "--at", "monday", "--json"))
    # In UTC, 13 hours behind.
    assert found["leaves_at"] == "2026-11-29T19:00:00.000Z" and found["message"] is None
    assert passes(lead, "2026-11-30T07:59") == ["received"]
    assert passes(lead, "2026-11-30T08:00") == ["received", "post"]
    assert lead.json(*POST)["leaves_at"] is None


def test_it_is_taken_back_by_the_command_that_it_names(lead: Shell) -> None:
    answer = ok(lead, *POST, "--at", "tomorrow")
    number = re.search(r"mail-admin audit undo (\d+)", answer)
    assert number is not None
    ok(lead, "audit", "undo", number[1])
    assert passes(lead, "2026-11-29T08:00") == ["received"]
    # It is her draft again, and nothing takes its place unseen.
    said = refused(lead, *POST, "--at", "2026-12-24T08:00")
    assert "Anna has begun a message on LEAD-1 and not sent it" in said


def test_two_messages_wait_beside_each_other(lead: Shell) -> None:
    ok(lead, *POST, "--at", "tomorrow")
    ok(lead, "post", "LEAD-1", "--as", ANNA, "--text", "And lamps", "--new", "--at", "monday")
    assert passes(lead, "2026-11-30T08:00") == ["received", "post", "post"]


def test_not_if_they_answer_first(lead: Shell) -> None:
    world = lead.world
    ok(lead, *POST, "--at", "tomorrow", "--unless-answered")
    first = world.thread("LEAD-1")[0].rfc_message_id
    world.deliver(world.mail(text="Never mind", verified=True, references=[first]), "leads@acme.example")
    assert passes(lead, "2026-11-28T08:00") == ["received", "received", "event"]


def test_files_recipients_and_a_forwarded_message_wait_with_it(lead: Shell, tmp_path: Path) -> None:
    world, store = lead.world, lead.world.store
    file = tmp_path / "offer.txt"
    file.write_text("38")
    ok(lead,
        *POST, "--forward", "1", "--to", "Mia Ask <mia@new.example>", "--bcc", "erik@other.example", "--attach",
        str(file), "--mention", "bjorn@acme.example", "--at", "tomorrow",
    )  # fmt: skip
    assert passes(lead, "2026-11-28T08:00") == ["received", "post"]
    sent = world.thread("LEAD-1")[1]
    assert sent.forwards_id == world.thread("LEAD-1")[0].id and sent.subject == "Fwd: Quote for 40 chairs"
    assert sorted(one.filename for one in store.messages.attachments(world.acme, sent.id)) == ["offer.txt", "plan.pdf"]
    found = store.messages.deliveries(world.acme, sent.id)
    assert {one.address for one in found if one.contact_id} == {"mia@new.example", "erik@other.example"}
    assert world.bjorn in {one.user_id for one in found}


def test_what_a_saved_reply_does_is_done_as_it_leaves(lead: Shell) -> None:
    ok(lead, "saved-reply", "add", "Thanks", "--text", "Thank you.", "--tag", "vip", "--after-send", "close")
    (reply,) = lead.json("saved-reply", "list")
    ok(lead, *POST, "--saved-reply", str(reply["id"]), "--at", "tomorrow")
    assert lead.world.record("LEAD-1").state == "open"
    assert passes(lead, "2026-11-28T08:00")[:2] == ["received", "post"]
    world = lead.world
    assert world.record("LEAD-1").state == "closed"
    assert [one.name for one in world.store.tags.all(world.acme)] == ["vip"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--at", "yesterday"), "yesterday is not a time"),
        (("--at", "2026-11-27T16:29"), "is past"),
        (("--at", "2027-09-26T02:30"), "does not exist there: the clocks go forward"),
        (("--at", ""), "is not a time"),
        (("--unless-answered",), "--unless-answered goes with --at"),
        (("--at", "tomorrow", "--note"), "An internal note is logged at once"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_times_that_are_offered(
    lead: Shell, more: tuple[str, ...], says: str
) -> None:
    before = lead.everything()
    said = refused(lead, *POST, *more, status=2)
    assert says.casefold() in said.casefold() and lead.everything() == before
    if more[0] == "--at" and "--note" not in more:
        assert (
            "offered are today (Fri 27 Nov 17:00 Pacific/Auckland), tomorrow (Sat 28 Nov 08:00 Pacific/Auckland)"
            in said
        )
