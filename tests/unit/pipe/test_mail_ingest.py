"""The pipe program, run as the mail server runs it: the real file, its own interpreter, real sockets and files."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import UnixSocketController
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope as SmtpEnvelope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.thorough import examples
from tests.unit.transport.lmtp_partner import Installation, Memory
from weftmail.core.envelope import Envelope
from weftmail.core.limits import PIPE_READ, PIPE_WATCHDOG
from weftmail.transport.lmtp.bounds import Limits
from weftmail.transport.spool import Spool

PROGRAM = Path(__file__).parents[3] / "bin" / "mail-ingest"
WORK = Path(__file__).parents[3] / "weftmail" / "pipe.py"
LATER = b"4.3.0 try again later\n"
MAIL = b"From: karin@customer.example\nSubject: x\n\nHej\n"
LEADS = b"--recipient=leads@acme.example"


class Pipe:
    """Runs the program over one state folder, in which a drain would be a small script that leaves a trace."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self.incoming = self.state / "incoming"
        self.incoming.mkdir(parents=True)
        home = folder / "bin"
        home.mkdir()
        self.program = home / "mail-ingest"
        shutil.copy(PROGRAM, self.program)
        self.work = folder / "weftmail" / "pipe.py"
        self.work.parent.mkdir()
        shutil.copy(WORK, self.work)
        self.trace = folder / "trace"
        self.python = home / "python"
        self.python.write_text(
            f'#!/bin/sh\n{{ echo "$@"; readlink /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2;'
            f" ls /proc/self/fd | wc -l; cut -d' ' -f5-7 /proc/$$/stat; }} > {self.trace}.new\n"
            f"mv {self.trace}.new {self.trace}\nsleep ${{DRAIN:-0}}\n"
        )
        self.python.chmod(0o755)

    def run(self, mail: bytes, *options: bytes, **more: object) -> subprocess.CompletedProcess[bytes]:
        command = [bytes(self.program), b"--state=" + bytes(self.state), *options]
        return subprocess.run(command, input=mail, capture_output=True, timeout=60, check=False, **more)  # type: ignore[call-overload,no-any-return]

    def files(self) -> list[str]:
        return sorted(name for name in os.listdir(self.incoming))

    def spooled(self) -> list[tuple[Envelope, bytes]]:
        spool = Spool(self.incoming)
        found = [spool.open(name) for name in spool.waiting()]
        return [(one[0], one[1] if isinstance(one[1], bytes) else one[1].read()) for one in found if one is not None]

    def traced(self) -> list[str]:
        until = time.monotonic() + 60
        while not self.trace.exists() and time.monotonic() < until:
            time.sleep(0.01)
        return self.trace.read_text().splitlines()


@pytest.fixture
def pipe(tmp_path: Path) -> Pipe:
    return Pipe(tmp_path)


@pytest.fixture
def installation(pipe: Pipe) -> Iterator[Installation]:
    with Installation(f"unix:{pipe.state}/listener.sock", folder=str(pipe.incoming)) as installation:
        yield installation


def put_off(result: subprocess.CompletedProcess[bytes]) -> bool:
    """Whether the mail server will try again, and nothing but the fixed line can reach the sender."""
    return (result.returncode, result.stdout, result.stderr) == (75, LATER, b"")


