"""mail-send: empties the outbox and does what is due, until asked to stop; ``sender`` is its work."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from weftmail.cli.frame import framed
from weftmail.cli.stop import end_at_once, leave


def main(words: Sequence[str] | None = None) -> int:
    """Run the sender; return the exit status."""
    end_at_once()
    return framed("mail-send", lambda: _main(sys.argv[1:] if words is None else words))


def _main(words: Sequence[str]) -> int:
    # What it imports takes a while, and a stop may come at any moment.
    from weftmail.cli import sender

    return sender.main(words)


if __name__ == "__main__":
    leave(main())
