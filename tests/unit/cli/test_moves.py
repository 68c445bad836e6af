"""Messages moved, split off and records merged from the shell, and taken back."""

from __future__ import annotations

from tests.unit.shell import Shell
from tests.unit.world import ERIK


def test_a_move_a_split_and_a_merge_and_their_way_back(shell: Shell) -> None:
    world = shell.world
    for author, subject in (("Karin Ek <karin@customer.example>", "Chairs"), (ERIK, "Tables")):
        world.deliver(world.mail(author, subject=subject, text=f"{subject}?\n", verified=True), "leads@acme.example")
    said = shell.ok("record", "merge", "LEAD-2", "LEAD-1")
    assert "LEAD-2 merged: now on LEAD-1" in said and "Take it back, also later: mail-admin audit undo" in said
    assert "Tables?" in shell.ok("record", "show", "LEAD-2")
    shell.ok(*said.rpartition("mail-admin ")[2].split())
    shell.ok("record", "merge", "LEAD-2", "LEAD-1")
    assert "LEAD-2 separated again: now on LEAD-2" in shell.ok("record", "separate", "LEAD-2")
    assert "record of its own" in shell.refused("record", "separate", "LEAD-2")
    assert "Tables?" not in shell.ok("record", "show", "LEAD-1")
    moved = shell.json("record", "move", "LEAD-2", "1", "--to", "LEAD-1")
    assert (moved["record"], moved["messages"]) == ("LEAD-1", [1])
    split = shell.json("record", "split", "LEAD-1", "1", "--title", "Chairs alone", "--type", "order")
    assert split["record"] == "ORDER-1"
    assert "LEAD-9" in shell.refused("record", "merge", "LEAD-1", "LEAD-9")
    assert "see: mail-admin record show LEAD-1" in shell.refused("record", "move", "LEAD-1", "99", "--to", "LEAD-2")
