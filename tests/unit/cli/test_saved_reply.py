"""mail-admin saved-reply: added, shown, changed, used by post, removed and brought back."""

from __future__ import annotations

from pathlib import Path

from tests.unit.shell import Shell


def test_a_reply_is_kept_used_and_removed(shell: Shell, tmp_path: Path) -> None:
    shell.world.deliver(shell.world.mail(verified=True), "leads@acme.example")
    terms = tmp_path / "terms.txt"
    terms.write_text("terms")
    add = ["saved-reply", "add", "Thanks", "--text", "Thank you, {customer.name}.", "--word", "thanks"]
    more = ["--attach", str(terms), "--tag", "won", "--after-send", "close", "--assign", "anna@acme.example"]
    assert "Next: mail-admin post NUMBER --as ADDR --saved-reply 1" in shell.ok(*add, *more)
    assert "/thanks" in shell.ok("saved-reply", "list")
    shown = shell.json("saved-reply", "show", "1")
    assert (shown["files"], shown["tags"], "stored_files" in shown) == (["terms.txt"], ["won"], False)
    assert "Thank you, {customer.name}." in shell.ok("saved-reply", "show", "1")
    assert "text" in shell.ok("saved-reply", "set", "1", "--text", "Thanks, {customer.name}!")
    post = ["post", "LEAD-1", "--as", "anna@acme.example", "--saved-reply", "/thanks"]
    planned = shell.ok(*post, "--dry-run").splitlines()
    assert [one.strip() for one in planned if "Then:" in one] == [
        "Then: close", "Then: assign to anna@acme.example", "Then: tag won",
    ]  # fmt: skip
    assert shell.world.record("LEAD-1").state == "open"
    shell.ok(*post)
    assert shell.world.record("LEAD-1").state == "closed"
    assert "Removed Thanks." in shell.ok("saved-reply", "remove", "1")
    assert "saved-reply list" in shell.refused("saved-reply", "show", "1")
    assert "no saved reply /thanks" in shell.refused(*post)
    assert "Thanks is back." in shell.ok("saved-reply", "restore", "1")
    assert "files" in shell.ok("saved-reply", "set", "1", "--no-files", "--text", "Team {team.name}")
    assert "nothing stands for {team.name}" in shell.refused(*post)
    assert "nothing to change" in shell.refused("saved-reply", "set", "1", status=2)


def test_its_files_count_with_those_of_the_message(shell: Shell, tmp_path: Path) -> None:
    shell.world.deliver(shell.world.mail(verified=True), "leads@acme.example")
    half = tmp_path / "half.bin"
    half.write_bytes(b"\0" * (4 * 1024 * 1024))
    shell.ok("saved-reply", "add", "Half", "--text", "Here.", "--word", "half", "--attach", str(half))
    assert "are allowed" in shell.refused("saved-reply", "set", "1", "--attach", str(half))
    assert shell.json("saved-reply", "show", "1")["files"] == ["half.bin"]
    post = ["post", "LEAD-1", "--as", "anna@acme.example", "--saved-reply", "half"]
    assert "are allowed" in shell.refused(*post, "--attach", str(half))
    assert "Written on LEAD-1" in shell.ok(*post)
