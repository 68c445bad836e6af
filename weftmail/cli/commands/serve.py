"""mail-admin serve: run the site until SIGTERM or SIGINT; TLS is the business of a proxy before it."""

from __future__ import annotations

import argparse
import contextlib
import errno
import logging
import os
import signal
import socket
import stat
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING

from weftmail.cli import dns_watch, due, logs, runtime
from weftmail.cli.arguments import Parser
from weftmail.cli.config import Config, as_toml, host_and_port, keys, networks
from weftmail.cli.context import Context
from weftmail.cli.hostname import hostname
from weftmail.cli.mailboxes import where_mailbox
from weftmail.cli.map_files import FreshMap
from weftmail.cli.sender import way_out
from weftmail.cli.signing import DkimFolder
from weftmail.cli.spool_watch import SpoolWatch, watching
from weftmail.cli.this_server import ThisServer
from weftmail.core.failure import TempFail, UsageError
from weftmail.transport.readers.viewer import ViewerProcesses
from weftmail.transport.server_secrets import SecretFolder
from weftmail.transport.systemd import ServiceManager, handed_over

if TYPE_CHECKING:
    from http.server import ThreadingHTTPServer

    from starlette.applications import Starlette

    from weftmail.admin.file_settings import SettingsFile
    from weftmail.admin.stage import Stage
    from weftmail.core.ports import Catcher

DEMO_SHELL = "WEFTMAIL_CONFIG=var/weftmail.toml bin/"
"""What stands before a command for the demo, typed in the folder of the checkout."""
log = logging.getLogger("weftmail.site")

EACH = 1.0
"""What is due is looked at this often; in seconds."""
GRACE = 10
"""How long, in seconds, a stop waits for pages that are being answered."""


def build(parser: Parser) -> None:
    """Add the flags."""
    parser.add_argument(
        "--site", metavar="PLACE", help="where to listen, instead of what the settings say: HOST:PORT or unix:PATH"
    )
    parser.set_defaults(run=_serve)


def _serve(context: Context, arguments: argparse.Namespace) -> None:
    logs.begin("mail-admin", logging.WARNING)
    config = context.config
    place = arguments.site or config.site
    context.become_owner()
    scraped = _answer_scrapes(context)
    app = site(config, settings_file(context))
    listening = doors(place)
    context.say(f"The site is at {config.site_url or _address(listening[0])}; Ctrl-C stops it.")
    sys.stdout.flush()
    stop = threading.Event()
    worker = threading.Thread(target=_do_what_is_due, args=(config, stop), name="due", daemon=True)
    worker.start()
    dns_watch.watching(config, stop)
    try:
        _run(app, listening)
    finally:
        stop.set()
        if scraped is not None:
            scraped.shutdown()
            scraped.server_close()
        worker.join(GRACE)


def _answer_scrapes(context: Context) -> ThreadingHTTPServer | None:
    if not context.config.metrics:
        return None
    from weftmail.cli import metrics

    return metrics.serving(context.config, context.clock)


def _do_what_is_due(config: Config, stop: threading.Event) -> None:
    """Do what is due, look after the map and for mail that nobody files, as mail-send does."""
    try:
        store = runtime.open_store(config)
        runner = due.runner(config, store, "site", watching(SpoolWatch(config)))
        while not stop.wait(EACH):
            try:
                runner.round(stop.is_set)
            except TempFail as error:
                log.warning("%s", error)
        store.close()
    except Exception:
        # A fault of what is due must not end the pages; mail-send does the same work.
        log.exception("the site does nothing that is due any more; mail-send does, and the pages stay")


def settings_file(context: Context) -> SettingsFile:
    """Return the settings as the site shows them."""
    from weftmail.admin.file_settings import FileSetting, SettingsFile

    given = keys(context.environ)
    shown = [FileSetting(name, as_toml(getattr(context.config, name)), given[name]) for name in given]
    return SettingsFile(context.config_path, shown)


def site(config: Config, file: SettingsFile) -> Starlette:
    """Return the site as the settings say; raises UsageError where store or keys are missing."""
    from weftmail.admin.app import create
    from weftmail.transport.wake import SocketWaker

    store = runtime.open_store(config)
    try:
        installation = runtime.installation(config, store)
    finally:
        store.close()
    return create(
        lambda: runtime.open_store(config),
        installation,
        os.urandom,
        SocketWaker(config.folder / "send.sock"),
        catcher=_catcher(config),
        demo=config.demo,
        stage=stage_of(config),
        file=file,
        machine=ThisServer(config),
        shell=DEMO_SHELL if config.demo else "",
        proxies=networks(config.proxies),
        map_file=FreshMap(lambda: runtime.open_map(config)),
        where_mailbox=where_mailbox,
        key_files=DkimFolder(str(config.dkim)),
        asks_dns=dns_watch.asks(config),
        host=hostname(config),
        viewer=ViewerProcesses(),
        way_out=None if config.smtp.startswith("maildir:") else lambda: way_out(config),
        ways=None if config.smtp.startswith("maildir:") else lambda: runtime.ways(config, way_out(config)),
        secret_files=SecretFolder(config.servers),
    )


