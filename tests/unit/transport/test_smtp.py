"""Handing over: one outcome for each recipient, against a real server, and against ones that misbehave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import BinaryIO

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.unit.pace import patiently
from weftmail.core.ports import Deferred, Outcome, Refused, Sent, Submitter
from weftmail.transport.smtp import SmtpSubmitter

DATA = b"From: a@acme.example\r\nSubject: x\r\n\r\n.dot\r\n..\r\nbody\r\n"
FROM = "bounce+x@acme.example"
ANNA, KARIN = "anna@acme.example", "karin@customer.example"


class Peer:
    """Takes mail, and answers by the recipient's local part."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.sessions: set[int] = set()
        self.data_answer = "250 2.0.0 kept"
        self.mail_answer = "250 OK"

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mail_answer.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.mail_answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answers = {"later": "451 4.7.1 try later", "never": "550 5.1.1 no such user", "closing": "421 4.3.2 closing"}
        answer = answers.get(address.split("@")[0], "250 OK")
        if answer == "250 OK":
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.sessions.add(id(session))
        if self.data_answer.startswith("250"):
            self.taken.append(envelope)
        return self.data_answer


@pytest.fixture
def peer() -> Iterator[tuple[Peer, int]]:
    yield from serve(utf8=True)


@pytest.fixture
def plain_peer() -> Iterator[tuple[Peer, int]]:
    yield from serve(utf8=False)


def serve(utf8: bool) -> Iterator[tuple[Peer, int]]:
    handler = Peer()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, enable_SMTPUTF8=utf8, ready_timeout=60)
    controller.start()
    try:
        yield handler, port
    finally:
        controller.stop()


@pytest.fixture
def out(peer: tuple[Peer, int]) -> Iterator[SmtpSubmitter]:
    submitter = SmtpSubmitter("127.0.0.1", peer[1], timeout=60)
    yield submitter
    submitter.close()


def test_a_copy_arrives_whole_and_the_connection_is_kept(peer: tuple[Peer, int], out: SmtpSubmitter) -> None:
    submitter: Submitter = out
    for _ in range(3):
        outcomes = submitter.submit(FROM, [ANNA, KARIN], DATA)
        assert outcomes == dict.fromkeys([ANNA, KARIN], Sent("250 2.0.0 kept"))
    handler = peer[0]
    assert [(one.mail_from, one.rcpt_tos, one.content) for one in handler.taken] == [(FROM, [ANNA, KARIN], DATA)] * 3
    assert len(handler.sessions) == 1
    assert "SMTPUTF8" not in handler.taken[0].mail_options and f"SIZE={len(DATA)}" in handler.taken[0].mail_options


def test_each_recipient_has_its_own_outcome(peer: tuple[Peer, int], out: SmtpSubmitter) -> None:
    outcomes = out.submit("", ["later@a.example", ANNA, "never@a.example"], DATA)
    assert outcomes == {
        "later@a.example": Deferred("451 4.7.1 try later"),
        ANNA: Sent("250 2.0.0 kept"),
        "never@a.example": Refused("550 5.1.1 no such user"),
    }
    assert peer[0].taken[0].mail_from in ("", "<>") and peer[0].taken[0].rcpt_tos == [ANNA]


def test_after_a_mail_that_nobody_takes_the_next_one_goes(peer: tuple[Peer, int], out: SmtpSubmitter) -> None:
    assert isinstance(out.submit(FROM, ["never@a.example"], DATA)["never@a.example"], Refused)
    assert isinstance(out.submit(FROM, [ANNA], DATA)[ANNA], Sent)
    assert len(peer[0].taken) == 1 and peer[0].taken[0].rcpt_tos == [ANNA]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("451 4.3.0 later", Deferred), ("552 5.3.4 too big", Refused), ("421 4.3.2 closing", Deferred)],
)
def test_what_is_said_to_data_and_mail_counts_for_all(
    peer: tuple[Peer, int], out: SmtpSubmitter, answer: str, kind: type[Outcome]
) -> None:
    peer[0].data_answer = answer
    outcome = out.submit(FROM, [ANNA], DATA)[ANNA]
    assert isinstance(outcome, kind) and outcome.text == answer
    peer[0].data_answer, peer[0].mail_answer = "250 kept", answer
    outcome = out.submit(FROM, [ANNA], DATA)[ANNA]
    assert isinstance(outcome, kind) and answer in outcome.text
    peer[0].mail_answer = "250 OK"
    assert out.submit(FROM, [ANNA], DATA) == {ANNA: Sent("250 kept")}


