"""Activities, snoozes and what is known of contacts from the shell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.unit.shell import Shell
from tests.unit.world import ERIK

ANNA = "anna@acme.example"
KARIN = "karin@customer.example"


def day(days: int) -> str:
    """Return a day some days from today, by the clock of this machine."""
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def lead(shell: Shell) -> None:
    shell.world.deliver(shell.world.mail(f"Karin Ek <{KARIN}>", subject="Chairs", verified=True), "leads@acme.example")


def test_an_activity_from_its_plan_to_its_feedback(shell: Shell) -> None:
    lead(shell)
    assert "Nothing is planned" in shell.ok("activity", "list")
    said = shell.ok("activity", "add", "LEAD-1", "call", day(3), "--assignee", "bjorn@acme.example", "--note", "Oak")
    assert f"Planned on LEAD-1: call by {day(3)}, Björn." in said
    assert "Next: mail-admin activity done 1 --feedback TEXT" in said
    assert "Björn" in shell.ok("activity", "list") and shell.json("activity", "show", "1")["note"] == "Oak"
    assert "bjorn@acme.example" in shell.ok("activity", "show", "1")
    assert f"due {day(3)} -> {day(5)}" in shell.ok("activity", "set", "1", "--day", day(5))
    assert shell.json("activity", "show", "1")["assignee"] == "Björn", "what is not named stays"
    done = shell.json(
        "activity", "done", "1", "--feedback", "She wants oak.", "--next", "email", "--next-day", day(9),
        "--next-note", "The offer",
    )  # fmt: skip
    assert done["state"] == "done" and shell.json("activity", "show", "2")["note"] == "The offer"
    assert "She wants oak." in shell.ok("record", "show", "LEAD-1")
    assert "state open -> removed" in shell.ok("activity", "remove", "2")
    assert "Nothing is planned" in shell.ok("activity", "list", "--company", "Acme")


def test_what_makes_no_sense_of_an_activity(shell: Shell) -> None:
    lead(shell)
    shell.ok("activity", "add", "LEAD-1", "call", day(3), "--assignee", ANNA)
    for words, status in (
        (("activity", "set", "1"), 2),
        (("activity", "done", "1", "--next", "email"), 2),
        (("activity", "show", "9"), 1),
        (("activity", "add", "LEAD-1", "call", day(3)), 2),
        (("activity", "add", "LEAD-1", "dance", day(3), "--assignee", ANNA), 2),
        (("activity", "add", "LEAD-1", "call", "soon", "--assignee", ANNA), 2),
        (("activity", "add", "LEAD-9", "call", day(3), "--assignee", ANNA), 1),
    ):
        found, _, complaint = shell.call(*words)
        assert found == status and complaint.count("\n") == 1, words


def test_types_of_activities(shell: Shell) -> None:
    assert "Added the type Visit." in shell.ok("activity", "add-type", "Visit")
    assert [one["name"] for one in shell.json("activity", "types") if one["own"]] == ["Visit"]
    lead(shell)
    shell.ok("activity", "add", "LEAD-1", "Visit", day(3), "--assignee", ANNA)
    assert "Removed the type Visit." in shell.ok("activity", "remove-type", "Visit")
    assert "Visit" not in shell.ok("activity", "types") and "Visit" in shell.ok("activity", "list")


def test_a_record_is_snoozed_until_a_day_or_an_answer_and_woken(shell: Shell) -> None:
    lead(shell)
    assert "snoozed" in shell.ok("record", "snooze", "LEAD-1", day(3))
    assert shell.world.record("LEAD-1").snoozed_until_at is not None
    shell.ok("record", "wake", "LEAD-1")
    assert shell.world.record("LEAD-1").snoozed_until_at is None
    assert "not snoozed" in shell.refused("record", "wake", "LEAD-1")
    assert shell.json("record", "snooze", "LEAD-1")["snoozed"] == "answer"
    assert day(-1) in shell.refused("record", "snooze", "LEAD-1", day(-1))


def test_a_contact_shows_where_it_belongs_what_bounced_and_its_records(shell: Shell) -> None:
    lead(shell)
    shell.world.deliver(shell.world.mail(ERIK, subject="Tables", verified=True), "leads@acme.example")
    shell.ok("organisation", "add", "Ek Möbler")
    assert "note" in shell.ok("contact", "set", KARIN, "--note", "Likes oak", "--organisation", "Ek Möbler")
    value = shell.json("contact", "show", KARIN)
    assert (value["organisation"], value["note"], value["records"]) == ("Ek Möbler", "Likes oak", ["LEAD-1"])
    text = shell.ok("contact", "show", KARIN)
    assert "Ek Möbler" in text and "LEAD-1" in text and KARIN in text
    merged = shell.ok("contact", "merge", KARIN, "erik@other.example")
    assert shell.json("contact", "show", "erik@other.example")["records"] == ["LEAD-2", "LEAD-1"]
    shell.ok(*merged.rpartition("mail-admin ")[2].split())
    assert shell.json("contact", "show", "erik@other.example")["records"] == ["LEAD-2"]
    assert "always loaded" in shell.ok("contact", "images", KARIN)
    assert "by a click alone" in shell.ok("contact", "images", KARIN, "--ask")
    assert "is dropped from now on" in shell.ok("contact", "block", KARIN)
    assert KARIN in shell.ok("contact", "blocked") and shell.json("contact", "blocked")[0]["stopped"] == 0
    assert "is taken again" in shell.ok("contact", "unblock", KARIN)
    assert "Nobody is blocked." in shell.ok("contact", "blocked")
    assert "Archived" in shell.ok("contact", "remove", KARIN)
    assert "is a contact again" in shell.ok("contact", "restore", KARIN)


def test_a_digest_is_chosen(shell: Shell) -> None:
    said = shell.ok("user", "set", ANNA, "--digest", "week", "--digest-hour", "16")
    assert "digest none -> every week, digest hour 7 -> 16" in said
    assert "each week at 16:00" in shell.ok("user", "show", ANNA)
    assert shell.json("user", "show", ANNA)["digest"] == "week"
    assert shell.call("user", "set", ANNA, "--digest-hour", "24")[0] == 2
    assert "no hour from 0 to 23" in shell.call("user", "set", ANNA, "--digest-hour", "x")[2]
