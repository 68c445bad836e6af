"""The questions of ``mail-admin init``: asked on a terminal, a line each, and again where an answer makes no sense."""

from __future__ import annotations

from collections.abc import Callable

from weftmail.cli.context import Context
from weftmail.cli.refusals import failure
from weftmail.cli.terminal import printable
from weftmail.cli.todays_mail import WAYS, TodaysMail, Way, todays_mail
from weftmail.core.failure import UsageError
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find

Check = Callable[[str, str], str]
"""Returns the answer for a field as it is kept; raises RefusedAct or UsageError for one that makes no sense."""

SUBDOMAIN = "in"
"""What a subdomain for records is called, unless somebody wants another name."""
_METAVARS = {"--company": "NAME", "--domain": "DOMAIN", "--address": "ADDR", "--name": "NAME", "--hostname": "NAME"}
"""What each flag that may be missing takes."""


class Questions:
    """Asks on a terminal; elsewhere the guess counts, and what has none is missing."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.terminal = context.stdin.isatty()
        self._missing: list[str] = []
        self.hint = ""

    def answer(self, flag: str, text: str, given: str | None, guess: str, check: Check) -> str:
        """Return the answer: the ``given`` one, what is typed, or the guess."""
        if given is not None:
            return check(flag, given)
        if self.terminal:
            return self._asked(flag, text, guess, check)
        if not guess:
            self._missing.append(f"--{flag}")
        return check(flag, guess) if guess else ""

    def _asked(self, flag: str, text: str, guess: str, check: Check) -> str:
        while True:
            print(f"  {text:18} [{guess}] ", end="", flush=True)
            line = self._context.stdin.readline()
            if not line:
                raise UsageError("stopped before the last answer; nothing was made")
            try:
                return check(flag, line.strip() or guess)
            except RefusedAct as refused:
                wrong = str(failure(refused.refusal))
            except UsageError as error:
                wrong = str(error)
            print(f"  {printable(wrong)}. Once more:", flush=True)

    def way(self, domain: str, server: str) -> Way:
        """Ask how mail reaches records, after a look at where the mail of the domain goes today.

        Without a terminal the whole domain comes here, as if nobody had a mailbox in it.
        """
        if not self.terminal:
            return "whole"
        found = todays_mail(self._context.zones, domain, server)
        self._context.say(*(f"  {line}" for line in _offered(found, server)))
        guess = str(WAYS.index(found.proposed) + 1)
        number = self._asked("choice", "Choice", guess, lambda field, text: _number(field, text, domain, server))
        return WAYS[int(number) - 1]

    def complete(self) -> None:
        """Raise UsageError, naming the flags, where an answer is missing."""
        if self._missing:
            flags = ", ".join(f"{one} {_METAVARS[one]}" for one in self._missing)
            raise UsageError(f"say it by {flags}{self.hint}; or run this on a terminal", status=2)


def _offered(found: TodaysMail, server: str) -> list[str]:
    mine = f"addresses at {server}" if "." in server else "needs a whole name of this server"
    return [
        *found.lines(),
        "How does mail reach records?",
        f"   1  {'the whole domain comes here':44} the MX points to this server",
        f"   2  {'a subdomain comes here  (safest)':44} {SUBDOMAIN}.{found.domain}; mailboxes stay",
        "   3  single addresses beside mailboxes on this server",
        f"   4  {'another mailbox forwards to us':44} no MX changes; {mine}",
    ]


def _number(field: str, text: str, domain: str, server: str) -> str:
    number = find.choice(field, text, tuple(str(at) for at in range(1, len(WAYS) + 1)))
    domain_of(WAYS[int(number) - 1], domain, server)
    return number


def domain_of(way: Way, domain: str, server: str, subdomain: str = SUBDOMAIN) -> str:
    """Return the domain in which records have their addresses.

    Raises RefusedAct for a subdomain that is none, UsageError where others shall forward to a server without a name.
    """
    if way == "subdomain":
        return find.domain_name("subdomain", f"{subdomain}.{domain}")
    if way != "forwarded":
        return domain
    if "." not in server:
        raise UsageError(
            f"nobody can forward to {server or 'this server'}, which is no whole name; give it as --hostname "
            "mx1.acme.example, or choose another way", status=2,
        )  # fmt: skip
    return server
