"""The words of a call: argparse, told to complain in one line and to guess nothing."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

from weftmail.core.address import canonical
from weftmail.core.failure import UsageError

if TYPE_CHECKING:
    from weftmail.cli.context import Context

Run = Callable[["Context", argparse.Namespace], int | None]
"""What a verb does; it returns the exit status, None for 0."""


class Parser(argparse.ArgumentParser):
    """A parser that raises what argparse would print, and takes no shortened options."""

    def __init__(self, **settings: object) -> None:
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(**{**settings, "allow_abbrev": False})  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with what is wrong and where to read on."""
        if message.endswith("required: VERB"):
            message = f"say what to do: {', '.join(self._verbs())}"
        if wanted := message.partition("the following arguments are required: ")[2]:
            message = f"missing: {wanted}"
        if unknown := message.partition("unrecognized arguments: ")[2]:
            message = self._unknown(unknown.split()[0])
        message = message.removeprefix("argument ")
        see = f"ee: {self.prog} --help"
        raise UsageError(f"{message} S{see}" if message.endswith("?") else f"{message}; s{see}", status=2)

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        """Parse, and refuse what is not known here: the parser of a verb knows which flags are near."""
        found, more = super().parse_known_args(args, namespace)
        if more:
            self.error(f"unrecognized arguments: {' '.join(more)}")
        return found, more

    def _get_values(self, action, arg_strings):  # type: ignore[no-untyped-def]
        """Take -- as a value behind ``--flag=``, where argparse takes it for the end of the flags (gh-59571)."""
        if action.option_strings and action.nargs is None and arg_strings == ["--"]:
            value = self._get_value(action, "--")
            self._check_value(action, value)
            return value
        return super()._get_values(action, arg_strings)

    def _check_value(self, action: argparse.Action, value: object) -> None:
        """Refuse a word that is none of those that can be chosen; say which there are, and which one is near."""
        if action.choices is not None and value not in action.choices:
            choices = [str(one) for one in action.choices]
            if isinstance(action, argparse._SubParsersAction):
                self.error(f"{value!r} is nothing that can be done here{meant(str(value), choices)}")
            flag = action.option_strings[-1] if action.option_strings else str(action.metavar or action.dest)
            self.error(f"{flag}: {value!r} cannot be chosen{meant(str(value), choices)}")

    def takes(self, flag: str, words: Sequence[str]) -> bool:
        """Say whether what these words begin with, a verb where there are several, takes a flag."""
        for one in self._actions:
            if isinstance(one, argparse._SubParsersAction):
                return bool(words) and words[0] in one.choices and one.choices[words[0]].takes(flag, ())
        return any(flag in one.option_strings for one in self._actions)

    def _verbs(self) -> list[str]:
        return [name for one in self._actions for name in (one.choices or ())]

    def _unknown(self, word: str) -> str:
        flags = [flag for one in self._actions for flag in one.option_strings if flag.startswith("--")]
        if not word.startswith("-"):
            return f"{word!r} is one word too many; put what belongs together in quotes"
        flag = word.partition("=")[0]
        near = difflib.get_close_matches(flag, flags, n=1)
        return f"there is no {flag} here" + (f"; did you mean {near[0]}?" if near else "")


def meant(word: str, choices: Sequence[str]) -> str:
    """Return how a complaint about a word goes on: with the one that is near, and all that there are."""
    near = difflib.get_close_matches(word, choices, n=1)
    there = f"there are {', '.join(choices)}" if choices else ""
    return f"; {there}; did you mean {near[0]}?" if near else f"; {there}" if there else ""


class Verbs:
    """The verbs of one noun."""

    def __init__(self, parser: Parser) -> None:
        self._verbs = parser.add_subparsers(metavar="VERB", required=True, dest="verb")

    def add(self, name: str, help_: str, run: Run, *, json: bool = True, company: bool = False) -> Parser:
        """Add a verb; ``json`` gives it --json, ``company`` gives it --company."""
        parser: Parser = self._verbs.add_parser(name, help=help_, description=f"{help_[0].upper()}{help_[1:]}.")
        parser.set_defaults(run=run)
        if json:
            parser.add_argument("--json", action="store_true", help="print JSON")
        if company:
            parser.add_argument("--company", metavar="NAME", help="the company, if there are several")
        return parser

    def list(self, help_: str, run: Run, name: str, *, company: bool = False, verb: str = "list") -> Parser:
        """Add a verb that shows a list in pages; ``name`` is what a row is called after --after."""
        parser = self.add(verb, help_, run, company=company)
        parser.add_argument(
            "--limit", type=number, metavar="N", help="show at most so many; by default 100, or with --json all"
        )
        parser.add_argument("--after", metavar=name, help="start after this one, as the last line of a page says")
        return parser


def pairs(words: Sequence[str], form: str = "NAME=VALUE") -> dict[str, str]:
    """Read words of the form K=V; raises UsageError, naming the form, for one that is not."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f"{word!r} is not of the form {form}", status=2)
        found[name] = value
    return found


def number(text: str) -> int:
    """Read a number from 1 on, as argparse wants a type; no row of the store has a larger one than SQLite can hold."""
    if text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) < 2**63:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")


def whole_number(flag: str, text: str) -> int:
    """Read the number that a flag was given; raises UsageError for anything else."""
    try:
        return number(text)
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"{flag}: {error}", status=2) from None


def refuse_bad_words(words: list[str]) -> None:
    """Raise UsageError for words that no command could take: broken text, or an address that looks like an option."""
    for word in words:
        if "\0" in word or any("\ud800" <= letter <= "\udfff" for letter in word):
            raise UsageError("a word of this call is not UTF-8 text", status=2)
        if word == "--":
            return
        if word.startswith("-") and "@" in word and "=" not in word:
            try:
                canonical(word)
            except ValueError as error:
                raise UsageError(str(error), status=2) from None
