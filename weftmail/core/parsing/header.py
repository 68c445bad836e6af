"""Header fields: from what stands in a message to clean text, addresses, identifiers, times (RFC 5322, 2047, 2231).

Every function takes a field's value as the parser keeps it (bytes above 127 as lone surrogates) and never raises.
No CR, LF, control character, lone surrogate or direction override leaves this module.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator
from email.utils import parsedate_tz
from functools import lru_cache
from itertools import islice

from weftmail.core.address import Mailbox
from weftmail.core.limits import FIELD_ADDRESSES, FIELD_SIZE, QUOTED_NAME
from weftmail.core.parsing import charset, transfer
from weftmail.core.parsing.encoded_words import decode_words, letters_of

_LINE_ENDS = re.compile(r"[\r\n]+")
# CR, LF and the line separators of Unicode become blanks; what steers a terminal or turns the direction of writing
# round goes away.  The plain direction marks stay: Hebrew and Arabic need them.
_BLANKS = re.compile("[\t\n\u000b\f\r\u0085\u2028\u2029 ]+")
_STEERING = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
_LINES_LOOKED_AT = 50
_ID = re.compile(r"<([^<>]{1,2000})>")
_SPACE = re.compile(r"\s+")
# A quoted value ends before the next semicolon; one with quotation marks of its own ends at the last before it.
_PARAMETER = re.compile(
    r";\s*([\w!#$&+.^-]{1,60})(\*[0-9]{1,3})?(\*)?\s*=\s*+(\"(?:[^\"\\]|\\.)*+\"(?=\s*+(?:;|$))|\"[^\"]*+$|[^;]*)",
    re.S,
)
_ESCAPED = re.compile(r"\\([\"\\])")
_EXTENDED, _WHOLE = -2, -1
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_BEYOND_ASCII = re.compile(rb"%[89A-Fa-f][0-9A-Fa-f]")


def unfold(value: str) -> str:
    """Return the value on one line, its bytes as they are, cut at 64 KB."""
    return _LINE_ENDS.sub("", value[:FIELD_SIZE]).strip()


def clean(text: str) -> str:
    """Return ``text`` on one line, blanks run together, nothing in it that steers a terminal or a page."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return _BLANKS.sub(" ", _STEERING.sub("", text)).strip()


def text(value: str, label: str = "") -> str:
    """Return a field of words as people read it: encoded words and raw 8-bit letters decoded.

    ``label`` is the charset to try for raw letters that are not UTF-8; the body's own is the likeliest.
    """
    if not value:
        # Of the fields that are asked for hardly any stands in a mail.
        return ""
    value = unfold(value)
    if value.isascii() and "=?" not in value and "\x1b" not in value:
        return clean(value)
    return clean(decode_words(value, label))


def trace(value: str) -> str:
    """Return a field that a mail server wrote, on one line; encoded words in it stand as they are.

    A mail server names what strangers told it, such as HELO and addresses, and never encodes anything: what looks like
    an encoded word there was put in by a stranger, and may hold a whole clause in the mail server's own words.
    """
    return clean(transfer.octets(unfold(value)).decode("utf-8", "replace"))


def raw_letters(values: Iterable[str]) -> bytes:
    """Return the lines of a header that hold letters beyond ASCII, as bytes: what its charset can be told by."""
    found = (transfer.octets(value[:FIELD_SIZE]) for value in values if not value.isascii())
    return b"\n".join(islice(found, _LINES_LOOKED_AT))


def identifiers(value: str, bare: bool = False) -> tuple[str, ...]:
    """Return the message identifiers of a field in order, each as ``<...>``, without blanks.

    Words and comments between them are passed over.  Where no angle bracket stands at all, words with an ``@`` are
    taken for identifiers; with ``bare`` every word is.  Programs encode fields of them as if they were words.
    """
    line = unfold(value)
    if "=?" in line:
        # Some programs encode whatever is long; both sides of a comparison are read the same way.
        line = decode_words(line)
    found = [_SPACE.sub("", inner) for inner in _ID.findall(line)]
    if not found:
        words = (word.strip("<>\"'()[],;") for word in line.split())
        found = [word for word in words if "@" in word or bare]
    return tuple(f"<{ident}>" for ident in (clean(letters_of(each)).replace(" ", "") for each in found) if ident)


def date(value: str) -> int | None:
    """Return milliseconds since 1970, UTC, or None for what is no date."""
    parts = parsedate_tz(clean(letters_of(unfold(value[:200]))))
    if parts is None or not 1970 <= parts[0] <= 9999 or not (1 <= parts[1] <= 12 and 1 <= parts[2] <= 31):
        return None
    if not (0 <= parts[3] <= 24 and 0 <= parts[4] <= 60 and 0 <= parts[5] <= 61) or abs(parts[9] or 0) > 86_400:
        return None
    seconds = calendar.timegm((*parts[:6], 0, 0, 0)) - (parts[9] or 0)
    return seconds * 1000 if seconds >= 0 else None


