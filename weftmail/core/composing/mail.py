"""A stored message becomes a mail: values in, bytes with CRLF out (RFC 5322, 2045 to 2049, 2183, 2387, 3834).

The mail is the same for the same values: even its boundaries come from the content.  Every leaf is ASCII on the wire,
so that only an address beyond ASCII asks for SMTPUTF8.  No text that leaves holds a reply token: whatever looks like
one is masked. The recipient's own stands in Reply-To; in the colleagues' copy also in To, and those by which they
unfollow in its foot.
"""

from __future__ import annotations

import binascii
import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from weftmail.core.address import Mailbox
from weftmail.core.composing import fields, layout, notification
from weftmail.core.composing.layout import Layout
from weftmail.core.composing.notification import Notice
from weftmail.core.composing.quoting import Quote, as_lines
from weftmail.core.parsing.header import clean
from weftmail.core.text import level
from weftmail.core.tokens.reply_token import mask

LOOP_FIELD: Final = "X-Weftmail-Loop"
"""The field by which we know our own mail when it comes back; its value names the installation."""

HOPS_FIELD: Final = "X-Weftmail-Hops"
"""How many installations made a mail, each because of the one before; no mail program repeats it in an answer."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with the mail; ``inline`` ones are shown where the HTML refers to their content id."""

    filename: str
    content_type: str
    content: bytes
    content_id: str | None = None
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """What all copies of one message share.

    ``message_id`` is the locator; ``html`` is sanitised already, None where there is only text; ``date`` is in
    milliseconds; ``to`` and ``cc`` name outsiders; ``automatic`` is what no person wrote; ``hops`` is one more than
    the mail bore that this one is sent because of.
    """

    message_id: str
    from_: Mailbox
    subject: str
    text: str
    date: int
    loop: str
    html: str | None = None
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    attachments: tuple[Attached, ...] = ()
    automatic: bool = False
    list_id: str = ""
    hops: int = 1
    replied: bool = False
    """A program answers somebody's mail with it (RFC 3834); ``automatic`` is what answers none."""
    unsubscribe: str = ""
    """The address at which one press ends that such a mail is sent."""


@dataclass(frozen=True, slots=True)
class ForOutsider:
    """One outsider's own copy: To and Cc as the message names them, no footer of ours."""

    reply_to: Mailbox
    sign_off: tuple[str, ...] = ()
    """The lines below the text: the person, the team."""
    quote: Quote | None = None
    """What it answers, below all that is new."""
    layout: Layout | None = None
    """What the company lets stand around it."""


@dataclass(frozen=True, slots=True)
class ForColleagues:
    """The copy that colleagues of one language share: To is its own reply address, named after the record."""

    reply_to: str
    notice: Notice


@dataclass(frozen=True, slots=True)
class ForOneColleague:
    """An email of notices to one colleague: nobody answers it."""

    to: Mailbox


Copy = ForOutsider | ForColleagues | ForOneColleague


@dataclass(frozen=True, slots=True)
class WrittenPart:
    """A part of a mail, or the mail: its fields, encoded and folded already, and its content with CRLF line ends."""

    fields: tuple[tuple[str, str], ...]
    content: bytes
    multipart: bool = False

    def as_bytes(self) -> bytes:
        return b"%b\r\n%b" % ("".join(f"{name}: {value}\r\n" for name, value in self.fields).encode(), self.content)


