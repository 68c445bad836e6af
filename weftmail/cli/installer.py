"""What the installers of both mail servers share: the question before, the proofs after, and what is said of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from weftmail.cli.context import Context
from weftmail.core.wording.command import Command
from weftmail.mta.exim.changes import Addition
from weftmail.mta.map import MapDatabase
from weftmail.mta.postfix.changes import Change
from weftmail.mta.postfix.proofs import Probe

__all__ = ["Installed", "asked_by", "says_yes"]

_ROUND = 60
"""Seconds that a mail may take to go out and come back."""
_MARKS = {"ok": "●", "broken": "✕", "open": "○"}


def says_yes(context: Context, question: str, *, default: bool = False) -> bool:
    """Ask on the terminal, and return the answer; an empty line is the default."""
    print(question, end="", flush=True)
    answer = context.stdin.readline().strip().lower()
    return answer in ("y", "yes") if answer else default


@dataclass(frozen=True, slots=True)
class Installed:
    """What an installation wrote, and what the mail server answered to it."""

    server: str
    """The name of the mail server, as in a sentence."""
    again: Command
    """What installs once more."""
    folder: Path
    """The restore point."""
    changes: Sequence[Addition | Change]
    proofs: Sequence[Probe]
    runs: bool
    """Whether the mail server does: else it could not be asked."""
    undone: bool
    """Whether all was taken back, since the mail server did not answer as it should."""

    @property
    def value(self) -> object:
        """All of it, for JSON."""
        return {
            "restore_point": str(self.folder),
            "changes": [{"file": one.file, "name": one.name, "value": one.value} for one in self.changes],
            "proofs": [
                {"question": one.question, "answer": one.answer, "state": one.state, "next_step": one.next_step}
                for one in self.proofs
            ],
            "undone": self.undone,
        }

    def lines(self, checked: str, *after: str) -> Iterator[str]:
        """Yield the report: ``checked`` says which check of the server passed, ``after`` what is left to do or undo."""
        yield f"restore point     {self.folder}"
        yield (
            f"written           {len(self.changes)} changes, {checked} ok"
            if self.changes
            else "written           nothing: all of it stands there already"
        )
        for one in self.proofs:
            step = f"    Next: {one.next_step}" if one.next_step else ""
            yield f"{_MARKS[one.state]} {one.question:42} {one.answer}{step}"
        if not self.runs:
            yield f"○ this {self.server} does not run, so nothing could be asked; start it, then: {self.again}"
        if self.undone:
            cost = "what is marked above would have cost mail. Mend it, and run this again."
            yield f"✕ {self.server} is as it was before: {cost}"
        else:
            yield from after


def asked_by(
    context: Context, map_: str, prove: Callable[[dict[str, bool], frozenset[str]], Iterable[Probe]]
) -> Iterator[Probe]:
    """Yield what a running mail server answers, and how a mail round ends where nothing is broken.

    ``prove`` is given the domains of the map, True for those with mailboxes, which come last, and those of which every
    address is taken.  Raises TempFail where there is no map.
    """
    found = MapDatabase(map_)
    try:
        domains = found.domains()
        takes_all = frozenset(one.partition("@")[2] for one in found.recipients() if one.startswith("*@"))
    finally:
        found.close()
    ordered = dict(sorted(domains.items(), key=lambda one: not one[1]))
    asked = list(prove(ordered, takes_all))
    yield from asked
    if not any(one.state == "broken" for one in asked):
        yield from (_mail_round(context, domain) for domain in list(ordered)[:1])


def _mail_round(context: Context, domain: str) -> Probe:
    """Let a mail go out and come back, with both signatures, as the owner of the store; nothing is undone for it."""
    words = [sys.executable, "-m", "weftmail.cli.admin", "domain", "round", domain, "--json"]
    question, again = f"a mail round by {domain}", str(Command("mail-admin domain round {domain}", domain=domain))
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, check=False, timeout=_ROUND, env=dict(context.environ), cwd="/"
        )
        said = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return Probe(question, f"did not come back within {_ROUND} s", "open", f"start the programs, then: {again}")
    except ValueError:
        line = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        return Probe(question, line, "open", again)
    valid = [one["valid"] for one in said.get("signatures", ())]
    came = said.get("accepted_at") is not None
    answer = f"{'back' if came else 'not back yet'}, {sum(valid)} of {len(valid)} signatures verify"
    return Probe(question, answer, "ok" if came and valid and all(valid) else "open", "" if came else again)