def test_a_server_that_closes_at_rcpt_defers_all(peer: tuple[Peer, int], out: SmtpSubmitter) -> None:
    outcomes = out.submit(FROM, [ANNA, "closing@a.example", KARIN], DATA)
    assert all(isinstance(one, Deferred) and "421" in one.text for one in outcomes.values())
    assert not peer[0].taken


@pytest.mark.parametrize(
    "address",
    ["a@b.example\r\nRCPT TO:<x@y.example>", "a b@c.example", "a@b.example> BODY=8BITMIME", "-x@b.example", "a@b@c d",
     "", "<a@b.example>", "a@b.example\0"],
)  # fmt: skip
def test_no_address_can_become_a_command(peer: tuple[Peer, int], out: SmtpSubmitter, address: str) -> None:
    outcomes = out.submit(FROM, [address, ANNA], DATA)
    assert isinstance(outcomes[address], Refused) and isinstance(outcomes[ANNA], Sent)
    assert peer[0].taken[0].rcpt_tos == [ANNA]
    if address:
        assert isinstance(out.submit(address, [ANNA], DATA)[ANNA], Refused)
    assert len(peer[0].taken) == 1
    assert out.submit(FROM, [], DATA) == {}


@pytest.mark.parametrize("data", [b"a: b\r\n\r\nx\n.\n", b"a: b\r\n\r\nx\r.\r\n", b"a\n"])
def test_no_bare_line_end_leaves(peer: tuple[Peer, int], out: SmtpSubmitter, data: bytes) -> None:
    assert isinstance(out.submit(FROM, [ANNA], data)[ANNA], Refused)
    assert not peer[0].taken


def test_smtputf8_only_where_an_address_needs_it(peer: tuple[Peer, int], out: SmtpSubmitter) -> None:
    assert isinstance(out.submit(FROM, ["jösé@exämple.example"], DATA)["jösé@exämple.example"], Sent)
    assert peer[0].taken[0].rcpt_tos == ["jösé@xn--exmple-cua.example"]
    assert "SMTPUTF8" in peer[0].taken[0].mail_options
    out.submit(FROM, ["a@exämple.example"], DATA)
    assert "SMTPUTF8" not in peer[0].taken[1].mail_options
    out.submit(FROM, [ANNA], "To: jösé@acme.example\r\n\r\nx\r\n".encode())
    assert "SMTPUTF8" in peer[0].taken[2].mail_options


def test_without_smtputf8_such_an_address_is_refused(plain_peer: tuple[Peer, int]) -> None:
    submitter = SmtpSubmitter("127.0.0.1", plain_peer[1], timeout=60)
    outcome = submitter.submit(FROM, ["jösé@acme.example"], DATA)["jösé@acme.example"]
    assert isinstance(outcome, Refused) and outcome.text.startswith("5.6.7")
    assert isinstance(submitter.submit(FROM, [ANNA], DATA)[ANNA], Sent)
    submitter.close()
    submitter.close()


def test_no_server_defers() -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    outcome = SmtpSubmitter("127.0.0.1", port, timeout=60).submit(FROM, [ANNA], DATA)[ANNA]
    assert isinstance(outcome, Deferred) and outcome.text.startswith(f"4.4.1 127.0.0.1:{port}:")


