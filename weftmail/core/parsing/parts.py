"""What a mail is made of, part by part: what is to be read of it, and what goes along as a file (RFC 2046, 2183).

Containers are opened on the way: a mail inside its signature, winmail.dat, uuencode in a text.  A name makes no file of
a text: one that is not marked as an attachment is read where nothing else is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import Message
from typing import Any, BinaryIO

from weftmail.core import limits
from weftmail.core.limits import SIGNED_NESTING, UUENCODED_FILES, WORDS_SIZE
from weftmail.core.parsing import calendar, charset, flowed, mime, rtf, signed_data, source, tnef, transfer
from weftmail.core.parsing.block import read_block
from weftmail.core.parsing.file_type import as_file, by_content
from weftmail.core.parsing.mime import Fields, Leaf, kind_of, leaf, safe_filename
from weftmail.core.parsing.source import Scan
from weftmail.core.parsing.words import flat, of_enriched

_READ = ("text/plain", "text/html", "text/enriched")
_SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
_RTF = ("text/rtf", "application/rtf")
_IMAGE = re.compile(r"(?i)<img\b")
_BEGIN = re.compile(rb"(?m)^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n")


@dataclass(frozen=True, slots=True)
class Block:
    """Text of a body in one or both of its forms, in reading order."""

    text: str = ""
    html: str = ""

    @property
    def says(self) -> bool:
        """Whether there is anything to be read or seen in it."""
        return bool(self.text.strip()) or bool(self.html and (_IMAGE.search(self.html) or flat(self.html)))


@dataclass(slots=True)
class Contents:
    """What a walk over the parts needs, and what it collects beside the text."""

    raw: bytes | BinaryIO
    scan: Scan
    attached: list[Leaf] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    charset: str = ""
    """What raw letters in the header are most likely in: as the first text part that says so."""
    words_left: int = WORDS_SIZE
    """So many bytes of text are read on."""
    guesses_left: int = 5
    """The charset of so many parts is guessed by counting letters."""
    named: list[list[Leaf]] = field(default_factory=list)
    """Texts that have a name and are not marked as attachments; those of one alternative together."""
    spare: list[Block] = field(default_factory=list)
    """What containers say, for a mail that says nothing else."""
    depth: int = 0
    """How many signatures are around what is being read."""


def read_parts(part: Message, contents: Contents) -> list[Block]:
    """Return what is to be read of the whole mail, in order; what is attached goes into ``contents``."""
    found = blocks(part, contents)
    if any(block.says for block in found):
        return found
    if contents.named:
        chosen = contents.named[0]
        contents.attached = [one for one in contents.attached if not any(one is other for other in chosen)]
        return found + _alternative([block for one in chosen for block in _texts(one, contents)])
    return found + (contents.spare or _of_calendar(contents))


def blocks(part: Message, contents: Contents) -> list[Block]:
    """Return what is to be read in ``part``, in order; what is attached goes into ``contents``."""
    kind, _ = kind_of(Fields.of_part(part), part.get_default_type())
    if kind.startswith("multipart/") and part.is_multipart():
        # get_payload of anything else would decode it, in quadratic time where a parameter says so.
        payload: Any = part.get_payload()
        children: list[Message] = [child for child in payload if isinstance(child, Message)]
        before = len(contents.named)
        found = [block for child in children for block in blocks(child, contents)]
        payload.clear()
        if kind != "multipart/alternative":
            return found
        if contents.named[before:]:
            contents.named[before:] = [[one for group in contents.named[before:] for one in group]]
        return _alternative(found)
    this = leaf(part, contents.raw, contents.scan, contents.charset)
    contents.defects.extend(this.defects)
    return _blocks_of(this, contents)


def _blocks_of(this: Leaf, contents: Contents) -> list[Block]:
    if _seems(this, _SEALED, ".p7m") and (within := _within(this, contents)) is not None:
        return within
    if _seems(this, _TNEF, "winmail.dat") and _unpacked(this, contents):
        return []
    if _readable(this) and not this.filename:
        return list(_texts(this, contents))
    file = as_file(_told_apart(this), contents.charset)
    contents.attached.append(file)
    if _readable(this):
        contents.named.append([file])
    elif this.content_type in _RTF and not this.disposition and (said := rtf.words(this.content).strip()):
        contents.spare.append(Block(text=f"{said}\n"))
    return []


def _told_apart(this: Leaf) -> Leaf:
    """Call what is labelled S/MIME, and is not the mail itself, what it is: encrypted, a signature, or neither."""
    if this.content_type not in _SEALED:
        return this
    kind = signed_data.kind_of(this.content)
    if kind == "encrypted":
        return replace(this, content_type=_SEALED[0])
    return replace(this, content_type="application/pkcs7-signature" if kind else "application/octet-stream")


def _seems(this: Leaf, kinds: tuple[str, ...], name: str) -> bool:
    return this.content_type in kinds or this.filename.lower().endswith(name)


def _texts(this: Leaf, contents: Contents) -> Iterator[Block]:
    """Yield what a text says; files that stand in it by uuencode go into ``contents``."""
    label = this.label
    content = this.content
    if this.content_type == "text/plain" and b"begin " in content:
        content = _without_files(content, contents)
    most = contents.words_left
    if len(content) > most:
        contents.defects.append(f"{this.content_type}: too long, the rest is in the original")
    contents.words_left = max(0, most - len(content))
    sparing = contents.guesses_left <= 0
    text, good = charset.decode(content[:most], label, likely=contents.charset, sparing=sparing)
    if not good:
        contents.guesses_left -= 1
        contents.defects.append(f"{this.content_type}: charset does not hold")
    if not contents.charset:
        contents.charset = label if good or content.isascii() or sparing else charset.counted(content[:most]) or label
    if this.parameters.get("format", "").lower() == "flowed" and this.content_type == "text/plain":
        text = flowed.unflowed(text, delete_space=this.parameters.get("delsp", "").lower() == "yes")
    if this.content_type == "text/enriched":
        text = of_enriched(text)
    yield Block(html=text) if this.content_type == "text/html" else Block(text=text)


def _alternative(found: list[Block]) -> list[Block]:
    """The plain form is the joined plain text, the HTML form the joined HTML; either may be missing."""
    if not found:
        return []
    plain = "\n".join(block.text for block in found if block.text)
    return [Block(plain, "\n".join(block.html for block in found if block.html))]


def _readable(this: Leaf) -> bool:
    if this.disposition.startswith("attachment"):
        return False
    if this.content_type.startswith("multipart/"):
        return True
    return this.content_type in _READ and not by_content(this.content)


def _within(this: Leaf, contents: Contents) -> list[Block] | None:
    """Return what is to be read of the mail inside a signature; None where there is none, so that it stays a file."""
    content = signed_data.content_of(this.content) if contents.depth < SIGNED_NESTING else None
    if content is None:
        return None
    top = read_block(content)
    scan = source.scan(content, top.end)
    inner = replace(contents, raw=content, scan=scan, depth=contents.depth + 1)
    try:
        found = blocks(mime.parsed(top, content, scan), inner)
    except source.TooComplex as error:
        contents.defects.append(f"{this.content_type}: too complex: {error}")
        return None
    contents.charset = inner.charset
    contents.words_left, contents.guesses_left = inner.words_left, inner.guesses_left
    return found


def _unpacked(this: Leaf, contents: Contents) -> bool:
    """Take the files of winmail.dat, and keep its body; say whether it was one."""
    found = tnef.read(this.content)
    if found is None:
        return False
    for file in found.files:
        content_id = "".join(file.content_id.split()).strip("<>") or None
        kind = file.content_type.strip().lower() or "application/octet-stream"
        name = safe_filename(file.name)
        one = Leaf(kind, {}, "attachment", name, content_id, file.content, (), "".join(file.location.split()))
        contents.attached.append(as_file(one))
    text = found.text or ("" if found.html else rtf.words(found.rtf))
    if text.strip() or found.html:
        contents.spare.append(Block(charset.clean(text), charset.clean(found.html)))
    return True


def _of_calendar(contents: Contents) -> list[Block]:
    this = next((one for one in contents.attached if one.content_type in calendar.CALENDARS), None)
    said = calendar.words(_calendar(this)) if this is not None else ""
    return [Block(text=said + "\n")] if said else []


def card_of(this: Leaf) -> str:
    """Return what is kept of a calendar for its card; "" of any other file."""
    found = calendar.card(_calendar(this)) if calendar.is_calendar(this.content_type, this.filename) else None
    return "" if found is None else found.as_json


def _calendar(this: Leaf) -> str:
    """Return the text of a calendar; "" of one that is too long."""
    if len(this.content) > limits.CALENDAR_SIZE:
        return ""
    return charset.decode(this.content, this.label or "utf-8", sparing=True)[0]


def _without_files(content: bytes, contents: Contents) -> bytes:
    """Return a text without the whole files that stand in it by uuencode; what is none stays."""
    kept: list[bytes] = []
    at = count = 0
    for begin in _BEGIN.finditer(content):
        if begin.start() < at or count >= UUENCODED_FILES:
            continue
        found = transfer.uu_file(content, begin.end())
        if found is None:
            continue
        kept.append(content[at : begin.start()])
        at = found[1]
        count += 1
        name = safe_filename(begin[1].decode("utf-8", "replace"))
        one = Leaf("application/octet-stream", {}, "attachment", name, None, found[0], ())
        contents.attached.append(as_file(replace(one, content_type=_text_or_bytes(found[0], name))))
    return b"".join((*kept, content[at:])) if kept else content


def _text_or_bytes(content: bytes, name: str) -> str:
    return "text/plain" if name.lower().endswith(".txt") and b"\0" not in content else "application/octet-stream"
