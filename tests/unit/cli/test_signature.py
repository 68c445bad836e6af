"""mail-admin signature: set, shown and removed, of a colleague and of a team."""

from __future__ import annotations

from tests.unit.shell import Shell


def test_a_signature_is_set_shown_and_removed(shell: Shell) -> None:
    shell.ok("team", "add", "Sales", "--member", "anna@acme.example")
    for who, name in (("anna@acme.example", "Anna"), ("Sales", "Sales")):
        assert shell.ok("signature", "show", who).strip() == f"{name} has none."
        assert f"The signature of {name} is set." in shell.ok("signature", "set", who, "--text", f"{name}\nAcme")
        assert shell.ok("signature", "show", who).splitlines() == [name, "Acme"]
        assert shell.json("signature", "show", who) == {"name": name, "text": f"{name}\nAcme"}
        assert f"The signature of {name} is removed." in shell.ok("signature", "set", who, "--text", "")