def taken(result: subprocess.CompletedProcess[bytes]) -> bool:
    return (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


# To the listener


def test_a_message_and_its_envelope_reach_the_listener(pipe: Pipe, installation: Installation) -> None:
    options = [
        LEADS,
        b"--sender=karin@customer.example",
        b"--original-recipient=info+x=y@acme.example",
        b"--queue-id=4ABC",
        b"--client-address=2001:db8::1",
    ]
    assert taken(pipe.run(MAIL, *options))
    envelope = Envelope(
        "leads@acme.example", "karin@customer.example", "info+x=y@acme.example", "4ABC", "2001:db8::1", "pipe"
    )
    assert installation.memory.kept == [([envelope], MAIL)]
    assert pipe.files() == []


def test_exim_says_the_envelope_in_the_environment(pipe: Pipe, installation: Installation) -> None:
    """What a stranger said may stand in no command line of Exim's; its own words are not asked for either."""
    said = {
        b"RECIPIENT": b"leads+Ab-C@acme.example",
        b"SENDER": b"--state=/tmp@customer.example",
        b"MESSAGE_ID": b"1xWw13-0007rJ-0n",
        b"CLIENT_ADDRESS": b"2001:db8::1",
    }
    assert taken(pipe.run(MAIL, b"--environment", env=said))
    envelope = Envelope(
        "leads+Ab-C@acme.example", "--state=/tmp@customer.example", "", "1xWw13-0007rJ-0n", "2001:db8::1", "pipe"
    )
    assert installation.memory.kept == [([envelope], MAIL)]
    # A bounce has an empty sender, and a mail from this machine no client.
    assert taken(pipe.run(MAIL, b"--environment", env={**said, b"SENDER": b"", b"CLIENT_ADDRESS": b""}))
    (bounce,) = installation.memory.kept[1][0]
    assert (bounce.sender, bounce.client_address) == ("", "")


@pytest.mark.parametrize("options", [[], [LEADS]], ids=["nobody", "twice"])
def test_an_environment_that_says_no_envelope_or_a_second_one_is_put_off(pipe: Pipe, options: list[bytes]) -> None:
    said = {b"RECIPIENT": b"support@acme.example"} if options else {b"SENDER": b"karin@customer.example"}
    assert put_off(pipe.run(MAIL, b"--environment", *options, env=said))


CLIENTS = {
    "192.0.2.1": "192.0.2.1",
    "2001:db8::1": "2001:db8::1",
    "IPv6:2001:db8::1": "2001:db8::1",
    "unknown": "",
    "": "",
}


@pytest.mark.parametrize("address", CLIENTS)
def test_the_client_is_an_address_alone(pipe: Pipe, address: str) -> None:
    """Postfix writes IPv6 for a pipe as SMTP does."""
    option = f"--client-address={address}".encode()
    with Installation(f"unix:{pipe.state}/listener.sock") as installation:
        assert taken(pipe.run(MAIL, LEADS, option))
    assert taken(pipe.run(MAIL, LEADS, option))
    assert installation.memory.kept[0][0][0].client_address == pipe.spooled()[0][0].client_address == CLIENTS[address]


BODIES = {
    "empty": (b"", b""),
    "no line end": (b"x", b"x\n"),
    "dots": (b".\n..\n.x\n\n.\n", b".\n..\n.x\n\n.\n"),
    "a dot without line end": (b"x\n.", b"x\n.\n"),
    "a line of 3,000 bytes": (b"x" * 3000 + b"\n", b"x" * 3000 + b"\n"),
    "NUL, 8 bit, lone CR": (b"\0\xff\r.\r\x80\n", b"\0\xff\r.\r\x80\n"),
    "CRLF": (b"a\r\n.\r\nMAIL FROM:<>\r\n", b"a\r\n.\r\nMAIL FROM:<>\r\n"),
    "an LF that would end another server's DATA": (b"a\n.\r\nb\n", b"a\n.\r\nb\n"),
}


@pytest.mark.parametrize("name", BODIES)
def test_every_byte_arrives_with_a_listener_and_without(pipe: Pipe, name: str) -> None:
    body, kept = BODIES[name]
    with Installation(f"unix:{pipe.state}/listener.sock") as installation:
        assert taken(pipe.run(body, LEADS))
    assert taken(pipe.run(body, LEADS))
    assert installation.memory.kept[0][1] == kept
    assert [raw for _, raw in pipe.spooled()] == [kept]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pipe, Installation]]:
    pipe = Pipe(tmp_path_factory.mktemp("pipe"))
    with Installation(f"unix:{pipe.state}/listener.sock") as installation:
        yield pipe, installation


PARTS = st.sampled_from([b"\n", b".", b"\r", b"\r\n", b"a", b"\0", b"\xe5", b"\r\n.\r\n", b"\n.\n", b"x" * 65530])


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=200), st.lists(PARTS, max_size=12).map(b"".join)))
def test_whatever_the_bytes_are_they_arrive(shared: tuple[Pipe, Installation], body: bytes) -> None:
    pipe, installation = shared
    installation.memory.kept.clear()
    assert taken(pipe.run(body, LEADS))
    assert installation.memory.kept[0][1] == (body if body.endswith(b"\n") or not body else body + b"\n")


