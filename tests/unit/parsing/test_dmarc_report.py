"""DMARC aggregate reports: what they say, and what strangers may make of the form."""

from __future__ import annotations

import random
import time
import tracemalloc
import zlib
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from tests.unit import dmarc
from weftmail.core.limits import DMARC_ROWS, DMARC_UNPACKED
from weftmail.core.parsing.answer import BadAnswer, Received, written
from weftmail.core.parsing.dmarc_report import DmarcReport, DmarcRow
from weftmail.core.parsing.message import Message
from weftmail.core.parsing.steps import steps
from weftmail.core.reports.kind import classify

NAME = "receiver.example!acme.example!1799800000!1799886400.xml"
LAUGHS = (
    "<!DOCTYPE feedback [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {new} '{f'&{old};' * 10}'>" for old, new in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


def mail_of(content: bytes, name: str = NAME, subject: str = "Report") -> bytes:
    """Return a mail that brings the file."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "dmarc@receiver.example", "dmarc@acme.example", subject
    mail.set_content("A report.")
    mail.add_attachment(content, "application", "octet-stream", filename=name)
    return mail.as_bytes()


def sent(raw: bytes) -> Message:
    """Return the message as it comes out of a reader process."""
    received, before = Received(), None
    for step, message in steps(raw, classify):
        received.take(b"".join(written(step, message, before)))
        before = message
    assert received.message is not None and received.message == before
    return received.message


def read(content: bytes, name: str = NAME, subject: str = "Report") -> DmarcReport | None:
    """Return the report that a mail with this file brings."""
    return sent(mail_of(content, name, subject)).dmarc


@pytest.mark.parametrize("form", [bytes, dmarc.packed, dmarc.zipped])
@pytest.mark.parametrize("space", ["", ' xmlns="urn:ietf:params:xml:ns:dmarc-2.0"', ' xmlns:x="urn:x"'])
def test_it_is_read_bare_by_gzip_and_from_a_zip(form: Callable[[bytes], bytes], space: str) -> None:
    rows = [dmarc.ROW, ("2001:DB8::1", 2, "reject", "fail", "fail", ""), ("x", 1, "odd", "fail", "pass", "s1")]
    found = read(form(dmarc.report(rows, space=space, domain="Acme.example")))
    assert found == DmarcReport(
        "Receiver", "r1", "acme.example", 1_799_800_000_000, 1_799_886_400_000,
        (
            DmarcRow("192.0.2.25", "s1", "none", True, True, 3),
            DmarcRow("2001:db8::1", "", "reject", False, False, 2),
            DmarcRow("", "", "none", False, True, 1),
        ),
    )  # fmt: skip


def test_no_other_mail_pays_for_a_look_into_its_files_and_a_subject_suffices() -> None:
    data = dmarc.packed(dmarc.report())
    assert read(data, "prices.gz") is None
    assert read(data, "x.gz", "Report Domain: acme.example Submitter: receiver.example Report-ID: r1") is not None


def test_a_signature_that_passed_is_named_only_where_it_is_aligned() -> None:
    ours = "<dkim><domain>acme.example</domain><selector>s1</selector><result>pass</result></dkim>"
    for domain, result, selector in (
        ("mail.acme.example", "pass", "s1"), ("notacme.example", "pass", ""), ("acme.example", "fail", ""),
        ("", "pass", ""),
    ):  # fmt: skip
        text = dmarc.report().replace(
            ours.encode(),
            f"<dkim><domain>{domain}</domain><selector>s1</selector><result>{result}</result></dkim>".encode(),
        )
        found = read(text)
        assert found is not None and found.rows[0].selector == selector and found.rows[0].dkim


@pytest.mark.parametrize(
    "content",
    [
        b"\r\n  " + dmarc.report(),
        b"\xef\xbb\xbf" + dmarc.report(),
        b"\xef\xbb\xbf\n" + dmarc.report() + b"\n\0\0",
        dmarc.report().decode().replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16"),
        dmarc.packed(dmarc.report()[:300]) + dmarc.packed(dmarc.report()[300:]),
        dmarc.packed(b"\n" + dmarc.report()) + b"\0" * 20,
        dmarc.zipped(b"\n" + dmarc.report()),
    ],
)
def test_what_receivers_leave_around_a_report_and_how_they_pack_it_hides_nothing(content: bytes) -> None:
    found = read(content)
    assert found is not None and found == read(dmarc.report())


def test_a_file_of_a_million_members_costs_a_hundred() -> None:
    began = time.process_time()
    assert read(dmarc.packed(b"") * 200_000) is None
    assert time.process_time() - began < 1


def test_a_policy_that_changed_is_read_and_two_domains_are_not() -> None:
    assert read(dmarc.report(policies=["acme.example", "acme.example"])) is not None
    assert read(dmarc.report(policies=["acme.example", "other.example"])) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no report",
        b"<html><body/></html>",
        b"<feedback/>",
        b"PK\x03\x04 no zip",
        b"\x1f\x8b no gzip",
        dmarc.zipped(),
        dmarc.zipped(dmarc.report(), dmarc.report()),
        dmarc.zipped(dmarc.zipped(dmarc.report()), name="inner.zip"),
        dmarc.report(head=LAUGHS, organisation="&i;"),
        dmarc.report(head='<!DOCTYPE feedback SYSTEM "file:///etc/passwd">'),
        dmarc.report(domain="not a domain"),
        dmarc.report(number=""),
        dmarc.report(begin=2**40),
        dmarc.report().replace(b"<end>", b"<end>-"),
        dmarc.report().replace(b"1799886400", b"1"),
        dmarc.report([("192.0.2.1", 10**10, "none", "pass", "pass", "")]),
        dmarc.report().replace(b"<count>3</count>", b""),
        dmarc.report().replace(b"</feedback>", b"<a>" * 50 + b"</a>" * 50 + b"</feedback>"),
        dmarc.report()[:-20],
    ],
)
def test_what_is_no_report_is_none(content: bytes) -> None:
    assert read(content) is None


def big() -> bytes:
    """A gigabyte by gzip, in a megabyte."""
    pack = zlib.compressobj(9, wbits=31)
    piece = b" " * 2**20
    return b"".join([pack.compress(b"<feedback>"), *(pack.compress(piece) for _ in range(1024)), pack.flush()])


@pytest.mark.parametrize("form", [big, lambda: dmarc.zipped(b" " * (DMARC_UNPACKED * 10))])
def test_a_bomb_is_unpacked_no_further_than_the_ceiling(form: Callable[[], bytes]) -> None:
    raw = mail_of(form())
    tracemalloc.start()
    began = time.process_time()
    assert [message.dmarc for _, message in steps(raw, classify)][-1] is None
    assert time.process_time() - began < 10
    assert tracemalloc.get_traced_memory()[1] < 20 * len(raw) + 6 * DMARC_UNPACKED
    tracemalloc.stop()


def test_ten_thousand_rows_are_bounded_and_nothing_is_lost_of_their_sum() -> None:
    rows = [(f"192.0.{one // 250}.{one % 250}", one, "none", "fail", "pass", "") for one in range(10_000)]
    found = read(dmarc.packed(dmarc.report(rows)))
    assert found is not None and len(found.rows) == DMARC_ROWS + 1
    assert sum(one.mails for one in found.rows) == sum(range(10_000)) and found.rows[-1].source == ""


@pytest.mark.parametrize("seed", range(40))
def test_the_sums_of_what_is_read_are_those_of_what_was_written(seed: int) -> None:
    chance = random.Random(seed)
    rows: list[dmarc.Row] = [
        (
            f"192.0.2.{chance.randrange(chance.choice([3, 250]))}", chance.randrange(1000),
            chance.choice(["none", "quarantine", "reject"]), chance.choice(["pass", "fail"]),
            chance.choice(["pass", "fail"]), chance.choice(["", "s1", "s2"]),
        )
        for _ in range(chance.randrange(1, 2500))
    ]  # fmt: skip
    found = read(dmarc.packed(dmarc.report(rows)))
    assert found is not None

    def same(dkim: bool, spf: bool, disposition: str) -> tuple[int, int]:
        wrote = [row[1] for row in rows if (row[3] == "pass", row[4] == "pass", row[2]) == (dkim, spf, disposition)]
        return sum(wrote), sum(
            one.mails for one in found.rows if (one.dkim, one.spf, one.disposition) == (dkim, spf, disposition)
        )

    for dkim in (True, False):
        for spf in (True, False):
            for disposition in ("none", "quarantine", "reject"):
                wrote, kept = same(dkim, spf, disposition)
                assert wrote == kept


def test_a_reader_that_was_taken_over_invents_no_disposition() -> None:
    received, before = Received(), None
    with pytest.raises(BadAnswer):
        for step, message in steps(mail_of(dmarc.report()), classify):
            line = b"".join(written(step, message, before)).replace(b'"s1", "none"', b'"s1", "gift"')
            received.take(line)
            before = message
