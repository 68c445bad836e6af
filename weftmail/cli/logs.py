"""What goes to the log: one form for all programs, without the tokens of reply addresses, which are capabilities, and
without any word of an email.

Under systemd an entry goes to the journal with fields of its own, so that ``journalctl WEFTMAIL_QUEUE_ID=…`` shows what
became of one email in all programs; elsewhere it is a line on standard error.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping

from weftmail.core.redaction import without_words
from weftmail.core.tokens.reply_token import mask_addresses
from weftmail.transport.journal_socket import JournalSocket, is_the_journal

_PRIORITIES = {logging.CRITICAL: "2", logging.ERROR: "3", logging.WARNING: "4", logging.INFO: "6", logging.DEBUG: "7"}


class MaskedFormatter(logging.Formatter):
    """Writes a line, with its traceback, and masks reply addresses in all of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return what is written of a record."""
        return mask_addresses(super().format(record))

    def formatException(self, ei: object) -> str:
        """Return the traceback, without what the failure says: that may be a piece of an email."""
        return without_words(super().formatException(ei))  # type: ignore[arg-type]


class JournalHandler(logging.Handler):
    """Sends each record to the journal with the ``fields`` that it brings; where nobody takes it, to standard error."""

    def __init__(self, journal: JournalSocket, program: str, otherwise: logging.Handler) -> None:
        super().__init__()
        self._journal = journal
        self._program = program
        self._otherwise = otherwise
        self.setFormatter(MaskedFormatter("%(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Send it."""
        own: Mapping[str, list[str]] = getattr(record, "fields", {})
        fields = {
            "MESSAGE": self.format(record),
            "PRIORITY": _PRIORITIES.get(record.levelno, "6"),
            "SYSLOG_IDENTIFIER": self._program,
            "LOGGER": record.name,
            **{name: [mask_addresses(one) for one in values] for name, values in own.items()},
        }
        try:
            self._journal.send(fields)
        except OSError:
            self._otherwise.handle(record)

    def close(self) -> None:
        """Let go of the journal."""
        self._journal.close()
        super().close()


def begin(program: str, level: int = logging.INFO) -> None:
    """Log as ``program`` to the journal where standard error is one, else to standard error; what was set up before
    stays.
    """
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(MaskedFormatter("%(name)s: %(message)s"))
    if is_the_journal(os.environ.get("JOURNAL_STREAM", ""), 2):
        handler = JournalHandler(JournalSocket(), program, handler)
    logging.basicConfig(level=level, handlers=[handler])
