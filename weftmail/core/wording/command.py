"""Commands that are shown to be pasted into a shell: each is made here, so that a value in one is never more than that.

A stranger chooses an address, a colleague the name of a company; what stands in them is quoted (POSIX, 2.2), and what
begins with a hyphen cannot become an option (POSIX, 12.2, guideline 10).
"""

from __future__ import annotations

import re
import shlex
import unicodedata

_OBEYED = ("Cc", "Cs", "Zl", "Zp")
_OURS = re.compile(r"[a-z][a-z/-]*")


class Command:
    """A command with its values: ``Command("mail-admin contact show {address}", address=found)``.

    The pattern is ours: program, what it is to do, what that is done to, and options last.  A word of it in braces is
    the value of that name, which stands for one word whatever it holds; ``str`` gives the command as a shell takes it.
    Raises ValueError for a pattern with more than one word behind an option.
    """

    __slots__ = ("_front", "_objects", "_options")

    def __init__(self, pattern: str, /, **values: object) -> None:
        words = shlex.split(pattern)
        first = next((at for at, word in enumerate(words) if not _OURS.fullmatch(word)), len(words))
        last = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
        filled = [word if word.startswith("-") else _plain(word.format_map(values)) for word in words]
        self._front, self._objects = filled[: min(first, last)], filled[first:last]
        self._options: list[tuple[str, str | None]] = []
        for word, value in zip(words[last:], filled[last:], strict=True):
            if word.startswith("-"):
                self._options.append((word, None))
            elif self._options[-1][1] is None:
                self._options[-1] = (self._options[-1][0], value)
            else:
                raise ValueError(f"{pattern!r}: an option has one value, and nothing stands behind the options")

    def given(self, **options: object) -> Command:
        """Return the command with these options as well, ``queue_id`` as --queue-id; one without a value is left out.

        True gives a flag alone.  An underscore at the end serves names that Python has taken, such as ``from_``.
        """
        made = Command("")
        made._front, made._objects, made._options = self._front, self._objects, list(self._options)
        for name, value in options.items():
            if value is not None and value is not False and value != "":
                flag = f"--{name.rstrip('_').replace('_', '-')}"
                made._options.append((flag, None if value is True else _plain(str(value))))
        return made

    def words(self) -> list[str]:
        """Return the words that the program is given, itself first."""
        options = [word for flag, value in self._options for word in _option(flag, value)]
        # "help" behind a noun asks for its help.
        if any(one.startswith("-") or one == "help" for one in self._objects):
            return [*self._front, *options, "--", *self._objects]
        return [*self._front, *self._objects, *options]

    def __str__(self) -> str:
        """Return the command on one line, as a shell takes it."""
        return shlex.join(self.words())


def _option(flag: str, value: str | None) -> list[str]:
    if value is None:
        return [flag]
    return [f"{flag}={value}"] if value.startswith("-") else [flag, value]


def _plain(value: str) -> str:
    """Return a value without what a terminal obeys while it is pasted, quoted or not: a blank stands for each."""
    if value.isprintable():
        return value
    return "".join(" " if unicodedata.category(letter) in _OBEYED else letter for letter in value)
