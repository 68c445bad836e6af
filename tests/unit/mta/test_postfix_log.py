"""Postfix's log: what it says of mail of ours, whatever else stands between its lines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.next_hop import HandedOver, NextHop
from weftmail.mta.postfix import log as postfix_log
from weftmail.mta.postfix.log import PostfixLog, relays_of

NOW = int(datetime(2026, 11, 26, 20, tzinfo=UTC).timestamp() * 1000)
PATH = "bounce+" + "a" * 40 + "@in.acme.example"


def line(program: str, rest: str, queue_id: str = "4F2C1A0B3D", at: str = "Nov 26 19:30:00") -> str:
    return f"{at} mx1 postfix/{program}[4711]: {queue_id}: {rest}\n"


def active(sender: str = PATH, queue_id: str = "4F2C1A0B3D", at: str = "Nov 26 19:30:00") -> str:
    return line("qmgr", f"from=<{sender}>, size=4100, nrcpt=1 (queue active)", queue_id, at)


def went(
    status: str, words: str, relay: str = "mx.customer.example[203.0.113.9]:25", queue_id: str = "4F2C1A0B3D",
    delay: str = "1.5", to: str = "to=<karin@customer.example>", at: str = "Nov 26 19:30:02",
) -> str:  # fmt: skip
    rest = f"{to}, relay={relay}, delay={delay}, delays=0.1/0/0.4/1, dsn=2.0.0, status={status} ({words})"
    return line("smtp", rest, queue_id, at)


def read(*lines: str, log: PostfixLog | None = None) -> list[NextHop]:
    log = log or PostfixLog(zone=UTC)
    return [one for each in lines if isinstance(one := log.read(each, NOW), NextHop)]


def test_a_server_that_took_it_is_named_with_its_words_and_the_time() -> None:
    (one,) = read(active(), went("sent", "250 2.0.0 OK 1785 gsmtp"))
    assert one == NextHop(
        PATH, "karin@customer.example", True, "mx.customer.example", False, "250 2.0.0 OK 1785 gsmtp",
        int(datetime(2026, 11, 26, 19, 30, 2, tzinfo=UTC).timestamp() * 1000),
    )  # fmt: skip


@pytest.mark.parametrize(("delay", "pause"), [("2.5", 300), ("1200", 1200), ("90000", 4000)])
def test_one_that_put_it_off_says_why_and_when_it_is_tried_again(delay: str, pause: int) -> None:
    (one,) = read(active(), went("deferred", "host mx said: 450 4.2.1 busy (in reply to RCPT TO)", delay=delay))
    assert not one.taken and one.answer == "host mx said: 450 4.2.1 busy (in reply to RCPT TO)"
    assert one.again_at == one.at + pause * 1000


def test_a_host_that_cannot_be_reached_has_no_name() -> None:
    (one,) = read(active(), went("deferred", "connect to mx[203.0.113.9]:25: Connection timed out", relay="none"))
    assert (one.host, one.relay, one.taken) == ("", False, False)


@pytest.mark.parametrize(
    ("relay", "expected"),
    [
        ("smtp.relay.example[203.0.113.9]:587", ("smtp.relay.example", True)),
        ("Smtp.Relay.Example[2001:db8::1]:465", ("smtp.relay.example", True)),
        ("hub.acme.example[203.0.113.9]:25", ("hub.acme.example", True)),
        ("mx.customer.example[2001:db8::1]:25", ("mx.customer.example", False)),
        ("mx1.acme.example[private/lmtp]", ("mx1.acme.example", False)),
        ("local", ("", False)),
    ],
)
def test_a_relay_is_told_from_the_recipients_own_server(relay: str, expected: tuple[str, bool]) -> None:
    (one,) = read(active(), went("sent", "250 ok", relay=relay), log=PostfixLog({"hub.acme.example"}, zone=UTC))
    assert (one.host, one.relay) == expected


def test_an_alias_of_the_mail_server_is_told_by_the_address_that_we_wrote_to() -> None:
    (one,) = read(active(), went("sent", "250 ok", to="to=<k@elsewhere.example>, orig_to=<karin@customer.example>"))
    assert one.recipient == "karin@customer.example"


def test_a_filter_that_brings_it_back_is_no_end_of_the_way() -> None:
    """As after amavis: the message comes back under another id, and leaves under that."""
    found = read(
        active(queue_id="AAAAA1"),
        line("cleanup", "message-id=<x@acme.example>", "BBBBB2"),
        went("sent", "250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as BBBBB2",
             "127.0.0.1[127.0.0.1]:10024", "AAAAA1"),
        line("qmgr", "removed", "AAAAA1"),
        active(queue_id="BBBBB2"),
        went("sent", "250 2.0.0 Ok: queued as CCCCC3", queue_id="BBBBB2"),
    )  # fmt: skip
    assert [one.host for one in found] == ["mx.customer.example"]


def test_an_id_means_a_message_only_while_it_lives() -> None:
    """Short ids are used again: what comes after ``removed``, or after another sender, is somebody else's mail."""
    assert read(active(), line("qmgr", "removed"), went("sent", "250 ok")) == []
    assert read(active(), active("someone@acme.example"), went("sent", "250 ok")) == []
    assert read(went("sent", "250 ok")) == []
    assert len(read(active(), line("qmgr", "removed"), active(), went("sent", "250 ok"))) == 1


