"""DMARC aggregate reports (RFC 9990): what receivers saw of mail that bears a domain in From, and what passed.

What strangers send is read with bounds: one file, unpacked no further than a ceiling says, and XML without a document
type, so that no entity can be declared.  What does not keep to them is no report.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Final
from xml.parsers import expat

from weftmail.core.address import BadAddress, canonical_domain
from weftmail.core.limits import DMARC_DEPTH, DMARC_MAILS, DMARC_MEMBERS, DMARC_ROWS, DMARC_TEXT, DMARC_UNPACKED
from weftmail.core.parsing.mime import Leaf

DISPOSITIONS: Final = ("none", "pass", "quarantine", "reject")
_OF_A_ROW: Final = (["record", "row"], ["record", "row", "policy_evaluated"], ["record", "identifiers"])
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_AROUND: Final = b" \t\r\n\0"
"""What some receivers leave before and after the XML."""
_OTHER: Final = ""
"""The source of rows beyond the ceiling, which are added up."""
_LATEST: Final = 2**40
"""In seconds; what a report says of times beyond it is nonsense."""
_UNREADABLE: Final = (
    zipfile.BadZipFile, zlib.error, expat.ExpatError, ValueError, KeyError, RuntimeError, NotImplementedError, EOFError,
    OSError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DmarcRow:
    """Emails of one source that fared alike; ``selector`` is that of the aligned signature which passed."""

    source: str
    selector: str
    disposition: str
    dkim: bool
    spf: bool
    mails: int


@dataclass(frozen=True, slots=True)
class DmarcReport:
    """What one receiver says of one domain within a time, in milliseconds since 1970."""

    organisation: str
    report_id: str
    domain: str
    begin_at: int
    end_at: int
    rows: tuple[DmarcRow, ...]


class _NoReport(ValueError):
    """It is no report that we read."""


def read(subject: str, leaves: Iterable[Leaf]) -> DmarcReport | None:
    """Return the report that a mail brings; None where it brings none that can be read."""
    titled = "report domain:" in subject.lower()
    for leaf in leaves:
        # The name of the file is receiver!domain!begin!end; no other mail pays for a look into its files.
        if titled or leaf.filename.count("!") >= 3:
            try:
                return parsed(unpacked(leaf.content))
            except _UNREADABLE:
                continue
    return None


def unpacked(data: bytes) -> bytes:
    """Return the XML in a file: as it is, by gzip, or alone in a zip.  Raises one of what cannot be read."""
    if data[:2] == b"\x1f\x8b":
        content = _gunzipped(data)
    elif data[:2] == b"PK":
        content = _unzipped(data)
    else:
        content = data
    if len(content) > DMARC_UNPACKED:
        raise _NoReport("it is too large")
    return content if content[:2] in _UTF_16 else content.removeprefix(b"\xef\xbb\xbf").strip(_AROUND)


def _gunzipped(data: bytes) -> bytes:
    """Return what a file holds, of all its members, up to the ceiling (RFC 1952, 2.2)."""
    content = b""
    for _ in range(DMARC_MEMBERS):
        if data[:2] != b"\x1f\x8b" or len(content) > DMARC_UNPACKED:
            break
        unpacking = zlib.decompressobj(wbits=31)
        content += unpacking.decompress(data, DMARC_UNPACKED + 1 - len(content))
        data = unpacking.unused_data
    return content


def _unzipped(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if len(entries) != 1 or entries[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _NoReport("it holds something else")
        with archive.open(entries[0]) as file:
            return file.read(DMARC_UNPACKED + 1)


def parsed(content: bytes) -> DmarcReport:
    """Return what the XML says.  Raises ValueError or ExpatError where it is no report."""
    reading = _ReportReading()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _declared
    parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    parser.CharacterDataHandler = reading.text
    parser.Parse(content, True)
    return reading.report()


def _declared(*_said: object) -> None:
    raise _NoReport("it declares a document type")


@dataclass(slots=True)
class _ReportReading:
    """The elements on the way to the one that is read, without their namespaces; and what was found."""

    path: list[str] = field(default_factory=list)
    words: str = ""
    meta: dict[str, str] = field(default_factory=dict)
    row: dict[str, str] = field(default_factory=dict)
    signatures: list[dict[str, str]] = field(default_factory=list)
    found: Counter[DmarcRow] = field(default_factory=Counter)

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        self.path.append(name.rpartition(":")[2])
        if len(self.path) > DMARC_DEPTH or self.path[0] != "feedback":
            raise _NoReport("it is something else")
        self.words = ""
        if self.path[1:] == ["record"]:
            self.row, self.signatures = {}, []
        elif self.path[1:] == ["record", "auth_results", "dkim"] and len(self.signatures) < DMARC_DEPTH:
            self.signatures.append({})

    def text(self, words: str) -> None:
        self.words = (self.words + words)[:DMARC_TEXT]

    def end(self, _name: str) -> None:
        path, words = self.path[1:], self.words.strip()
        self.words = ""
        self.path.pop()
        if path == ["record"]:
            self._count()
        elif path[:3] == ["record", "auth_results", "dkim"] and path[3:] and self.signatures:
            self.signatures[-1][path[-1]] = words
        elif path[:-1] in _OF_A_ROW:
            self.row[path[-1]] = words
        elif path == ["policy_published", "domain"]:
            if self.meta.setdefault("domain", words.lower()) != words.lower():
                raise _NoReport("it is about two domains")
        elif path[:-1] in (["report_metadata"], ["report_metadata", "date_range"]):
            self.meta[path[-1]] = words

    def _count(self) -> None:
        row = self.row
        mails = _number(row["count"], DMARC_MAILS)
        disposition = row.get("disposition", "").lower()
        one = DmarcRow(
            _source(row.get("source_ip", "")), self._selector(row),
            disposition if disposition in DISPOSITIONS else "none",
            row.get("dkim", "").lower() == "pass", row.get("spf", "").lower() == "pass", 0,
        )  # fmt: skip
        beyond = one not in self.found and len(self.found) >= DMARC_ROWS
        self.found[replace(one, source=_OTHER, selector="") if beyond else one] += mails

    def _selector(self, row: Mapping[str, str]) -> str:
        """The selector of the signature by which it passed: of the domain in From, or one above or below it."""
        author = row.get("header_from", "").lower()
        for one in self.signatures if row.get("dkim", "").lower() == "pass" else []:
            domain = one.get("domain", "").lower()
            near = (domain and f".{author}.".endswith(f".{domain}.")) or f".{domain}.".endswith(f".{author}.")
            if one.get("result", "").lower() == "pass" and near:
                return one.get("selector", "")
        return ""

    def report(self) -> DmarcReport:
        meta = self.meta
        try:
            domain = canonical_domain(meta["domain"])
        except BadAddress as error:
            raise _NoReport("its domain is none") from error
        begin, end = (_number(meta[name], _LATEST) * 1000 for name in ("begin", "end"))
        if not meta["report_id"] or begin > end:
            raise _NoReport("it does not say which it is, or when")
        rows = tuple(replace(one, mails=mails) for one, mails in self.found.items())
        return DmarcReport(meta.get("org_name", ""), meta["report_id"], domain, begin, end, rows)


def _number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16 and int(text) <= most):
        raise _NoReport("a number is none")
    return int(text)


def _source(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return _OTHER
