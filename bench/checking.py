"""What our own check costs a mail: python -m bench.checking [MAILS].

The same signed mails are read and settled behind a milter and by our own check, with a DNS that answers at once; beside
it stand the check alone, and dkimpy's own verification of the same mails.  Seconds are those of the processor.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import dkim

from tests.unit.checking.signing import Dns, rsa_key, signed
from tests.unit.world import HOST, World
from weftmail.core.checking.check import check
from weftmail.core.envelope import Envelope
from weftmail.core.parsing import seal
from weftmail.core.parsing.block import read_block
from weftmail.core.routing.hop import CountingHop
from weftmail.core.routing.policy import Policy
from weftmail.flow.reading import read

ROUNDS = 5
SIZES = (2_000, 20_000, 200_000)
DNS = Dns(
    {
        "s1._domainkey.customer.example": rsa_key()[1],
        "customer.example": "v=spf1 ip4:203.0.113.9 -all",
        "_dmarc.customer.example": "v=DMARC1; p=reject",
    }
)
ENVELOPE = Envelope("leads@acme.example", "karin@customer.example")
RECEIVED = (
    f"Received: from mail.customer.example (mail.customer.example [203.0.113.9])\r\n\tby {HOST} (Postfix) with "
    "ESMTPS id Q1\r\n\tfor <leads@acme.example>; Tue, 24 Nov 2026 10:00:00 +0000 (UTC)\r\n"
)
REPORT = (
    f"Authentication-Results: {HOST}; dkim=pass header.d=customer.example; spf=pass smtp.mailfrom=customer.example\r\n"
)


def mails(count: int, size: int) -> list[bytes]:
    """Return signed mails of about that size, as Postfix hands them over, with a milter's report above."""
    words = b"Could you do forty chairs of oak, and when?\r\n"
    found = []
    for number in range(count):
        raw = (
            f"From: Karin Ek <karin@customer.example>\r\nTo: leads@acme.example\r\nSubject: Quote {number}\r\n"
            f"Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{size}.{number}@customer.example>\r\n\r\n"
        ).encode() + words * (size // len(words))
        found.append((REPORT + RECEIVED).encode() + signed(raw, canonicalize=(b"relaxed", b"relaxed")))
    return found


def settled(raws: list[bytes], own: bool) -> float:
    """Return the milliseconds for each mail that settling takes."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        policy = Policy(None, frozenset({HOST}), (), True) if own else Policy(HOST, frozenset({HOST}))
        world.installation = replace(
            world.installation, policies=dict.fromkeys(("lmtp",), policy), resolver=lambda: DNS
        )
        for raw in raws:
            world.accept(raw, "leads@acme.example", sender="karin@customer.example")
        return _each(len(raws), world.settle)


def _each(count: int, act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return (time.process_time() - began) * 1000 / count


def main(words: list[str]) -> int:
    """Print a table by the sizes of mails."""
    count = int(words[0]) if words else 100
    hop = CountingHop(0, "203.0.113.9", "mail.customer.example")
    keys = {f"{name}.".encode(): str(text).encode() for name, text in DNS.records.items() if isinstance(name, str)}
    print("ms a mail       settle, milter   settle, own check   claims in the reader   check   dkimpy verifies")
    for size in SIZES:
        raws = mails(count if size < SIZES[-1] else max(10, count // 5), size)
        read_ = [read(raw) for raw in raws]
        tops = [read_block(raw) for raw in raws]
        acts: list[Callable[[], float]] = [
            lambda raws=raws: settled(raws, own=False),  # type: ignore[misc]
            lambda raws=raws: settled(raws, own=True),  # type: ignore[misc]
            lambda raws=raws, tops=tops: _each(  # type: ignore[misc]
                len(raws), lambda: [seal.read(top, raw) for top, raw in zip(tops, raws, strict=True)]
            ),
            lambda found=read_: _each(  # type: ignore[misc]
                len(found), lambda: [check(one, ENVELOPE, hop, DNS, int(time.time() * 1000)) for one in found]
            ),
            lambda raws=raws: _each(  # type: ignore[misc]
                len(raws), lambda: [dkim.DKIM(raw).verify(0, lambda name, timeout=5: keys[name]) for raw in raws]
            ),
        ]
        figures = [median(act() for _ in range(ROUNDS)) for act in acts]
        print(f"{size // 1000:4} KB  " + "".join(f"{one:17.2f}" for one in figures), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
