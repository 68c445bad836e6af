"""The catcher of the demo: a Maildir in place of a mail server, behind the same contract; any mail program reads it.

Each copy is one file, written in tmp/, synced, and renamed into new/.  Its envelope stands in two fields on top, with
LF line ends as Maildirs have them; what is given out again is the mail as it would have left, byte for byte.
"""

from __future__ import annotations

import itertools
import os
import re
import time
from collections.abc import Iterator, Sequence

from weftmail.core.address import BadAddress
from weftmail.core.composing.fields import sendable_address
from weftmail.core.ports import Caught, Deferred, Outcome, Refused, Sent

_FROM = "X-Weftmail-Return-Path: "
_TO = "X-Weftmail-Recipients: "
_NAME = re.compile(r"([0-9]{10,11})\.M([0-9]{6})P[0-9]+Q[0-9]+\.weftmail")


class Maildir:
    """A Submitter that keeps what it gets, and a Catcher that shows it."""

    def __init__(self, folder: str) -> None:
        """``folder`` is made, with its three parts, when the first copy comes."""
        self._folder = folder
        self._count = itertools.count(1)

    def submit(self, return_path: str, recipients: Sequence[str], data: bytes) -> dict[str, Outcome]:
        """Keep one copy; Handed for every address that is one, Deferred where the disk does not take it."""
        outcomes: dict[str, Outcome] = {}
        good: list[str] = []
        for recipient in recipients:
            try:
                sendable_address(recipient)
                good.append(recipient)
            except BadAddress as error:
                outcomes[recipient] = Refused(f"5.1.3 {error}")
        try:
            sender = sendable_address(return_path) if return_path else ""
            if good:
                name = self._keep(f"{_FROM}<{sender}>\n{_TO}{' '.join(good)}\n".encode(), data)
                outcomes |= dict.fromkeys(good, Sent(f"250 2.0.0 kept as {name}"))
        except BadAddress as error:
            outcomes |= dict.fromkeys(good, Refused(f"5.1.7 {error}"))
        except OSError as error:
            outcomes |= dict.fromkeys(good, Deferred(f"4.3.1 {error.strerror}"))
        return outcomes

    def close(self) -> None:
        """Nothing is kept open."""

    def caught(self, most: int) -> list[Caught]:
        """Return the newest copies, newest first."""
        names = sorted(self._files(), reverse=True)[:most]
        return [one for one in (self.get(name) for name in names) if one is not None]

    def get(self, name: str) -> Caught | None:
        """Return one copy by its name; None for a name that is none, whatever it holds."""
        found = _NAME.fullmatch(name)
        path = self._files().get(name) if found else None
        if found is None or path is None:
            return None
        try:
            with open(path, "rb") as file:
                first, second, data = (*file.read().split(b"\n", 2), b"", b"")[:3]
        except FileNotFoundError:
            # A mail program has just moved it.
            return None
        return Caught(
            name=name,
            caught_at=int(found[1]) * 1000 + int(found[2]) // 1000,
            return_path=first.decode("utf-8", "replace").removeprefix(_FROM).strip("<>"),
            recipients=tuple(second.decode("utf-8", "replace").removeprefix(_TO).split()),
            data=data.replace(b"\n", b"\r\n"),
        )

    def _keep(self, envelope: bytes, data: bytes) -> str:
        for part in ("tmp", "new", "cur"):
            os.makedirs(os.path.join(self._folder, part), mode=0o700, exist_ok=True)
        seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
        name = f"{seconds}.M{nanoseconds // 1000:06}P{os.getpid()}Q{next(self._count)}.weftmail"
        draft = os.path.join(self._folder, "tmp", name)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(envelope + data.replace(b"\r\n", b"\n"))
                file.flush()
                os.fsync(file.fileno())
            os.rename(draft, os.path.join(self._folder, "new", name))
        except OSError:
            os.unlink(draft)
            raise
        _sync(os.path.join(self._folder, "new"))
        return name

    def _files(self) -> dict[str, str]:
        """Return the path of each copy by its name, whatever a mail program has added to it."""
        return dict(self._walk())

    def _walk(self) -> Iterator[tuple[str, str]]:
        for part in ("new", "cur"):
            place = os.path.join(self._folder, part)
            try:
                files = os.listdir(place)
            except FileNotFoundError:
                continue
            for file in files:
                name = file.partition(":")[0]
                if _NAME.fullmatch(name):
                    yield name, os.path.join(place, file)


def _sync(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
