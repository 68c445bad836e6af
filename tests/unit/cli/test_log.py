"""Where is my mail, asked in the shell."""

from __future__ import annotations

from pathlib import Path

from tests.unit.shell import Shell
from tests.unit.world import World
from weftmail.core.wording.phrase import Phrase


def test_a_mail_is_found_by_what_somebody_remembers(shell: Shell, world: World, tmp_path: Path) -> None:
    assert "Nothing found." in shell.ok("log")
    raw = world.mail(subject="Forty chairs")
    world.deliver(raw, "leads@acme.example")
    world.deliver(world.mail(subject="Other"), "support@acme.example")
    (one,) = [one for one in shell.json("log", "--words", "forty") if one["direction"] == "in"]
    assert (one["state"], one["record"], one["subject"]) == ("filed", "LEAD-1", "Forty chairs")
    assert [one["subject"] for one in shell.json("log", "--who", "anna@") if one["direction"] == "out"]
    assert "Other" not in shell.ok("log", "--words", "Forty") and "LEAD-1" in shell.ok("log", "--who", "karin")
    (tmp_path / "m.eml").write_bytes(raw)
    assert [one["subject"] for one in shell.json("log", "--eml", str(tmp_path / "m.eml"))] == ["Forty chairs"]
    assert "There is more" in shell.ok("log", "--limit", "1")
    assert shell.json("log", "--day", "2001-01-01") == []


def test_questions_that_cannot_be_asked(shell: Shell) -> None:
    assert "is no day" in shell.refused("log", "--day", "tuesday", status=2)
    assert "cannot be read" in shell.refused("log", "--eml", "/nowhere/m.eml")


def test_words_days_directions_and_near_addresses(shell: Shell, world: World) -> None:
    world.deliver(world.mail(subject="Quote for forty chairs"), "leads@acme.example")
    assert [one["direction"] for one in shell.json("log", "--words", "chairs quote", "--way", "came")] == ["in"]
    assert {one["direction"] for one in shell.json("log", "--state", "waiting")} == {"out"}
    assert shell.json("log", "--words", '"chairs forty"') == [] and shell.json("log", "--to", "2001-01-01") == []
    assert shell.json("log", "--day", "2001-01-01", "--to", "2999-01-01")
    assert "Near: karin@customer.example" in shell.ok("log", "--who", "karn@customer.example")
    assert "Near" not in shell.ok("log", "--who", "nobody@nowhere.example", "--company", "Acme")
    assert "--to: 'soon' is no day" in shell.refused("log", "--to", "soon", status=2)


def test_a_copy_that_leaves_is_shown_whole(shell: Shell, world: World) -> None:
    world.deliver(world.mail(subject="Forty chairs"), "leads@acme.example")
    (copy,) = [str(one["id"]) for one in shell.json("outbox", "list")]
    now = world.clock() + 1
    world.store.outbox.claim("s", now, now + 1, 9)
    world.store.outbox.settle(int(copy), "s", "sent", "250 2.0.0 Ok: queued as 4F2C1", 0, now)
    shown = shell.json("outbox", "show", copy)
    assert (shown["queue_id"], shown["people"][0]["name"], shown["record"]) == ("4F2C1", "Anna", "LEAD-1")
    said = shell.ok("outbox", "show", copy)
    assert "4F2C1" in said and "anna@acme.example" in said and "Forty chairs" in said
    raw = shell.ok("outbox", "show", copy, "--raw")
    assert "Subject: " in raw and "reply+..." in raw
    assert "no_such" not in shell.refused("outbox", "show", "99")
    world.store.outbox.add_words(world.acme, "account", [Phrase("mail.notices.why")], "en", 1, user_id=world.anna)
    account = str(shell.json("outbox", "list", "--limit", "1")[0]["id"])
    assert "link to sign in" in shell.refused("outbox", "show", account, "--raw")


def test_what_would_change_is_said_before_a_replay(shell: Shell, world: World) -> None:
    world.alias("friends", "ticket", accepts="known")
    row = str(world.deliver(world.mail(), "friends@acme.example").id)
    assert "Every rule says what it said then." in shell.ok("inbound", "replay", row, "--dry-run")
    world.store.connection.execute("update alias set accepts = 'everyone'")
    said = shell.ok("inbound", "replay", row, "--dry-run")
    assert "is held. It would open a record of type ticket." in said and "Nothing was changed." in said
    (change,) = shell.json("inbound", "replay", row, "--dry-run")["changes"]
    assert change["rule"] == "alias" and "known people" in change["then"] and "opens records" in change["now"]
    assert world.row(int(row)).state == "held"
