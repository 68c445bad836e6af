"""A message within a message, read for what it reports; bounded like the one around it."""

from __future__ import annotations

from weftmail.core.address import Mailbox
from weftmail.core.limits import OUTLINE
from weftmail.core.parsing import header, mime, source, words
from weftmail.core.parsing.block import read_block
from weftmail.core.parsing.message import Evidence
from weftmail.core.parsing.mime import Fields
from weftmail.core.parsing.parts import Contents, read_parts

ENCLOSED = OUTLINE * 4
"""More bytes of an enclosed message are not read."""


def evidence_of(raw: bytes) -> Evidence | None:
    """Return what an attached message is judged by; None where reading it would take too long."""
    raw = raw[:ENCLOSED].lstrip()
    top = read_block(raw, OUTLINE)
    fields = Fields.of(top)
    scan = source.scan(raw, top.end)
    contents = Contents(raw, scan)
    try:
        blocks = read_parts(mime.parsed(top, raw, scan), contents)
    except source.TooComplex:
        return None
    authors = header.mailboxes(fields.first("from"))
    return Evidence(
        fields,
        tuple(contents.attached),
        header.text(fields.first("subject")),
        authors[0] if authors else Mailbox("", ""),
        "\n".join(block.text if block.text.strip() else words.flat(block.html) for block in blocks),
        lambda: mime.bounded_tree(top, raw[top.end :]),
    )