def test_fifty_megabytes_pass_through_little_memory(pipe: Pipe, installation: Installation) -> None:
    body = os.urandom(1000).replace(b"\n", b"x") + b"\n"
    mail = body * 50_000
    script = 'ulimit -v 40000; exec "$0" "$@"'
    command = ["/bin/sh", "-c", script, str(pipe.program), f"--state={pipe.state}", LEADS.decode()]
    result = subprocess.run(command, input=mail, capture_output=True, timeout=60, check=False)
    assert taken(result)
    assert installation.memory.kept[0][1] == mail


ADDRESSES = {
    b"-x@acme.example": "-x@acme.example",
    b"-oX@acme.example": "-oX@acme.example",
    b"$(id)@acme.example": "$(id)@acme.example",
    b"`id`@acme.example": "`id`@acme.example",
    b"|id;@acme.example": "|id;@acme.example",
    b"--listen": "--listen",
    b"leads+--help@acme.example": "leads+--help@acme.example",
    b"a b@acme.example": "a b@acme.example",
    b"a b> SIZE=1@acme.example": "a b> SIZE=1@acme.example",
    b'"q"\\@acme.example': '"q"\\@acme.example',
    b"a@b@acme.example": "a@b@acme.example",
    b"x=y@acme.example": "x=y@acme.example",
    b"a+2B%41@acme.example": "a+2B%41@acme.example",
    b"a\r\nDATA\r\n@acme.example": "aDATA@acme.example",
    "björn@exämple.org".encode(): "björn@exämple.org",
    b"bj\xf6rn@acme.example": "bjrn@acme.example",
    b"postmaster": "postmaster",
    b"x" * 3000 + b"@acme.example": "x" * 1000,
}


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: ascii(address)[:30])
@pytest.mark.parametrize("locale", ["", "C", "sv_SE.ISO-8859-1"])
def test_an_address_is_an_address_whatever_stands_in_it(pipe: Pipe, address: bytes, locale: str) -> None:
    options = [b"--recipient=" + address, b"--sender=" + address, b"--original-recipient=" + address]
    environment = {"LANG": locale, "PATH": "/usr/bin:/bin"}
    with Installation(f"unix:{pipe.state}/listener.sock") as installation:
        assert taken(pipe.run(MAIL, *options, env=environment))
    assert taken(pipe.run(MAIL, *options, env=environment))
    meant = ADDRESSES[address]
    assert installation.memory.kept == [([Envelope(meant, meant, meant, entrance="pipe")], MAIL)]
    assert pipe.spooled() == [(Envelope(meant, meant, meant, entrance="spool"), MAIL)]


@pytest.mark.parametrize("sender", [b"", b"MAILER-DAEMON", b"<>"])
def test_the_null_sender_is_empty(pipe: Pipe, installation: Installation, sender: bytes) -> None:
    assert taken(pipe.run(MAIL, LEADS, b"--sender=" + sender))
    assert installation.memory.kept[0][0][0].sender == ""


def test_where_xforward_is_not_offered_the_message_goes_all_the_same(pipe: Pipe) -> None:
    with scripted(pipe, [b"220 x\r\n", b"250 x\r\n", b"250 x\r\n250 x\r\n354 x\r\n", b"250 x\r\n"]) as heard:
        assert taken(pipe.run(MAIL, LEADS, b"--queue-id=4ABC"))
    assert b"XFORWARD" not in b"".join(heard)


def test_a_greeting_that_says_what_is_offered_saves_the_question(pipe: Pipe) -> None:
    replies = b"250-x\r\n250 XFORWARD ADDR IDENT\r\n" + b"250 x\r\n" * 3 + b"354 x\r\n"
    with scripted(pipe, [b"220 x LMTP PIPELINING XFORWARD\r\n", replies, b"250 x\r\n"]) as heard:
        assert taken(pipe.run(MAIL, LEADS, b"--queue-id=4ABC"))
    said = [
        b"LHLO mail-ingest",
        b"XFORWARD IDENT=4ABC",
        b"MAIL FROM:<> BODY=8BITMIME",
        b"RCPT TO:<leads@acme.example>",
        b"DATA",
    ]
    assert heard == [b"".join(one + b"\r\n" for one in said), MAIL.replace(b"\n", b"\r\n") + b".\r\n"]


