"""Mail that comes in through Postfix: how many a second, until the last record stands with its outbox row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.result import Pair, Result, compared
from bench.yard import Yard
from tests.e2e.postfix import PrivatePostfix

OUTBOX = "select count(*) from outbox"
WARM = 40
"""So many mails go ahead of each run that counts: processes start, caches fill."""

Run = Callable[[], float]


def pipe_with_listener(programs: Path, pairs: int) -> list[Result]:
    """The pipe program hands over to the listener, against the floor of a pipe program in Python."""
    with Yard(programs) as yard:
        ours, floor = yard.postfix(programs / "mail-ingest"), yard.postfix(yard.floor("fsync_file.py"))
        yard.listener()
        found = _pairs(pairs, lambda: _ours(yard, ours, 800), lambda: _files(yard, floor, 800))
    return [compared("pipe program and listener / -I -S and one fsync", found, 0.7)]


def pipe_alone(programs: Path, pairs: int) -> list[Result]:
    """No listener: the pipe program keeps the mail in a file, and a drain files it."""
    with Yard(programs) as yard:
        ours, floor = yard.postfix(programs / "mail-ingest"), yard.postfix(yard.floor("email_sqlite.py"))
        found = _pairs(pairs, lambda: _ours(yard, ours, 400), lambda: _classic(yard, floor, 400))
    return [compared("no listener: file and drain / email, sqlite3, one commit", found, 2)]


def lmtp(programs: Path, pairs: int) -> list[Result]:
    """Postfix speaks to the listener itself."""
    with Yard(programs) as yard:
        ours, floor = yard.postfix(None), yard.postfix(yard.floor("fsync_file.py"))
        yard.listener()
        found = _pairs(pairs, lambda: _ours(yard, ours, 1000), lambda: _files(yard, floor, 1000))
    return [compared("LMTP to the listener / -I -S and one fsync", found, 1.5)]


def _pairs(count: int, ours: Run, floor: Run) -> list[Pair]:
    """Run both beside each other, so many times; who begins changes."""
    pairs = []
    for number in range(count):
        if number % 2:
            below = floor()
            pairs.append(Pair(ours(), below))
        else:
            above = ours()
            pairs.append(Pair(above, floor()))
        print(f"    {pairs[-1].ours:.0f}/s beside {pairs[-1].floor:.0f}/s: {pairs[-1].ratio:.2f}", flush=True)
    return pairs


def _ours(yard: Yard, postfix: PrivatePostfix, count: int) -> float:
    for amount in (WARM, count):
        mails = yard.mails(amount)
        watch = yard.rows(OUTBOX, amount)
        began = yard.inject(postfix.smtp_port, mails)
        ended = yard.times(watch)[-1]
    postfix.wait_empty()
    yard.check()
    return count / (ended - began)


def _files(yard: Yard, postfix: PrivatePostfix, count: int) -> float:
    for amount in (WARM, count):
        yard.clear_kept()
        before = sum(1 for _ in yard.kept.iterdir())
        mails = yard.mails(amount)
        watch = yard.watch("files", yard.kept, str(before + amount))
        began = yard.inject(postfix.smtp_port, mails)
        ended = watch.times()[-1]
    postfix.wait_empty()
    return count / (ended - began)


def _classic(yard: Yard, postfix: PrivatePostfix, count: int) -> float:
    for amount in (WARM, count):
        mails = yard.mails(amount)
        yard.in_database += amount
        watch = yard.watch("rows", yard.kept / "mail.db", "select count(*) from mail", str(yard.in_database))
        began = yard.inject(postfix.smtp_port, mails)
        ended = watch.times()[-1]
    postfix.wait_empty()
    return count / (ended - began)
