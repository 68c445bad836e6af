"""Completion: what a shell offers for the words of mail-admin."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from weftmail.cli import admin
from weftmail.cli.commands.completion import SHELLS, script


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_names_every_command_verb_and_flag(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert admin.main(["completion", shell]) == 0
    said = capsys.readouterr().out
    assert all(noun in said for noun in admin.NOUNS)
    assert "sign-in-link" in said and "answer-as" in said and "participants" in said


def completed(*words: str) -> list[str]:
    """Return what bash offers for the last of the words."""
    line = " ".join(words)
    asked = (
        f"{script('bash')}\nCOMP_WORDS=({' '.join(repr(word) for word in words)})\nCOMP_CWORD={len(words) - 1}\n"
        f"COMP_LINE='{line}'\nCOMP_POINT={len(line)}\n"
        "$(complete -p mail-admin | sed 's/.*-F \\([^ ]*\\) .*/\\1/') mail-admin\nprintf '%s\\n' \"${COMPREPLY[@]}\""
    )
    done = subprocess.run(["bash", "--norc", "-c", asked], capture_output=True, text=True, check=True)
    return sorted(done.stdout.split())


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("mail-admin", "al"), ["alias"]),
        (("mail-admin", "alias", "s"), ["set", "show"]),
        (("mail-admin", "alias", "add", "--ac"), ["--accepts"]),
        (("mail-admin", "user", "add", "--role", ""), ["admin", "agent", "reader"]),
        (("mail-admin", "completion", ""), ["bash", "fish", "zsh"]),
    ],
)
def test_bash_offers_what_fits(words: tuple[str, ...], offered: list[str]) -> None:
    assert set(offered) <= set(completed(*words))
    if words[-1]:
        assert completed(*words) == offered


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_can_read_their_script(shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        assert os.environ.get("CI") != "true", f"{shell} is missing"
        pytest.skip(f"{shell} is not installed")
    subprocess.run([program, "-n"], input=script(shell), text=True, check=True, capture_output=True)
