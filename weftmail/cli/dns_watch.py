"""The site looks at the DNS of domains when that is due, in a thread of its own: a slow server delays nothing else."""

from __future__ import annotations

import logging
import threading

from weftmail.cli import runtime
from weftmail.cli.config import Config
from weftmail.cli.hostname import hostname
from weftmail.cli.mailboxes import where_mailbox
from weftmail.cli.signing import DkimFolder
from weftmail.core.failure import TempFail
from weftmail.flow.dns_watch import OURSELVES, DnsWatch
from weftmail.flow.setup.act import Setup
from weftmail.locale import NAMES

log = logging.getLogger("weftmail.dns")

EACH = 1.0
"""Whether a look is due is asked this often; in seconds."""


def asks(config: Config) -> bool:
    """Say whether the site asks the DNS by itself: the settings may forbid it; the domains of a demo are made up."""
    return config.dns_looks and not config.demo


def watching(config: Config, stop: threading.Event) -> threading.Thread | None:
    """Start to look; None where the site asks nobody by itself.

    Nobody has to wait for the thread to end.
    """
    if not asks(config):
        return None
    started = threading.Thread(target=_watch, args=(config, stop), name="dns", daemon=True)
    started.start()
    return started


def _watch(config: Config, stop: threading.Event) -> None:
    try:
        store = runtime.open_store(config)
        setup = Setup(store, OURSELVES, runtime.now, None, where_mailbox, tuple(NAMES), lambda _: True)
        watch = DnsWatch(setup, runtime.zones(), hostname(config), DkimFolder(str(config.dkim)))
        while not stop.wait(EACH):
            try:
                watch.run()
            except (TempFail, OSError) as error:
                log.warning("%s", error)
        store.close()
    except Exception:
        # A fault of the watch must not end the pages.
        log.exception("the site looks at the DNS no more; mail-admin dns check does, and the pages stay")