_TYPE: Final = re.compile(r"(?:application|audio|font|image|model|text|video|message)/[a-z0-9][a-z0-9.+_-]{0,126}")
_CONTROL: Final = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]")
_REPEATED: Final = re.compile(r"(?:(?:re|sv|aw|vs|antw|rv|réf)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_BLANKS: Final = re.compile(r"^ | (?= )", re.MULTILINE)
_CITE: Final = "margin:0 0 0 8px;padding:0 0 0 8px;border-left:2px solid #98a2b3"
_ONE_CLICK: Final = "List-Unsubscribe=One-Click"
_FROM: Final = re.compile(rb"^From ", re.MULTILINE)


def compose(letter: Letter, copy: Copy) -> bytes:
    """Return the mail, unsigned; raise BadAddress where From or Reply-To cannot be an address."""
    inline = [one for one in letter.attachments if one.inline and one.content_id and letter.html is not None]
    files = [one for one in letter.attachments if one not in inline]
    inline += _logo(copy)
    body = _alternatives(*_texts(letter, copy), inline)
    root = multipart("mixed", [body, *(file_part(one) for one in files)]) if files else body
    written = [(name, value) for name, value in _fields(letter, copy) if value]
    return WrittenPart((*written, *root.fields), root.content).as_bytes()


def _logo(copy: Copy) -> list[Attached]:
    logo = copy.layout.logo if isinstance(copy, ForOutsider) and copy.layout is not None else None
    if logo is None:
        return []
    return [Attached(logo.filename, logo.content_type, logo.content, logo.content_id, inline=True)]


def subject_line(subject: str) -> str:
    """Return the subject as its author wrote it, several answer marks in front of it made into one ``Re:``."""
    line = mask(clean(subject))
    found = _REPEATED.match(line)
    return f"Re: {line[found.end() :]}" if found else line


def html_of(text: str) -> str:
    """Return plain text as HTML that shows it as it stands."""
    escaped = level(html.escape(text.strip("\n"), quote=False))
    return f"<div>{_BLANKS.sub('&nbsp;', escaped)}</div>".replace("\n", "<br>\n")


def apart(page: str) -> str:
    """Return HTML in a table cell of its own, from which nothing floats, hangs or runs out over what stands beside it.

    The sanitiser leaves nothing that would; this is the second wall, for programs that read HTML in their own way.
    """
    return (
        '<table role="presentation" width="100%" border="0" cellpadding="0" cellspacing="0" '
        'style="table-layout:fixed;width:100%;border-collapse:separate"><tr><td align="left" valign="top" '
        f'style="padding:8px 0;text-align:left"><div style="overflow:auto">{page}</div></td></tr></table>'
    )


def _people(letter: Letter, copy: Copy) -> tuple[Sequence[Mailbox], Sequence[Mailbox], Sequence[Mailbox]]:
    """Who stands in To, in Cc, and in Reply-To."""
    match copy:
        case ForColleagues():
            reply_to = Mailbox(mask(clean(f"{copy.notice.number} {copy.notice.title}")), copy.reply_to)
            return (reply_to,), (), (reply_to,)
        case ForOneColleague():
            return (copy.to,), (), ()
        case ForOutsider():
            return _masked(letter.to), _masked(letter.cc), (copy.reply_to,)
        case _:
            assert_never(copy)


def _fields(letter: Letter, copy: Copy) -> list[tuple[str, str]]:
    to, cc, reply_to = _people(letter, copy)
    return [
        ("From", fields.mailbox(*_masked([letter.from_]))),
        ("To", fields.mailboxes(to)),
        ("Cc", fields.mailboxes(cc)),
        ("Reply-To", ", ".join(map(fields.mailbox, reply_to))),
        ("Subject", fields.words("Subject", subject_line(letter.subject))),
        ("Date", fields.date(letter.date)),
        ("Message-ID", fields.identifiers([letter.message_id])),
        ("In-Reply-To", fields.identifiers(_unmasked([letter.in_reply_to]))),
        ("References", fields.identifiers(_unmasked(letter.references))),
        ("List-Id", fields.words("List-Id", letter.list_id)),
        ("List-Unsubscribe", f"<{letter.unsubscribe}>" if letter.unsubscribe else ""),
        # A POST is promised over TLS alone (RFC 8058, 3.1).
        ("List-Unsubscribe-Post", _ONE_CLICK if letter.unsubscribe.startswith("https://") else ""),
        ("Auto-Submitted", "auto-replied" if letter.replied else "auto-generated" if letter.automatic else ""),
        (LOOP_FIELD, fields.words(LOOP_FIELD, letter.loop)),
        (HOPS_FIELD, str(letter.hops)),
        ("MIME-Version", "1.0"),
    ]


def _unmasked(ids: Sequence[str]) -> list[str]:
    # Somebody's program may have made a reply address into an identifier.
    return [one for one in ids if mask(one) == one]


def _masked(boxes: Sequence[Mailbox]) -> tuple[Mailbox, ...]:
    # An address of ours with a token never belongs into To or Cc of an outsider's copy: it is left out.
    return tuple(Mailbox(mask(clean(box.name)), box.address) for box in boxes if mask(box.address) == box.address)


def _texts(letter: Letter, copy: Copy) -> tuple[str, str]:
    text = mask(_CONTROL.sub("", letter.text.replace("\r\n", "\n").replace("\r", "\n")))
    foreign = letter.html is not None or isinstance(copy, ForColleagues)
    page = html_of(text) if letter.html is None else mask(_CONTROL.sub("", letter.html))
    page = apart(page) if foreign else page
    if isinstance(copy, ForColleagues):
        names = tuple(clean(fields.file_name(one.filename)) for one in letter.attachments if not one.inline)
        notice = replace(copy.notice, files=names)
        return notification.as_text(notice, text), notification.as_html(notice, page)
    if isinstance(copy, ForOneColleague):
        return text, page
    if copy.sign_off:
        sign_off = "\n".join(["-- ", *(mask(clean(line)) for line in copy.sign_off)])
        text, page = f"{text.rstrip()}\n\n{sign_off}\n", f"{page}<br>\n{html_of(sign_off)}"
    if copy.layout is not None:
        text, page = mask(layout.below(copy.layout, text)), mask(layout.fill(copy.layout, page))
    return _quoting(text, page, copy.quote) if copy.quote is not None else (text, page)


def _quoting(text: str, page: str, quote: Quote) -> tuple[str, str]:
    """Return text and HTML with the quote below, by the marks that every program folds and cuts (RFC 3676, 4.5)."""
    said = replace(quote, text=mask(_CONTROL.sub("", quote.text)), intro=mask(quote.intro))
    cited = f'<blockquote type="cite" style="{_CITE}">{html_of(said.text)}</blockquote>'
    below = f'<div class="weftmail-quote">{html_of(said.intro)}{cited}</div>'
    return f"{text.rstrip()}\n\n{as_lines(said)}\n", f"{page}<br>\n{below}"


def _alternatives(text: str, page: str, inline: Sequence[Attached]) -> WrittenPart:
    document = f'<!doctype html>\n<html><head><meta charset="utf-8"></head><body>\n{page}\n</body></html>\n'
    shown = text_part("html", document)
    if inline:
        shown = multipart("related", [shown, *(file_part(one) for one in inline)], ';\r\n type="text/html"')
    return multipart("alternative", [text_part("plain", text), shown])


def text_part(subtype: str, text: str) -> WrittenPart:
    """Return a part with a text in it, coded so that it is ASCII."""
    data = text.encode("utf-8", "replace")
    kind = ("Content-Type", f'text/{subtype}; charset="utf-8"')
    if len(text) * 1.25 < len(data):
        return _base64([kind], data)
    coded = binascii.b2a_qp(_with_crlf(data), istext=True)
    # A mailbox file would put a ">" before a line that begins so, and break the signature.
    coded = _with_crlf(_FROM.sub(b"=46rom ", coded))
    return WrittenPart((kind, ("Content-Transfer-Encoding", "quoted-printable")), coded)


def _with_crlf(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


def _base64(fields: Sequence[tuple[str, str]], data: bytes) -> WrittenPart:
    coded = binascii.b2a_base64(data, newline=False)
    lines = b"\r\n".join([coded[at : at + 76] for at in range(0, len(coded), 76)])
    return WrittenPart((*fields, ("Content-Transfer-Encoding", "base64")), lines)


def file_part(one: Attached) -> WrittenPart:
    """Return a part with a file in it."""
    kind = one.content_type.partition(";")[0].strip().lower()
    if not _TYPE.fullmatch(kind) or kind.startswith("message/") or mask(kind) != kind:
        # A mail within a mail may not be base64 (RFC 2046, 5.2.1), and must go as it is: as a file it may, and does.
        kind = "application/octet-stream"
    shown = "inline" if one.inline else "attachment"
    name = fields.parameter("filename", mask(fields.file_name(one.filename)))
    found = [("Content-Type", kind), ("Content-Disposition", f"{shown}{name}")]
    content_id = fields.identifiers(_unmasked([f"<{(one.content_id or '').strip('<> ')}>"]))
    if content_id:
        found.append(("Content-ID", content_id))
    return _base64(found, one.content)


def multipart(subtype: str, parts: Sequence[WrittenPart], more: str = "") -> WrittenPart:
    """Return parts as one; its boundary stands in none of them."""
    written = [part.as_bytes() for part in parts]
    digest = hashlib.sha256(subtype.encode("ascii"))
    for part, data in zip(parts, written, strict=True):
        digest.update(data if part.multipart else part.content)
    # "=_" stands in no base64 and no quoted-printable text, so that no content can hold the boundary.
    boundary = f"=_{digest.hexdigest()[:32]}"
    kind = ("Content-Type", f'multipart/{subtype};\r\n boundary="{boundary}"{more}')
    start = f"--{boundary}\r\n".encode("ascii")
    content = start + (b"\r\n" + start).join(written) + f"\r\n--{boundary}--\r\n".encode("ascii")
    return WrittenPart((kind,), content, multipart=True)
