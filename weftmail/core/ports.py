"""The contracts by which flow and the site reach the world; the programs in ``cli`` bring what fulfils them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol

from weftmail.core.envelope import Envelope
from weftmail.core.parsing.message import Message
from weftmail.core.picture import NoPicture, Picture, Sheet
from weftmail.core.sent_as import SentAs
from weftmail.core.wording.phrase import Phrase

Clock = Callable[[], int]
"""Returns the time now: milliseconds since 1970, UTC."""

Random = Callable[[int], bytes]
"""Returns that many bytes that nobody can guess."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The mail server took the copy for this address; ``text`` is its answer."""

    text: str
    sent_as: SentAs | None = None
    """As whom it left; None for what is no email."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """The mail server did not take it now (4xx, or it was not there): try again.

    ``at_server``: nobody could be asked there, so another server may be.  ``until``: not before that time, in
    milliseconds since 1970, because as much went there as may.
    """

    text: str
    at_server: bool = False
    until: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """The mail server refuses this address or this copy for good (5xx), or we do.

    Where it is we, ``says`` is the reason, and ``text`` the same in English.  ``at`` is the command that was answered:
    to MAIL ("sender") it is about us, to the mail itself ("data") about that.
    """

    text: str
    says: Phrase | None = None
    at: Literal["sender", "recipient", "data"] = "recipient"


Outcome = Sent | Deferred | Refused


class Submitter(Protocol):
    """A way out for mail: SMTP to the local mail server, or the catcher of the demo."""

    def submit(self, return_path: str, recipients: Sequence[str], data: bytes) -> dict[str, Outcome]:
        """Hand over one copy; return one outcome for each recipient.

        ``data`` has CRLF line ends.  Never raises for what the other side says or for a connection that fails:
        that is a Deferred for everybody that it concerns.
        """
        ...

    def close(self) -> None:
        """Give back what was kept open."""
        ...


class Waker(Protocol):
    """Tells a waiting program that there is something for it to do; a hint, which may get lost."""

    def wake(self) -> None:
        """Send the hint; never raises."""
        ...


class SettleLock(Protocol):
    """At most one settler for each store; the kernel frees the lock when its holder dies."""

    def acquire(self) -> bool:
        """Take the lock if it is free; say whether it is ours now."""
        ...

    def wait(self, won: Callable[[], None]) -> None:
        """Wait for it beside the caller's work; ``won`` is called, in some thread, once ``acquire`` will have it."""
        ...

    def release(self) -> None:
        """Give it back, and wait for it no longer."""
        ...

    def mark(self, rows: Sequence[int]) -> None:
        """Write down which inbound rows are about to be settled; an empty sequence says that none are."""
        ...

    def unfinished(self) -> list[int]:
        """The rows that a holder who died had written down."""
        ...


@dataclass(frozen=True, slots=True)
class MapRow:
    """One row of the mail server's map: a recipient address that is ours, or a whole domain.

    ``local`` is "" for the row of a domain itself, and "*" for what takes all that no other recipient of a dedicated
    domain takes.  ``active`` False removes the row from the map; ``refused`` says that not even that one takes it.
    """

    domain: str
    local: str
    dedicated: bool
    active: bool
    generation: int
    refused: bool = False


class MapFile(Protocol):
    """The small file that the mail server reads; a copy of what the store says, never a second truth."""

    def generation(self) -> int:
        """The generation that the file has followed to; 0 for a new file."""
        ...

    def apply(self, rows: Iterable[MapRow], generation: int) -> None:
        """Bring the rows in and set the generation, in one transaction."""
        ...

    def rebuild(self, rows: Iterable[MapRow], generation: int) -> None:
        """Put the rows in place of everything, in one transaction, whatever generation the file stood at."""
        ...

    def takes(self, address: str) -> bool:
        """Say whether the mail server, which asks this file, takes mail to the address."""
        ...


Raw = bytes | BinaryIO
"""A message as it came, with LF line ends: bytes or, beyond 1 MB, an open file that holds it and nothing else."""

End = Literal["whole", "processor", "memory", "fault", "clock", "outside", "error"]
"""How the reading of a mail ended: well; by a limit or a fault signal, for which the mail can be blamed; by the clock
or from outside, for which it cannot; by an exception in our own code."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader said of a mail before it ended; ``message`` None where it said nothing."""

    message: Message | None
    end: End
    detail: str = ""


class Readers(Protocol):
    """Processes that read mail: what a stranger's bytes do to them, they do to nobody else.  Not thread-safe."""

    def room(self) -> bool:
        """Say whether one more mail would be begun soon."""
        ...

    def begin(self, key: int, mail: Callable[[], Raw], size: int, *, alone: bool = False) -> None:
        """Have a mail of ``size`` bytes read; ``alone`` in the slow lane, in a process that reads nothing else.

        ``mail`` opens it when its turn comes, and once more where it has to be read anew.
        """
        ...

    @property
    def busy(self) -> bool:
        """Whether anything is being read, or waits for it."""
        ...

    def slow(self) -> frozenset[int]:
        """The keys of the mails in the slow lane: younger ones may overtake them."""
        ...

    def ended(self, seconds: float, wake: int | None = None) -> list[tuple[int, Reading]]:
        """Return what was read to its end, after at most so many seconds, or as soon as ``wake`` can be read from.

        Each key once; to be asked often while mails are read, for it enforces the limits.  Raises TempFail where no
        reader can be started, and what ``mail`` raises.
        """
        ...

    def close(self) -> list[int]:
        """End all readers; return the keys of the mails that they were at work on."""
        ...


