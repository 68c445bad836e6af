"""One Received field, read for what a mail server writes there of its client (RFC 5321, 4.4).

The forms of Postfix, Sendmail, OpenSMTPD, Exim and amavis are known.  HELO is the client's own word and may hold what
looks like a clause, so that a field of any other form tells nothing.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final

from weftmail.core.limits import RECEIVED_SIZE

_FOLD: Final = re.compile(r"[ \t]*\r?\n[ \t]+|[ \t]{2,}|\t")
# Comments about TLS may quote a client's certificate, so they are matched with their nesting.
_COMMENT: Final = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_WORD: Final = r"[^\s()<>\\\";@]+"
_IP: Final = r"\[(?:IPv6:)?(?P<ip>[0-9A-Fa-f:.]+)\]"
_BY: Final = r"by (?P<by>[A-Za-z0-9._-]+)(?=[ ;]|$)"
# Postfix, Sendmail, OpenSMTPD: what the client said, then what the DNS says of it and its address.
_HELO_FIRST: Final = re.compile(
    rf"from (?P<helo>{_WORD}) \((?:{_WORD}@)?(?P<name>[A-Za-z0-9._-]+) {_IP}(?: \(may be forged\))?\) (?P<rest>.*)",
    re.S,
)
# Exim and amavis: the address in brackets, with HELO behind it where it is another name.
_NAME_FIRST: Final = re.compile(
    rf"from (?P<name>[A-Za-z0-9._-]+) \({_IP}(?::\d+)?(?: helo=(?P<helo>{_WORD}))?(?: ident=[^\s()]+)?\) (?P<rest>.*)",
    re.S,
)
_ADDRESS_ALONE: Final = re.compile(
    rf"from {_IP}(?::\d+)? (?:\((?:port=\d+ )?helo=(?P<helo>{_WORD})(?: ident=[^\s()]+)?\) )?(?P<rest>.*)", re.S
)
_REST: Final = re.compile(rf"(?:{_COMMENT} )*{_BY}", re.S)
_ANY: Final = re.compile(rf"(?:from [^\s()<>\\\";]+ )?(?:{_COMMENT} )*{_BY}", re.S)
_POSTFIX: Final = re.compile(
    rf"(?P<tls>(?:\((?:using |Client |No client )(?:[^()]|{_COMMENT})*\) )*)"
    r"(?:\(Authenticated sender: (?P<login>[^\s()\\\"<>;,]+)\) )?"
    r"by [A-Za-z0-9._-]+ \([A-Za-z0-9 ./_-]+\) with (?P<protocol>[A-Z0-9]+) id (?P<queue>[A-Za-z0-9]+)(?:;| for <)"
)
_WITH_LOGIN: Final = frozenset({"ESMTPA", "ESMTPSA", "UTF8SMTPA", "UTF8SMTPSA"})
_QUEUE: Final = re.compile(r" id (?P<queue>[A-Za-z0-9-]+)(?=;| |$)")
_HELO: Final = re.compile(r"from (?P<helo>[^\s()<>\\\";]+) ")


@dataclass(frozen=True, slots=True)
class ReceivedField:
    """What one mail server wrote when it took the mail; each is "" where the field does not tell.

    ``by`` is its own name, ``client`` the address of who handed the mail over, in its shortest form.  ``login`` is the
    name under which it was submitted (RFC 4954), as Postfix tells it.  ``queue_id`` stands in Postfix's form alone.
    """

    by: str
    client: str = ""
    helo: str = ""
    login: str = ""
    queue_id: str = ""


def read(value: str) -> ReceivedField | None:
    """Return what a Received field tells; None where not even its server can be made out.  Never raises."""
    if len(value) > RECEIVED_SIZE:
        return None
    text = unfolded(value)
    for form in (_HELO_FIRST, _NAME_FIRST, _ADDRESS_ALONE):
        found = form.match(text)
        if found is not None:
            return _with_client(found)
    server = _ANY.match(text)
    return None if server is None else ReceivedField(server["by"], helo=_helo(text))


def unfolded(value: str) -> str:
    """Return a field's value on one line, each run of blanks as one."""
    return _FOLD.sub(" ", value.strip())


def _with_client(found: re.Match[str]) -> ReceivedField | None:
    server = _REST.match(found["rest"])
    if server is None:
        return None
    groups = found.groupdict()
    helo = groups["helo"] or groups.get("name") or ""
    postfix = _POSTFIX.match(found["rest"])
    if postfix is None:
        return ReceivedField(server["by"], _canonical(found["ip"]), helo)
    login = postfix["login"] if postfix["protocol"] in _WITH_LOGIN else None
    return ReceivedField(server["by"], _canonical(found["ip"]), helo, login or "", postfix["queue"])


def _helo(text: str) -> str:
    found = _HELO.match(text)
    return found["helo"] if found is not None else ""


def _canonical(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)
