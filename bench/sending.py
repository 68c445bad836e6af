"""Mail that goes out: composed, signed with both keys and handed over, beside a client that does nothing but hand over.

Both give the same kind of mail to the same Postfix, which drops it; the client's mails are those that the sender itself
composed, kept before.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from bench.result import Pair, Result, compared
from bench.yard import Yard
from tests.e2e.installation import ANNA
from tests.e2e.postfix import PrivatePostfix

MAILS = 500
GOAL = 0.5
PEOPLE = 12
MESSAGES = 40
AT_ONCE = 500
"""Milliseconds from Send until a message to PEOPLE outsiders was handed over to all, at p95."""
HANDED = "select count(*) from outbox where state = 'sent'"


def signed(programs: Path, pairs: int) -> list[Result]:
    """The sender with both signatures, against a bare unsigned smtplib client."""
    with Yard(programs) as yard:
        postfix = yard.postfix(None)
        yard.listener()
        _fill(yard, postfix)
        composed = _composed(yard)
        found = []
        for number in range(pairs):
            if number % 2:
                below = _client(yard, postfix, composed)
                found.append(Pair(_sender(yard, postfix), below))
            else:
                above = _sender(yard, postfix)
                found.append(Pair(above, _client(yard, postfix, composed)))
            print(f"    {found[-1].ours:.0f}/s beside {found[-1].floor:.0f}/s: {found[-1].ratio:.2f}", flush=True)
    return [compared("sending, signed twice / a bare smtplib client", found, GOAL)]


def to_people(programs: Path, _pairs: int) -> list[Result]:
    """How long it takes from Send until a message has left for PEOPLE outsiders and the colleagues who follow."""
    with Yard(programs) as yard:
        postfix = yard.postfix(None)
        office = yard.installation
        office.admin("record", "add", "lead", "--title", "Chairs")
        sender = office.sender()
        to = [word for number in range(PEOPLE) for word in ("--to", f"person{number}@customer.example")]
        for number in range(MESSAGES):
            watch = yard.rows(HANDED, PEOPLE)
            office.admin("post", "LEAD-1", "--as", ANNA, "--new", "--text", f"Number {number}.", *to)
            yard.times(watch)
        office.end(sender)
        postfix.wait_empty()
        times = sorted(yard.numbers(_LASTED))
    assert len(times) == MESSAGES, f"{len(times)} of {MESSAGES} messages left"
    middle, late = times[len(times) // 2], times[len(times) * 95 // 100]
    name = f"from Send until {PEOPLE} people have it ({MESSAGES} messages)"
    return [Result(name, f"p50 {middle:.0f} ms, p95 {late:.0f} ms", ratio=f"{times[0]:.0f}-{times[-1]:.0f} ms",
                   goal=f"p95 under {AT_ONCE} ms", met=late < AT_ONCE)]  # fmt: skip


_LASTED = (
    "select max(changed_at) - min(created_at) from outbox where audience = 'outsider' and state = 'sent' "
    f"group by message_id having count(*) = {PEOPLE}"
)


def _fill(yard: Yard, postfix: PrivatePostfix) -> None:
    """Let MAILS copies wait in the outbox."""
    watch = yard.rows("select count(*) from outbox", MAILS)
    yard.inject(postfix.smtp_port, yard.mails(MAILS))
    yard.times(watch)
    postfix.wait_empty()


def _composed(yard: Yard) -> Path:
    """Empty the outbox into a Maildir, by settings that differ in this alone; return its folder."""
    settings = yard.state / "weftmail.toml"
    before = settings.read_text()
    catcher = yard.state / "caught"
    changed = [f'smtp = "maildir:{catcher}"' if line.startswith("smtp") else line for line in before.splitlines()]
    settings.write_text("\n".join(changed) + "\n")
    yard.installation.send()
    settings.write_text(before)
    folder = catcher / "new"
    count = sum(1 for _ in folder.iterdir())
    assert count == MAILS, f"{count} of {MAILS} mails were composed"
    for file in folder.iterdir():
        assert file.read_bytes().count(b"DKIM-Signature:") == 2, f"{file} does not bear two signatures"
    return folder


def _sender(yard: Yard, postfix: PrivatePostfix) -> float:
    _fill(yard, postfix)
    watch = yard.rows(HANDED, 1, MAILS)
    sender = yard.installation.sender()
    first, last = yard.times(watch)
    yard.installation.end(sender)
    postfix.wait_empty()
    return (MAILS - 1) / (last - first)


def _client(yard: Yard, postfix: PrivatePostfix, composed: Path) -> float:
    done = subprocess.run(
        [
            *("/usr/bin/python3", "-I", str(yard.tools / "client.py"), "127.0.0.1", str(postfix.smtp_port)),
            *("notifications@acme.example", ANNA, str(composed)),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    first, last = map(float, done.stdout.split())
    postfix.wait_empty()
    return (MAILS - 1) / (last - first)
