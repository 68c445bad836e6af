"""Followers by kind, participants, notes that change, and mentions from the shell."""

from __future__ import annotations

import pytest

from tests.unit.shell import Shell

LEAD = "LEAD-1"
ANNA, BJORN, KARIN = "anna@acme.example", "bjorn@acme.example", "karin@customer.example"


@pytest.fixture
def lead(shell: Shell) -> Shell:
    shell.world.deliver(shell.world.mail(), "leads@acme.example")
    return shell


def test_a_follower_is_told_of_what_they_chose(lead: Shell) -> None:
    assert "messages and notes" in lead.ok("follower", "list", LEAD)
    said = lead.ok("follower", "set", LEAD, ANNA, "--kinds", "notes, changes", "--mute", "yes")
    assert "is notified of messages, notes -> notes, changes" in said and "muted no -> yes" in said
    assert "nothing, muted" in lead.ok("follower", "list", LEAD)
    (shown,) = lead.json("follower", "list", LEAD)
    assert (shown["kinds"], shown["muted"]) == (["notes", "changes"], True)
    lead.ok("follower", "set", LEAD, ANNA, "--kinds", "", "--mute", "no")
    assert "nothing" in lead.ok("follower", "list", LEAD)
    assert "there are messages, notes, changes" in lead.refused(
        "follower", "set", LEAD, ANNA, "--kinds", "news", status=2
    )
    assert "does not follow" in lead.refused("follower", "set", LEAD, BJORN, "--mute", "yes")
    assert "othing to change" in lead.refused("follower", "set", LEAD, ANNA, status=2)


def test_a_team_follows_at_once(lead: Shell) -> None:
    lead.ok("team", "add", "Sales", "--member", BJORN)
    assert "added" in lead.ok("follower", "add", LEAD, "Sales")
    assert {one["name"] for one in lead.json("follower", "list", LEAD)} == {"Anna", "Björn"}
    assert "Unknown team Nobody" in lead.refused("follower", "add", LEAD, "Nobody").replace("unknown", "Unknown")


def test_somebody_outside_comes_and_goes(lead: Shell) -> None:
    lead.ok("participant", "add", LEAD, "Nils Ask <nils@new.example>")
    assert "started this conversation" in lead.ok("participant", "list", LEAD)
    lead.ok("participant", "correct", LEAD, KARIN, "ek@customer.example")
    said = lead.ok("participant", "remove", LEAD, "ek@customer.example")
    assert "reply addresses valid -> revoked" in said
    assert [one["address"] for one in lead.json("participant", "list", LEAD)] == ["nils@new.example"]
    lead.ok("participant", "remove", LEAD, "nils@new.example")
    assert f"mail-admin participant add {LEAD} ADDR" in lead.ok("participant", "list", LEAD)
    assert "mail-admin record show LEAD-1" in lead.refused("participant", "remove", LEAD, KARIN)


def test_a_note_is_edited_deleted_and_forgotten_by_its_author(lead: Shell) -> None:
    lead.ok("post", LEAD, "--as", ANNA, "--note", "--text", "Teak is out")
    assert "was never changed" in lead.ok("note", "versions", LEAD, "2")
    lead.ok("note", "edit", LEAD, "2", "--as", ANNA, "--text", "Oak is out")
    shown = lead.ok("record", "show", LEAD)
    assert "| Oak is out" in shown and ", edited " in shown
    assert "Teak is out" in lead.ok("note", "versions", LEAD, "2")
    assert [one["text"] for one in lead.json("note", "versions", LEAD, "2")] == ["Teak is out"]
    assert "only its author" in lead.refused("note", "remove", LEAD, "2", "--as", BJORN)
    lead.ok("note", "remove", LEAD, "2", "--as", ANNA)
    assert "Oak is out" not in lead.ok("record", "show", LEAD) and ", deleted " in lead.ok("record", "show", LEAD)
    assert "mail-admin note versions LEAD-1 2" in lead.refused("note", "remove", LEAD, "2", "--as", ANNA)
    lead.ok("note", "erase", LEAD, "2")
    assert lead.json("note", "versions", LEAD, "2") == []
    assert "no internal note 1" in lead.refused("note", "edit", LEAD, "1", "--as", ANNA, "--text", "x")


def test_a_mention_is_told_and_why(lead: Shell) -> None:
    said = lead.ok("post", LEAD, "--as", ANNA, "--note", "--text", "@Björn?", "--dry-run")
    assert "inside Björn  in the inbox: mentioned, prefers the inbox" in said
    said = lead.ok("post", LEAD, "--as", ANNA, "--to", KARIN, "--text", "@Björn?", "--mention", "björn")
    assert "mentioned" in said
    refused = lead.refused("post", LEAD, "--as", ANNA, "--note", "--text", "x", "--mention", "Carl")
    assert "obody in Acme is called Carl" in refused


def test_what_a_colleague_forwarded_becomes_their_own(lead: Shell) -> None:
    text = "---------- Forwarded message ---------\nFrom: Olle Berg <olle@branch.example>\nSubject: Stools\n\nTen?"
    raw = lead.world.mail("Anna <anna@acme.example>", subject="Fwd: Stools", text=text, login=ANNA)
    assert lead.world.deliver(raw, "leads@acme.example").record == "LEAD-2"
    said = lead.ok("record", "unforward", "LEAD-2", "1")
    assert "author Olle Berg -> Anna" in said and "customer Olle Berg -> none" in said
    (shown,) = [one for one in lead.json("record", "show", "LEAD-2")["messages"] if one["number"] == 1]
    assert shown["author"]["address"] == ANNA
    assert "mail-admin record show LEAD-1" in lead.refused("record", "unforward", LEAD, "1")