class Stranger(UnixSocketController):
    """An LMTP server that others wrote."""

    def factory(self) -> LMTP:
        return LMTP(self.handler, enable_SMTPUTF8=True)


class Keeper:
    """Its handler; the names are those that it calls."""

    def __init__(self) -> None:
        self.kept: list[tuple[str | None, list[str], bytes | str | None]] = []

    async def handle_DATA(self, server: object, session: object, envelope: SmtpEnvelope) -> str:
        self.kept.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 kept"


def test_an_lmtp_server_that_others_wrote_understands_it(pipe: Pipe) -> None:
    keeper = Keeper()
    stranger = Stranger(keeper, str(pipe.state / "listener.sock"))
    stranger.start()
    try:
        for address in ("leads@acme.example", "björn@exämple.org"):
            options = [f"--recipient={address}".encode(), f"--sender={address}".encode(), b"--queue-id=4ABC"]
            assert taken(pipe.run(b"Subject: x\n\n.\n..x\n\xff\n", *options))
    finally:
        stranger.stop()
    wanted = b"Subject: x\r\n\r\n.\r\n..x\r\n\xff\r\n"
    assert keeper.kept == [(one, [one], wanted) for one in ("leads@acme.example", "björn@exämple.org")]
    assert pipe.files() == []


# Listeners that fail


@contextlib.contextmanager
def scripted(pipe: Pipe, says: list[bytes | Callable[[], object]], stay: bool = False) -> Iterator[list[bytes]]:
    """A listener that says its lines one after the other, each after it has heard something, and then hangs up.

    A function among the lines is called.  With ``stay`` it does not hang up until the block ends.
    """
    heard: list[bytes] = []
    over = threading.Event()
    place = pipe.state / "listener.sock"
    with contextlib.suppress(FileNotFoundError):
        place.unlink()
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(place))
    server.listen()
    server.settimeout(60)

    def speak() -> None:
        with contextlib.suppress(OSError):
            connection, _ = server.accept()
            with connection:
                for number, line in enumerate(says):
                    if number:
                        heard.append(connection.recv(1_000_000))
                    connection.sendall(line) if isinstance(line, bytes) else line()
                if stay:
                    over.wait(60)

    thread = threading.Thread(target=speak)
    thread.start()
    try:
        yield heard
    finally:
        over.set()
        thread.join(120)
        server.close()


TO_DATA = [b"220 x\r\n", b"250-x\r\n250 PIPELINING\r\n", b"250 x\r\n250 x\r\n354 x\r\n"]
EAGER = b"220 x LMTP PIPELINING XFORWARD\r\n"
PUT_OFF = {
    "MAIL refused for good": [*TO_DATA[:2], b"552 x\r\n250 x\r\n354 x\r\n"],
    "MAIL refused now": [*TO_DATA[:2], b"452 x\r\n503 x\r\n503 x\r\n"],
    "RCPT refused": [*TO_DATA[:2], b"250 x\r\n550 x\r\n503 x\r\n"],
    "DATA refused": [*TO_DATA[:2], b"250 x\r\n250 x\r\n451 x\r\n"],
    "LHLO refused": [b"220 x\r\n", b"500 x\r\n"],
    "4xx after the message": [*TO_DATA, b"451 x\r\n"],
    "421 after the message": [*TO_DATA, b"421 x\r\n"],
    "5xx after the message": [*TO_DATA, b"550 x\r\n"],
    "LHLO refused, all at once": [EAGER, b"500 x\r\n" * 4],
    "RCPT refused, all at once": [EAGER, b"250 x\r\n250 x\r\n550 x\r\n503 x\r\n"],
    "421 after the message, all at once": [EAGER, b"250 x\r\n250 x\r\n250 x\r\n354 x\r\n", b"421 x\r\n"],
    "nonsense after the message": [*TO_DATA, b"hello\r\n"],
    "200 is not 250": [*TO_DATA, b"200 x\r\n"],
    "gone in the middle of the message": [*TO_DATA, b""],
}


