"""What a file is by its first bytes, and what it is called: a name that can be read, and that programs open.

A label that lies costs nothing: a picture that is called a document is shown, and a page that is called a picture is
not.  Names that a mail does not give come from the type.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from weftmail.core.parsing import header
from weftmail.core.parsing.mime import Leaf, parse_header, safe_filename

_BEGINNINGS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"{\\rtf", "application/rtf"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-executable"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
)
IMAGES: Final = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp"))
"""What a page shows in its place."""
_SURE: Final = IMAGES | {"application/pdf", "image/tiff", "application/gzip"}
"""What is called so and does not begin so is something else."""
_WRAPPING: Final = {
    "application/zip": re.compile(
        r"application/(?:zip|x-zip|java-archive|epub|.*(?:openxmlformats|opendocument|\+zip|macroenabled|iwork))"
    ),
    "application/x-ole-storage": re.compile(r"application/(?:msword|.*ms-?(?:excel|powerpoint|outlook|project|visio))"),
    "application/gzip": re.compile(r"application/(?:x-)?(?:gzip|gtar|tar|compressed-tar)|image/svg\+xml"),
    "application/rtf": re.compile(r"(?:application|text)/(?:rtf|richtext|msword)"),
    "image/tiff": re.compile(r"image/"),
    "audio/ogg": re.compile(r"(?:audio|video|application)/"),
    "application/vnd.microsoft.portable-executable": re.compile(r"text/|application/x-(?:ms|dos)"),
}
"""Types that hold others: which labels they bear out."""
_SAME: Final = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png"}
_NAMES: Final = {
    "text/plain": "text.txt",
    "text/html": "page.html",
    "text/calendar": "invite.ics",
    "application/ics": "invite.ics",
    "text/vcard": "contact.vcf",
    "text/x-vcard": "contact.vcf",
    "text/rfc822-headers": "header.txt",
    "text/xml": "document.xml",
    "application/pdf": "document.pdf",
    "application/rtf": "document.rtf",
    "application/zip": "files.zip",
    "application/ms-tnef": "winmail.dat",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pgp-signature": "signature.asc",
    "application/pgp-keys": "key.asc",
    "application/pgp-encrypted": "pgp-version.txt",
    "message/delivery-status": "delivery-status.txt",
    "message/disposition-notification": "receipt.txt",
    "message/feedback-report": "report.txt",
}
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_ENDINGS: Final = {
    "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp", "image/bmp": "bmp",
    "image/svg+xml": "svg",
    "image/tiff": "tiff", "image/heic": "heic", "audio/mpeg": "mp3", "audio/wav": "wav", "audio/x-wav": "wav",
    "audio/ogg": "ogg", "audio/mp4": "m4a", "audio/amr": "amr", "video/mp4": "mp4", "video/quicktime": "mov",
    "video/3gpp": "3gp", "text/csv": "csv", "text/css": "css", "text/markdown": "md", "text/rtf": "rtf",
    "text/enriched": "txt", "application/json": "json", "application/xml": "xml", "application/gzip": "gz",
    "application/x-7z-compressed": "7z", "application/vnd.rar": "rar", "application/msword": "doc",
    "application/vnd.ms-excel": "xls", "application/vnd.ms-powerpoint": "ppt", "application/vnd.ms-outlook": "msg",
    _OFFICE + "wordprocessingml.document": "docx", _OFFICE + "spreadsheetml.sheet": "xlsx",
    _OFFICE + "presentationml.presentation": "pptx", "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods", "application/epub+zip": "epub",
    "application/postscript": "ps",
}  # fmt: skip
_BY_ENDING: Final = {ending: kind for kind, ending in _ENDINGS.items()}
_OPENED_BY_ENDING: Final = {"message/rfc822": ".eml", "text/calendar": ".ics", "application/ics": ".ics"}


def by_content(content: bytes) -> str:
    """Return the type of a file by its first bytes, whatever it is called; "" where they do not tell."""
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ""


def type_of(label: str, content: bytes, name: str = "") -> str:
    """Return the type of a file: what it is called, where its bytes do not say otherwise."""
    label = _SAME.get(label, label)
    found = by_content(content)
    if not found:
        lies = label in _SURE and len(content) > 0
        return "application/octet-stream" if lies else label
    wrapped = _WRAPPING.get(found)
    if wrapped is None:
        return found
    if wrapped.match(label):
        return label
    by_name = _BY_ENDING.get(name.rpartition(".")[2].lower(), "")
    return by_name if wrapped.match(by_name) else found


def as_file(leaf: Leaf, label: str = "") -> Leaf:
    """Return the part as a file: its type as its bytes tell, its name one that programs open, "" where it has none.

    ``label``: the charset of raw letters in the header of an attached message.
    """
    kind = type_of(leaf.content_type, leaf.content, leaf.filename)
    name = leaf.filename
    if not name and kind == "message/rfc822":
        subject = header.text(parse_header(leaf.content).first("subject"), label)
        name = subject.replace("/", "-").replace("\\", "-") or "message"
    name = name or _NAMES.get(kind, "")
    ending = _OPENED_BY_ENDING.get(kind, "")
    if ending and not name.lower().endswith(ending):
        name = safe_filename(name + ending)
    return replace(leaf, content_type=kind, filename=name)


def name_of(filename: str, content_type: str, number: int) -> str:
    """Return the name under which a file is kept: its own, or one by its type and its place among those without."""
    return filename or f"{_noun(content_type)}-{number}.{_ENDINGS.get(content_type, 'bin')}"


def _noun(kind: str) -> str:
    main = kind.partition("/")[0]
    return main if main in ("image", "audio", "video", "text") else "file"