def stage_of(config: Config) -> Stage | None:
    """The play of the demo; no other installation has one."""
    if not config.demo:
        return None
    from weftmail.cli.demo_stage import DemoStage

    return DemoStage(config)


def _catcher(config: Config) -> Catcher | None:
    """The mails that the demo catches, which the site then shows."""
    kind, _, path = config.smtp.partition(":")
    if kind != "maildir" and not config.demo:
        return None
    from weftmail.transport.maildir import Maildir

    # A demo behind a mail server of its own has its catcher behind that.
    return Maildir(path if kind == "maildir" else str(config.folder.parent / "caught"))


def doors(place: str) -> list[socket.socket]:
    """Return the sockets to listen at: those that whoever started us handed over, else one at ``place``.

    Raises UsageError where one that was handed over listens for no streams, or nobody can listen at ``place``.
    """
    given = handed_over()
    for one in given:
        if one.type != socket.SOCK_STREAM or not one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            raise UsageError("a socket that the service manager handed over takes no connections; see its unit")
    return given or [bound(place)]


def bound(place: str) -> socket.socket:
    """Return a socket that listens at ``HOST:PORT`` or ``unix:PATH``; raise UsageError where it cannot."""
    if place.startswith("unix:/"):
        return _bound_at(place.removeprefix("unix:"))
    parted = host_and_port(place)
    try:
        if parted is None:
            raise ValueError
        found = socket.getaddrinfo(*parted, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, ValueError):
        raise UsageError(
            f"the site cannot listen at {place!r}; say HOST:PORT, as 127.0.0.1:8470, or unix:/PATH", status=2
        ) from None
    listening = socket.socket(found[0], socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(found[4])
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise UsageError(f"the site cannot listen at {place}: {error.strerror}; name another place: --site") from None
    return listening


def _bound_at(path: str) -> socket.socket:
    """Return a socket at ``path`` that its owner and its group may open; the folder decides which group that is."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISSOCK(os.lstat(path).st_mode):
                _refuse_to_take(path)
                os.unlink(path)
        listening.bind(path)
        os.chmod(path, 0o660)
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise UsageError(f"the site cannot listen at unix:{path}: {error.strerror}; name another place") from None
    return listening


def _refuse_to_take(path: str) -> None:
    """Raise OSError where somebody answers at ``path``: a socket that was left behind is nobody's."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client, contextlib.suppress(ConnectionRefusedError):
        client.connect(path)
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


def _address(listening: socket.socket) -> str:
    name = listening.getsockname()
    return f"unix:{name}" if listening.family == socket.AF_UNIX else f"http://{name[0]}:{name[1]}"


def _run(app: Starlette, listening: list[socket.socket]) -> None:
    import uvicorn

    from weftmail.admin.app import stop_waiting
    from weftmail.admin.connection import ConnectionBounds, bounded

    manager = ServiceManager()

    class Server(uvicorn.Server):
        """Lets go of open pages as soon as it is asked to stop, and tells the service manager where it stands."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            """Begin to answer."""
            await super().startup(sockets)
            manager.ready()

        async def on_tick(self, counter: int) -> bool:
            """Say that the loop is alive: uvicorn calls this ten times a second."""
            manager.beat()
            return await super().on_tick(counter)

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            """Note the signal."""
            manager.stopping()
            stop_waiting(app)
            super().handle_exit(sig, frame)

    settings = uvicorn.Config(
        app,
        log_level="warning",
        log_config=None,
        access_log=False,
        server_header=False,
        # Who a client is, is read in admin/client.py, of proxies that the settings name.
        proxy_headers=False,
        lifespan="on",
        http=bounded(ConnectionBounds()),
        ws="none",
        timeout_graceful_shutdown=GRACE,
    )
    server = Server(settings)

    def ask(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    # For what comes before uvicorn takes its signals.  It ends in order, and then raises the signal once more for
    # whoever had asked for it before.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    server.run(sockets=listening)
