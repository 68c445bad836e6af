"""Mail between installations and programs over hours of virtual time, with no mail server and no waiting."""

from __future__ import annotations

import email
import email.policy
import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from email.message import EmailMessage

from tests.unit.world import HOST, SIGNED, World
from weftmail.core.ports import Outcome, Sent
from weftmail.flow.channels import channels
from weftmail.flow.channels.channel import Means
from weftmail.flow.deliver import OutboxSender
from weftmail.flow.due.runner import Runner

HOUR = 3600_000
ON_THE_WAY = 20_000
"""A mail takes this long, in milliseconds."""
ENDLESS = 2000
"""So many mails of one run are more than anything needs that ends."""

Robot = Callable[[EmailMessage], EmailMessage | None]


class Office:
    """A mail server in memory for one installation: what leaves is posted to everybody else."""

    def __init__(self, post: Post) -> None:
        self._post = post

    def submit(self, return_path: str, recipients: Sequence[str], data: bytes) -> dict[str, Outcome]:
        for one in recipients:
            self._post.send(return_path, one, data.replace(b"\r\n", b"\n"))
        return {one: Sent("250 2.0.0 Ok") for one in recipients}

    def close(self) -> None:
        pass


class Post:
    """Brings mail to installations by their domains, to robots and through forwarders by their addresses."""

    def __init__(self, *, signed: bool = False) -> None:
        """``signed``: every domain signs its mail, and every mail server checks that."""
        self.now = 1_800_000_000_000
        self.worlds: dict[str, World] = {}
        self.robots: dict[str, Robot] = {}
        self.forwards: dict[str, str] = {}
        self.strips: tuple[str, ...] = ()
        """Fields that get lost on the way."""
        self.sent: Counter[str] = Counter()
        """How many mails each domain sent."""
        self._signed = signed
        self._waiting: list[tuple[int, int, str, str, bytes]] = []
        self._order = itertools.count()

    def join(self, domain: str, world: World) -> None:
        """Let an installation take part."""
        self.worlds[domain] = world

    def send(self, sender: str, recipient: str, raw: bytes) -> None:
        """Put a mail on its way."""
        self.sent[sender.rpartition("@")[2]] += 1
        recipient = self.forwards.get(recipient, recipient)
        heapq.heappush(self._waiting, (self.now + ON_THE_WAY, next(self._order), sender, recipient, raw))

    def run(self, hours: float) -> None:
        """Let so much time pass."""
        until = self.now + int(hours * HOUR)
        before = self.sent.total()
        while self._waiting and self._waiting[0][0] <= until:
            at, _, sender, recipient, raw = heapq.heappop(self._waiting)
            self._pass(at)
            self._bring(sender, recipient, raw)
            assert self.sent.total() < before + ENDLESS, f"no end is in sight after {dict(self.sent)}"
        self._pass(until)

    def _pass(self, at: int) -> None:
        self.now = at
        for world in self.worlds.values():
            world.clock.now = max(world.clock.now, at)

    def _bring(self, sender: str, recipient: str, raw: bytes) -> None:
        domain = recipient.rpartition("@")[2]
        if recipient in self.robots:
            self._answered(recipient, self.robots[recipient], _parsed(raw))
        elif domain in self.worlds:
            self._delivered(self.worlds[domain], sender, recipient, raw)

    def _answered(self, address: str, robot: Robot, mail: EmailMessage) -> None:
        answer = robot(mail)
        if answer is not None:
            sender = str(answer["Return-Path"] or address)
            del answer["Return-Path"]
            self.send(sender, str(answer["To"]), answer.as_bytes())

    def _delivered(self, world: World, sender: str, recipient: str, raw: bytes) -> None:
        mail = _parsed(raw)
        for name in self.strips:
            del mail[name]
        author = str(mail["From"]).rpartition("@")[2].rstrip(">")
        verdict = f"Authentication-Results: {HOST}; dkim=pass header.d={author}\n" if self._signed else ""
        number = next(self._order)
        received = f"Received: from a.example (a.example [192.0.2.9])\n\tby {HOST} (Postfix) with ESMTPS id Q{number}\n"
        signature = f"DKIM-Signature: v=1; a=rsa-sha256; d={author}; s=s1;\n\th={SIGNED};\n\tbh=x; b=y\n"
        top = verdict + received + (signature if self._signed else "")
        world.deliver(top.encode() + mail.as_bytes(policy=_LINES), recipient, sender)
        means = Means(world.store, world.installation, Office(self), lambda domain: [])
        leaving = OutboxSender(world.store, world.installation, channels(means), "here", lambda: 0.5)
        while leaving.round().worked:
            pass
        Runner(world.store, world.installation, "here").round()


_LINES = email.policy.compat32.clone(linesep="\n")


def _parsed(raw: bytes) -> EmailMessage:
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


class Tickets:
    """A ticket system: answers each mail with a new Message-ID and a subject of its own, as a person would."""

    def __init__(self, address: str, *, to: str = "Reply-To") -> None:
        self.answers = 0
        self._address = address
        self._to = to

    def __call__(self, mail: EmailMessage) -> EmailMessage:
        self.answers += 1
        answer = EmailMessage()
        answer["From"] = f"Helpdesk <{self._address}>"
        answer["To"] = (mail[self._to] or mail["From"]).addresses[0].addr_spec
        answer["Subject"] = f"[#{7000 + self.answers}] We have your request"
        answer["Message-ID"] = f"<ticket-{self.answers}@{self._address.rpartition('@')[2]}>"
        answer["Date"] = "Mon, 23 Nov 2026 10:00:00 +0000"
        answer.set_content(f"Your request has the number {7000 + self.answers}.\n")
        return answer
