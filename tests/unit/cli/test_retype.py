"""Another type from the shell: who will see the record is said before, and once it has it."""

from __future__ import annotations

from tests.unit.shell import Shell

ANNA = "anna@acme.example"


def test_who_will_see_it_is_said_before_and_after(shell: Shell) -> None:
    shell.ok("record", "add", "lead", "--title", "Chairs")
    for name in ("Staff", "Legal"):
        shell.ok("team", "add", name, "--member", ANNA)
    shell.ok("record-type", "set", "ticket", "--teams-only", "yes", "--add-team", "Staff", "--add-team", "Legal")
    before = shell.ok("record", "retype", "LEAD-1", "ticket", "--dry-run")
    assert before.splitlines() == [
        "LEAD-1 would be of the type ticket.",
        "Seen by: Legal, Staff and the admins, nobody else",
    ]
    assert shell.json("record", "retype", "LEAD-1", "order", "--dry-run") == {
        "number": "LEAD-1", "type": "order", "seen_by": "everybody in Acme", "changed": False
    }  # fmt: skip
    assert "LEAD-1" in shell.ok("record", "show", "LEAD-1"), "a look changes nothing"
    assert "moon" in shell.refused("record", "retype", "LEAD-1", "moon", "--dry-run", status=2)
    done = shell.ok("record", "retype", "LEAD-1", "ticket")
    assert "type lead -> ticket" in done and done.splitlines()[-1] == before.splitlines()[-1]
    assert shell.json("record", "retype", "TICKET-1", "order")["seen_by"] == "everybody in Acme"
