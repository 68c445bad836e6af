"""The errand of mail-send that follows the mail server's log, and what can be said of that log."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from weftmail.cli.config import Config
from weftmail.core.failure import UsageError
from weftmail.core.next_hop import HandedOver, NextHop
from weftmail.flow.due.errand import Errand
from weftmail.flow.fate import follow
from weftmail.flow.handed_over import compare
from weftmail.flow.installation import Installation
from weftmail.mta.exim.log import EximLog
from weftmail.mta.log import LogReader, MailServerLog
from weftmail.mta.postfix import postconf
from weftmail.mta.postfix.log import PostfixLog, relays_of
from weftmail.mta.postfix.settings import SERVICE
from weftmail.store.store import Store
from weftmail.transport import journal
from weftmail.transport.journal import Journal
from weftmail.transport.log_file import LogFile

log = logging.getLogger("weftmail.maillog")

EACH = 1_000
"""The log is looked at this often; in milliseconds."""
AGAIN = 10_000
"""What the mail server handed over and is not here is looked for this often; in milliseconds."""
JOURNAL = "journal"
EXIM_LOG = Path("/var/log/exim4/mainlog")
"""Where Debian's Exim writes what it does."""
LOOKS = 40
"""Portions that are read in one look, so that ten megabytes a second are kept up with."""


class MailLogFollower:
    """This machine's mail log, opened when it is first read, and again after a fault."""

    def __init__(self, config: Config, store: Store, installation: Installation) -> None:
        self._store = store
        self._installation = installation
        self._file = _source(config)
        self._socket = str(config.listener)
        self._log: LogReader | None = None
        self._waiting: list[str] = []
        """Lines that were read, and that the store has not taken: it was full, or locked."""
        self._said = ""
        self._again_at = 0

    def look(self) -> int:
        """Settle what the lines since the last look are about; return how many attempts of ours they tell of.

        The place is kept after the store has it: what is read twice says the same twice.
        """
        count = 0
        for _ in range(LOOKS):
            try:
                lines = self._waiting or self._file.lines()
            except OSError as error:
                self._say(f"the mail server's log cannot be read: {error}")
                break
            if not lines:
                break
            self._said = ""
            self._waiting = lines
            reader = self._log = self._log or _reader(self._file.extra, self._socket)
            found = [reader.read(line, self._installation.clock()) for line in lines]
            count += follow(self._store, self._installation, [one for one in found if isinstance(one, NextHop)])
            handed = [one for one in found if isinstance(one, HandedOver)]
            compare(self._store, handed, self._installation.clock())
            self._waiting = []
            self._file.keep(dict(reader.ids))
        else:
            return count
        self._look_again()
        return count

    def _look_again(self) -> None:
        """Look for what was not here before, a few times a minute."""
        now = self._installation.clock()
        if now >= self._again_at:
            self._again_at = now + AGAIN
            compare(self._store, (), now)

    def close(self) -> None:
        """Close the log."""
        self._file.close()

    def _say(self, text: str) -> None:
        if text != self._said:
            log.info("%s", text)
            self._said = text


def _source(config: Config) -> LogFile | Journal:
    """Return the log that the settings name; the journal, too, where the file that they name is not there."""
    if _in_journal(config):
        return Journal(config.folder / "journal.place")
    return LogFile(_file_of(config), config.folder / "mail-log.place")


def _file_of(config: Config) -> Path:
    """Return the file that the settings name; Exim's own where that is missing, and Exim writes one."""
    named = Path(config.mail_log)
    return EXIM_LOG if not named.exists() and EXIM_LOG.exists() else named


def followed(config: Config) -> str:
    """Return the log that is followed: its path, or ``journal``; "" where none is."""
    if not config.mail_log:
        return ""
    return JOURNAL if _in_journal(config) else str(_file_of(config))


def _in_journal(config: Config) -> bool:
    if config.mail_log == JOURNAL:
        return True
    return not _file_of(config).exists() and journal.readable() and shutil.which("journalctl") is not None


def _reader(extra: object, socket: str) -> LogReader:
    """Return what reads either mail server's log; ``extra`` are the ids that the last one knew."""
    ids = {str(name): str(value) for name, value in extra.items()} if isinstance(extra, dict) else {}
    # A queue id of Postfix is one word, one of Exim three.
    exim = {name: value for name, value in ids.items() if "-" in name}
    postfix = {name: value for name, value in ids.items() if "-" not in name}
    return MailServerLog((_postfix(postfix, socket), EximLog(ids=exim)))


def _postfix(ids: dict[str, str], socket: str) -> PostfixLog:
    try:
        here = postconf.read()
    except (OSError, UsageError):
        return PostfixLog(ids=ids, ours=(SERVICE, socket))
    shortest, longest = here.seconds("minimal_backoff_time"), here.seconds("maximal_backoff_time")
    return PostfixLog(relays_of(here.resolved), (shortest or 300, longest or 4000), ids=ids, ours=(SERVICE, socket))


@contextlib.contextmanager
def following(config: Config, store: Store, installation: Installation) -> Iterator[tuple[Errand, ...]]:
    """Give the errand that follows the log; none where there is none to follow."""
    if not _is_followed(config):
        yield ()
        return
    mail_log = MailLogFollower(config, store, installation)
    try:
        yield (Errand("following the mail log", mail_log.look, EACH),)
    finally:
        mail_log.close()


def readable(config: Config) -> bool | None:
    """Say whether the log can be read here; None where there is none to follow."""
    if not _is_followed(config):
        return None
    return journal.readable() if _in_journal(config) else os.access(_file_of(config), os.R_OK)


def _is_followed(config: Config) -> bool:
    """Whether the settings name a log, and a mail server that could write it."""
    return bool(config.mail_log) and not config.smtp.startswith("maildir:")