def parameters(value: str, label: str = "") -> tuple[str, dict[str, str]]:
    """Return what stands before the first semicolon, in lower case, and the parameters by lower-case name.

    RFC 2231 (charset, language, continuations in any order), encoded words where they do not belong, raw 8-bit
    letters and quotation marks within quoted ones are all read.  Of a parameter that is given twice the first counts.
    ``label`` as for ``text``.
    """
    # A part is asked for its type again and again, and most parts have the same.
    head, found = _parameters(value, label) if len(value) <= _KEPT else _parameters.__wrapped__(value, label)
    return head, found.copy()


_KEPT = 500
"""The values that are no longer than this are remembered for a while."""


@lru_cache(maxsize=256)
def _parameters(value: str, label: str) -> tuple[str, dict[str, str]]:
    line = unfold(value)
    head, _, _ = line.partition(";")
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(line, len(head)):
        number = int(match[2][1:]) if match[2] else _EXTENDED if match[3] else _WHOLE
        raw = match[4].strip()
        if raw.startswith('"'):
            raw = _ESCAPED.sub(r"\1", raw[1:].removesuffix('"'))
        elif len(raw) > 1 and raw[0] == raw[-1] == "'":
            raw = raw[1:-1]
        pieces.setdefault(match[1].lower(), {}).setdefault(number, (raw, bool(match[3])))
    return clean(head).lower(), {name: _parameter(found, label) for name, found in pieces.items()}


def _parameter(found: dict[int, tuple[str, bool]], outer: str) -> str:
    # Where a sender gives both forms, the extended one is the newer and the more exact.
    order = sorted(number for number in found if number >= 0) or [_EXTENDED if _EXTENDED in found else _WHOLE]
    label, data = "", b""
    for position, number in enumerate(order):
        raw, extended = found[number]
        if extended and position == 0 and raw.count("'") >= 2:
            label, _, raw = raw.split("'", 2)
        piece = transfer.octets(raw)
        data += _PERCENT.sub(lambda match: bytes([int(match[1], 16)]), piece) if extended else piece
    if not label and b"=?" in data:
        return text(data.decode("ascii", "surrogateescape"), outer)
    if not label and data.isascii() and _BEYOND_ASCII.search(data):
        data = _percent_encoded(data)
    return clean(charset.decode(data, label, likely=outer, sparing=True)[0])


def _percent_encoded(data: bytes) -> bytes:
    """Return UTF-8 that was written as in an address, though nothing says so; any other text as it is."""
    found = _PERCENT.sub(lambda match: bytes([int(match[1], 16)]), data)
    try:
        found.decode("utf-8")
    except UnicodeDecodeError:
        return data
    return found


_TOKEN = re.compile(
    r"(?P<word>=\?[\w.:()+*-]{1,60}\?[bBqQ]\?[^?]{0,4000}\?=)"
    r"|(?P<angle><[^<>]*>)"
    r"|(?P<mark>[,;:()<>])"
    r"|(?P<blank>\s+)"
    r'|(?P<atom>[^\s,;:()<>"=]+|["=])',
    re.S,
)
_CLOSING = re.compile(r'(?<!\\)(?:\\\\)*+"')
_SIMPLE = re.compile(r'\s*(?:"([^"\\]*)"|([\w .-]*))\s*<([^<>\s@",;:()]+@[^<>\s@",;:()]+)>\s*', re.A)
_LOCAL = re.compile(r"[A-Za-z0-9._+-]+")
_AROUND_AT = re.compile(r"\s*@\s*")


def mailboxes(value: str, label: str = "") -> tuple[Mailbox, ...]:
    """Return the mailboxes of an address field, in order.

    The structure is read first and words are decoded after it, so that no comma, angle bracket or ``@`` inside an
    encoded word or a quoted string ever counts; an encoded word inside an address stays as it is.  A word without
    any address is kept as a name with an empty address; a name that says the address once more is none.  ``label`` as
    for ``text``.
    """
    return tuple(map(_named, _mailboxes(_SPACE.sub(" ", unfold(value)), label)))


def _named(box: Mailbox) -> Mailbox:
    """Return the mailbox without a name that only says its address once more, as some programs write it."""
    bare = box.name.strip(" '\"<>()[]").removeprefix("mailto:")
    return Mailbox("", box.address) if box.address and bare.casefold() == box.address.casefold() else box


def _mailboxes(line: str, label: str) -> tuple[Mailbox, ...]:
    simple = _SIMPLE.fullmatch(line)
    if simple and "=?" not in line and line.isascii():
        return (Mailbox(clean(simple[1] or simple[2] or ""), clean(simple[3])),)
    found = _List(line, label).read()
    if "@" not in line and "=?" in line and not any(box.address for box in found):
        # The whole list was put into encoded words, against the standard; better read than lost.
        return _List(decode_words(line).encode("utf-8", "replace").decode("ascii", "surrogateescape")).read()
    return found