@pytest.mark.parametrize("name", PUT_OFF)
def test_whatever_the_listener_says_the_mail_server_tries_again(pipe: Pipe, name: str) -> None:
    with scripted(pipe, list(PUT_OFF[name])):
        assert put_off(pipe.run(MAIL, LEADS))
    assert pipe.files() == []


KEPT = {
    "no greeting": [b""],
    "busy": [b"421 x\r\n"],
    "a greeting that is none": [b"554 x\r\n"],
    "shutting down at LHLO": [b"220 x\r\n", b"421 x\r\n"],
    "shutting down before the message": [*TO_DATA[:2], b"421 x\r\n"],
    "gone before the message": [*TO_DATA[:2], b""],
    "shutting down, all at once": [EAGER, b"421 x\r\n"],
    "gone, all at once": [EAGER, b"250 x\r\n250 x\r\n"],
}


@pytest.mark.parametrize("name", KEPT)
def test_a_listener_that_goes_before_the_message_leaves_it_to_the_folder(pipe: Pipe, name: str) -> None:
    with scripted(pipe, list(KEPT[name])):
        assert taken(pipe.run(MAIL, LEADS))
    assert [raw for _, raw in pipe.spooled()] == [MAIL]


def test_a_listener_that_dies_in_the_middle_of_a_long_message(pipe: Pipe) -> None:
    with scripted(pipe, list(TO_DATA)):
        assert put_off(pipe.run(MAIL * 200_000, LEADS))
    assert pipe.files() == []


def test_a_listener_hung_before_its_greeting(pipe: Pipe) -> None:
    with scripted(pipe, [b""], stay=True):
        assert taken(pipe.run(MAIL, LEADS))
    assert [raw for _, raw in pipe.spooled()] == [MAIL]


def test_a_listener_hung_after_the_message(pipe: Pipe) -> None:
    impatient(pipe)
    with scripted(pipe, [*TO_DATA, b"250-wait\r\n"], stay=True):
        assert put_off(pipe.run(MAIL, LEADS))
    assert pipe.files() == []


def test_the_watchdog_ends_what_nothing_else_ends(pipe: Pipe) -> None:
    impatient(pipe, read=60)
    with scripted(pipe, [*TO_DATA], stay=True):
        assert put_off(pipe.run(MAIL, LEADS))
    with subprocess.Popen(["sleep", "110"], stdout=subprocess.PIPE) as endless:
        command = [str(pipe.program), f"--state={pipe.state}", LEADS.decode()]
        assert put_off(subprocess.run(command, stdin=endless.stdout, capture_output=True, timeout=100, check=False))
        endless.kill()


def impatient(pipe: Pipe, read: int = 1) -> None:
    """Shorten the waits, in the copy of the program that is run."""
    text = pipe.work.read_text()
    changed = text.replace("READ_TIMEOUT, WATCHDOG = 2, 30, 60", f"READ_TIMEOUT, WATCHDOG = 2, {read}, 2")
    assert changed != text
    pipe.work.write_text(changed)


def test_its_waits_are_those_that_the_others_reckon_with() -> None:
    match = re.search(r"^GREETING, READ_TIMEOUT, WATCHDOG = (\d+), (\d+), (\d+)", WORK.read_text(), re.MULTILINE)
    assert match is not None
    assert (int(match[2]), int(match[3])) == (PIPE_READ, PIPE_WATCHDOG)


def test_a_commit_that_the_listener_cannot_make(pipe: Pipe) -> None:
    memory = Memory(lambda envelope: False)
    with Installation(f"unix:{pipe.state}/listener.sock", memory, Limits(accept=0.1)):
        assert put_off(pipe.run(MAIL, LEADS))
        memory.judge = None
        assert put_off(pipe.run(MAIL, LEADS))
    assert pipe.files() == []


# Bad input

