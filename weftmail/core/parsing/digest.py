"""The hash by which two hand-overs of one mail are known to be one mail.

The same mail may come by the pipe (LF line ends, the server's own trace fields on top) and by LMTP (CRLF), once more
after a lost answer, or with one empty line more at its end where a delivery agent wrote it to a file.  None of that
is the mail's own; what its author wrote is: the fields below, unfolded, and the body.
"""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from weftmail.core.parsing import source, transfer
from weftmail.core.parsing.block import HeaderBlock

_FIELDS = ("from", "to", "cc", "subject", "date", "message-id")


def content_hash(raw: bytes | BinaryIO, top: HeaderBlock) -> str:
    """Return the hex SHA-256 over From, To, Cc, Subject, Date, Message-ID, Content-* and the body.

    ``top`` is the header block of ``raw``.  Without a Message-ID or a Date two mails of one text would be one; then the
    topmost Received field, which holds the mail server's own queue id, joins in.
    """
    state = _Body(_significant(top))
    for piece in source.chunks(raw, top.end):
        state.feed(piece)
    return state.close()


_SIGNED = ("from", "date", "subject")
_WHITE = b" \t\r\n"


def signed_hash(raw: bytes | BinaryIO, top: HeaderBlock) -> str:
    """Return the hex SHA-256 over what every signature that counts covers: From, Date, Subject and the body.

    Blanks do not count, as a signature may leave them free.  Whoever hands a signed mail in again can change nothing
    else of this, but everything else of the mail.
    """
    sha = hashlib.sha256()
    for name in _SIGNED:
        for value in top.values(name):
            sha.update(b"%b:%b\n" % (name.encode(), transfer.octets(value).translate(None, _WHITE)))
    for piece in source.chunks(raw, top.end):
        sha.update(piece.translate(None, _WHITE))
    return sha.hexdigest()


class _Body:
    """The body without what a way in may change: the kind of its line ends, and empty lines at its end."""

    def __init__(self, head: bytes) -> None:
        self.sha = hashlib.sha256(head)
        self.cr = b""
        self.held = 0

    def feed(self, piece: bytes) -> None:
        piece = self.cr + piece
        self.cr = b"\r" if piece.endswith(b"\r") else b""
        self._lines(piece[: len(piece) - len(self.cr)].replace(b"\r\n", b"\n"))

    def close(self) -> str:
        self._lines(self.cr)
        return self.sha.hexdigest()

    def _lines(self, piece: bytes) -> None:
        kept = piece.rstrip(b"\n")
        if kept:
            self.sha.update(b"\n" * self.held + kept)
            self.held = 0
        self.held += len(piece) - len(kept)


def _significant(top: HeaderBlock) -> bytes:
    """Return the fields that count, unfolded, in a fixed order of names."""
    fields: dict[str, list[bytes]] = {}
    for one in top.fields:
        fields.setdefault(one.name, []).append(transfer.octets(one.value))
    names = list(_FIELDS) + sorted(name for name in fields if name.startswith("content-"))
    chosen = [(name, value) for name in names for value in fields.get(name, [])]
    if not fields.get("message-id") or not fields.get("date"):
        chosen += [("received", value) for value in fields.get("received", [])[:1]]
    return b"".join(b"%b:%b\n" % (name.encode(), b" ".join(value.split())) for name, value in chosen) + b"\n"
