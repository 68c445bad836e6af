"""Figures for Prometheus: what ``mail-admin status`` says, as numbers, in the text form of its exposition format.

Each scrape looks once, as ``status`` does, and takes a few milliseconds.  No figure names a person, a subject or an
address; domains are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from weftmail import __version__
from weftmail.cli import backups, runtime
from weftmail.cli.config import Config, host_and_port
from weftmail.cli.this_server import ThisServer
from weftmail.core.failure import TempFail, UsageError
from weftmail.flow.status import Status, status
from weftmail.flow.tally import parts

if TYPE_CHECKING:
    from weftmail.core.ports import Clock

_DNS = {"good": 0, "look": 1, "broken": 2}
_TONES = ("good", "look", "broken")


def exposition(config: Config, clock: Clock) -> bytes:
    """Return all figures of this moment; where the store cannot be asked, that it cannot."""
    registry = CollectorRegistry()
    registry.register(_Figures(config, clock))
    return generate_latest(registry)


class _Figures(Collector):
    def __init__(self, config: Config, clock: Clock) -> None:
        self._config = config
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """Yield every figure."""
        yield _one("weftmail_build_info", "The version that runs", 1, version=__version__)
        try:
            store = runtime.open_store(self._config, readonly=True)
        except (UsageError, TempFail):
            yield _one("weftmail_store_up", "Whether the store can be opened", 0)
            return
        try:
            yield _one("weftmail_store_up", "Whether the store can be opened", 1)
            accepted = CounterMetricFamily("weftmail_accepted", "Mails that were accepted since the store was made")
            accepted.add_metric([], store.inbound.last())
            yield accepted
            found = status(store, self._clock(), None, ThisServer(self._config))
        finally:
            store.close()
        yield from _flow(found)
        yield from _machine(found)
        yield from self._backups()

    def _backups(self) -> Iterator[Metric]:
        folder = Path(self._config.backups)
        try:
            newest = next(iter(backups.listed(folder)), None)
            made_at = newest.stat().st_mtime if newest else None
        except OSError:
            return
        if made_at is not None:
            yield _one("weftmail_backup_age_seconds", "Age of the newest backup", self._clock() / 1000 - made_at)


def _flow(found: Status) -> Iterator[Metric]:
    now = found.looked_at
    yield _many("weftmail_state", "1 for how it stands", "state", ((one, found.tone == one) for one in _TONES))
    yield _many("weftmail_came", "Mails accepted within 24 hours, by what became of them", "fate",
                ((one.name, one.count) for one in parts(found.came)))  # fmt: skip
    yield _many("weftmail_left", "Copies of 24 hours that were to leave, by state", "state", found.left.items())
    yield _many("weftmail_review", "Mails that wait for a decision", "state", found.review.items())
    yield _one("weftmail_review_oldest_seconds", "Age of the oldest of them", _since(found.review_since, now))
    yield _one("weftmail_waiting_oldest_seconds", "Age of the oldest copy that waits to leave",
               _since(found.waiting_since, now))  # fmt: skip
    yield _one("weftmail_paused", "Whether sending is paused", found.paused)
    yield _one("weftmail_handed_over", "Mails that the mail server's log hands to weftmail, within 24 hours",
               found.handed.handed)  # fmt: skip
    yield _one("weftmail_missing", "Those of them that are not here, 20 for more", len(found.missing))
    looks = ((one.name, _DNS[one.dns]) for one in found.domains if one.dns in _DNS)
    yield _many("weftmail_dns", "The DNS of a domain at its last look: 0 good, 1 look, 2 broken", "domain", looks)


def _machine(found: Status) -> Iterator[Metric]:
    machine = found.machine
    if machine is None:
        return
    runs = (("listener", machine.listener), ("sender", machine.sender))
    yield _many("weftmail_up", "Whether a program runs", "program", runs)
    yield _one("weftmail_spool", "Mails in files that no listener has taken up yet", machine.spool)
    yield _one("weftmail_disk_free_bytes", "Room where the store lies", machine.disk)
    if machine.mail_log is not None:
        yield _one("weftmail_mail_log_up", "Whether the mail server's log can be read", machine.mail_log)


def _since(at: int | None, now: int) -> float:
    return 0.0 if at is None else max(0, now - at) / 1000


def _one(name: str, means: str, value: float, **labels: str) -> Metric:
    found = GaugeMetricFamily(name, means, labels=[*labels])
    found.add_metric([*labels.values()], value)
    return found


def _many(name: str, means: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    found = GaugeMetricFamily(name, means, labels=[label])
    for value, count in values:
        found.add_metric([value], count)
    return found


def serving(config: Config, clock: Clock) -> ThreadingHTTPServer | None:
    """Answer scrapes where the settings say, in a thread of its own; None where they name no place.

    Raises UsageError where the place is taken.
    """
    place = host_and_port(config.metrics)
    if place is None:
        return None

    class Scraped(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            if self.path != "/metrics":
                self.send_error(404)
                return
            body = exposition(config, clock)
            self.send_response(200)
            self.send_header("Content-Type", CONTENT_TYPE_LATEST)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """A scrape each 15 seconds is no news."""

    try:
        server = ThreadingHTTPServer(place, Scraped)
    except OSError as error:
        raise UsageError(
            f"metrics cannot be answered at {config.metrics}: {error.strerror}; name another place"
        ) from None
    Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server