class Viewer(Protocol):
    """Draws files, each in a process of its own: what a stranger's bytes do to it, they do to nobody else."""

    def draw(self, content: bytes, sheet: Sheet) -> Picture | NoPicture:
        """Return a page of a file as a picture; waits for seconds at most, and never raises for what the bytes say."""
        ...


@dataclass(frozen=True, slots=True)
class Scanned:
    """What the virus scanner says of a mail; ``text`` the virus, or why it does not answer."""

    verdict: Literal["clean", "infected", "too large", "dead"]
    text: str = ""


class Scanner(Protocol):
    """Looks for viruses in mails."""

    def scan(self, raw: Raw) -> Scanned:
        """Return what it says of a mail; waits for seconds at most, and never raises."""
        ...


class Acceptor(Protocol):
    """What an entrance hands a message to: it is kept once the future says so."""

    def accept(self, envelopes: Sequence[Envelope], raw: Raw) -> Future[Sequence[bool]]:
        """Queue the message for the next commit, and return at once.

        The future's result has one entry for each envelope, in their order: True where it is committed, False where
        it is to be tried again.  An exception in it says so of all.  The entrance cancels the future when it gives up
        waiting, so whoever commits asks `set_running_or_notify_cancel` first.  The file is the caller's: it is closed
        once the future is done.
        """
        ...


class Incoming(Protocol):
    """The folder in which the pipe program leaves mail when no listener runs."""

    def waiting(self) -> Iterator[str]:
        """Names of the files that are complete, oldest first."""
        ...

    def open(self, name: str) -> tuple[Envelope, Raw] | None:
        """Envelope and message of one file; None where it holds neither, and has been set aside."""
        ...

    def remove(self, *names: str) -> None:
        """Remove files whose messages are committed."""
        ...


@dataclass(frozen=True, slots=True)
class Caught:
    """A copy that the catcher of the demo took: its envelope, and its bytes as they would have left."""

    name: str
    caught_at: int
    return_path: str
    recipients: tuple[str, ...]
    data: bytes


class Catcher(Protocol):
    """Where the copies of the demo are kept to be looked at, instead of being sent."""

    def caught(self, most: int) -> list[Caught]:
        """The newest copies, newest first."""
        ...

    def get(self, name: str) -> Caught | None:
        """One copy by its name; None for a name that is none, whatever it holds."""
        ...


DnsType = Literal["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "TLSA", "TXT"]


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """The records of one name and type.

    ``name`` is the name that has them, at the end of all CNAME records.  ``values`` are as a zone file shows them, in
    lower case and without final dots; of a TXT record the text, its pieces joined and its case kept.  The answer may be
    relied on until ``expires_at``.
    """

    name: str
    values: tuple[str, ...]
    expires_at: int


@dataclass(frozen=True, slots=True)
class NoSuchName:
    """The name does not exist (NXDOMAIN), or is none that could."""


@dataclass(frozen=True, slots=True)
class NoData:
    """The name exists, and has no record of that type."""


@dataclass(frozen=True, slots=True)
class DnsFailure:
    """Nobody knows now: no server answered in time, or each one failed.  ``text`` says what they did.

    It must never be taken for an answer: a domain whose DNS is down has not withdrawn its records.
    """

    text: str


DnsResult = DnsAnswer | NoSuchName | NoData | DnsFailure


class Resolver(Protocol):
    """Asks the DNS."""

    def query(self, name: str, kind: DnsType) -> DnsResult:
        """Return what the DNS has for a name and a type; waits for seconds at most, and never raises."""
        ...


@dataclass(frozen=True, slots=True)
class ZoneServer:
    """One authoritative server of a zone: its name, and an address at which it is asked."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone that holds a name, with its servers; a server without an address has ""."""

    name: str
    servers: tuple[ZoneServer, ...]


class Zones(Resolver, Protocol):
    """Asks the DNS, and the servers of a zone themselves."""

    def zone_of(self, name: str) -> Zone | DnsFailure:
        """Return the zone that a name lies in; waits for seconds at most, and never raises."""
        ...

    def ask(self, server: ZoneServer, name: str, kind: DnsType) -> DnsResult:
        """Return what this very server says; waits for seconds at most, and never raises."""
        ...


class Machine(Protocol):
    """What can be seen of this machine: which of our programs run, and what room is left."""

    def listener_answers(self) -> bool:
        """Say whether the listener takes connections."""
        ...

    def sender_runs(self) -> bool:
        """Say whether a sender is at work."""
        ...

    def listener_since(self) -> int | None:
        """Return since when the listener runs, in milliseconds since 1970, or was last seen; None where none says."""
        ...

    def sender_since(self) -> int | None:
        """Return since when the sender runs, or was last seen; None where none says."""
        ...

    def spooled(self) -> int:
        """Return how many files of mail wait for a listener."""
        ...

    def spooled_since(self) -> int | None:
        """Return since when the oldest of them waits; None where none does."""
        ...

    def mail_log_readable(self) -> bool | None:
        """Say whether the mail server's log can be read, by which mail that left is followed; None where none is."""
        ...

    def free_bytes(self) -> int:
        """Return how many bytes are free where the store lies."""
        ...

    def largest_mail(self) -> int | None:
        """Return how many bytes a mail may have that the mail server takes; None where it does not tell."""
        ...
