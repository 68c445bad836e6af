"""What a mail server says of a mail in the field that it wrote on top, where it says nothing by XFORWARD.

Exim's LMTP client knows no XFORWARD; Postfix's tells of mail that came from a client, and not of its own reports.

Only the topmost Received counts, and only of a mail that came over a socket whose other end is known to be the mail
server: it wrote that field itself (RFC 5321, 4.4).  Nothing else of the mail is looked at.
"""

from __future__ import annotations

import re
from typing import BinaryIO, Final

from weftmail.core.limits import RECEIVED_SIZE

HEAD: Final = 4 * RECEIVED_SIZE
"""So many bytes are looked at: fields of the server's own checks may stand above the Received."""

_TOPMOST: Final = re.compile(rb"(?:\A|\n)received:((?:[^\n]|\n[ \t])*)", re.IGNORECASE)
_EXIM: Final = re.compile(rb"\s\(Exim [0-9][^()\s]*\)\s")
_POSTFIX: Final = re.compile(rb"\s*by [A-Za-z0-9._-]+ \(Postfix(?:, from userid \d+)?\)\s+id ([0-9A-Za-z]{5,20});")
_CLIENT: Final = re.compile(rb"\s*from (?:[A-Za-z0-9._-]+ \()?\[([0-9A-Fa-f:.]{2,45})\]")
_ID: Final = re.compile(rb"\sid ([0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4})(?=\s+for\s|;)")


def read(raw: bytes | BinaryIO) -> tuple[str, str]:
    """Return the queue id of Exim or Postfix and the client's address, each "" where the field does not tell.

    ``raw`` is the mail with LF line ends; a file is left at its beginning.
    """
    found = _TOPMOST.search(_head(raw))
    field = found[1] if found is not None and len(found[1]) <= RECEIVED_SIZE else b""
    if (posted := _POSTFIX.match(field)) is not None:
        return posted[1].decode("ascii"), ""
    if _EXIM.search(field) is None:
        return "", ""
    # A stranger's words come before Exim's own: the last one is its.
    ids, client = _ID.findall(field), _CLIENT.match(field)
    return ids[-1].decode("ascii") if ids else "", client[1].decode("ascii") if client is not None else ""


def _head(raw: bytes | BinaryIO) -> bytes:
    if isinstance(raw, bytes):
        return raw[:HEAD]
    raw.seek(0)
    head = raw.read(HEAD)
    raw.seek(0)
    return head
