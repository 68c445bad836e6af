"""Loops: how often mail of somebody came to one place, and how often something of ours went back to them.

Two programs that answer each other make *turns*: mails after which something of ours went to their sender, or to the
person whom they name.  Who gets nothing from us makes none, however much they send.  What anybody can write of
themselves counts only against mail of the same kind: a stranger who bears a verified person's address holds up
nothing of theirs.

Who answers under another name than ours went to makes no turns.  But whatever goes round passes a colleague who is told
by mail: so what colleagues are told of the senders of one domain, or of one sender whom they never answer, has a bound,
and beyond it they are told in the inbox alone for a while.  A loop ends in that silence, and people are filed as ever.
A shop goes on in it: whose mail comes although nothing was told by mail for ten minutes answers nothing, and is told of
as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from weftmail.core.address import BadAddress, canonical, split, without_plus
from weftmail.core.envelope import Envelope
from weftmail.core.limits import ANSWERED, FLOOD, FLOOD_AGAIN, GOES_ON, NOTIFIED_NOBODY, SILENCE, TURNS, TURNS_WITHIN
from weftmail.core.parsing.message import Message
from weftmail.core.routing.facts import Sender

NAMES = 4
"""Of one mail so many addresses count as its sender's, the author's first."""
STAMP = 13
"""Digits of a time in ``Turn.times``."""
_VERIFIED = "verified "
_NEW = "new senders of "
_OURS = "our own words from "
_SAME = "mail of "
NOTIFIED = "told by mail"
"""Under this name it is written down when colleagues were last told by mail of what came to an alias."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What went to and fro between somebody and one place; times are in milliseconds."""

    who: str
    place: str
    waiting: bool
    """Nothing of ours went back since their newest mail; of a group, that it went on when nothing was told by mail."""
    times: str
    """When their last turns were, the oldest first, ``STAMP`` digits each."""
    mails: int
    """How many came since ``since_at``."""
    since_at: int
    held_at: int
    """When a mail was held last, or since when those of a domain are told in the inbox alone; 0 for never."""
    alarmed_at: int
    last_at: int = 0
    """When the newest mail came, or something of ours went back."""

    def held(self, now: int) -> bool:
        """Say whether mail is being held, and it has not been quiet for an hour since."""
        return self.held_at > now - TURNS_WITHIN * 1000

    def full(self, now: int) -> bool:
        """Say whether there were as many turns within the last hour as there may be."""
        return self._since(now - TURNS_WITHIN * 1000) >= TURNS

    def silent(self, now: int) -> bool:
        """Say whether mail of these senders is told in the inbox alone."""
        return self.held_at > now - SILENCE * 1000 and not self.goes_on(now)

    def goes_on(self, now: int) -> bool:
        """Say whether it went on in the last silence, so that it answers nothing; that is believed for some hours."""
        return self.waiting and self.held_at > now - GOES_ON * 1000

    def answers_nothing(self, now: int, notified_at: int) -> bool:
        """Say whether a mail that comes now shows that, with what was ``notified_at`` by mail last.

        It does for one sender alone: of many somebody may write for the first time at any moment.
        """
        alone = self.who.removeprefix(_VERIFIED).startswith(_SAME)
        return alone and self.silent(now) and max(self.held_at, notified_at) <= now - NOTIFIED_NOBODY * 1000

    def crowded(self, now: int) -> bool:
        """Say whether it is to be: it is already, or as much was told by mail within the last hour as may be."""
        if self.goes_on(now):
            return False
        return self.silent(now) or self._since(max(self.held_at, now - TURNS_WITHIN * 1000)) >= TURNS

    def one_more(self, now: int) -> str:
        """Return the times with this one more; as they are where it came too quickly to answer anything."""
        if self.who.removeprefix(_VERIFIED).startswith((_NEW, _SAME)) and now - self.last_at < ANSWERED:
            return self.times
        return (self.times + f"{now:0{STAMP}}")[-TURNS * STAMP :]

    def _since(self, then: int) -> int:
        stamps = (self.times[at : at + STAMP] for at in range(0, len(self.times), STAMP))
        return sum(int(one) > then for one in stamps)

    def counted(self, now: int) -> tuple[int, int]:
        """Return how many mails there are with one more, and since when they are counted."""
        fresh = self.since_at > now - TURNS_WITHIN * 1000
        return (self.mails + 1, self.since_at) if fresh else (1, now)

    def floods(self, now: int) -> bool:
        """Say whether admins are to be told, with one more mail, of how many there are."""
        return self.counted(now)[0] > FLOOD and self.alarmed_at <= now - FLOOD_AGAIN * 1000


