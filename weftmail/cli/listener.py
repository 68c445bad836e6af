"""The listener: LMTP in on the event loop, and one writer thread that accepts, settles and does what is due."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from weftmail.cli import due, runtime
from weftmail.cli.alive import saying_so
from weftmail.cli.config import Config
from weftmail.cli.stop import Stop
from weftmail.core.failure import TempFail
from weftmail.core.limits import TRANSPORT
from weftmail.core.ports import Readers
from weftmail.flow.due.runner import Runner
from weftmail.flow.intake import Intake
from weftmail.store.store import Store
from weftmail.transport.lmtp.listener import Listener, peer_uids
from weftmail.transport.lmtp.service import LmtpService
from weftmail.transport.settle_lock import FileSettleLock
from weftmail.transport.spool import Spool
from weftmail.transport.systemd import ServiceManager
from weftmail.transport.wake import Receiver, SocketWaker

log = logging.getLogger("weftmail.listener")

TURN = 0.0005
"""After so many seconds the writer lets the event loop have its turn, which needs a hundred of them for a batch."""
GRACE = 15.0
"""How long, in seconds, a stop waits for what has begun."""
LOOK = 1000
"""The folder, the lock and what is due are looked at each second; in milliseconds."""
SCHEMA = 60_000
"""The schema number is compared this often; in milliseconds."""
SILENT = 120.0
"""A writer that began no round for so long, in seconds, hangs: the service manager hears nothing more."""


class Writer(threading.Thread):
    """The one thread that writes: accept first, then settle, then everything that is looked at each second."""

    def __init__(self, intake: Intake, runner: Runner, failed: Callable[[], None], look: int = LOOK) -> None:
        """``failed`` is called when the thread ends by a fault; ``look`` is in milliseconds."""
        super().__init__(name="writer", daemon=True)
        self._intake = intake
        self._runner = runner
        self._failed = failed
        self._look_every = look
        self._stopping = threading.Event()
        self._look_at = 0
        self._schema_at = 0
        self._seen = time.monotonic()

    @property
    def alive(self) -> bool:
        """Whether it works: it has begun a round lately."""
        return self.is_alive() and time.monotonic() - self._seen < SILENT

    def run(self) -> None:
        """Work until stopped.  A fault of our own code ends the program, which then is started again."""
        try:
            while not self._stopping.is_set():
                self._intake.wait(1.0)
                self._intake.accept_queue.something.clear()
                while self._round() and not self._stopping.is_set():
                    pass
            self._intake.accept()
        except Exception:
            # The writer's outermost frame: those who wait are told to try again, and the listener ends.
            log.exception("the writer failed; mail is safe in the mail server and in the folder")
            self._failed()
        finally:
            self._intake.give_lock()

    def _round(self) -> bool:
        """Do what there is to do; say whether anything was."""
        self._seen = time.monotonic()
        worked = self._intake.accept() > 0
        now = runtime.now()
        if now >= self._look_at or now < self._look_at - self._look_every:
            self._look_at = now + self._look_every
            worked = self._look(now) or worked
        batch = self._intake.settle()
        return worked or batch.settled > 0 or batch.failed > 0

    def _look(self, now: int) -> bool:
        worked = False
        try:
            if now >= self._schema_at:
                self._intake.store.check_schema()
                self._schema_at = now + SCHEMA
            # Mail goes before what is due: where the store fails at the latter, settling still has its lock.
            worked = self._intake.take_lock(self._lock_won) and self._intake.collect() > 0
            self._runner.round(self._intake.accept_queue.something.is_set)
        except TempFail as error:
            log.warning("%s", error)
        return worked

    def _lock_won(self) -> None:
        """The one that settled has ended: look at once, and settle."""
        self._look_at = 0
        self._intake.accept_queue.something.set()

    def stop(self) -> None:
        """Let the thread end after what it is doing; what waits in the accept queue is still accepted."""
        self._stopping.set()
        self._intake.accept_queue.something.set()


def listen(config: Config, place: str, readers: Readers | None = None, look: int = LOOK) -> int:
    """Run the listener at ``unix:PATH``, ``inet:HOST:PORT`` or ``systemd`` until asked to stop; return the status."""
    return asyncio.run(_listen(config, place, readers or runtime.readers(), look))


async def _listen(config: Config, place: str, readers: Readers, look: int) -> int:
    store = runtime.open_store(config)
    sys.setswitchinterval(TURN)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    status = 0

    def failed() -> None:
        nonlocal status
        status = 1
        loop.call_soon_threadsafe(ended.set)

    intake = _intake(config, store, readers)
    errand = saying_so(config, "listener", runtime.now())
    writer = Writer(intake, due.runner(config, store, "listener", errand), failed, look)
    hints = Receiver(config.folder / "settle.sock")
    loop.add_reader(hints.fileno(), _hinted, hints, intake)
    listener = Listener(
        LmtpService(intake.accept_queue, folder=str(config.incoming)),
        peers=peer_uids((config.mail_owner, "weftmail", "Debian-exim")),
    )
    where = await listener.start(place)
    _end_on_signals(loop, ended)
    writer.start()
    log.info("listening at %s", where)
    manager = ServiceManager()
    manager.ready()
    await _beating(manager, writer, ended)
    manager.stopping()
    await listener.stop(GRACE)
    writer.stop()
    await asyncio.to_thread(writer.join, GRACE)
    loop.remove_reader(hints.fileno())
    hints.close()
    return status


async def _beating(manager: ServiceManager, writer: Writer, ended: asyncio.Event) -> None:
    """Wait for the end; meanwhile tell the service manager that loop and writer are alive, where it wants to know."""
    while not ended.is_set():
        if writer.alive:
            manager.beat()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), manager.each if manager.watches else None)


def _end_on_signals(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    """Let SIGTERM and SIGINT set the event; handlers of the loop would end with it, before the program does."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        # A loop that is closed has ended already.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(ended.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)


def _hinted(hints: Receiver, intake: Intake) -> None:
    hints.drain()
    intake.accept_queue.something.set()


def _intake(config: Config, store: Store, readers: Readers) -> Intake:
    incoming = Spool(config.incoming)
    # Files of pipe programs that were killed: past the mail server's own limit on them, none can still be at work.
    with contextlib.suppress(OSError):
        incoming.sweep(runtime.now() - TRANSPORT * 1000)
    return Intake(
        store,
        runtime.installation(config, store),
        FileSettleLock(config.settle_lock),
        incoming,
        SocketWaker(config.folder / "send.sock"),
        readers,
        runtime.check_threads(config),
    )


def drain(config: Config, stop: Stop, readers: Readers | None = None) -> int:
    """Empty the folder and settle what is accepted, unless somebody else does; return how many were settled.

    Ends after the batch that it has begun, once ``stop`` is asked for.
    """
    from weftmail.flow.intake import drain as drain_intake

    store = runtime.open_store(config)
    try:
        intake = _intake(config, store, readers or runtime.readers())
        if not intake.take_lock():
            log.info("another process settles; it files what waits")
            return 0
        return drain_intake(intake, stop.sleep, stopping=stop)
    finally:
        store.close()


def socket_path(config: Config) -> Path:
    """Where the pipe program looks for the listener."""
    return config.listener
