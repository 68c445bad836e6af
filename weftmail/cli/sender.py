"""What mail-send does: hands the outbox over, signed, and does what is due; with --once until nothing is left.

One sender works for a store that lies on one machine: it holds ``send.lock``, so the leases that it finds at its start
are those of a sender that died.  It is woken by a datagram, and looks for changes of the store itself every quarter of
a second.
"""

from __future__ import annotations

import fcntl
import logging
import os
import random
import select
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from weftmail.cli import config as configs
from weftmail.cli import due, logs, runtime
from weftmail.cli.alive import saying_so
from weftmail.cli.arguments import Parser
from weftmail.cli.config import Config
from weftmail.cli.maillog import following
from weftmail.cli.spool_watch import SpoolWatch, watching
from weftmail.cli.stop import QUARTER, Stop
from weftmail.core.failure import TempFail, UsageError
from weftmail.core.ports import Submitter
from weftmail.flow.channels import channels
from weftmail.flow.channels.channel import Means, Meanwhile
from weftmail.flow.deliver import OutboxSender, Round
from weftmail.flow.due.errand import Errand
from weftmail.flow.due.runner import Runner
from weftmail.flow.settle import backoff
from weftmail.flow.setup import server
from weftmail.store.store import Store
from weftmail.transport.maildir import Maildir
from weftmail.transport.server_secrets import SecretFolder
from weftmail.transport.smtp import SmtpSubmitter
from weftmail.transport.systemd import ServiceManager
from weftmail.transport.wake import Receiver

log = logging.getLogger("weftmail.send")

SCHEMA = 60_000
HOUR = 3600_000


class _Waiting(NamedTuple):
    """What is heard and told while the sender waits."""

    receiver: Receiver
    manager: ServiceManager


def main(words: Sequence[str]) -> int:
    """Run the sender as the words say; return the exit status."""
    what = "Hand the outbox over to the mail server, signed, and do what is due."
    parser = Parser(prog="mail-send", description=what)
    parser.add_argument("--once", action="store_true", help="end when nothing is due")
    options = parser.parse_args(words)
    logs.begin("mail-send")
    config = configs.load(os.environ)
    runtime.become_owner(config.folder)
    return send(config, once=options.once)


def send(config: Config, *, once: bool) -> int:
    """Empty the outbox and do what is due, and with ``once`` false keep at it until asked to stop."""
    store = runtime.open_store(config)
    lock = _lock(config)
    meanwhile = Meanwhile()
    submitter = way_out(config, meanwhile)
    ways = runtime.ways(config, submitter, meanwhile)
    hints = Receiver(config.folder / "send.sock")
    stop = Stop()
    try:
        store.outbox.release_all(runtime.now())
        installation = runtime.installation(config, store)
        sender = OutboxSender(
            store,
            installation,
            channels(Means(store, installation, submitter, lambda of: runtime.keys_in_use(config, store, of), ways)),
            holder=f"{os.uname().nodename}:{os.getpid()}",
            jitter=random.random,
            meanwhile=meanwhile,
        )
        resident = () if once else (*_resident(config, store),)
        with following(config, store, installation) as reads_log:
            runner = due.runner(config, store, "mail-send", *reads_log, *resident)
            manager = ServiceManager()
            manager.ready()
            _work(store, sender, runner, _Waiting(hints, manager), stop, once=once)
            manager.stopping()
    finally:
        hints.close()
        ways.close()
        store.close()
        os.close(lock)
    return 0


def _resident(config: Config, store: Store) -> Iterator[Errand]:
    """What the sender does now and then for this machine, while it stays."""
    yield watching(SpoolWatch(config))
    yield saying_so(config, "mail-send", runtime.now())
    files = SecretFolder(config.servers)
    yield Errand("erasing old secrets", lambda: server.forget_removed(store, files, runtime.now()), HOUR)


def _work(store: Store, sender: OutboxSender, runner: Runner, hints: _Waiting, stop: Stop, *, once: bool) -> None:
    """Work until asked to stop or, with ``once``, until nothing is due."""
    failures, version, schema_at = 0, -1, 0
    while not stop.asked:
        hints.manager.beat()
        try:
            happened = runner.round(stop)
            done = sender.round(stop)
            failures = 0
        except TempFail as error:
            failures += 1
            log.warning("%s", error)
            if once and failures > 5:
                raise
            _wait(hints, backoff(failures), stop)
            continue
        _report(done)
        if done.worked or happened:
            continue
        if once:
            return
        now = runtime.now()
        if now >= schema_at:
            store.check_schema()
            schema_at = now + SCHEMA
        version = _wait_for_change(store, runner, hints, stop, version)


def _wait_for_change(store: Store, runner: Runner, hints: _Waiting, stop: Stop, version: int) -> int:
    """Wait until a hint comes, the store has changed, something is due, or the clock was set back; return the store's
    version."""
    before = runtime.now()
    while not stop.asked:
        runner.errands()
        copy_at, now = store.outbox.next_at(), runtime.now()
        if now < before or runner.waits() or (copy_at is not None and copy_at <= now):
            return version
        before = now
        if _wait(hints, QUARTER, stop):
            return version
        changed = store.data_version()
        if changed != version:
            return changed
    return version


def _wait(hints: _Waiting, seconds: float, stop: Stop) -> bool:
    """Wait, at most so long; say whether a hint came."""
    # Not by the clock: set back by an hour, it would make this an hour longer.
    end = time.monotonic() + seconds
    while not stop.asked and (left := end - time.monotonic()) > 0:
        hints.manager.beat()
        ready, _, _ = select.select([hints.receiver.fileno()], [], [], min(QUARTER, left))
        if ready:
            hints.receiver.drain()
            return True
    return False


def _report(done: Round) -> None:
    if done.worked:
        log.info("handed over %d, deferred %d, refused %d", done.sent, done.deferred, done.refused)


def way_out(config: Config, meanwhile: Meanwhile | None = None) -> Submitter:
    """Return the way out that the settings name; raises UsageError where they name none."""
    if config.smtp.startswith("maildir:"):
        return Maildir(config.smtp.partition(":")[2])
    host, colon, port = config.smtp.rpartition(":")
    if not colon or not port.isdigit():
        raise UsageError(f"smtp = {config.smtp!r} is neither HOST:PORT nor maildir:PATH; mend it in the settings")
    return SmtpSubmitter(host, int(port), meanwhile=meanwhile)


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