@pytest.mark.parametrize(
    "other",
    [
        "",
        "\n",
        "no line of a log",
        "Nov 26 19:30:02 mx1 sshd[1]: 4F2C1A0B3D: to=<x@y.example>, relay=local, delay=1, dsn=2.0.0, status=sent (ok)",
        went("bounced", "host mx said: 550 5.1.1 no such user"),
        went("expired", "returned to sender"),
        line("smtp", "to=<x@y.example>, relay=none, status=sent"),
        line("smtp", "enabling PIX workarounds: disable_esmtp for mx.customer.example[203.0.113.9]:25"),
        went("sent", "250 ok", at="Feb 30 19:30:02"),
        went("sent", "250 ok", at="2026-99-26T19:30:02"),
        went("sent", "250 ok", at="Foo 26 19:30:02"),
        line("postscreen", "CONNECT from [203.0.113.9]:4711"),
    ],
)
def test_what_says_nothing_of_an_attempt_is_passed_over(other: str) -> None:
    assert read(active(), other) == []
    assert len(read(active(), other, went("sent", "250 ok"))) == 1


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("Nov 26 19:30:02", datetime(2026, 11, 26, 19, 30, 2, tzinfo=UTC)),
        ("Nov  3 09:05:00", datetime(2026, 11, 3, 9, 5, tzinfo=UTC)),
        ("Dec 31 23:59:59", datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("Feb 29 12:00:00", datetime(2024, 2, 29, 12, tzinfo=UTC)),
        ("2026-11-26T19:30:02.500000+01:00", datetime(2026, 11, 26, 18, 30, 2, 500_000, tzinfo=UTC)),
    ],
)
def test_both_kinds_of_times_are_read(at: str, expected: datetime) -> None:
    (one,) = read(active(), went("sent", "250 ok", at=at))
    assert one.at == int(expected.timestamp() * 1000)


def test_a_time_without_a_zone_is_that_of_this_machine() -> None:
    (one,) = read(active(), went("sent", "250 ok"), log=PostfixLog())
    assert one.at == int(datetime(2026, 11, 26, 19, 30, 2).timestamp() * 1000)


def test_instances_and_services_of_other_names_are_read_as_well() -> None:
    lines = [each.replace("postfix/", "postfix-out/submission/") for each in (active(), went("sent", "250 ok"))]
    assert len(read(*lines)) == 1


def test_a_reader_goes_on_where_another_one_ended() -> None:
    first = PostfixLog(zone=UTC)
    assert read(active(), log=first) == []
    assert len(read(went("sent", "250 ok"), log=PostfixLog(zone=UTC, ids=dict(first.ids)))) == 1


def test_a_log_without_end_costs_no_memory_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    log = PostfixLog(zone=UTC)
    for number in range(postfix_log.MOST_IDS + 50):
        log.read(active(queue_id=f"A{number:09}"), NOW)
    assert len(log.ids) == postfix_log.MOST_IDS
    assert "A000000000" not in log.ids


@given(st.lists(st.text(max_size=200), max_size=20))
def test_no_text_makes_it_fail(lines: list[str]) -> None:
    read(*(f"Nov 26 19:30:02 mx1 postfix/smtp[1]: 4F2C1A0B3D: {each}" for each in lines), *lines)


@pytest.mark.parametrize(
    ("relayhost", "expected"),
    [
        ("", set()),
        ("[smtp.relay.example]:587", {"smtp.relay.example"}),
        ("Hub.Acme.Example", {"hub.acme.example"}),
        ("[a.example], b.example:26", {"a.example", "b.example"}),
    ],
)
def test_the_relays_of_a_mail_server_are_known(relayhost: str, expected: set[str]) -> None:
    assert relays_of(lambda name: relayhost if name == "relayhost" else "other") == expected


SOCKET = "/var/lib/weftmail/listener.sock"


@pytest.mark.parametrize(
    ("program", "relay", "status", "ours"),
    [
        ("lmtp", f"mx1.acme.example[{SOCKET}]", "sent", True),
        ("pipe", "weftmail", "sent", True),
        ("lmtp", f"mx1.acme.example[{SOCKET}]", "deferred", False),
        ("lmtp", "mx1.acme.example[/run/dovecot/lmtp]", "sent", False),
        ("pipe", "spamassassin", "sent", False),
        ("smtp", "mx.customer.example[203.0.113.9]:25", "sent", False),
        ("local", "local", "sent", False),
    ],
)
def test_what_is_handed_over_to_us_is_counted_and_nothing_else(
    program: str, relay: str, status: str, ours: bool
) -> None:
    log = PostfixLog(zone=UTC, ours=("weftmail", SOCKET))
    rest = f"to=<leads@acme.example>, relay={relay}, delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status={status} (250 kept)"
    found = log.read(line(program, rest), NOW)
    at = int(datetime(2026, 11, 26, 19, 30, tzinfo=UTC).timestamp() * 1000)
    assert found == (HandedOver("4F2C1A0B3D", "leads@acme.example", at) if ours else None)
    assert PostfixLog(zone=UTC).read(line(program, rest), NOW) is None