def record_place(record_id: int) -> str:
    """Return the place that a record is."""
    return f"record {record_id}"


def alias_place(alias_id: int) -> str:
    """Return the place that an alias is."""
    return f"alias {alias_id}"


def places(record_id: int | None, alias_id: int | None) -> Sequence[str]:
    """Return the places that a record and an alias are."""
    records = [] if record_id is None else [record_place(record_id)]
    return [*records, *([] if alias_id is None else [alias_place(alias_id)])]


def user(user_id: int) -> str:
    """Return who a user is, whatever address they write from."""
    return f"user {user_id}"


def names_of(envelope: Envelope, message: Message, sender: Sender) -> tuple[str, ...]:
    """Return whom a mail names as its sender: its author, as an address and as a user, then where answers would go.

    A verified author counts apart from whoever merely bears that name.
    """
    author = _address(sender.address)
    own = [author] if author else []
    own += [user(sender.user_id)] if sender.user_id is not None else []
    others = map(_address, (envelope.sender, *(box.address for box in message.reply_to)))
    claimed = [one for one in others if one and one != author]
    return tuple(dict.fromkeys([*(_verified(own) if sender.verified else own), *claimed]))[:NAMES]


def group_of(envelope: Envelope, sender: Sender, *, known: bool, ours: bool) -> str:
    """Return the name under which a mail counts beside others, of its author's domain or of its author alone.

    With their domain do those who are not ``known`` to have written before, what holds words of ``ours``, and our own
    addresses: under these come programs that take another name for each answer, and lists that keep our author.  Who
    wrote before counts alone: a program may answer what an address that forwards brings it.
    """
    ours = ours or sender.ours
    author = _address(sender.address)
    if known and not ours:
        same = f"{_SAME}{author}" if author else ""
        return _VERIFIED + same if same and sender.verified else same
    domain = _registered((sender.address or envelope.sender).rpartition("@")[2].lower())
    group = (_OURS if ours else _NEW) + (domain or "nobody")
    return _VERIFIED + group if sender.verified else group


def named_by_group(group: str) -> str:
    """Return the domain in the name of a group, or the address of one sender."""
    return group.rpartition(" ")[2]


def exempting(group: str) -> str:
    """Return what an allow list names so that a group is told of without a bound."""
    named = named_by_group(group)
    return named if "@" in named else f"@{named}"


def author_of(names: Sequence[str]) -> str:
    """Return the address that stands first among the names of a mail; "" where there is none."""
    return names[0].removeprefix(_VERIFIED) if names else ""


def names_sent_to(address: str, user_id: int | None = None) -> Iterator[str]:
    """Yield the names under which mail of somebody may be waiting to whom something of ours goes."""
    own = [address_found] if (address_found := _address(address)) else []
    own += [user(user_id)] if user_id is not None else []
    yield from own
    yield from _verified(own)


def exempt_by(address: str) -> tuple[str, ...]:
    """Return what an allow list may name for this sender: the address, or its domain behind an @."""
    return (address, "@" + address.rpartition("@")[2])


def tripped(found: Iterable[Turn], now: int) -> Sequence[Turn]:
    """Return those under whom mail is held."""
    return [one for one in found if one.held(now) or one.full(now)]


def _registered(domain: str) -> str:
    """About what somebody registered: below it a program may take another name each time.

    Two labels, three where the last two are short ones (``co.uk``).  Where that takes too many for one, they are told
    in the inbox a little earlier.
    """
    labels = domain.split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if short else -2 :])


def _verified(names: Iterable[str]) -> Iterator[str]:
    return (f"{_VERIFIED}{one}" for one in names)


def _address(text: str) -> str:
    """The address without its plus part, which programs give each mail anew; "" for what could not be answered."""
    try:
        local, domain = split(canonical(text))
    except BadAddress:
        return ""
    return f"{without_plus(local)}@{domain}"