def names_plainly(value: str) -> bool:
    """Say whether every reader of an address field finds the same in it: no group, nothing encoded for an address."""
    line = _SPACE.sub(" ", unfold(value))
    depth, signs = 0, 0
    for kind, raw in _tokens(line):
        depth = max(0, depth + (raw == "(") - (raw == ")"))
        if not depth and kind == "mark" and raw in ":;":
            return False
        if kind in ("atom", "mark") and "<" in raw and not depth:
            return False
        signs += kind in ("angle", "atom") and not depth and "@" in raw
    return signs > 0


def _tokens(line: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of each token; a quotation mark without another one behind it is a word."""
    at, closing = 0, -1
    while at < len(line):
        if line[at] == '"':
            if closing <= at:
                found = _CLOSING.search(line, at + 1)
                closing = found.end() - 1 if found else len(line)
            if closing - at <= QUOTED_NAME and closing < len(line):
                yield "quoted", line[at : closing + 1]
                at = closing + 1
                continue
        token = _TOKEN.match(line, at)
        kind, raw = (token.lastgroup, token[0]) if token else ("atom", line[at])
        yield kind or "atom", raw
        at += len(raw)


class _List:
    """One pass over an address list (RFC 5322, 3.4, and what comes instead of it)."""

    def __init__(self, line: str, label: str = "") -> None:
        self.label = label
        self.line = line
        self.boxes: list[Mailbox] = []
        self.words: list[str] = []
        self.at = False
        """An @ stands in the words."""
        self.comments: list[str] = []
        self.address: str | None = None
        self.before: list[str] = []

    def read(self) -> tuple[Mailbox, ...]:
        depth, comment = 0, []
        for kind, raw in _tokens(self.line):
            if raw == "(":
                depth += 1
            if depth:
                comment.append(raw)
                if raw == ")":
                    depth -= 1
                if not depth:
                    self.comments.append("".join(comment[1:-1]))
                    comment.clear()
                continue
            if kind == "angle":
                self._angle(raw[1:-1])
            elif raw in ",;":
                self._end()
            elif raw == ":" and self.address is None and not self.at:
                self.words.clear()
                self.before.clear()
            else:
                self.words.append(raw)
                self.at = self.at or "@" in raw
            if len(self.boxes) >= FIELD_ADDRESSES:
                return tuple(self.boxes)
        self._end()
        self._keep_name()
        return tuple(self.boxes)

    def _angle(self, inner: str) -> None:
        if not inner.strip():
            return
        if self.address:
            # Two addresses behind one name are two mailboxes: whoever reads only one of them can be deceived.
            self._end()
        inner = inner.strip()
        if inner.startswith("@"):
            # A route (RFC 5322, 4.4): obsolete, and nobody's address.
            _, colon, behind = inner.partition(":")
            inner = behind if colon else inner
        self.address = _AROUND_AT.sub("@", inner)

    def _end(self) -> None:
        address = self.address
        words = "".join(self.words).strip()
        if address is None and "@" in words:
            address, words = _bare(words)
        if address is None:
            if words:
                self.before.append(words)
        elif address or words:
            # "Ek, Karin <karin@...>" without quotation marks: the comma belongs to the name.
            name = ", ".join((*self.before, words)) if words else words
            if not words:
                self._keep_name()
            self._add(name or " ".join(self.comments), address)
            self.before.clear()
        self.words.clear()
        self.at = False
        self.comments.clear()
        self.address = None

    def _keep_name(self) -> None:
        if self.before:
            self._add(", ".join(self.before), "")
            self.before.clear()

    def _add(self, name: str, address: str) -> None:
        if not address and _LOCAL.fullmatch(name):
            # A name on its own machine, such as the MAILER-DAEMON of a local bounce.
            name, address = "", name
        address = clean(letters_of(address)).removeprefix("mailto:")
        self.boxes.append(Mailbox(_phrase(name, self.label), address))


def _bare(words: str) -> tuple[str, str]:
    """Part a chunk without angle brackets into the address and what stands around it."""
    squeezed = _AROUND_AT.sub("@", words)
    if not _SPACE.search(squeezed) or squeezed.startswith('"'):
        return squeezed.lstrip("<"), ""
    pieces = squeezed.split()
    at = next(index for index, piece in enumerate(pieces) if "@" in piece)
    return pieces[at].strip("[]'<"), " ".join(pieces[:at] + pieces[at + 1 :])


def _phrase(raw: str, label: str) -> str:
    """Return a display name as people read it, out of its quotation marks."""
    words = raw.strip()
    if words.startswith('"') and words.endswith('"') and len(words) > 1 and '"' not in words[1:-1].replace('\\"', ""):
        words = _ESCAPED.sub(r"\1", words[1:-1])
    name = text(words, label)
    if len(name) > 1 and name[0] == name[-1] == "'":
        name = name[1:-1]
    return name


def keyword(value: str) -> str:
    """Return the keyword that a field such as Auto-Submitted begins with, in lower case, or "" (RFC 3834, 5)."""
    return text(value).partition(";")[0].partition(" ")[0].strip().lower()
