"""Where a mail would go, asked in the shell: the answer of what files mail, and nothing is changed."""

from __future__ import annotations

import re
from pathlib import Path

from tests.unit.shell import Shell
from tests.unit.world import World


def test_it_says_where_who_why_and_what_the_mail_server_says(shell: Shell, world: World) -> None:
    shell.ok("alias", "set", "leads@acme.example", "--accepts", "everyone")
    said = shell.ok("where", "leads@acme.example", "--from", "karin@customer.example")
    assert "It would open a record of type lead." in said and "hands it to weftmail" in said
    assert "inside Anna" in said and re.search(r"-> +\d+ alias", said) and "Nothing was changed." in said
    asked = shell.json("where", "leads@acme.example", "--if", "automatic")
    assert (asked["case"], asked["taken"], asked["disposition"]["action"]) == ("automatic", True, "hold")
    assert world.store.inbound.last() == 0


def test_an_answer_a_file_and_an_address_that_nobody_has(shell: Shell, world: World, tmp_path: Path) -> None:
    world.deliver(world.mail(), "leads@acme.example")
    answer = shell.json("where", "--if", "answer", "--record", "LEAD-1")
    assert answer["disposition"]["record"] == "LEAD-1" and answer["recipient"] == "reply+...@acme.example"
    (tmp_path / "m.eml").write_bytes(world.mail(headers=[("Auto-Submitted", "auto-replied")]))
    assert shell.json("where", "leads@acme.example", "--eml", str(tmp_path / "m.eml"))["kind"] == "auto-reply"
    shell.ok("alias", "set", "leads@acme.example", "--accepts", "known")
    said = shell.ok("where", "nobody@acme.example")
    assert "The sender would read: 550 5.1.1 <nobody@acme.example>: Recipient address rejected" in said
    assert "Nobody gets it." in said and "Who would get it" not in said
    refused = shell.json("where", "nobody@acme.example")
    assert refused["refused"] and refused["sender_reads"].startswith("550 5.1.1")
    forged = ("where", "--if", "answer-forged", "--record", "LEAD-1", "--from", "anna@acme.example")
    assert shell.json(*forged)["decide"] == ["Anna"] and "Told that it waits: Anna" in shell.ok(*forged)
    assert "marked as automatic" in shell.ok("where", "leads@acme.example", "--if", "machine")


def test_questions_that_cannot_be_asked(shell: Shell) -> None:
    assert "say whom the mail is for" in shell.refused("where", status=2)
    assert "--record NUMBER" in shell.refused("where", "leads@acme.example", "--if", "answer", status=2)
    assert "--from ADDR" in shell.refused("where", "leads@acme.example", "--if", "forged", status=2)
    assert "cannot be read" in shell.refused("where", "leads@acme.example", "--eml", "/nowhere/m.eml")
    assert "LEAD-7" in shell.refused("where", "leads@acme.example", "--if", "answer", "--record", "LEAD-7")


def test_who_passed_an_email_on_is_said_by_what_tells_of_it(shell: Shell, tmp_path: Path) -> None:
    world = shell.world
    raw = world.mail(to="support@mail.example", headers=[("Delivered-To", "support@mail.example")])
    (tmp_path / "m.eml").write_bytes(raw)
    named = "It was for support@mail.example before, and was passed on from there (Delivered-To)."
    said = f"How it came to that address:\n   {named}"
    shell.ok("alias", "set", "leads@acme.example", "--accepts", "everyone")
    assert said in shell.ok("where", "leads@acme.example", "--eml", str(tmp_path / "m.eml"))
    assert "How it came" not in shell.ok("where", "leads@acme.example")
    row = world.deliver(raw, "leads@acme.example")
    assert said in shell.ok("inbound", "show", str(row.id))
    (one,) = shell.json("inbound", "show", str(row.id))["passed_on"]
    assert (one["way"], one["fields"], one["address"]) == ("recipient", ["Delivered-To"], "support@mail.example")