BAD = {
    "nothing": [],
    "no recipient": [b"--sender=a@acme.example"],
    "an empty recipient": [b"--recipient="],
    "a recipient of control characters": [b"--recipient=\r\n\t"],
    "two recipients": [LEADS, b"--recipient=b@acme.example"],
    "words apart": [b"--recipient", b"leads@acme.example"],
    "a bare word": [LEADS, b"leads@acme.example"],
    "an unknown option": [LEADS, b"--verbose=1"],
    "one hyphen": [b"-recipient=leads@acme.example"],
    "the end of options": [b"--", LEADS],
    "state twice": [LEADS, b"--state=/x"],
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_understood_is_put_off(pipe: Pipe, installation: Installation, name: str) -> None:
    assert put_off(pipe.run(MAIL, *BAD[name]))
    assert installation.memory.kept == []
    assert pipe.files() == []


def test_a_person_reads_that_there_is_no_state_folder(pipe: Pipe) -> None:
    terminal, theirs = pty.openpty()
    command = [str(pipe.program), "--state=/nowhere", LEADS.decode()]
    done = subprocess.run(command, input=MAIL, stdout=subprocess.PIPE, stderr=theirs, check=False)
    assert (done.returncode, done.stdout) == (75, LATER)
    assert b"there is no state folder /nowhere; say where it is: --state=DIR" in os.read(terminal, 4096)
    os.close(terminal)
    os.close(theirs)


@pytest.mark.parametrize(
    "redirection", ["<&-", "<&- >&-", "<&- >&- 2>&-", "< /dev/null > /dev/full -x"], ids=lambda text: text
)
def test_standard_input_that_cannot_be_read_is_put_off(
    pipe: Pipe, installation: Installation, redirection: str
) -> None:
    command = f'"$0" --state={pipe.state} {LEADS.decode()} {redirection}'
    result = subprocess.run(["/bin/sh", "-c", command, str(pipe.program)], capture_output=True, check=False)
    assert result.returncode == 75
    assert result.stderr == b""
    assert installation.memory.kept == []


@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_outputs_do_no_harm(pipe: Pipe, redirection: str) -> None:
    command = f'printf "x\\n" | "$0" --state={pipe.state} {LEADS.decode()} {redirection}'
    assert subprocess.run(["/bin/sh", "-c", command, str(pipe.program)], check=False).returncode == 0
    assert [raw for _, raw in pipe.spooled()] == [b"x\n"]


def test_a_state_folder_that_is_not_there(pipe: Pipe, tmp_path: Path) -> None:
    result = subprocess.run(
        [pipe.program, f"--state={tmp_path}/none", LEADS], input=MAIL, capture_output=True, check=False
    )
    assert put_off(result)


def test_a_folder_that_cannot_be_written(pipe: Pipe) -> None:
    pipe.incoming.rmdir()
    pipe.incoming.touch()
    assert put_off(pipe.run(MAIL, LEADS))


def test_a_disk_without_room_leaves_nothing_behind(pipe: Pipe) -> None:
    script = 'trap "" XFSZ; ulimit -f 100; exec "$0" "$@"'
    command = ["/bin/sh", "-c", script, str(pipe.program), f"--state={pipe.state}", LEADS.decode()]
    assert put_off(subprocess.run(command, input=MAIL * 5000, capture_output=True, check=False))
    assert pipe.files() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM])
