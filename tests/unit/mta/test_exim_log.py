"""Exim's main log: what it says of mail of ours, whatever else stands between its lines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.next_hop import HandedOver, NextHop
from weftmail.mta.exim.log import HOUR, ROUND, EximLog
from weftmail.mta.log import LONGEST_ANSWER

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
        NextHop(PATH, "karin@customer.example", True, "mx.customer.example", False, "250 2.0.0 OK 1785 gsmtp", AT)
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
    assert one.answer.endswith("451 4.7.1 later") and one.again_at == AT + ROUND


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


def base_62(seconds: int) -> str:
    digits = ""
    while seconds:
        seconds, digit = divmod(seconds, 62)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits.rjust(6, "0")


@pytest.mark.parametrize(
    ("hours", "pause"), [(0, 0.5), (1.9, 0.5), (2, 1), (3, 1.5), (15, 7.5), (16, 6), (90, 6), (-5, 0.5)]
)
def test_the_pause_grows_with_the_age_that_the_id_tells(hours: float, pause: float) -> None:
    message = f"{base_62(AT // 1000 - int(3600 * hours))}-0000UK-1x"
    (one,) = read(came(message=message), line(PUT_OFF, message))
    assert isinstance(one, NextHop) and one.again_at == AT + pause * HOUR


@pytest.mark.parametrize(
    ("rest", "host", "answer"),
    [
        ("defer (111): Connection refused", "", "Connection refused"),
        ("defer (-44) H=mx.other.example [203.0.113.9]:25: 451 later", "mx.other.example", "451 later"),
        ("H=mx.other.example [203.0.113.9] defer (-44): 451 later", "mx.other.example", "451 later"),
        ("defer (-45) H=mx.other.example [2001:db8::1] DT=1s: 451 later", "mx.other.example", "451 later"),
        ("defer (-1): H=not.a.host [203.0.113.9] said so", "", "H=not.a.host [203.0.113.9] said so"),
        (r"defer (-44) H=mx.other.example [203.0.113.9]: 450-busy\n450 no", "mx.other.example", "450-busy 450 no"),
        (r"defer (-44) H=mx.other.example [203.0.113.9]: 450 f\303\266r sent", "mx.other.example", "450 för sent"),
        (r"defer (-44) H=mx.other.example [203.0.113.9]: 450 \033[31mred\000", "mx.other.example", "450 [31mred"),
    ],
)  # fmt: skip
def test_why_it_was_put_off_is_read_in_every_form(rest: str, host: str, answer: str) -> None:
    (one,) = read(came(), line(f"== karin@customer.example R=dnslookup T=remote_smtp {rest}"))
    assert isinstance(one, NextHop) and (one.host, one.answer) == (host, answer)


def test_an_answer_of_several_lines_and_with_quotes_is_one_line() -> None:
    answer = r'C="250-\"so\"\\n250 k\\303\\244pt"'
    rest = f"=> karin@customer.example R=dnslookup T=remote_smtp H=mx.a.example [192.0.2.1]* {answer}"
    (one,) = read(came(), line(rest))
    assert isinstance(one, NextHop) and one.answer == '250-"so" 250 käpt'


def test_an_address_with_a_blank_is_read_where_it_is_quoted() -> None:
    rest = '=> "karin ek"@customer.example R=dnslookup T=remote_smtp H=mx.a.example [192.0.2.1] C="250 OK"'
    (one,) = read(came(), line(rest))
    assert isinstance(one, NextHop) and one.recipient == '"karin ek"@customer.example'
    here = '=> karin ek <"karin ek"@acme.example> R=local_user T=maildir_home'
    assert read(came(), line(here)) == [], "where the local part stands alone nothing tells it from the fields"


@pytest.mark.parametrize("how", ["R=scan T=scan", 'R=filter T=scan H=127.0.0.1 [127.0.0.1] C="250 taken"'])
def test_a_filter_that_names_no_id_is_known_by_the_younger_message(how: str) -> None:
    older, younger = "1xWw2B-0000UK-1x", "1xWw2C-0000UL-2y"
    log = EximLog(zone=UTC)
    assert read(came(), came(message=younger), line(f"=> karin@customer.example {how}", older), log=log) == []
    (one,) = read(line("Completed", older), line(TAKEN, younger), log=log)
    assert isinstance(one, NextHop) and one.host == "mx.customer.example"
    # The younger one may leave first: what is said of the older one then changes nothing any more.
    log = EximLog(zone=UTC)
    assert len(read(came(), came(message=younger), line(TAKEN, younger), log=log)) == 1


def test_one_that_bounces_is_told_by_its_report() -> None:
    rest = "** karin@customer.example R=dnslookup T=remote_smtp H=mx.a.example [192.0.2.1]: 550 5.1.1 No such person"
    assert read(came(), line(rest)) == []


@pytest.mark.parametrize(
    "rest",
    [
        'x T=weftmail_lmtp C="250 <"x T=weftmail_lmtp C=\\"250"@acme.example> R=local_user T=maildir_home',
        '"x T=weftmail_lmtp a"@other.example R=dnslookup T=remote_smtp H=mx.a.example [192.0.2.1] C="250 OK"',
        'x <y> T=weftmail_lmtp <"x <y> T=weftmail_lmtp"@acme.example> R=local_user T=maildir_home',
        'anna <anna@acme.example> R=local_user T=maildir_home C="250 T=weftmail_lmtp"',
        '"leads@acme.example R=weftmail T=weftmail_lmtp',
    ],
)
@pytest.mark.parametrize("how", ["=>", "->"])
def test_a_strangers_address_hands_nothing_over_to_us(rest: str, how: str) -> None:
    assert read(came("karin@customer.example"), line(f"{how} {rest}")) == []


def test_what_a_far_server_says_at_length_is_cut() -> None:
    (one,) = read(came(), line(PUT_OFF + "x" * 99_999))
    assert isinstance(one, NextHop) and len(one.answer) == LONGEST_ANSWER and one.answer.endswith("…")


@given(st.lists(st.one_of(st.text(max_size=80), st.sampled_from([TAKEN, PUT_OFF, came()]).map(str)), max_size=5))
def test_no_line_breaks_it(parts: list[str]) -> None:
    log = EximLog(zone=UTC)
    for part in parts:
        log.read(part, 0)
        log.read(line(part), 0)
        log.read(line(part, at="9999-99-99 99:99:99"), 0)
