"""What a shell makes of a command that is pasted into it, and what mail-admin makes of its words."""

from __future__ import annotations

import os
import subprocess
from argparse import Namespace
from functools import cache
from pathlib import Path

from weftmail.cli.admin import in_order, whole_parser
from weftmail.cli.arguments import Parser, refuse_bad_words

HOSTILE = (
    "`touch a`", "$(touch a)", "$HOME ${IFS} $$", "a; touch a", "a && touch a || touch b & touch c", "a | tee b",
    "a > b < c >> d", "it's \"one\"", "'", '"', "\\", "two  words ", " ", "a (b) {c,d} [e] *?", "~root", "# none", "!!",
    "-x", "--help", "--company", "--", "-", "-1", "-x=y", "-x; touch a", "help", "--json", "a=b", "a\tb", "Ek Möbler",
    "-`touch a`@customer.example", "@/etc/passwd", "%s%n", "{name}", "{0}",
)  # fmt: skip
"""Values that a shell, a terminal or a parser of options could take for something else than a word."""
PROGRAM = "#!/bin/sh\nprintf '%s\\0' \"$@\"\n"


class Paste:
    """A folder in which a command is pasted into sh; ``bin/mail-admin`` there says which words it was given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = folder / "bin" / "mail-admin"
        program.parent.mkdir(parents=True)
        program.write_text(PROGRAM)
        program.chmod(0o755)
        self._env = {"PATH": f"{program.parent}{os.pathsep}/usr/bin{os.pathsep}/bin", "HOME": "/nowhere"}

    def words(self, command: str) -> list[str]:
        """Return the words that the program was given; fails where the shell did anything else as well."""
        done = self._sh("-c", command)
        assert (done.returncode, done.stderr) == (0, ""), (command, done)
        assert sorted(str(one.relative_to(self.folder)) for one in self.folder.rglob("*")) == ["bin", "bin/mail-admin"]
        # What else had been run had printed, or left a file.
        assert done.stdout.endswith("\0"), command
        return done.stdout.removesuffix("\0").split("\0")

    def is_whole(self, command: str) -> bool:
        """Say whether sh can read it to its end, without running it."""
        return self._sh("-n", "-c", command).returncode == 0

    def _sh(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", *words], cwd=self.folder, env=self._env, capture_output=True, text=True, check=False, timeout=60
        )


@cache
def _parser() -> Parser:
    return whole_parser()


def understood(words: list[str]) -> Namespace:
    """Return what mail-admin reads in these words; raises what it would complain of."""
    refuse_bad_words(words)
    return _parser().parse_args(in_order(words))
