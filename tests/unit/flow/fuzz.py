"""Mails that are damaged at random, each by a seed that makes it again; for an hour of them run this as a program.

python -m tests.unit.flow.fuzz --seconds 3600 [--seed N]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.unit.parsing.more_shapes import MORE
from tests.unit.parsing.shapes import SHAPES
from tests.unit.world import World
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.flow.explain import explain

SLOW = 10.0
"""Seconds for one mail of a few kilobytes that are a fault by themselves."""
KEPT = tuple(path.read_bytes() for path in sorted((Path(__file__).parent.parent / "mails").glob("*.eml")))
SHAPED = tuple(make(2000) for make in {**SHAPES, **MORE}.values())
PIECES = (
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"\n\n",
        b"\0",
        b"\t",
        b" ",
        b"--",
        b"=",
        b"=\n",
        b"&#",
        b"<",
        b">",
        b'"',
        b"(",
        b")",
        b",",
    ),
    *(
        b";",
        b":",
        b"@",
        b"<>",
        b"=?utf-8?q?=",
        b"=?utf-8?b?4pi?=",
        b"?=",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\xe2\x80\xae",
    ),
    *(b"Content-Type: multipart/mixed; boundary=x\n", b"Content-Type: message/rfc822\n", b"Content-Type: text/html\n"),
    *(b"Content-Type: text/plain; charset=utf-7\n", b"Content-Transfer-Encoding: base64\n", b"begin 644 a\n", b"end\n"),
    *(b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n", b"--x\n", b"--x--\n"),
    *(b"Content-Type: message/delivery-status\n\n", b"Final-Recipient: rfc822; a@b.example\n", b"Action: failed\n"),
    *(
        b"Status: 5.1.1\n",
        b"From: MAILER-DAEMON\n",
        b"From: a@b.example, c@d.example\n",
        b"Auto-Submitted: auto-replied\n",
    ),
    *(
        b"Reply-To: x@y.example\n",
        b"References: " + b"<a@b> " * 60,
        b"X-Weftmail-Hops: 9\n",
        b"Subject: =?x?q?",
        b"To: @\n",
    ),
    *(b"Received: by mx1.acme.example (Postfix) with ESMTPS id Q1\n", b"DKIM-Signature: v=1; d=acme.example; h=from\n"),
    *(
        b"Authentication-Results: mx1.acme.example; dkim=pass header.d=acme.example\n",
        b"Date: 99\n",
        b"charset=unknown",
    ),
    *(
        b"Content-Type: application/ms-tnef\n",
        b"Content-Type: text/calendar\n",
        b"BEGIN:VCALENDAR\n",
        b"<table><td><!--",
    ),
)


def damaged(dice: random.Random) -> bytes:
    """Return a mail that was whole once."""
    raw = dice.choice(KEPT) if dice.random() < 0.7 else dice.choice(SHAPED)
    for _ in range(dice.randint(1, 8)):
        raw = dice.choice((_put, _cut, _flip, _double, _splice, _swap))(raw, dice)
    return raw[:200_000]


def _at(raw: bytes, dice: random.Random) -> int:
    # Most of what is decided stands in the first lines.
    return dice.randint(0, min(len(raw), 1500) if dice.random() < 0.6 else len(raw))


def _line(raw: bytes, dice: random.Random) -> int:
    return raw.rfind(b"\n", 0, _at(raw, dice)) + 1


def _put(raw: bytes, dice: random.Random) -> bytes:
    at = _line(raw, dice) if dice.random() < 0.6 else _at(raw, dice)
    return raw[:at] + dice.choice(PIECES) * dice.choice((1, 1, 1, 2, 40)) + raw[at:]


def _cut(raw: bytes, dice: random.Random) -> bytes:
    at = _at(raw, dice)
    return raw[:at] + raw[at + dice.choice((1, 2, 10, 100, 10_000)) :]


def _flip(raw: bytes, dice: random.Random) -> bytes:
    at = _at(raw, dice)
    return raw[:at] + dice.randbytes(dice.randint(1, 3)) + raw[at + 1 :]


def _double(raw: bytes, dice: random.Random) -> bytes:
    start, end = sorted((_line(raw, dice), _line(raw, dice)))
    return raw[:end] + raw[start:end] * dice.choice((1, 2, 20)) + raw[end:]


def _splice(raw: bytes, dice: random.Random) -> bytes:
    other = dice.choice(KEPT)
    return raw[: _line(raw, dice)] + other[_line(other, dice) :]


def _swap(raw: bytes, dice: random.Random) -> bytes:
    lines = raw.split(b"\n")
    one, two = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return b"\n".join(lines)


class Fuzzed:
    """An installation with one conversation, to whose addresses damaged mails come."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.states: Counter[str] = Counter()
        world.deliver(world.mail(), "leads@acme.example")
        message, keys = world.thread("LEAD-1")[0].id, world.installation.keyring
        tokens = (Token("post", message), Token("note", message), Token("bounce", message))
        addresses = tuple(reply_token.address(keys, one, "acme.example") for one in tokens)
        self._recipients = ("leads@acme.example", "support+x@acme.example", "nobody@acme.example", *addresses)

    def play(self, seed: int) -> None:
        """Let the mail of this seed in; fail where our code did, where it took long, or where it is nowhere."""
        dice = random.Random(seed)
        raw = damaged(dice)
        recipient = dice.choice(self._recipients)
        sender = dice.choice(("", "karin@customer.example", "anna@acme.example", "<odd"))
        began = time.process_time()
        row = self.world.deliver(raw, recipient, sender)
        answer = explain(self.world.store, self.world.installation, row.envelope, raw)
        took = time.process_time() - began
        assert row.state in ("filed", "held", "unmatched", "discarded", "duplicate"), f"seed {seed}: {row.error}"
        assert answer["disposition"], f"seed {seed}"
        assert took < SLOW, f"seed {seed} took {took:.1f} s"
        self.states[row.state] += 1


def main() -> None:
    """Damage mails until the time is over; the seed of what fails stands in the error."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=float, default=3600)
    words.add_argument("--seed", type=int, default=time.time_ns() // 1_000_000_000)
    options = words.parse_args()
    end, seed, played, states, failed = time.monotonic() + options.seconds, options.seed, 0, Counter[str](), 0
    while time.monotonic() < end:
        # A store of its own for each thousand: one that grows would be what is measured.
        with tempfile.TemporaryDirectory() as folder, closing((world := World(Path(folder))).store):
            fuzzed = Fuzzed(world)
            for _ in range(1000):
                try:
                    fuzzed.play(seed)
                except Exception as error:
                    failed += 1
                    print(f"seed {seed}: {type(error).__name__}: {error}", flush=True)
                seed += 1
                played += 1
                if time.monotonic() > end:
                    break
            states.update(fuzzed.states)
        print(f"{played} mails, {failed} failed, the next seed is {seed}: {dict(states)}", flush=True)


if __name__ == "__main__":
    main()
