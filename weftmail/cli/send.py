"""mail-send: hands the outbox over to the mail server, signed; with --once until nothing is due, else for good.

One sender works for a store that lies on one machine: it holds ``send.lock``, so the leases that it finds at its start
are those of a sender that died.  It is woken by a datagram, and looks for changes of the store itself every quarter of
a second.
"""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import random
import select
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from weftmail.cli import config as configs
from weftmail.cli import runtime
from weftmail.cli.config import Config
from weftmail.cli.spool_watch import SpoolWatch
from weftmail.core.failure import TempFail, UsageError
from weftmail.core.ports import Submitter
from weftmail.flow.deliver import OutboxSender, Round
from weftmail.flow.settle import backoff
from weftmail.store.store import Store
from weftmail.transport.maildir import Maildir
from weftmail.transport.smtp import SmtpSubmitter
from weftmail.transport.wake import Receiver

log = logging.getLogger("weftmail.send")

QUARTER = 0.25
SCHEMA = 60_000


class Stop:
    """Set by SIGTERM and SIGINT: what is being handed over comes to its end, nothing new begins."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def main(words: Sequence[str] | None = None) -> int:
    """Run the sender; return the exit status."""
    parser = argparse.ArgumentParser(prog="mail-send", description="Hand the outbox over to the mail server, signed.")
    parser.add_argument("--once", action="store_true", help="end when nothing is due")
    options = parser.parse_args(sys.argv[1:] if words is None else words)
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s", stream=sys.stderr)
    try:
        config = configs.load(os.environ)
        runtime.become_owner(config.folder)
        return send(config, once=options.once)
    except UsageError as error:
        print(f"mail-send: {error}", file=sys.stderr)
        return error.status
    except TempFail as error:
        print(f"mail-send: {error}; try again later", file=sys.stderr)
        return 1


def send(config: Config, *, once: bool) -> int:
    """Empty the outbox, and with ``once`` false keep at it until asked to stop."""
    store = runtime.open_store(config)
    lock = _lock(config)
    submitter = _submitter(config)
    hints = Receiver(config.folder / "send.sock")
    stop = Stop()
    try:
        store.outbox.release_all(runtime.now())
        sender = OutboxSender(
            store,
            runtime.installation(config, store),
            submitter,
            lambda domain: runtime.signing_keys(config, domain),
            holder=f"{os.uname().nodename}:{os.getpid()}",
            jitter=random.random,
        )
        _work(store, sender, hints, stop, None if once else SpoolWatch(config))
    finally:
        hints.close()
        submitter.close()
        store.close()
        os.close(lock)
    return 0


def _work(store: Store, sender: OutboxSender, hints: Receiver, stop: Stop, spool_watch: SpoolWatch | None) -> None:
    """Work until asked to stop or, with no ``rescue`` to keep an eye on the folder, until nothing is due."""
    failures, version, schema_at = 0, -1, 0
    while not stop.asked:
        try:
            done = sender.round(lambda: stop.asked)
            failures = 0
        except TempFail as error:
            failures += 1
            log.warning("%s", error)
            if spool_watch is None and failures > 5:
                raise
            _wait(hints, backoff(failures), stop)
            continue
        _report(done)
        if done.worked:
            continue
        if spool_watch is None:
            return
        now = runtime.now()
        if now >= schema_at:
            store.check_schema()
            schema_at = now + SCHEMA
        version = _wait_for_change(store, hints, stop, spool_watch, version)


def _wait_for_change(store: Store, hints: Receiver, stop: Stop, spool_watch: SpoolWatch, version: int) -> int:
    """Wait until a hint comes, the store has changed, or the next copy is due; return the store's version."""
    while not stop.asked:
        spool_watch.look(runtime.now())
        due = store.outbox.next_at()
        if due is not None and due <= runtime.now():
            return version
        if _wait(hints, QUARTER, stop):
            return version
        changed = store.data_version()
        if changed != version:
            return changed
    return version


def _wait(hints: Receiver, seconds: float, stop: Stop) -> bool:
    """Wait, at most so long; say whether a hint came."""
    end = runtime.now() + int(seconds * 1000)
    while not stop.asked and (left := end - runtime.now()) > 0:
        ready, _, _ = select.select([hints.fileno()], [], [], min(QUARTER, left / 1000))
        if ready:
            hints.drain()
            return True
    return False


def _report(done: Round) -> None:
    if done.worked:
        log.info("handed over %d, deferred %d, refused %d", done.sent, done.deferred, done.refused)


def _submitter(config: Config) -> Submitter:
    if config.smtp.startswith("maildir:"):
        return Maildir(config.smtp.partition(":")[2])
    host, colon, port = config.smtp.rpartition(":")
    if not colon or not port.isdigit():
        raise UsageError(f"smtp = {config.smtp!r} is neither HOST:PORT nor maildir:PATH; mend it in the settings")
    return SmtpSubmitter(host, int(port))


def _lock(config: Config) -> int:
    """Take the sender's lock; raise UsageError where another sender has it."""
    path = config.folder / "send.lock"
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise UsageError(f"another mail-send works for {config.folder} already, and sends what waits") from None
    return lock


if __name__ == "__main__":
    sys.exit(main())
