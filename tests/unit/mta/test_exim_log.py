"""Exim's main log: what it says of mail of ours, whatever else stands between its lines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.next_hop import HandedOver, NextHop
from weftmail.mta.exim.log import PAUSE, EximLog

PATH = "bounce+" + "a" * 40 + "@in.acme.example"
ID = "1xWw2B-0000UK-1x"
AT = int(datetime(2026, 11, 26, 19, 30, 2, tzinfo=UTC).timestamp() * 1000)
TAKEN = (
    "=> karin@customer.example R=dnslookup T=remote_smtp H=MX.customer.example [203.0.113.9] X=TLS1.3:ECDHE:256 CV=yes"
    ' C="250 2.0.0 OK  1785 gsmtp"'
)
PUT_OFF = (
    "== karin@customer.example R=dnslookup T=remote_smtp defer (-44) H=mx.customer.example [203.0.113.9]:"
    " SMTP error from remote mail server after RCPT TO:<karin@customer.example>: 451 4.7.1 later"
)


def line(rest: str, message: str = ID, at: str = "2026-11-26 19:30:02") -> str:
    return f"{at} {message} {rest}\n"


def came(sender: str = PATH, message: str = ID) -> str:
    return line(f"<= {sender} H=([127.0.0.1]) [127.0.0.1] P=esmtp S=4947 id=x@acme.example", message)


def read(*lines: str, log: EximLog | None = None) -> list[NextHop | HandedOver]:
    log = log or EximLog(zone=UTC)
    return [one for each in lines if (one := log.read(each, 0)) is not None]


def test_a_server_that_took_it_is_named_with_its_words_and_the_time() -> None:
    assert read(came(), line(TAKEN)) == [
        NextHop(PATH, "karin@customer.example", True, "mx.customer.example", False, "250 2.0.0 OK  1785 gsmtp", AT)
    ]


@pytest.mark.parametrize(
    "at",
    [
        "2026-11-26 19:30:02", "2026-11-26 19:30:02.000", "2026-11-26 20:30:02 +0100",
        "2026-11-26 20:30:02.000 +0100 [4711]", "Nov 26 19:30:02 mx1 exim[4711]: 2026-11-26 19:30:02",
    ],
)  # fmt: skip
def test_the_time_is_read_however_the_log_is_set_up(at: str) -> None:
    (one,) = read(came(), line(TAKEN, at=at))
    assert one.at == AT


def test_one_that_put_it_off_says_why_and_when_it_is_tried_again() -> None:
    (one,) = read(came(), line(PUT_OFF))
    assert isinstance(one, NextHop) and not one.taken and one.host == "mx.customer.example"
    assert one.answer.endswith("451 4.7.1 later") and one.again_at == AT + PAUSE


def test_what_was_not_tried_says_nothing() -> None:
    rest = "== karin@customer.example R=dnslookup T=remote_smtp defer (-53): retry time not reached for any host"
    assert read(came(), line(rest)) == []


def test_a_smarthost_passes_it_on() -> None:
    rest = '=> karin@customer.example R=smarthost T=remote_smtp_smarthost H=relay.example [192.0.2.1] C="250 OK"'
    (one,) = read(came(), line(rest))
    assert isinstance(one, NextHop) and one.relay


def test_a_mailbox_here_has_no_server() -> None:
    (one,) = read(came(), line("=> anna <anna@acme.example> R=local_user T=maildir_home"))
    assert one == NextHop(PATH, "anna@acme.example", True, "", False, "", AT)


def test_a_filter_that_brought_it_back_is_no_server() -> None:
    again = "1xWw2C-0000UL-2y"
    rest = f'=> karin@customer.example R=filter T=scan H=127.0.0.1 [127.0.0.1] C="250 OK id={again}"'
    assert read(came("anna@acme.example", again), came(), line(rest)) == []


@pytest.mark.parametrize("last", ["Completed", "Completed QT=3s"])
def test_an_id_stands_for_its_message_alone(last: str) -> None:
    assert read(came(), line(last), line(TAKEN)) == []
    assert read(came("anna@acme.example"), line(TAKEN)) == []


@pytest.mark.parametrize(
    ("rest", "recipient"),
    [
        ('=> leads <leads@acme.example> R=weftmail T=weftmail_lmtp C="250 2.0.0 kept"', "leads@acme.example"),
        ("=> leads+Ab <leads+Ab@acme.example> R=weftmail T=weftmail_pipe", "leads+Ab@acme.example"),
        ("=> leads (leads@acme.example) <info@acme.example> R=weftmail T=weftmail_lmtp", "leads@acme.example"),
        ('-> leads@acme.example R=weftmail T=weftmail_lmtp C="250 ok"', "leads@acme.example"),
    ],
)
def test_what_is_handed_over_to_us_is_counted_by_the_address_it_came_to(rest: str, recipient: str) -> None:
    assert read(came("karin@customer.example"), line(rest)) == [HandedOver(ID, recipient, AT)]


def test_what_we_put_off_was_not_handed_over() -> None:
    rest = "== leads@acme.example R=weftmail T=weftmail_lmtp defer (-1): Failed to connect to socket"
    assert read(came("karin@customer.example"), line(rest)) == []


def test_what_was_learnt_is_given_to_the_next_reader() -> None:
    first = EximLog(zone=UTC)
    read(came(), log=first)
    assert len(read(line(TAKEN), log=EximLog(zone=UTC, ids=dict(first.ids)))) == 1


@given(st.lists(st.one_of(st.text(max_size=80), st.sampled_from([TAKEN, PUT_OFF, came()]).map(str)), max_size=5))
def test_no_line_breaks_it(parts: list[str]) -> None:
    log = EximLog(zone=UTC)
    for part in parts:
        log.read(part, 0)
        log.read(line(part), 0)
        log.read(line(part, at="9999-99-99 99:99:99"), 0)