def test_a_signal_is_temporary(pipe: Pipe, number: int) -> None:
    command = [str(pipe.program), f"--state={pipe.state}", LEADS.decode()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not pipe.files():
            time.sleep(0.01)
        process.send_signal(number)
        assert process.communicate() == (LATER, b"")
        assert process.returncode == 75
    assert list(Spool(pipe.incoming).waiting()) == []


def test_half_a_message_whose_giver_was_killed_is_not_taken(pipe: Pipe, installation: Installation) -> None:
    """Pipe(8) is killed while it writes: the program goes on with another parent, and its input ends."""
    giver = (
        "import os, subprocess, sys, time\n"
        "r, w = os.pipe()\n"
        "child = subprocess.Popen(sys.argv[1:], stdin=r, pass_fds=())\n"
        "os.close(r)\n"
        "os.write(w, b'Subject: x\\n\\nhalf of')\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    command = [sys.executable, "-c", giver, str(pipe.program), f"--state={pipe.state}", LEADS.decode()]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        while not installation.service.sessions:
            time.sleep(0.01)
        time.sleep(0.1)
        process.kill()
        assert process.stdout.read() == LATER
    while installation.service.sessions:
        time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    assert installation.memory.kept == []


# The folder and the drain


def test_names_sort_by_arrival_and_files_are_private(pipe: Pipe) -> None:
    for number in range(3):
        assert taken(pipe.run(b"%d\n" % number, LEADS, umask=0))
    assert [raw for _, raw in pipe.spooled()] == [b"0\n", b"1\n", b"2\n"]
    assert {(pipe.incoming / name).stat().st_mode & 0o777 for name in pipe.files()} == {0o600}


def test_a_file_is_written_as_the_spool_writes_it(pipe: Pipe) -> None:
    envelope = Envelope("a b%@acme.example", "björn@acme.example", "x+y=z@acme.example", "4ABC", "192.0.2.1", "spool")
    options = ["--recipient=" + envelope.recipient, "--sender=" + envelope.sender]
    options += ["--original-recipient=" + envelope.original_recipient, "--queue-id=4ABC", "--client-address=192.0.2.1"]
    assert taken(pipe.run(MAIL, *(option.encode() for option in options)))
    name = Spool(pipe.incoming).write(envelope, MAIL, 1, "x")
    spool = Spool(pipe.incoming)
    ours, theirs = (spool.open(name) for name in (name, pipe.files()[-1]))
    assert ours == theirs == (envelope, MAIL)


def test_a_drain_is_started_away_from_the_mail_server(pipe: Pipe) -> None:
    """In a session of its own, with the settle lock as standard input, and nothing else that was open."""
    with open(os.devnull) as kept:
        assert taken(pipe.run(MAIL, LEADS, pass_fds=[kept.fileno()]))
    command, stdin, stdout, stderr, count, ids = pipe.traced()
    assert command == f"-Im weftmail.cli.ingest --drain --state={pipe.state}"
    assert (stdin, stdout, stderr) == (f"{pipe.state}/settle.lock", f"{pipe.trace}.new", "/dev/null")
    assert int(count) == 4, "0 to 2, and the folder that ls reads"
    group, session, terminal = ids.split()
    assert group == session != str(os.getpgid(0))
    assert terminal == "0"


def test_a_burst_starts_one_drain(pipe: Pipe) -> None:
    environment = {"PATH": "/usr/bin:/bin", "DRAIN": "100"}
    assert taken(pipe.run(MAIL, LEADS, env=environment))
    session = int(pipe.traced()[5].split()[1])
    pipe.trace.unlink()
    try:
        for _ in range(3):
            assert taken(pipe.run(MAIL, LEADS, env=environment))
    finally:
        # Nobody has waited for the drain: it is there still.
        os.killpg(session, signal.SIGKILL)
    assert not pipe.trace.exists()
    assert len(pipe.spooled()) == 4


def test_no_drain_is_started_while_somebody_settles(pipe: Pipe) -> None:
    with open(pipe.state / "settle.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert taken(pipe.run(MAIL, LEADS))
        time.sleep(0.2)
        assert not pipe.trace.exists()


def test_mail_is_safe_where_no_drain_can_be_started(pipe: Pipe) -> None:
    pipe.python.unlink()
    assert taken(pipe.run(MAIL, LEADS))
    assert len(pipe.spooled()) == 1
    with open(pipe.state / "settle.lock", "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize("where", ["python", "python3", "../.venv/bin/python"])
def test_the_environment_is_found_beside_the_real_path(pipe: Pipe, tmp_path: Path, where: str) -> None:
    place = pipe.program.parent / where
    place.parent.mkdir(parents=True, exist_ok=True)
    pipe.python.rename(place)
    (tmp_path / "link").symlink_to(pipe.program)
    (tmp_path / "second").symlink_to("link")
    pipe.program = tmp_path / "second"
    assert taken(pipe.run(MAIL, LEADS))
    assert pipe.traced()[0].startswith("-Im weftmail.cli.ingest --drain")


@pytest.mark.parametrize(
    "words", [["--listen", "unix:/x"], ["--listen=unix:/x"], ["--explain", LEADS.decode()], ["--drain"], ["--help"]]
)
def test_other_work_is_passed_on_to_the_environment(pipe: Pipe, words: list[str]) -> None:
    assert subprocess.run([pipe.program, *words], check=False, capture_output=True).returncode == 0
    assert pipe.traced()[0] == " ".join(["-Im weftmail.cli.ingest", *words])


def test_other_work_without_an_environment_is_put_off(pipe: Pipe) -> None:
    pipe.python.unlink()
    assert put_off(subprocess.run([pipe.program, "--help"], check=False, capture_output=True))


# What it is made of


PROBE = """
import posix, sys
leave = posix._exit
def probed(status):
    print(status, sys.flags.isolated, sys.flags.no_site, sys.flags.ignore_environment)
    print(*sys.modules)
    sys.stdout.flush()
    leave(status)
posix._exit = probed
program, sys.argv = sys.argv[1], sys.argv[1:]
exec(compile(open(program).read(), program, "exec"), {"__name__": "__main__"})
"""


def test_it_imports_next_to_nothing(pipe: Pipe) -> None:
    assert PROGRAM.read_text().startswith("#!/usr/bin/python3 -IS\n")
    pipe.python.unlink()
    command = ["/usr/bin/python3", "-IS", "-c", PROBE, str(pipe.program), f"--state={pipe.state}", LEADS.decode()]
    flags, modules = subprocess.run(command, input=MAIL, capture_output=True, check=True).stdout.decode().splitlines()
    assert flags == "0 1 1 1"
    command = ["/usr/bin/python3", "-IS", "-c", "import sys; print(*sys.modules)"]
    start = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert set(modules.split()) - set(start) == {"_socket", "fcntl"}
    assert len(pipe.spooled()) == 1


@pytest.mark.parametrize("where", ["lib/python{}.{}/site-packages", "lib/python3.1/site-packages", "."])
def test_its_work_is_found_in_the_environment_or_the_checkout(pipe: Pipe, where: str) -> None:
    place = pipe.program.parent.parent / where.format(*sys.version_info[:2]) / "weftmail" / "pipe.py"
    place.parent.mkdir(parents=True, exist_ok=True)
    pipe.work.rename(place)
    assert taken(pipe.run(MAIL, LEADS))
    assert len(pipe.spooled()) == 1


@pytest.mark.parametrize("broken", [None, "raise SystemExit(1)\n", "syntax error\n", "def main(*_): raise KeyError\n"])
def test_without_its_work_the_mail_server_tries_again(pipe: Pipe, broken: str | None) -> None:
    pipe.work.unlink()
    if broken is not None:
        pipe.work.write_text(broken)
    assert put_off(pipe.run(MAIL, LEADS))


def test_neither_the_environment_nor_the_folder_reaches_it(
    pipe: Pipe, installation: Installation, tmp_path: Path
) -> None:
    for name in ("time", "posix", "_socket", "fcntl", "encodings"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(3)\n")
    hostile = {"PYTHONPATH": str(tmp_path), "PYTHONHOME": str(tmp_path), "PYTHONSTARTUP": "x", "PYTHONVERBOSE": "1"}
    assert taken(pipe.run(MAIL, LEADS, cwd=tmp_path, env=hostile))
    assert len(installation.memory.kept) == 1


def test_a_reason_goes_to_the_log_of_the_machine_and_never_waits(tmp_path: Path) -> None:
    program = {"__name__": "mail_ingest"}
    exec(compile(PROGRAM.read_text(), str(PROGRAM), "exec"), program)
    import _socket
    import posix

    program.update(_socket=_socket, posix=posix)  # type: ignore[call-overload]
    log: Callable[[BaseException, str], None] = program["log"]  # type: ignore[assignment]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
        daemon.bind(f"{tmp_path}/log")
        log(ValueError("not\nunderstood: \udcff"), f"{tmp_path}/log")
        said = daemon.recv(1000)
        assert said == b"<20>weftmail/mail-ingest[%d]: ValueError: not\\nunderstood: \\udcff" % os.getpid()
        with pytest.raises(BlockingIOError):
            for _ in range(100_000):
                log(ValueError("x"), f"{tmp_path}/log")
