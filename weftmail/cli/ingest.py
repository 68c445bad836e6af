"""What the pipe program passes on: ``mail-ingest --listen``, ``--drain``, ``--explain``, ``--help``."""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from weftmail.cli import config as configs
from weftmail.cli import runtime
from weftmail.cli.config import Config
from weftmail.cli.stop import Stop, end_at_once
from weftmail.core.envelope import Envelope, clean
from weftmail.core.failure import TempFail, UsageError

TEMPFAIL = 75
ANYBODY = "somebody@invalid"
"""The return path of a mail that is only looked at, where none is given; ``--sender=`` is the null sender."""
USAGE = """\
mail-ingest takes one mail from the mail server on standard input, and ends with 0 (safe) or 75 (try again later).

  mail-ingest [--state=DIR] --recipient=ADDR [--sender=ADDR] [--original-recipient=ADDR]
              [--queue-id=ID] [--client-address=IP] < message
  mail-ingest --explain --recipient=ADDR [--sender=ADDR] < message      what would happen to it, and why
  mail-ingest --explain --each DIR [--recipient=ADDR]                   the same for every file, a line of JSON each
  mail-ingest --listen unix:PATH | inet:HOST:PORT                       the resident program, LMTP
  mail-ingest --drain                                                   file what waits, then end
"""


def main(words: Sequence[str] | None = None) -> int:
    """Run one of them; return the exit status."""
    end_at_once()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s", stream=sys.stderr)
    # It names every detector that it tries.
    logging.getLogger("flufl.bounce").setLevel(logging.WARNING)
    options = _options(sys.argv[1:] if words is None else words)
    if options.help:
        print(USAGE, end="")
        return 0
    try:
        config = _config(options.state)
        runtime.become_owner(config.folder)
        return _run(options, config)
    except UsageError as error:
        print(f"mail-ingest: {error}", file=sys.stderr)
        return error.status
    except TempFail as error:
        print(f"mail-ingest: {error}; try again later", file=sys.stderr)
        return TEMPFAIL


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mail-ingest", add_help=False, allow_abbrev=False)
    for name in ("--state", "--listen", "--each"):
        parser.add_argument(name)
    for name in ("--recipient", "--original-recipient", "--queue-id", "--client-address"):
        parser.add_argument(name, default="")
    parser.add_argument("--sender", default=ANYBODY)
    for name in ("--explain", "--drain"):
        parser.add_argument(name, action="store_true")
    parser.add_argument("-h", "--help", action="store_true")
    return parser.parse_args(words)


def _config(state: str | None) -> Config:
    """The settings; the mail server's pipe knows the state folder alone, where ``init`` leaves a link to them."""
    environ = dict(os.environ)
    if state is not None and "WEFTMAIL_CONFIG" not in environ:
        linked = Path(state) / "weftmail.toml"
        if linked.exists():
            environ["WEFTMAIL_CONFIG"] = str(linked.resolve())
    return configs.load(environ)


def _run(options: argparse.Namespace, config: Config) -> int:
    if options.listen:
        from weftmail.cli.listener import listen

        return listen(config, options.listen)
    if options.drain:
        from weftmail.cli.listener import drain

        drain(config, Stop())
        return 0
    if options.explain:
        return _explain(options, config)
    raise UsageError("say what to do: --listen, --drain or --explain; see mail-ingest --help", status=2)


def _explain(options: argparse.Namespace, config: Config) -> int:
    from weftmail.flow.explain import explain

    if not options.recipient and not options.each:
        raise UsageError("say to whom the mail came: --recipient=ADDR", status=2)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    store = runtime.open_store(config, readonly=True)
    installation = runtime.installation(config, store)
    envelope = Envelope(
        recipient=clean(options.recipient),
        sender=clean(options.sender),
        original_recipient=clean(options.original_recipient),
        queue_id=clean(options.queue_id),
        client_address=clean(options.client_address),
    )
    if not options.each:
        print(json.dumps(explain(store, installation, envelope, sys.stdin.buffer.read()), ensure_ascii=False, indent=2))
        return 0
    for path in _files(options.each):
        began = time.perf_counter()
        answer = explain(store, installation, envelope, path.read_bytes())
        spent = round((time.perf_counter() - began) * 1000, 3)
        print(json.dumps({"file": path.name, "elapsed_ms": spent, **answer}, ensure_ascii=False))
    return 0


def _files(folder: str) -> Iterator[Path]:
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise UsageError(f"{folder} cannot be listed: {error.strerror}") from None
    return (path for path in (Path(folder) / name for name in names) if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
