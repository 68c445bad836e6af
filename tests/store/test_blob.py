"""Blobs: the bytes once for each company, in pieces where they are large, gone when nobody refers to them."""

from __future__ import annotations

import hashlib
import io

import pytest

from tests.store.conftest import Office
from weftmail.core.envelope import Envelope
from weftmail.store.blob import PIECE, WHOLE
from weftmail.store.errors import Conflict
from weftmail.store.message import NewAttachment


def count(office: Office) -> int:
    return int(office.store.connection.execute("select count(*) from blob").fetchone()[0])


def test_the_same_bytes_are_kept_once_for_a_company(office: Office) -> None:
    blobs = office.store.blobs
    first = blobs.put(b"plan", office.acme)
    assert blobs.put(b"plan", office.acme) == first == blobs.put(io.BytesIO(b"plan"), office.acme)
    beta = office.store.companies.add("Beta", 2)
    assert blobs.put(b"plan", beta) != first
    assert blobs.read(first) == b"plan"
    row = office.store.connection.execute("select sha256, size from blob where id = ?", (first,)).fetchone()
    assert tuple(row) == (hashlib.sha256(b"plan").hexdigest(), 4)


def test_large_bytes_go_in_and_come_out_in_pieces(office: Office) -> None:
    data = bytes(range(256)) * (5 * PIECE // 256) + b"end"
    file = io.BytesIO(b"an envelope line\n" + data)
    file.readline()
    blob = office.store.blobs.put(file, office.acme)
    opened = office.store.blobs.open(blob, len(data))
    assert not isinstance(opened, bytes)
    assert opened.read(7) == data[:7]
    opened.seek(-3, io.SEEK_END)
    assert opened.read() == b"end" and opened.tell() == len(data)
    opened.seek(0)
    assert opened.read() == data
    opened.close()
    assert office.store.blobs.open(office.store.blobs.put(b"small"), 5) == b"small"
    assert len(data) > WHOLE


def test_nothing_at_all_is_a_blob_too(office: Office) -> None:
    assert office.store.blobs.read(office.store.blobs.put(b"")) == b""
    assert office.store.blobs.read(office.store.blobs.put(io.BytesIO())) == b""
    with pytest.raises(KeyError, match="99"):
        office.store.blobs.read(99)


def test_an_accepted_mail_is_given_to_its_company(office: Office) -> None:
    blobs = office.store.blobs
    mine = blobs.put(b"mail")
    assert blobs.give(mine, office.acme) == mine == blobs.give(mine, office.acme)
    again = blobs.put(b"mail")
    assert again != mine and blobs.give(again, office.acme) == mine
    beta = office.store.companies.add("Beta", 2)
    theirs = blobs.give(mine, beta)
    assert theirs != mine and blobs.read(theirs) == b"mail"
    with pytest.raises(Conflict):
        office.store.connection.execute("update blob set company_id = ? where id = ?", (office.acme, theirs))


def test_bytes_go_when_nobody_refers_to_them(office: Office) -> None:
    blobs = office.store.blobs
    (row,) = office.store.inbound.accept([Envelope("leads@acme.example")], b"mail", 1)
    found = office.store.inbound.get(row)
    assert found is not None
    blobs.drop_unused(found.blob_id)
    assert count(office) == 1
    file = blobs.put(b"plan", office.acme)
    record = office.record()
    message = office.message(record)
    office.store.messages.attach(office.acme, record.id, message, [NewAttachment(file, "plan", "text/plain")])
    blobs.drop_unused(file)
    assert count(office) == 2
    unused = blobs.put(b"nobody's", office.acme)
    blobs.drop_unused(unused)
    assert count(office) == 2
    with pytest.raises(KeyError):
        blobs.read(unused)


def test_a_write_that_is_undone_leaves_no_bytes(office: Office) -> None:
    with pytest.raises(ZeroDivisionError), office.store.transaction():
        office.store.blobs.put(io.BytesIO(b"x" * PIECE), office.acme)
        _ = 1 / 0
    assert count(office) == 0
