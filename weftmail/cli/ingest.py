"""What the pipe program passes on: ``mail-ingest --listen``, ``--drain``, ``--explain``, ``--help``.

It imports what it needs once it is known what to do: a stop may come at any moment.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from weftmail.cli.frame import framed
from weftmail.cli.stop import Stop, end_at_once, leave
from weftmail.core.failure import UsageError

if TYPE_CHECKING:
    from weftmail.cli.config import Config

TEMPFAIL = 75
ANYBODY = "somebody@invalid"
"""The return path of a mail that is only looked at, where none is given; ``--sender=`` is the null sender."""
USAGE = """\
mail-ingest takes one mail from the mail server on standard input, and ends with 0 (safe) or 75 (try again later).

  mail-ingest [--state=DIR] --recipient=ADDR [--sender=ADDR] [--original-recipient=ADDR]
              [--queue-id=ID] [--client-address=IP] < message
  mail-ingest --environment [--state=DIR] < message         from Exim, which says all of this in the environment
  mail-ingest --explain --recipient=ADDR [--sender=ADDR] [--json] < message     what would happen to it, and why
  mail-ingest --explain --each DIR [--recipient=ADDR]       the same for every file, a line of JSON each
  mail-ingest --listen unix:PATH | inet:HOST:PORT | systemd the resident program, LMTP
  mail-ingest --drain                                       file what waits, then end

  --recipient=ADDR           the address that the mail came to
  --sender=ADDR              the return path; nothing behind the equals sign is the null sender
  --original-recipient=ADDR  the address before the mail server rewrote it
  --environment              as RECIPIENT, SENDER, MESSAGE_ID and CLIENT_ADDRESS of the environment say
  --queue-id=ID              what the mail server calls the mail
  --client-address=IP        the machine that gave it to the mail server
  --state=DIR                the state folder; /var/lib/weftmail by default
  --json                     with --explain: JSON, as it is where no terminal reads it
"""


def main(words: Sequence[str] | None = None) -> int:
    """Run one of them; return the exit status."""
    end_at_once()
    words = sys.argv[1:] if words is None else words
    status = framed("mail-ingest", lambda: _main(words), put_off=TEMPFAIL)
    # The mail is safe, whether or not we can say where it went.
    return 0 if "--fate" in words else status


def _main(words: Sequence[str]) -> int:
    from weftmail.cli import config as configs
    from weftmail.cli import logs, runtime

    logs.begin("mail-ingest")
    # It names every detector that it tries.
    logging.getLogger("flufl.bounce").setLevel(logging.WARNING)
    options = _options(words)
    if options.help:
        print(USAGE, end="")
        return 0
    config = configs.load(_environ(options.state))
    runtime.become_owner(config.folder)
    return _run(options, config)


def _options(words: Sequence[str]) -> argparse.Namespace:
    from weftmail.cli.arguments import Parser

    parser = Parser(prog="mail-ingest", add_help=False)
    for name in ("--state", "--listen", "--each"):
        parser.add_argument(name)
    for name in ("--recipient", "--original-recipient", "--queue-id", "--client-address"):
        parser.add_argument(name, default="")
    parser.add_argument("--sender", default=ANYBODY)
    parser.add_argument("--since", type=int, default=0)
    for name in ("--explain", "--drain", "--json", "--fate"):
        parser.add_argument(name, action="store_true")
    parser.add_argument("-h", "--help", action="store_true")
    return parser.parse_args(words)


def _environ(state: str | None) -> dict[str, str]:
    """Where the settings are; the mail server's pipe knows the state folder alone, where ``init`` leaves a link."""
    environ = dict(os.environ)
    if state is not None and "WEFTMAIL_CONFIG" not in environ:
        linked = Path(state) / "weftmail.toml"
        if linked.exists():
            environ["WEFTMAIL_CONFIG"] = str(linked.resolve())
    return environ


def _run(options: argparse.Namespace, config: Config) -> int:
    if options.listen:
        from weftmail.cli.listener import listen

        return listen(config, options.listen)
    if options.drain:
        from weftmail.cli.listener import drain

        drain(config, Stop())
        return 0
    if options.explain:
        from weftmail.cli.explain import explain

        # It is no resident program: who stops it has got no answer.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return explain(options, config)
    if options.fate:
        from weftmail.cli.fate import tell

        return tell(config, options.recipient, options.since)
    raise UsageError("say what to do: --listen, --drain or --explain; see mail-ingest --help", status=2)


if __name__ == "__main__":
    leave(main())