class Scripted:
    """A server that plays a script for each connection: "" hangs up, None says nothing more."""

    def __init__(self, *connections: list[str | None]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.heard: list[bytes] = []
        self._connections = connections
        self._release = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Scripted:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._release.set()
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        for script in self._connections:
            accepted, _ = self._listener.accept()
            with accepted, accepted.makefile("rb") as lines:
                self._play(accepted, lines, script)

    def _play(self, accepted: socket.socket, lines: BinaryIO, script: list[str | None]) -> None:
        for answer in script:
            if answer is None:
                self._release.wait(60)
                return
            if answer == "":
                return
            accepted.sendall(answer.encode() + b"\r\n")
            self.heard.append(lines.readline())
            if answer.startswith("354"):
                while self.heard[-1] not in (b".\r\n", b""):
                    self.heard.append(lines.readline())


OPENING: list[str | None] = ["220 hi", "250 hi", "250 mail", "250 rcpt", "354 go"]


def test_a_stale_connection_is_replaced_once() -> None:
    with Scripted([*OPENING, "250 one", ""], [*OPENING, "250 two", ""]) as server:
        submitter = SmtpSubmitter("127.0.0.1", server.port, timeout=60)
        assert submitter.submit(FROM, [ANNA], DATA) == {ANNA: Sent("250 one")}
        assert submitter.submit(FROM, [ANNA], DATA) == {ANNA: Sent("250 two")}
        submitter.close()


def test_a_kept_session_that_puts_mail_off_is_replaced_before_the_mail_is() -> None:
    with Scripted([*OPENING, "250 one", "451 4.7.1 filter died"], [*OPENING, "250 two"]) as server:
        submitter = SmtpSubmitter("127.0.0.1", server.port, timeout=60)
        assert submitter.submit(FROM, [ANNA], DATA) == {ANNA: Sent("250 one")}
        assert submitter.submit(FROM, [ANNA], DATA) == {ANNA: Sent("250 two")}
        submitter.close()


class Pipelining:
    """A server that answers MAIL, RCPT and DATA only when it has all of them, and a mail only when it may.

    ``answers`` are those of each mail: to MAIL, to every RCPT, to DATA, and to the mail where that is wanted.
    """

    def __init__(self, *answers: list[str]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.heard: list[bytes] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.connections = 0
        self._answers = list(answers)
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Pipelining:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.may_answer.set()
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        while self._answers:
            accepted, _ = self._listener.accept()
            self.connections += 1
            with accepted, accepted.makefile("rb") as lines:
                accepted.sendall(b"220 hi\r\n")
                self.heard.append(lines.readline())
                accepted.sendall(b"250-hi\r\n250 PIPELINING\r\n")
                while self._answers and self._mail(accepted, lines):
                    pass

    def _mail(self, accepted: socket.socket, lines: BinaryIO) -> bool:
        line = lines.readline()
        while line == b"RSET\r\n":
            self.heard.append(line)
            accepted.sendall(b"250 reset\r\n")
            line = lines.readline()
        if not line:
            return False
        self.heard.append(line)
        while self.heard[-1] not in (b"DATA\r\n", b""):
            self.heard.append(lines.readline())
        *commands, content = self._answers.pop(0)
        accepted.sendall("".join(f"{one}\r\n" for one in commands).encode())
        if commands[-1].startswith("354"):
            while self.heard[-1] not in (b".\r\n", b""):
                self.heard.append(lines.readline())
            assert self.may_answer.wait(60)
            accepted.sendall(f"{content}\r\n".encode())
        return not any(one.startswith("421") for one in commands)


def test_a_server_that_offers_it_gets_the_whole_envelope_at_once() -> None:
    first = ["250 mail", "250 rcpt", "451 4.7.1 later", "550 5.1.1 nobody", "354 go", "250 kept"]
    with Pipelining(first, ["250 mail", "250 rcpt", "354 go", "250 kept too"]) as server:
        submitter = SmtpSubmitter("127.0.0.1", server.port, timeout=60)
        assert submitter.submit(FROM, [ANNA, KARIN, "x@c.example"], DATA) == {
            ANNA: Sent("250 kept"),
            KARIN: Deferred("451 4.7.1 later"),
            "x@c.example": Refused("550 5.1.1 nobody"),
        }
        assert submitter.submit(FROM, [ANNA], DATA) == {ANNA: Sent("250 kept too")}
        submitter.close()
    assert server.connections == 1
    assert server.heard.count(b"RCPT TO:<anna@acme.example>\r\n") == 2 and b"...\r\n" in server.heard


@pytest.mark.parametrize(
    ("answers", "kind", "empty"),
    [
        (["250 mail", "550 nobody", "354 go", "554 no recipients"], Refused, True),
        (["250 mail", "450 later", "354 go", "250 what a short mail"], Deferred, True),
        (["250 mail", "550 nobody", "554 no recipients", ""], Refused, False),
        (["550 not you", "503 mail first", "503 mail first", ""], Refused, False),
        (["550 not you", "503 mail first", "354 go", "554 no mail"], Refused, True),
        (["250 mail", "250 rcpt", "451 not now", ""], Deferred, False),
        (["250 mail", "250 rcpt", "250 out of step", ""], Deferred, False),
    ],
)
def test_of_an_envelope_that_is_not_taken_no_mail_is_left(answers: list[str], kind: type[Outcome], empty: bool) -> None:
    """Where the server waits for a mail all the same it gets an empty one, for nobody; and the next one goes."""
    with Pipelining(answers, ["250 mail", "250 rcpt", "354 go", "250 kept"]) as server:
        submitter = SmtpSubmitter("127.0.0.1", server.port, timeout=60)
        outcome = submitter.submit(FROM, [ANNA], DATA)[ANNA]
        assert isinstance(outcome, kind)
        assert b"body\r\n" not in server.heard and (b".\r\n" in server.heard) is empty
        assert submitter.submit(FROM, [ANNA], DATA) == {ANNA: Sent("250 kept")}
        submitter.close()
    assert server.connections == 1 and server.heard.count(b"body\r\n") == 1


@pytest.mark.parametrize("place", range(3))
def test_a_server_that_closes_within_an_envelope_defers_all_and_keeps_nothing(place: int) -> None:
    answers = ["250 mail", "250 rcpt", "354 go", ""]
    answers[place:] = ["421 4.3.2 closing", ""]
    with Pipelining(answers) as server:
        submitter = SmtpSubmitter("127.0.0.1", server.port, timeout=60)
        outcome = submitter.submit(FROM, [ANNA], DATA)[ANNA]
        assert isinstance(outcome, Deferred) and "421" in outcome.text and outcome.at_server
        submitter.close()
    assert b"body\r\n" not in server.heard


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("code", [530, 534, 535, 538])
@pytest.mark.parametrize("place", [0, 1])
def test_a_session_whose_sign_in_ran_out_is_replaced_and_the_mail_goes(pipelining: bool, code: int, place: int) -> None:
    """As a server says it whose token ended in between: it is about the session, and the mail is as good as before."""
    out = f"{code} 5.7.57 Client not authenticated to send mail"
    good = ["250 mail", "250 rcpt", "354 go", "250 kept"]
    if pipelining:
        late = [*good[:place], out, "554 no recipients", ""]
        peer: Pipelining | Scripted = Pipelining(good, late, good)
    else:
        peer = Scripted(["220 hi", "250 hi", *good, *good[:place], out], ["220 hi", "250 hi", *good])
    with peer as server:
        submitter = SmtpSubmitter("127.0.0.1", server.port, timeout=60)
        assert submitter.submit(FROM, [ANNA], DATA) == {ANNA: Sent("250 kept")}
        assert submitter.submit(FROM, [ANNA], DATA) == {ANNA: Sent("250 kept")}
        submitter.close()
    assert server.heard.count(b"body\r\n") == 2


def test_a_server_that_takes_no_sign_in_puts_the_mail_off_for_another_server() -> None:
    out = "530 5.7.0 Authentication required"
    with Scripted(["220 hi", "250 hi", out], ["220 hi", "250 hi", out]) as server:
        submitter = SmtpSubmitter("127.0.0.1", server.port, timeout=60)
        for _ in range(2):
            assert submitter.submit(FROM, [ANNA], DATA) == {ANNA: Deferred(out, at_server=True)}
        submitter.close()


def test_a_refusal_says_which_command_was_answered(peer: tuple[Peer, int], out: SmtpSubmitter) -> None:
    said: list[object] = []
    peer[0].mail_answer = "550 5.1.1 sender unknown"
    said.append(out.submit(FROM, [ANNA], DATA)[ANNA])
    peer[0].mail_answer, peer[0].data_answer = "250 OK", "554 5.7.1 spam"
    said.append(out.submit(FROM, [ANNA], DATA)[ANNA])
    said.append(out.submit(FROM, ["never@a.example"], DATA)["never@a.example"])
    assert [one.at for one in said if isinstance(one, Refused)] == ["sender", "data", "recipient"]


def test_a_server_that_does_not_offer_it_hears_one_command_at_a_time() -> None:
    with Scripted(["220 hi", "250 hi", "250 mail", "550 nobody", "250 reset", "221 bye"]) as server:
        submitter = SmtpSubmitter("127.0.0.1", server.port, timeout=60)
        assert isinstance(submitter.submit(FROM, [ANNA], DATA)[ANNA], Refused)
        submitter.close()
    assert [one[:4] for one in server.heard[1:4]] == [b"MAIL", b"RCPT", b"RSET"]


def test_something_else_is_done_while_the_server_writes_a_mail_down() -> None:
    with Pipelining(*[["250 mail", "250 rcpt", "354 go", "250 kept"]] * 2) as server:
        # Its answer comes after that was done, or not at all.
        server.may_answer.clear()
        submitter = SmtpSubmitter("127.0.0.1", server.port, timeout=60, meanwhile=server.may_answer.set)
        assert submitter.submit(FROM, [ANNA], DATA) == {ANNA: Sent("250 kept")}
        assert submitter.submit(FROM, [ANNA], DATA) == {ANNA: Sent("250 kept")}
        submitter.close()


@pytest.mark.parametrize("answer", ["", None])
def test_an_answer_that_is_lost_is_deferred_and_said_so(answer: str | None) -> None:
    def trial(times: float) -> None:
        with Scripted([*OPENING, answer]) as server:
            submitter = SmtpSubmitter("127.0.0.1", server.port, timeout=3 * times)
            outcome = submitter.submit(FROM, [ANNA], DATA)[ANNA]
            assert isinstance(outcome, Deferred) and "it may have been taken" in outcome.text
            assert server.heard.count(b".\r\n") == 1
            assert b"..dot\r\n" in server.heard and b"...\r\n" in server.heard
            submitter.close()

    patiently(trial)


@pytest.mark.parametrize(
    "script",
    [
        [""],
        ["554 go away", ""],
        ["220 hi", "500 what", "500 what", ""],
        ["220 hi", ""],
        ["220 hi", "250 hi", ""],
        ["220 hi", "250 hi", "250 mail", ""],
        ["220 hi", "250 hi", "250 mail", "250 rcpt", ""],
        ["220 hi", "250 hi", "250 mail", "250 rcpt", "250 out of step", "250 reset", ""],
        ["220 hi", "250 hi", "250 mail", "250 rcpt", "451 not now", ""],
        ["220 hi", "250 hi", "250 mail", "451 not now", "500 no reset", ""],
        ["garbage", ""],
    ],
)
def test_a_connection_that_dies_before_the_mail_defers(script: list[str | None]) -> None:
    with Scripted(script) as server:
        submitter = SmtpSubmitter("127.0.0.1", server.port, timeout=60)
        assert isinstance(submitter.submit(FROM, [ANNA], DATA)[ANNA], Deferred)
        assert b".\r\n" not in server.heard
        submitter.close()


def test_what_a_server_offers_for_reports_is_asked_for_and_nothing_else() -> None:
    offers: list[str | None] = [
        "220 hi", "250-hi\r\n250-8BITMIME\r\n250 DSN", "250 mail", "250 rcpt", "354 go", "250 kept",
    ]  # fmt: skip
    with Scripted(offers) as server:
        submitter = SmtpSubmitter("127.0.0.1", server.port, timeout=60)
        data = b"Message-ID: <a+b=c@acme.example>\r\nSubject: x\r\n\r\nHall\xc3\xa5\r\n"
        assert submitter.submit(FROM, ["k+x@c.example"], data) == {"k+x@c.example": Sent("250 kept")}
        submitter.close()
    assert server.heard[1] == (f"MAIL FROM:<{FROM}> BODY=8BITMIME RET=HDRS ENVID=a+2Bb+3Dc@acme.example\r\n".encode())
    assert server.heard[2] == b"RCPT TO:<k+x@c.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;k+2Bx@c.example\r\n"


def test_a_server_that_offers_nothing_is_asked_for_nothing_and_an_odd_id_is_left_out() -> None:
    for ehlo, wanted in (("250 hi", b""), ("250-hi\r\n250 DSN", b" RET=HDRS")):
        with Scripted(["220 hi", ehlo, "250 mail", "250 rcpt", "354 go", "250 kept"]) as server:
            submitter = SmtpSubmitter("127.0.0.1", server.port, timeout=60)
            data = b"Message-ID: <" + b"a" * 150 + b"@acme.example>\r\n\r\nHello\r\n"
            submitter.submit(FROM, ["k@c.example"], data)
            submitter.close()
        assert server.heard[1] == f"MAIL FROM:<{FROM}>".encode() + wanted + b"\r\n"
