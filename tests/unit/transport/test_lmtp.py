"""The LMTP conversation, over real sockets."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import smtplib
import socket
import stat
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.pace import patiently
from tests.unit.transport.lmtp_partner import Client, Installation, Memory
from weftmail.core.envelope import Envelope
from weftmail.core.failure import UsageError
from weftmail.core.ports import Raw
from weftmail.transport.lmtp.bounds import Limits
from weftmail.transport.lmtp.data import Data
from weftmail.transport.lmtp.listener import peer_uids
from weftmail.transport.lmtp.syntax import BadCommand, path, xtext

ENVELOPE = b"MAIL FROM:<karin@customer.example>\r\nRCPT TO:<leads@acme.example>\r\nDATA\r\n"


@pytest.fixture(params=["unix", "inet"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    listen = f"unix:{tmp_path}/l.sock" if request.param == "unix" else "inet:127.0.0.1:0"
    with Installation(listen, folder=str(tmp_path)) as installation:
        yield installation


@pytest.fixture
def unix(tmp_path: Path) -> Iterator[Installation]:
    with Installation(f"unix:{tmp_path}/l.sock", folder=str(tmp_path)) as installation:
        yield installation


def greeted(installation: Installation) -> Client:
    client = installation.connect()
    assert client.reply().startswith("220 weftmail LMTP")
    assert client.ask("LHLO mx.acme.example").startswith("250 ")
    return client


def test_where_the_mail_server_itself_speaks_the_greeting_says_what_is_offered(installation: Installation) -> None:
    with installation.connect() as client:
        offers = " PIPELINING XFORWARD" if installation.where.startswith("unix:") else ""
        assert client.reply() == "220 weftmail LMTP" + offers


# Whole conversations


@pytest.mark.parametrize("bytewise", [False, True])
def test_a_message_comes_in_with_all_commands_in_one_piece(installation: Installation, bytewise: bool) -> None:
    with greeted(installation) as client:
        client.send(ENVELOPE + b"Subject: x\r\n\r\n..dot\r\n.x\r\nend\r\n.\r\nNOOP\r\n", bytewise)
        assert client.replies(5) == [
            "250 2.1.0 ok",
            "250 2.1.5 ok",
            "354 go on, and end with a dot",
            "250 2.0.0 kept",
            "250 2.0.0 ok",
        ]
    envelope = Envelope("leads@acme.example", "karin@customer.example", entrance="lmtp")
    assert installation.memory.kept == [([envelope], b"Subject: x\n\n.dot\nx\nend\n")]


def test_each_recipient_has_its_reply(installation: Installation) -> None:
    installation.memory.judge = lambda envelope: envelope.recipient != "b@acme.example"
    with greeted(installation) as client:
        client.send(b"MAIL FROM:<>\r\n" + b"".join(b"RCPT TO:<%c@acme.example>\r\n" % c for c in b"abc") + b"DATA\r\n")
        client.replies(5)
        assert [client.ask(b"x\r\n.")[:3], *(reply[:3] for reply in client.replies(2))] == ["250", "451", "250"]
    assert [envelope.sender for envelope in installation.memory.kept[0][0]] == ["", "", ""]


def test_several_messages_follow_one_another_and_share_nothing(unix: Installation) -> None:
    with greeted(unix) as client:
        client.send(
            b"XFORWARD ADDR=192.0.2.1 IDENT=4ABC\r\n" + ENVELOPE + b"one\r\n.\r\n" + ENVELOPE + b".\r\nQUIT\r\n"
        )
        codes = [reply[:3] for reply in client.replies(10)]
        assert codes == ["250", "250", "250", "354", "250", "250", "250", "354", "250", "221"]
        assert client.ended()
    (first, one), (second, nothing) = unix.memory.kept
    assert (one, nothing) == (b"one\n", b"")
    assert (first[0].client_address, first[0].queue_id) == ("192.0.2.1", "4ABC")
    assert (second[0].client_address, second[0].queue_id) == ("", "")


def test_commands_that_come_while_a_commit_is_waited_for_wait_too(unix: Installation) -> None:
    unix.memory.judge = None
    with greeted(unix) as client:
        client.send(ENVELOPE + b"x\r\n.\r\n" + ENVELOPE)
        client.replies(3)
        client.send(b"y" * 300_000 + b"\r\n.\r\n")
        while not unix.memory.futures:
            time.sleep(0.01)
        time.sleep(0.05)
        assert len(unix.memory.futures) == 1
        unix.memory.judge = lambda envelope: True
        unix.memory.futures[0].set_result([True])
        assert [reply[:3] for reply in client.replies(5)] == ["250", "250", "250", "354", "250"]
    assert unix.memory.kept[1][1] == b"y" * 300_000 + b"\n"


def test_lhlo_offers_what_is_done(installation: Installation) -> None:
    with installation.connect() as client:
        client.reply()
        client.send(b"LHLO x\r\n")
        lines = [client.line() for _ in range(6)]
        offers = {line[4:] for line in lines}
        assert {"PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "SIZE 67108864"} <= offers
        if installation.where.startswith("unix"):
            assert client.line() == "250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE"
        else:
            assert lines[-1].startswith("250 ")


# What other LMTP clients do


@pytest.mark.parametrize("text", ["kort text", "hälsning\r\n.\r\nslut"])
def test_the_client_of_the_standard_library_is_understood(tmp_path: Path, text: str) -> None:
    with Installation(f"unix:{tmp_path}/l.sock") as installation, smtplib.LMTP(f"{tmp_path}/l.sock") as client:
        client.ehlo()
        options = ["SMTPUTF8", "BODY=8BITMIME", "SIZE=100"]
        assert client.sendmail("björn@acme.example", ["leads@acme.example"], text.encode(), options) == {}
    envelopes, raw = installation.memory.kept[0]
    assert envelopes[0].sender == "björn@acme.example"
    assert raw == text.replace("\r\n", "\n").encode() + b"\n"


def test_postfix_says_who_the_client_was_in_several_commands(unix: Installation) -> None:
    with greeted(unix) as client:
        for command in (
            "XFORWARD NAME=mail.customer.example ADDR=IPV6:2001:db8::1 PORT=[UNAVAILABLE]",
            "XFORWARD PROTO=ESMTPS HELO=mail+2Ecustomer.example IDENT=4f+3DX",
            "XFORWARD SOURCE=REMOTE IDENT=4f+3DY",
        ):
            assert client.ask(command) == "250 2.0.0 ok"
        client.send(ENVELOPE + b"x\r\n.\r\n")
        client.replies(4)
    assert unix.memory.kept[0][0] == [
        Envelope("leads@acme.example", "karin@customer.example", "", "4f=Y", "2001:db8::1", "lmtp")
    ]


def test_an_unknown_client_has_no_address(unix: Installation) -> None:
    with greeted(unix) as client:
        client.send(b"XFORWARD ADDR=[UNAVAILABLE] IDENT=[TEMPUNAVAIL]\r\n" + ENVELOPE + b"x\r\n.\r\n")
        client.replies(5)
    assert (unix.memory.kept[0][0][0].client_address, unix.memory.kept[0][0][0].queue_id) == ("", "")


def test_over_tcp_nobody_is_believed_about_the_client() -> None:
    with Installation("inet:127.0.0.1:0") as installation, greeted(installation) as client:
        assert client.ask("XFORWARD ADDR=192.0.2.1").startswith("550 5.7.1")
        client.send(ENVELOPE + b"x\r\n.\r\n")
        client.replies(4)
    assert installation.memory.kept[0][0][0].client_address == ""


def test_over_tcp_somebody_is_believed_where_the_operator_says_so() -> None:
    with Installation("inet:localhost:0", trust_tcp=True) as installation, greeted(installation) as client:
        client.send(b"XFORWARD ADDR=192.0.2.1\r\n" + ENVELOPE + b"x\r\n.\r\n")
        assert client.replies(5)[4] == "250 2.0.0 kept"
    assert installation.memory.kept[0][0][0].client_address == "192.0.2.1"


# One command, one reply

ANSWERS = [
    ("", "LHLO", "501 5.5.4"),
    ("", "lhlo x", "250"),
    ("", "HELO x", "500 5.5.1"),
    ("", "EHLO x", "500 5.5.1"),
    ("", "STARTTLS", "500 5.5.1"),
    ("", "", "500 5.5.1"),
    ("", "NOOP", "250 2.0.0"),
    ("", "noop with words", "250 2.0.0"),
    ("", "RSET", "250 2.0.0"),
    ("", "VRFY karin", "252 2.0.0"),
    ("", "HELP", "214 2.0.0"),
    ("", "MAIL FROM:<>", "503 5.5.1"),
    ("", "RCPT TO:<a@acme.example>", "503 5.5.1"),
    ("", "DATA", "503 5.5.1"),
    ("l", "RCPT TO:<a@acme.example>", "503 5.5.1"),
    ("l", "DATA", "503 5.5.1"),
    ("l", "MAIL FROM:<>", "250 2.1.0"),
    ("l", "mail from: <a@acme.example> size=1 body=8bitmime smtputf8", "250 2.1.0"),
    ("l", "MAIL FROM:a@acme.example", "501 5.5.4"),
    ("l", "MAIL TO:<a@acme.example>", "501 5.5.4"),
    ("l", "MAIL", "501 5.5.4"),
    ("l", "MAIL FROM:<> BODY=BINARYMIME", "555 5.5.4"),
    ("l", "MAIL FROM:<> RET=FULL", "555 5.5.4"),
    ("l", "MAIL FROM:<> SIZE=x", "501 5.5.4"),
    ("l", "MAIL FROM:<> SIZE=²", "501 5.5.4"),
    ("l", "MAIL FROM:<> SIZE=67108864", "250 2.1.0"),
    ("l", "MAIL FROM:<> SIZE=67108865", "552 5.3.4"),
    ("l", "MAIL FROM:<> SIZE=" + "9" * 5000, "552 5.3.4"),
    ("lm", "MAIL FROM:<>", "503 5.5.1"),
    ("lm", "XFORWARD ADDR=192.0.2.1", "503 5.5.1"),
    ("lm", "DATA", "503 5.5.1"),
    ("lm", "RCPT TO:<>", "501 5.1.3"),
    ("lm", "RCPT TO:<\x01>", "501 5.1.3"),
    ("lm", "RCPT TO:<postmaster>", "250 2.1.5"),
    ("lm", 'RCPT TO:<"a>b"@acme.example>', "250 2.1.5"),
    ("lm", 'RCPT TO:<"ab@acme.example>', "501 5.5.4"),
    ("lm", "RCPT TO:<a@acme.example> NOTIFY=NEVER", "555 5.5.4"),
    ("lm", "RCPT TO:<a@acme.example>\nRCPT TO:<b@acme.example>", "500 5.5.1"),
    ("lm", "RCPT TO:<a@acme.example>\r", "500 5.5.1"),
    ("lm", "RCPT TO:<a\0@acme.example>", "500 5.5.1"),
    ("lmr", "DATA now", "501 5.5.4"),
    ("lmr", "DATA", "354"),
    ("l", "XFORWARD", "501 5.5.4"),
    ("l", "XFORWARD LOGIN=anna", "501 5.5.4"),
    ("l", "XFORWARD NAME", "250 2.0.0"),
    ("l", "QUIT", "221 2.0.0"),
]
FIRST = {"l": "LHLO x", "m": "MAIL FROM:<karin@customer.example>", "r": "RCPT TO:<leads@acme.example>"}


@pytest.mark.parametrize(("before", "command", "answer"), ANSWERS)
def test_a_command_has_its_answer(unix: Installation, before: str, command: str, answer: str) -> None:
    with unix.connect() as client:
        client.reply()
        for letter in before:
            client.ask(FIRST[letter])
        assert client.ask(command).startswith(answer + " ")
    assert unix.memory.kept == []


def test_rset_forgets_the_transaction_and_the_client(unix: Installation) -> None:
    with greeted(unix) as client:
        for command in ("XFORWARD ADDR=192.0.2.1", *FIRST.values(), "MAIL FROM:<a@acme.example>", "RSET"):
            client.ask(command)
        assert client.ask("DATA").startswith("503")
        client.send(ENVELOPE + b"x\r\n.\r\n")
        client.replies(4)
    assert unix.memory.kept[0][0] == [Envelope("leads@acme.example", "karin@customer.example", entrance="lmtp")]


# Bounds


def test_recipients_commands_errors_and_connections_are_counted(tmp_path: Path) -> None:
    limits = Limits(recipients=2, command=100, errors=3, connections=1)
    with Installation(f"unix:{tmp_path}/l.sock", limits=limits) as installation:
        with greeted(installation) as client:
            client.ask(FIRST["m"])
            answers = [client.ask(FIRST["r"])[:9] for _ in range(3)]
            assert answers == ["250 2.1.5", "250 2.1.5", "452 4.5.3"]
            with installation.connect() as second:
                assert second.reply() == "421 4.3.2 too many connections"
                assert second.ended()
            assert [client.ask("WHAT")[:9] for _ in range(3)] == ["500 5.5.1", "500 5.5.1", "421 4.7.0"]
            assert client.ended()
        for ending in (b"\r\n", b""):
            with greeted(installation) as client:
                client.send(b"NOOP " + b"x" * 200 + ending)
                assert client.reply() == "500 5.5.2 line too long"
                assert client.ended()


def test_silence_ends_a_conversation(tmp_path: Path) -> None:
    def trial(times: float) -> None:
        idle = 1.5 * times
        with (
            Installation(f"unix:{tmp_path}/{times}.sock", limits=Limits(idle=idle)) as installation,
            installation.connect() as client,
        ):
            client.reply()
            time.sleep(0.1)
            spoke = time.monotonic()
            assert client.ask("NOOP").startswith("250")
            assert client.reply().startswith("421 4.4.2")
            assert time.monotonic() - spoke >= idle, "a command begins the silence anew"
            assert client.ended()

    patiently(trial)


def drip(client: Client, piece: bytes, seconds: float = 30) -> str:
    """Send a piece again and again until the other side says something; return that."""
    client.connection.settimeout(0.05)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(TimeoutError, BrokenPipeError):
            with contextlib.suppress(BrokenPipeError):
                client.connection.sendall(piece)
            return client.reply()
    pytest.fail("it went on for ever")


def test_half_a_command_is_none(tmp_path: Path) -> None:
    limits = Limits(idle=0.4)
    with Installation(f"unix:{tmp_path}/l.sock", limits=limits) as installation, installation.connect() as client:
        client.reply()
        assert drip(client, b"N") == "421 4.4.2 too long without a command"


def test_a_message_that_drips_in_is_cut_off_and_one_that_comes_is_kept(tmp_path: Path) -> None:
    limits = Limits(rate=1000, stretch=0.4)
    with Installation(f"unix:{tmp_path}/l.sock", limits=limits) as installation:
        with greeted(installation) as client:
            client.send(ENVELOPE)
            client.replies(3)
            assert drip(client, b"x") == "421 4.4.2 too slow"
        with greeted(installation) as client:
            client.send(ENVELOPE)
            client.replies(3)
            until = time.monotonic() + 1.2
            while time.monotonic() < until:
                client.send(b"x" * 998 + b"\r\n")
                time.sleep(0.05)
            client.send(b".\r\n")
            assert client.reply().startswith("250")
        assert len(installation.memory.futures) == 1


@pytest.mark.parametrize("piece", [b"NOOP\r\n", b"RSET\r\n"])
def test_a_connection_ends_whatever_is_said_on_it(tmp_path: Path, piece: bytes) -> None:
    limits = Limits(whole=0.4)
    with Installation(f"unix:{tmp_path}/l.sock", limits=limits) as installation, greeted(installation) as client:
        said = drip(client, piece)
        while said.startswith("250"):
            said = drip(client, piece)
        assert said == "421 4.4.2 this connection has lasted long enough"


def test_a_connection_ends_in_the_middle_of_a_message(tmp_path: Path) -> None:
    limits = Limits(whole=0.5)
    with Installation(f"unix:{tmp_path}/l.sock", limits=limits) as installation, greeted(installation) as client:
        client.send(ENVELOPE)
        client.replies(3)
        assert drip(client, b"x" * 998 + b"\r\n") == "421 4.4.2 this connection has lasted long enough"
        assert installation.memory.futures == []


def test_who_does_not_read_replies_is_not_heard_and_cut_off(tmp_path: Path) -> None:
    limits = Limits(idle=0.6)
    with Installation(f"unix:{tmp_path}/l.sock", limits=limits) as installation, installation.connect() as client:
        client.connection.settimeout(0.2)
        sent = 0
        with contextlib.suppress(TimeoutError, BrokenPipeError, ConnectionResetError):
            while sent < 50_000_000:
                sent += client.connection.send(b"HELP\r\n" * 4000)
        assert sent < 20_000_000
        until = time.monotonic() + 30
        while installation.service.sessions and time.monotonic() < until:
            time.sleep(0.02)
        assert not installation.service.sessions


def test_who_reads_late_gets_every_reply(tmp_path: Path) -> None:
    with Installation(f"unix:{tmp_path}/l.sock") as installation, installation.connect() as client:
        sender = threading.Thread(target=client.send, args=(b"HELP\r\n" * 60_000,))
        sender.start()
        time.sleep(0.3)
        assert client.reply().startswith("220")
        assert {client.reply() for _ in range(60_000)} == {"214 2.0.0 this is LMTP, RFC 2033"}
        sender.join()


def test_a_message_longer_than_declared_sizes_allow_is_kept(tmp_path: Path) -> None:
    with (
        Installation(f"unix:{tmp_path}/l.sock", limits=Limits(size=10)) as installation,
        greeted(installation) as client,
    ):
        assert client.ask("MAIL FROM:<> SIZE=11").startswith("552 5.3.4")
        client.send(ENVELOPE + b"x" * 20 + b"\r\n.\r\n")
        assert client.replies(4)[3].startswith("250")
    assert installation.memory.kept[0][1] == b"x" * 20 + b"\n"


def test_a_long_message_comes_as_a_file_that_is_closed_afterwards(unix: Installation, tmp_path: Path) -> None:
    body = os.urandom(3_000_000).replace(b"\n", b"").replace(b"\r", b"")
    with greeted(unix) as client:
        client.send(ENVELOPE + body + b"\r\n.\r\n")
        assert client.replies(4)[3].startswith("250")
    raw = unix.memory.raws[0]
    assert not isinstance(raw, bytes)
    assert raw.closed
    assert unix.memory.kept[0][1] == body + b"\n"
    assert [name for name in os.listdir(tmp_path) if not name.startswith("l.sock")] == []


def test_a_connection_that_breaks_in_the_middle_keeps_nothing(unix: Installation) -> None:
    for part in (b"x" * 2_000_000, b"x\r\n.\r", b""):
        with greeted(unix) as client:
            client.send(ENVELOPE + part)
            client.replies(3)
    while unix.service.sessions:
        time.sleep(0.01)
    assert unix.memory.kept == []


# When the acceptor fails


def test_a_full_disk_is_temporary(tmp_path: Path) -> None:
    with (
        Installation(f"unix:{tmp_path}/l.sock", folder=f"{tmp_path}/missing") as installation,
        greeted(installation) as client,
    ):
        client.send(ENVELOPE + b"x" * 2_000_000 + b"\r\n.\r\n")
        assert client.replies(4)[3].startswith("452 4.3.1")
        client.send(ENVELOPE + b"short\r\n.\r\n")
        assert client.replies(4)[3].startswith("250")
    assert [raw for _, raw in installation.memory.kept] == [b"short\n"]


def divide(envelope: Envelope) -> bool:
    return bool(1 // (envelope.recipient == "other"))


def test_an_exception_of_the_acceptor_is_temporary(unix: Installation, caplog: pytest.LogCaptureFixture) -> None:
    unix.memory.judge = divide
    with greeted(unix) as client:
        client.send(ENVELOPE + b"x\r\n.\r\n")
        assert client.replies(4)[3] == "451 4.3.0 try again later"
    assert "ZeroDivisionError" in caplog.text


def test_an_acceptor_that_calls_off_is_temporary(unix: Installation) -> None:
    unix.memory.judge = None
    with greeted(unix) as client:
        client.send(ENVELOPE + b"x\r\n.\r\n")
        client.replies(3)
        while not unix.memory.futures:
            time.sleep(0.01)
        unix.memory.futures[0].cancel()
        assert client.reply() == "451 4.3.0 try again later"


def test_a_slow_commit_is_answered_and_called_off(tmp_path: Path) -> None:
    def trial(times: float) -> None:
        limits = Limits(accept=1.2 * times, idle=1.0 * times)
        where = f"unix:{tmp_path}/{times}.sock"
        with Installation(where, Memory(None), limits) as installation, greeted(installation) as client:
            client.send(ENVELOPE + b"x\r\n.\r\n")
            assert client.replies(4)[3] == "451 4.3.0 try again later"
            assert installation.memory.futures[0].cancelled()

    patiently(trial)


class Begun(Memory):
    """Begins a commit as soon as it is asked for: it cannot be called off any more."""

    def accept(self, envelopes: Sequence[Envelope], raw: Raw) -> Future[Sequence[bool]]:
        future = super().accept(envelopes, raw)
        assert future.set_running_or_notify_cancel()
        return future


def test_a_commit_already_begun_may_come_too_late(tmp_path: Path) -> None:
    with (
        Installation(f"unix:{tmp_path}/l.sock", Begun(None), Limits(accept=0.1)) as installation,
        greeted(installation) as client,
    ):
        client.send(ENVELOPE + b"x\r\n.\r\n")
        client.replies(3)
        assert client.reply() == "451 4.3.0 try again later"
        installation.memory.futures[0].set_result([True])
        assert client.ask("NOOP") == "250 2.0.0 ok"


def test_who_hangs_up_while_waiting_calls_the_commit_off(unix: Installation) -> None:
    unix.memory.judge = None
    with greeted(unix) as client:
        client.send(ENVELOPE + b"x\r\n.\r\n")
        client.replies(3)
        while not unix.memory.futures:
            time.sleep(0.01)
    while unix.service.sessions:
        time.sleep(0.01)
    assert unix.memory.futures[0].cancelled()


# Starting and stopping


def test_a_stop_waits_for_the_message_under_way(unix: Installation) -> None:
    unix.memory.judge = None
    with greeted(unix) as quiet, greeted(unix) as client:
        client.send(ENVELOPE + b"x\r\n")
        client.replies(3)
        unix.loop.call_soon_threadsafe(lambda: unix.loop.create_task(unix.listener.stop(10)))
        assert quiet.reply().startswith("421 4.3.2")
        client.send(b".\r\n")
        while not unix.memory.futures:
            time.sleep(0.01)
        unix.memory.futures[0].set_result([True])
        assert client.replies(2) == ["250 2.0.0 kept", "421 4.3.2 shutting down"]
        assert client.ended()


def test_a_stop_does_not_wait_for_ever(unix: Installation) -> None:
    with greeted(unix) as client:
        client.send(ENVELOPE)
        client.replies(3)
        unix.stop(grace=0.1)
        with pytest.raises((EOFError, ConnectionResetError)):
            client.reply()
    assert not Path(unix.where.removeprefix("unix:")).exists()


def test_the_socket_is_for_owner_and_group(unix: Installation) -> None:
    mode = os.stat(unix.where.removeprefix("unix:")).st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o660


def test_a_user_who_may_not_speak_is_sent_away(tmp_path: Path) -> None:
    with Installation(f"unix:{tmp_path}/l.sock", peers=frozenset()) as installation, installation.connect() as client:
        assert client.reply() == "421 4.7.0 not for you"
        assert client.ended()


def test_who_may_speak_is_known_by_name() -> None:
    assert peer_uids(["nobody-has-this-name"]) == frozenset({0, os.geteuid()})
    assert 65534 in peer_uids(["nobody"])


def test_a_socket_left_behind_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(f"{tmp_path}/l.sock")
    with Installation(f"unix:{tmp_path}/l.sock") as installation, greeted(installation) as client:
        assert client.ask("NOOP") == "250 2.0.0 ok"


def test_two_listeners_do_not_share_a_place(tmp_path: Path, unix: Installation) -> None:
    with pytest.raises(UsageError, match="another listener runs"), Installation(unix.where):
        pass
    with greeted(unix) as client:
        assert client.ask("NOOP") == "250 2.0.0 ok"


def test_another_program_at_the_place_is_left_alone(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(f"{tmp_path}/l.sock")
        other.listen()
        with pytest.raises(UsageError, match="another program answers"), Installation(f"unix:{tmp_path}/l.sock"):
            pass
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="no socket"), Installation(f"unix:{tmp_path}/file"):
        pass


@pytest.mark.parametrize(
    ("listen", "text"),
    [
        ("unix:", "say unix:PATH"),
        ("tcp:127.0.0.1:24", "say unix:PATH"),
        ("unix:/nowhere/at/all.sock", "No such file"),
        ("unix:{folder}/" + "x" * 120, "too long"),
        ("inet:127.0.0.1", "say inet:127.0.0.1:PORT"),
        ("inet:localhost:x", "say inet:127.0.0.1:PORT"),
        ("inet:mail.acme.example:24", "say inet:127.0.0.1:PORT"),
        ("inet:0.0.0.0:0", "only loopback"),
        ("inet:[::]:0", "only loopback"),
        ("inet:192.0.2.1:0", "only loopback"),
        ("inet:127.0.0.1:99999", "cannot listen"),
    ],
)
def test_a_place_that_will_not_do_is_refused_in_one_line(listen: str, text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=text) as caught, Installation(listen.format(folder=tmp_path)):
        pass
    assert "\n" not in str(caught.value)


def test_a_port_taken_is_refused() -> None:
    with (
        Installation("inet:127.0.0.1:0") as installation,
        pytest.raises(UsageError, match="in use"),
        Installation(installation.where),
    ):
        pass


def test_ipv6_loopback_will_do() -> None:
    with Installation("inet:[::1]:0") as installation, greeted(installation) as client:
        assert installation.where.startswith("inet:[::1]:")
        assert client.ask("NOOP") == "250 2.0.0 ok"


# The text after DATA


def data(*pieces: bytes) -> tuple[bytes, bytes | None]:
    text, rest = Data(None, 1000), None
    for piece in pieces:
        assert rest is None
        rest = text.feed(piece)
    raw = text.raw()
    assert isinstance(raw, bytes)
    return raw, rest


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\n"),
        (b"a\r\n.\r\n", b"a\n"),
        (b"..\r\n.\r\n", b".\n"),
        (b"a\r\n..\r\nb\r\n.\r\n", b"a\n.\nb\n"),
        (b".a\r\n.\r\n", b"a\n"),
        (b"a\n.\nb\r\n.\r\n", b"a\n.\nb\n"),
        (b"a\n.\r\nb\r\n.\r\n", b"a\n.\nb\n"),
        (b"a\r.\rb\r\n.\r\n", b"a\r.\rb\n"),
        (b"a\r\n.\nMAIL FROM:<>\r\n.\r\n", b"a\n\nMAIL FROM:<>\n"),
        (b"a\r\n.\rb\r\n.\r\n", b"a\n\rb\n"),
        (b"a\r.\r\nb\r\n.\r\n", b"a\r.\nb\n"),
        (b"\0\r\n.\r\n", b"\0\n"),
        (b"a\r\r\n.\r\n", b"a\r\n"),
        (b"a\r\r\n..b\r\n.\r\n", b"a\r\n.b\n"),
        (b"x" * 3000 + b"\r\n.\r\n", b"x" * 3000 + b"\n"),
    ],
)
def test_only_crlf_dot_crlf_ends_a_text(sent: bytes, kept: bytes) -> None:
    if len(kept) < 1000:
        assert data(sent) == (kept, b"")
        assert data(*(sent[i : i + 1] for i in range(len(sent)))) == (kept, b"")
    text = Data(None, 10_000)
    assert text.feed(sent + b"QUIT\r\n") == b"QUIT\r\n"
    assert text.raw() == kept


LETTERS = st.lists(st.sampled_from([b"\r", b"\n", b".", b"a", b"\r\n", b"\0", b"\r\n.\r"]), max_size=30).map(b"".join)


@given(LETTERS, st.lists(st.integers(0, 60), max_size=5), st.integers(0, 20))
def test_wherever_a_text_is_cut_it_says_the_same(body: bytes, cuts: list[int], memory: int) -> None:
    body += b"\n"
    sent = body.replace(b"\n.", b"\n..").replace(b"\n", b"\r\n") + b".\r\nNOOP"
    sent = b"." + sent if body.startswith(b".") else sent
    text, rest, start = Data(None, memory), None, 0
    end = len(sent) - 6
    for cut in [*sorted(min(cut, end) for cut in cuts), len(sent)]:
        rest = text.feed(sent[start:cut])
        start = cut
    raw = text.raw()
    assert (raw if isinstance(raw, bytes) else raw.read()) == body
    assert rest == b"NOOP"
    text.close()


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file of this process grows beyond 100,000 bytes: as good as a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [100_001, 150_000, 1_000_000])
def test_a_disk_that_fills_up_is_remembered(size: int, small_files: None, tmp_path: Path) -> None:
    text = Data(str(tmp_path), 10)
    for start in range(0, size, 50_000):
        assert text.feed(b"x" * min(50_000, size - start)) is None
    assert text.feed(b"\r\n.\r\n") == b""
    text.raw()
    assert text.failure is not None
    assert text.failure.errno == errno.EFBIG
    text.close()


# Words


@pytest.mark.parametrize(
    ("words", "address"),
    [
        (b"TO:<a@acme.example>", "a@acme.example"),
        (b"TO: <A+b@acme.example>", "A+b@acme.example"),
        (b"to:<@x.example,@y.example:a@acme.example>", "a@acme.example"),
        (b'TO:<"a b"@acme.example>', "a b@acme.example"),
        (b'TO:<"a\\"b\\\\c>d"@acme.example>', 'a"b\\c>d@acme.example'),
        (b'TO:<"postmaster">', "postmaster"),
        ("TO:<björn@exämple.org>".encode(), "björn@exämple.org"),
        (b"TO:<\xff@acme.example>", "\udcff@acme.example"),
        (b"TO:<$(id)@acme.example>", "$(id)@acme.example"),
        (b"TO:<-x@acme.example>", "-x@acme.example"),
    ],
)
def test_an_address_is_read_as_the_queue_holds_it(words: bytes, address: str) -> None:
    assert path(b"TO", words + b" A=b c") == (address, {"A": "b", "C": ""})


@pytest.mark.parametrize("words", [b"", b"TO:", b"TO:<a", b"TO:<a>b", b"TO:<a>>", b'TO:<"a>', b"FROM:<a>", b"<a>"])
def test_what_is_no_address_is_refused(words: bytes) -> None:
    with pytest.raises(BadCommand):
        path(b"TO", words)


@given(st.text())
def test_xtext_gives_back_what_it_holds(value: str) -> None:
    encoded = "".join(f"+{byte:02X}" for byte in value.encode())
    assert xtext(encoded) == value


def test_what_is_no_xtext_stays() -> None:
    assert xtext("a+2Bb+zz+") == "a+b+zz+"
