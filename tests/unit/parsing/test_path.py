"""The path of a mail, from its Received fields."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.limits import PATH_FIELD, PATH_SERVERS
from weftmail.core.parsing.path import Hop, Path, read

HEADER = (
    b"Return-Path: <karin@customer.example>\n"
    b"Received: from mail.customer.example (mail.customer.example [203.0.113.9])\n"
    b"\tby mx1.acme.example (Postfix) with ESMTPS id 4bXk\n"
    b"\tfor <leads@in.acme.example>; Tue, 24 Nov 2026 10:02:05 +0100 (CET)\n"
    b"RECEIVED: from [10.0.0.3] (helo=laptop) by mail.customer.example\n"
    b" with esmtpsa (Exim 4.96) id 1abc; Tue, 24 Nov 2026 09:00:00 +0000\n"
    b"Subject: Quote\n"
)
BODY = b"\nReceived: from quoted.example by other.example; Tue, 24 Nov 2026 08:00:00 +0000\n"
MAIL = HEADER + BODY
SENT = 1_795_510_800_000
EXIM = Hop("mail.customer.example", "[10.0.0.3] (helo=laptop)", SENT, None)
POSTFIX = Hop(
    "mx1.acme.example", "mail.customer.example (mail.customer.example [203.0.113.9])", SENT + 125_000, 125_000
)


def field(second: int | None, by: bytes = b"mx.example") -> bytes:
    """Return a Received field by a server with a time of that second."""
    return b"Received: by " + by + (b"" if second is None else b"; Tue, 24 Nov 2026 09:00:%02d +0000" % second) + b"\n"


def delays(*seconds: int | None) -> list[int | None]:
    """Return the delays of a mail that had these times on its way."""
    return [hop.delay for hop in read(b"".join(field(each) for each in seconds[::-1])).hops]


def test_servers_times_and_delays_first_hop_first() -> None:
    path = read(MAIL)
    assert path == Path((EXIM, POSTFIX))
    assert (path.total, path.longest, path.skewed, path.unread) == (125_000, 125_000, False, 0)


@pytest.mark.parametrize(
    "raw", [MAIL.replace(b"\n", b"\r\n"), io.BytesIO(MAIL), HEADER], ids=["CRLF", "file", "header"]
)
def test_the_same_path_whatever_the_mail_is_kept_in(raw: bytes | io.BytesIO) -> None:
    assert read(raw) == Path((EXIM, POSTFIX))


def test_the_last_hop_is_into_the_installation() -> None:
    last = Hop("weftmail", "mx1.acme.example", SENT + 131_000, 6_000)
    assert read(MAIL, SENT + 131_400) == Path((EXIM, POSTFIX, last))
    assert read(b"Subject: x\n\n", 1_999).hops == (Hop("weftmail", "", 1_000, None),)


def test_a_mail_without_a_path() -> None:
    path = read(b"Subject: x\n\nReceived: by nobody\n")
    assert path == Path(()) and (path.total, path.longest, path.skewed) == (None, 0, False)


def test_a_clock_that_is_wrong_shows_as_a_delay_below_zero() -> None:
    assert delays(30, 10, 40) == [None, -20_000, 30_000]
    path = read(field(10) + field(30))
    assert path.skewed and path.total == -20_000 and path.longest == 0


def test_a_delay_is_known_only_between_two_times() -> None:
    assert delays(10, None, 12, 12) == [None, None, None, 0]
    assert read(field(None) + field(3)).total is None


def test_a_field_that_cannot_be_read_is_a_hop_of_which_nothing_is_known() -> None:
    assert read(b"Received: from (((; Tue, 24 Nov 2026 09:00:00 +0000\n\n").hops == (Hop("", "", None, None),)
    assert read(b"Received:\n\n").hops == (Hop("", "", None, None),)


def test_names_are_clean_and_short() -> None:
    (hop,) = read("Received: from a\u202eb\x1bc by ".encode() + b"x" * 300 + b" (Postfix)\n\n").hops
    assert hop.from_ == "abc" and hop.by == "x" * 200


def test_only_the_newest_hops_are_read() -> None:
    path = read(b"".join(field(59, b"mx%d" % number) for number in range(PATH_SERVERS + 7)))
    assert len(path.hops) == PATH_SERVERS and path.unread == 7
    assert path.hops[-1].by == "mx0"


def test_a_long_field_and_a_long_header_end_somewhere() -> None:
    assert read(b"Received: from " + b"x " * PATH_FIELD + b"; Tue, 24 Nov 2026 09:00:00 +0000\n\n").hops[0].at is None
    endless = io.BytesIO(field(1) + b"X: y\n" * 500_000)
    assert len(read(endless).hops) == 1 and endless.tell() < 1_000_000


@given(st.lists(st.one_of(st.binary(max_size=80), st.sampled_from(HEADER.split(b" "))), max_size=40))
def test_it_never_raises(pieces: list[bytes]) -> None:
    path = read(b"Received: " + b" ".join(pieces) + b"\n\n", 5_000)
    assert path.hops[-1].by == "weftmail"


@given(
    st.builds(
        "{}, {} {} {} {}:{}:{} {}".format,
        st.sampled_from(["Tue", "Mon", "x"]), st.integers(0, 40), st.sampled_from(["Nov", "Feb", "May"]),
        st.integers(0, 12_000), st.integers(0, 30), st.integers(0, 70), st.integers(0, 70),
        st.sampled_from(["+0000", "-9999", "+2400", "GMT", "+1400", ""]),
    )
)  # fmt: skip
def test_no_date_makes_it_raise(date: str) -> None:
    fields = [b"Received: by b; " + date.encode() + b"\n", field(5)]
    assert len(read(b"".join(fields)).hops) == len(read(b"".join(fields[::-1])).hops) == 2


def test_the_programs_that_take_mail_in_do_not_load_mail_parser() -> None:
    modules = "weftmail.pipe, weftmail.cli.ingest, weftmail.cli.listener, weftmail.core.parsing.path"
    command = [sys.executable, "-Ic", f"import sys, {modules}; print(*sys.modules)"]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "weftmail.core.parsing.path" in loaded and "mailparser" not in loaded
