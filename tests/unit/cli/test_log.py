"""Where is my mail, asked in the shell."""

from __future__ import annotations

from pathlib import Path

from tests.unit.shell import Shell
from tests.unit.world import World


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
