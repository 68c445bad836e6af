"""The errand of mail-send that follows the mail server's log, and what can be said of that log."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from weftmail.cli.config import Config
from weftmail.core.failure import UsageError
from weftmail.flow.due.errand import Errand
from weftmail.flow.fate import follow
from weftmail.flow.installation import Installation
from weftmail.mta.postfix import postconf
from weftmail.mta.postfix.log import PostfixLog, relays_of
from weftmail.store.store import Store
from weftmail.transport.log_file import LogFile

log = logging.getLogger("weftmail.maillog")

EACH = 1_000
"""The log is looked at this often; in milliseconds."""
LOOKS = 40
"""Portions that are read in one look, so that ten megabytes a second are kept up with."""


class MailLogFollower:
    """This machine's mail log, opened when it is first read, and again after a fault."""

    def __init__(self, config: Config, store: Store, installation: Installation) -> None:
        self._store = store
        self._installation = installation
        self._file = LogFile(Path(config.mail_log), config.folder / "mail-log.place")
        self._log: PostfixLog | None = None
        self._said = ""

    def look(self) -> int:
        """Settle what the lines since the last look are about; return how many attempts of ours they tell of.

        The place is kept after the store has it: what is read twice says the same twice.
        """
        count = 0
        for _ in range(LOOKS):
            try:
                lines = self._file.lines()
            except OSError as error:
                self._say(f"the mail server's log cannot be read: {error}")
                break
            self._said = ""
            if not lines:
                break
            reader = self._log = self._log or _reader(self._file.extra)
            found = [reader.read(line, self._installation.clock()) for line in lines]
            count += follow(self._store, self._installation, [one for one in found if one is not None])
            self._file.keep(reader.ids)
        return count

    def close(self) -> None:
        """Close the log."""
        self._file.close()

    def _say(self, text: str) -> None:
        if text != self._said:
            log.info("%s", text)
            self._said = text


def _reader(extra: object) -> PostfixLog:
    ids = {str(name): str(value) for name, value in extra.items()} if isinstance(extra, dict) else {}
    try:
        here = postconf.read()
    except (OSError, UsageError):
        return PostfixLog(ids=ids)
    shortest, longest = here.seconds("minimal_backoff_time"), here.seconds("maximal_backoff_time")
    return PostfixLog(relays_of(here.resolved), (shortest or 300, longest or 4000), ids=ids)


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
    return os.access(config.mail_log, os.R_OK) if _is_followed(config) else None


def _is_followed(config: Config) -> bool:
    """Whether the settings name a log, and a mail server that could write it."""
    return bool(config.mail_log) and not config.smtp.startswith("maildir:")
