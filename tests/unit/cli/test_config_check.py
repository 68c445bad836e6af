"""mail-admin config check: every line that is wrong, with its number and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.shell import Shell
from weftmail.cli.config import ConfigProblem, problems

WRONG = """# settings
state = "/var/lib/weftmail"

site = "8470"
colour = "red"
  files_size = "7"
[extra]
a = 1
"""


def test_every_fault_is_said_at_once_with_its_line(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(WRONG)
    status, out, err = shell.call("config", "check", str(file))
    assert (status, err) == (1, "")
    assert [line.split(": ")[0].rpartition(" ")[2] for line in out.splitlines()] == ["4", "5", "6", "7"]
    assert "is neither HOST:PORT, as 127.0.0.1:8470" in out and "files_size has to be a whole number" in out
    status, out, _ = shell.call("config", "check", str(file), "--json")
    assert status == 1 and '"line": 4' in out
    shell.config.write_text(WRONG)
    assert "line 4" in shell.call("config", "check")[1], "the file in use is asked without a name, however wrong it is"
    assert "line 4: site" in shell.refused("company", "list")


def test_a_file_that_is_right_says_so(shell: Shell) -> None:
    assert shell.ok("config", "check") == f"{shell.config}: all is well.\n"
    assert shell.json("config", "check") == {"file": str(shell.config), "problems": [], "credentials": []}


def test_what_cannot_be_read_is_named(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff")
    assert "not UTF-8" in shell.refused("config", "check", str(tmp_path / "bytes"))
    assert "No such file" in shell.refused("config", "check", str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("state = ", [0]),
        ('"stat" = 1', [1]),
        ('\n[servers.one]\nhost = "x"', [2]),
        ('authentication = "milter"', [1]),
        ('site = "unix:/run/site.sock"\n\nproxies = "mail"', [1, 3]),
        ('site_url = "ftp://x"\nsite_uri = "x"', [1, 2]),
    ],
)
def test_each_fault_is_found_once(text: str, lines: list[int]) -> None:
    found: list[ConfigProblem] = problems(text, Path("/etc/weftmail/weftmail.toml"))
    assert [one.line for one in found] == lines
