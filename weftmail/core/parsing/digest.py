"""The hash by which two hand-overs of one mail are known to be one mail.

The same mail may come by the pipe (LF line ends, the server's own trace fields on top) and by LMTP (CRLF), once more
after a lost answer, or with one empty line more at its end where a delivery agent wrote it to a file.  None of that
is the mail's own; what its author wrote is: the fields below, unfolded, and the body.
"""

from __future__ import annotations

import hashlib
import re
from typing import BinaryIO

from weftmail.core.limits import HEADER_SIZE
from weftmail.core.parsing import source

_FIELDS = (b"from", b"to", b"cc", b"subject", b"date", b"message-id")
_BLANKS = re.compile(rb"\s+")


def content_hash(raw: bytes | BinaryIO) -> str:
    """Return the hex SHA-256 over From, To, Cc, Subject, Date, Message-ID, Content-* and the body.

    Without a Message-ID or a Date two mails of one text would be one; then the topmost Received field, which holds
    the mail server's own queue id, joins in.
    """
    state = _State()
    for piece in source.chunks(raw):
        state.feed(piece)
    return state.close()


class _State:
    """Header until the first empty line, body after it; memory stays at one piece and one header."""

    def __init__(self) -> None:
        self.sha = hashlib.sha256()
        self.head: list[bytes] | None = []
        self.size = 0
        self.cr = b""
        self.held = 0

    def feed(self, piece: bytes) -> None:
        piece = self.cr + piece
        self.cr = b"\r" if piece.endswith(b"\r") else b""
        piece = piece[: len(piece) - len(self.cr)].replace(b"\r\n", b"\n")
        if self.head is None:
            self._body(piece)
            return
        self.head.append(piece)
        self.size += len(piece)
        # The blank line may be split over two pieces, hence the last two of them are looked at together.
        if b"\n\n" in b"".join(self.head[-2:]) or self.size > HEADER_SIZE:
            self._end_header()

    def close(self) -> str:
        if self.head is not None:
            self._end_header()
        self._body(self.cr)
        return self.sha.hexdigest()

    def _end_header(self) -> None:
        head, _, body = b"".join(self.head or ()).partition(b"\n\n")
        self.head = None
        self.sha.update(_significant(head))
        self._body(body)

    def _body(self, piece: bytes) -> None:
        kept = piece.rstrip(b"\n")
        if kept:
            self.sha.update(b"\n" * self.held + kept)
            self.held = 0
        self.held += len(piece) - len(kept)


def _significant(head: bytes) -> bytes:
    """Return the fields that count, unfolded, in a fixed order of names."""
    fields: dict[bytes, list[bytes]] = {}
    for line in re.split(rb"\n(?![ \t])", head):
        name, colon, value = line.partition(b":")
        if colon:
            fields.setdefault(name.strip().lower(), []).append(_BLANKS.sub(b" ", value).strip())
    names = list(_FIELDS) + sorted(name for name in fields if name.startswith(b"content-"))
    chosen = [(name, value) for name in names for value in fields.get(name, [])]
    if not fields.get(b"message-id") or not fields.get(b"date"):
        chosen += [(b"received", value) for value in fields.get(b"received", [])[:1]]
    return b"".join(name + b":" + value + b"\n" for name, value in chosen) + b"\n"
