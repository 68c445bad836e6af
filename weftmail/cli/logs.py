"""What goes to the log: one form for all programs, without the tokens of reply addresses, which are capabilities."""

from __future__ import annotations

import logging
import sys

from weftmail.core.tokens.reply_token import mask_addresses


class MaskedFormatter(logging.Formatter):
    """Writes a line, with its traceback, and masks reply addresses in all of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return what is written of a record."""
        return mask_addresses(super().format(record))


def begin(level: int = logging.INFO) -> None:
    """Log to standard error from now on; what was set up before stays."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(MaskedFormatter("%(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
