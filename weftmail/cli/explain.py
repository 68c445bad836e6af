"""mail-ingest --explain: what would happen to a mail, and why; in sentences at a terminal, else as JSON."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from weftmail.cli import runtime
from weftmail.cli.config import Config
from weftmail.cli.output import as_json, one_line
from weftmail.cli.who_gets import lines_of
from weftmail.core.address import Mailbox
from weftmail.core.envelope import Envelope, clean
from weftmail.core.failure import UsageError
from weftmail.core.parsing.message import Kind
from weftmail.core.routing.authentication import Proof
from weftmail.core.routing.findings import findings
from weftmail.core.routing.passed_on import Forwarder
from weftmail.core.tokens.reply_token import mask_addresses
from weftmail.core.wording.sentences import say
from weftmail.flow.explain import Explanation, described, explanation
from weftmail.flow.forecast import becomes

KINDS: dict[Kind, str] = {
    "mail": "an email that a person wrote",
    "machine": "an email that a program wrote",
    "auto-reply": "an automatic answer",
    "bounce": "a report that an email could not be delivered",
    "delay": "a report that an email is delayed",
    "receipt": "a receipt",
    "complaint": "a complaint about an email",
}
"""What each kind of mail is, for people."""


def explain(options: argparse.Namespace, config: Config) -> int:
    """Print what would happen to the mail on standard input, or to each file of a folder; return the exit status."""
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
        if sys.stdin.isatty():
            print("mail-ingest: type or paste the email; Ctrl-D ends it", file=sys.stderr)
        found = explanation(store, installation, envelope, sys.stdin.buffer.read())
        if sys.stdout.isatty() and not options.json:
            print(mask_addresses("\n".join(lines(found, envelope))))
        else:
            print(as_json(described(store, found)))
        return 0
    for path in _files(options.each):
        began = time.perf_counter()
        answer = described(store, explanation(store, installation, envelope, path.read_bytes()))
        spent = round((time.perf_counter() - began) * 1000, 3)
        print(mask_addresses(json.dumps({"file": path.name, "elapsed_ms": spent, **answer}, ensure_ascii=False)))
    return 0


def _files(folder: str) -> Iterator[Path]:
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise UsageError(f"{folder} cannot be listed: {error.strerror}") from None
    return (path for path in (Path(folder) / name for name in names) if path.is_file())


def lines(one: Explanation, envelope: Envelope) -> Iterator[str]:
    """Say what would happen to the mail, who would get it, and which rules were asked."""
    message = one.message
    yield f"{one_line(message.subject)}"
    yield f"  From {_boxes(message.from_) or 'nobody'}: {_verified(one)}."
    yield f"  It came to {one_line(envelope.recipient)}, and is {KINDS[message.kind]}."
    yield f"  {say(becomes(one.decision.disposition))}"
    yield "Who sent it:"
    yield from (f"   {one_line(say(each))}" for each in findings(one.proof.stored()))
    yield from way_here(one.passed_on)
    yield from reasons(one)
    yield "Nothing was changed. All of it as JSON: --json"


def way_here(these: Sequence[Forwarder]) -> Iterator[str]:
    """Say who passed the mail on, the last one first, and what tells of it."""
    yield "How it came to that address:"
    yield from (f"   {one_line(say(one.phrase))}" for one in these)


def reasons(one: Explanation) -> Iterator[str]:
    """Say who would get the mail, and which rules were asked."""
    yield "Who would get it:"
    yield from map(one_line, lines_of(one.who_gets))
    yield "Why, rule by rule; the one with the arrow decided:"
    for place, asked in enumerate(one.decision.trace, start=1):
        yield one_line(f"{'->' if asked.matched else '  '} {place:2} {asked.rule}: {say(asked.why)}")


def _boxes(boxes: tuple[Mailbox, ...]) -> str:
    return ", ".join(one_line(f"{box.name} <{box.address}>" if box.name else box.address) for box in boxes)


def _verified(one: Explanation) -> str:
    if one.verified:
        return "sender verified"
    said = _results(one.proof)
    return f"sender not verified ({said})" if said else "sender not verified (nothing was checked)"


def _results(proof: Proof) -> str:
    results = (("SPF", proof.spf), ("DKIM", proof.dkim), ("DMARC", proof.dmarc), ("ARC", proof.arc))
    return ", ".join(f"{name} {result}" for name, result in results if result != "none")
