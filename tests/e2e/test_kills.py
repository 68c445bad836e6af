"""``kill -9`` at chosen calls of the kernel: nothing is lost, nothing is doubled, nothing is left half-written.

Each program is first watched while it does its work well; the points of its death are spread over what it did.  Then
the test does what the mail server and the supervisor would do: hand the same mail over again, start the program again.
"""

from __future__ import annotations

import itertools
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e import strace
from tests.e2e.conftest import make_state
from tests.e2e.installation import ANNA, LiveInstallation
from tests.e2e.mortal import KARIN, KILLED, LEADS, Mortal, mail
from tests.e2e.poison import POISON
from tests.e2e.postfix import PrivatePostfix, until
from tests.e2e.sink import Sent, Sink
from tests.e2e.strace import Call

DEATHS = 3

# What a program does to the world outside it; reading its own memory, clock and libraries changes nothing anywhere.
OUTWARD = (
    *("accept4", "connect", "sendto", "recvfrom", "read", "write", "pwrite64", "fsync", "fdatasync", "rename"),
    *("unlink", "openat", "flock", "close", "clone", "exit_group"),
)
STORING = ("accept4", "sendto", "recvfrom", "pwrite64", "fdatasync")


@pytest.fixture(scope="module")
def traces(workspace: Path) -> Path:
    folder = workspace / "traces"
    folder.mkdir()
    folder.chmod(0o1777)
    return folder


@pytest.fixture(scope="module")
def make_installation(workspace: Path, _sink: Sink) -> Iterator[Callable[[], Mortal]]:
    made: list[Mortal] = []

    def make() -> Mortal:
        made.append(Mortal(make_state(workspace), _sink.port))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def from_the_program_on(calls: list[Call]) -> list[Call]:
    """Return what the pipe program did after its interpreter had started: it begins by setting its alarm."""
    start = next(number for number, one in enumerate(calls) if one.name == "alarm")
    return [one for one in calls[start:] if one.name in OUTWARD]


# --- the pipe program, with a listener


@pytest.fixture(scope="module")
def listening(make_installation: Callable[[], Mortal]) -> Mortal:
    installation = make_installation()
    installation.listen()
    return installation


@pytest.fixture(scope="module")
def pipe_points(listening: Mortal, traces: Path) -> list[Call]:
    file = traces / "pipe-listener"
    assert listening.hand_over(listening.subject("watched"), *strace.under(strace.recording(file))) == 0
    return strace.spread(from_the_program_on(strace.recorded(file)), 10)


@pytest.mark.parametrize("number", range(10))
def test_the_pipe_program_dies_while_it_speaks_to_the_listener(
    listening: Mortal, pipe_points: list[Call], number: int
) -> None:
    subject = f"pipe {number}"
    assert listening.hand_over(subject, *strace.under(pipe_points[number].kills)) == KILLED, pipe_points[number]
    assert listening.hand_over(listening.subject(subject)) == 0
    listening.assert_filed_once()
    assert listening.ledger.incoming() == []


# --- the pipe program, with no listener


@pytest.fixture(scope="module")
def quiet(make_installation: Callable[[], Mortal]) -> Mortal:
    return make_installation()


@pytest.fixture(scope="module")
def spool_points(quiet: Mortal, traces: Path) -> list[Call]:
    file = traces / "pipe-spool"
    assert quiet.hand_over(quiet.subject("watched"), *strace.under(strace.recording(file))) == 0
    quiet.assert_filed_once()
    return strace.spread(from_the_program_on(strace.recorded(file)), 10)


@pytest.mark.parametrize("number", range(10))
def test_the_pipe_program_dies_while_it_writes_a_file(quiet: Mortal, spool_points: list[Call], number: int) -> None:
    subject = f"spool {number}"
    assert quiet.hand_over(subject, *strace.under(spool_points[number].kills)) == KILLED, spool_points[number]
    quiet.leftovers_have_aged()
    assert quiet.hand_over(quiet.subject(subject)) == 0
    quiet.assert_filed_once()
    quiet.drain()
    assert quiet.ledger.incoming() == []


# --- the drain


@pytest.fixture(scope="module")
def drain_points(quiet: Mortal, traces: Path) -> list[Call]:
    file = traces / "drain"
    names = (*STORING, "unlink", "fsync", "flock")
    runs: list[list[Call]] = []
    for number in range(4):
        with quiet.nobody_settles():
            for subject in (f"watched drain {number}", f"watched drain {number}, too")[: 1 + number % 2]:
                assert quiet.hand_over(quiet.subject(subject)) == 0
        assert quiet.run(*strace.under(strace.recording(file)), *quiet.drain_words()).returncode == 0
        quiet.assert_filed_once()
        runs.append([one for one in strace.recorded(file, *quiet.files) if one.name in names])
    # Mail is read ahead by processes of its own, so two mails are filed in one transaction or in two, as the machine is
    # busy: a point is a call that every run made, those with one mail, which is filed in one, among them.
    made = [{(one.name, one.ordinal, one.file) for one in run} for run in runs]
    calls = [one for one in runs[0] if all((one.name, one.ordinal, one.file) in each for each in made)]
    start = next(number for number, one in enumerate(calls) if one.name == "flock")
    return strace.spread(calls[start:], 10)


@pytest.mark.parametrize("number", range(10))
def test_the_drain_dies(quiet: Mortal, drain_points: list[Call], number: int) -> None:
    # Two mails filed in one transaction make fewer calls than two filed in two: a drain that ended before its point
    # came has done its work, and the next one is killed.
    for attempt in range(5):
        with quiet.nobody_settles():
            for subject in (f"drain {number}.{attempt}", f"drain {number}.{attempt}, too"):
                assert quiet.hand_over(quiet.subject(subject)) == 0
        ended = quiet.run(*strace.under(drain_points[number].kills), *quiet.drain_words()).returncode
        if ended == KILLED:
            break
        assert ended == 0, drain_points[number]
        quiet.assert_filed_once()
    assert ended == KILLED, drain_points[number]
    quiet.ledger.assert_whole()
    quiet.drain()
    quiet.assert_filed_once()


def test_the_drain_dies_between_commit_and_unlink(quiet: Mortal) -> None:
    with quiet.nobody_settles():
        assert quiet.hand_over(quiet.subject("committed and not removed")) == 0
    killed = quiet.run(*strace.under(Call("unlink", 1).kills), *quiet.drain_words())
    assert killed.returncode == KILLED
    assert (quiet.ledger.accepted(), len(quiet.ledger.spooled())) == (1, 1)
    quiet.drain()
    quiet.assert_filed_once()
    assert quiet.ledger.states()["duplicate"] >= 1


# --- the listener, behind Postfix


@pytest.fixture(scope="module")
def served(make_installation: Callable[[], Mortal]) -> Mortal:
    return nothing_due(make_installation())


def nothing_due(installation: Mortal) -> Mortal:
    """Do what is due at the very first start, so that every later one makes the same calls of the kernel."""
    installation.send()
    return installation


@pytest.fixture(scope="module")
def server(served: Mortal, make_postfix: Callable[..., PrivatePostfix]) -> PrivatePostfix:
    return make_postfix(served.state, milter=False)


@pytest.fixture(scope="module")
def listener_points(served: Mortal, server: PrivatePostfix, traces: Path) -> list[Call]:
    file = traces / "listener"
    listener = served.listen()
    with strace.attached(listener.pid, strace.recording(file, *STORING)):
        server.deliver(KARIN, LEADS, mail(served.subject("watched")))
        served.assert_filed_once()
        server.wait_empty()
    served.end(listener)
    calls = strace.recorded(file, *served.files)
    start = next(number for number, one in enumerate(calls) if one.name == "accept4")
    # Three readings at least: the greeting, the envelope, the mail.  Pages of temporary files come as they fall due.
    sure = [one for one in calls[start:] if one.file or one.name not in ("recvfrom", "pwrite64") or reading(one) <= 3]
    return strace.spread(sure, 10)


def reading(call: Call) -> int:
    """Return which reading from a socket a call is."""
    return call.ordinal if call.name == "recvfrom" else sys.maxsize


def wait_tried(server: PrivatePostfix) -> None:
    """Wait until Postfix has been told of each mail that it is safe, or keeps it for later."""
    until(
        lambda: all(one["queue_name"] == "deferred" for one in server.queue()),
        "Postfix has tried",
        lambda: f"{server.queue()}{server.log()[-2000:]}",
    )


@pytest.mark.parametrize("number", range(10))
def test_the_listener_dies(served: Mortal, server: PrivatePostfix, listener_points: list[Call], number: int) -> None:
    listener = served.listen()
    with strace.attached(listener.pid, listener_points[number].kills):
        server.deliver(KARIN, LEADS, mail(served.subject(f"listener {number}")))
        served.died(listener)
    served.ledger.assert_whole()
    wait_tried(server)
    listener = served.listen()
    server.flush()
    server.wait_empty()
    served.assert_filed_once()
    served.end(listener)


# --- a mail that is poison


def poisoned(installation: LiveInstallation, workspace: Path, *words: str) -> tuple[str | Path, ...]:
    """Return what starts the program with a fault in it."""
    program = workspace / "poison.py"
    if not program.exists():
        shutil.copy(Path(__file__).with_name("poison.py"), program)
        program.chmod(0o644)
    return (installation.programs / "python", "-I", program, *words)


def fifty(installation: Mortal) -> list[str]:
    """Return the subjects of fifty mails, the poisoned one in the middle."""
    name = next(_names)
    before, after = ([installation.subject(f"{name} {n}") for n in some] for some in (range(25), range(25, 49)))
    return [*before, POISON, *after]


_names = (f"healthy {number}" for number in itertools.count())


def assert_one_is_an_error(installation: Mortal, error: str) -> None:
    """Fail unless every mail but the poisoned one is filed once; then take that one away again."""
    assert installation.ledger.states()["error"] == 1
    (review,) = installation.review()
    assert error in f"{review}", review
    installation.admin("review", "discard", str(review["id"]))
    installation.ledger.assert_whole()
    once = [(subject, 1) for subject in sorted(installation.notified)]
    assert installation.ledger.rows("select title, count(*) from record group by title order by title") == once


@pytest.mark.parametrize(("how", "deaths"), [("kill", DEATHS), ("raise", 0)])
def test_a_drain_gets_past_a_poisoned_mail(quiet: Mortal, workspace: Path, how: str, deaths: int) -> None:
    with quiet.nobody_settles():
        for subject in fifty(quiet):
            assert quiet.hand_over(subject) == 0
    words = poisoned(quiet, workspace, how, "drain")
    ends = []
    while (status := quiet.run(*words).returncode) != 0:
        ends.append(status)
        assert len(ends) <= deaths
    assert ends == [KILLED] * deaths
    quiet.ledger.wait_settled(quiet.notified, quiet.log)
    assert_one_is_an_error(quiet, "died 3 times" if deaths else "this mail is poison")


@pytest.mark.parametrize(("how", "deaths"), [("kill", DEATHS), ("raise", 0)])
def test_the_listener_gets_past_a_poisoned_mail(
    served: Mortal, server: PrivatePostfix, workspace: Path, how: str, deaths: int
) -> None:
    words = poisoned(served, workspace, how, "listen")
    # All are safe before the first is settled: a mail whose 250 is lost in a death comes again, and kills again.
    with served.nobody_settles():
        listener = served.listen(*words)
        with server.smtp() as client:
            for subject in fifty(served):
                client.sendmail(KARIN, LEADS, mail(subject))
        server.wait_empty()
    for _ in range(deaths):
        served.died(listener)
        listener = served.listen(*words)
    served.ledger.wait_settled(served.notified, served.log)
    assert_one_is_an_error(served, "died 3 times" if deaths else "this mail is poison")
    assert served.end(listener) == 0


@pytest.mark.parametrize("what", ["listen", "drain"])
def test_a_mail_that_is_poison_to_its_reader_is_filed_all_the_same(quiet: Mortal, workspace: Path, what: str) -> None:
    """Twice it ends a reader by a fault signal; then it stands there without its words, and the others are whole."""
    name = f"fault {what}"
    with quiet.nobody_settles():
        for subject in [*(quiet.subject(f"{name} {number}") for number in range(20)), POISON]:
            assert quiet.hand_over(subject) == 0
    words = poisoned(quiet, workspace, "fault", what)
    if what == "drain":
        assert quiet.run(*words).returncode == 0
    else:
        listener = quiet.listen(*words)
        quiet.ledger.wait_settled(quiet.notified, quiet.log)
        assert quiet.end(listener) == 0
    quiet.ledger.assert_whole()
    unread = quiet.ledger.rows("select subject from message where flag = 'unreadable' order by id")
    assert unread[-1:] == [(POISON,)]


# --- the sender


def sender_words(installation: Mortal) -> tuple[str | Path, ...]:
    return (installation.programs / "mail-send", "--once")


def waiting_mails(installation: Mortal, name: str) -> list[str]:
    """File three mails; return their subjects.  One notification of each waits in the outbox."""
    subjects = [installation.subject(f"{name}, copy {number}") for number in range(3)]
    with installation.nobody_settles():
        for subject in subjects:
            assert installation.hand_over(subject) == 0
    installation.drain()
    return subjects


def copies(sink: Sink, subject: str) -> list[Sent]:
    """Return what came for Anna about one mail."""
    return [one for one in sink.to(ANNA) if subject in str(one.message["Subject"])]


@pytest.fixture(scope="module")
def sending(make_installation: Callable[[], Mortal]) -> Mortal:
    return nothing_due(make_installation())


@pytest.fixture(scope="module")
def sender_points(sending: Mortal, traces: Path) -> list[Call]:
    file = traces / "sender"
    waiting_mails(sending, "watched")
    assert sending.run(*strace.under(strace.recording(file)), *sender_words(sending)).returncode == 0
    calls = strace.recorded(file, *sending.files)
    start = next(number for number, one in enumerate(calls) if one.name == "connect" and "AF_INET" in one.text)
    # In how many pieces an answer comes differs from run to run.
    return strace.spread([one for one in calls[start:] if one.name in STORING and one.name != "recvfrom"], 10)


@pytest.mark.parametrize("number", range(10))
def test_the_sender_dies(sending: Mortal, sink: Sink, sender_points: list[Call], number: int) -> None:
    subjects = waiting_mails(sending, f"sender {number}")
    killed = sending.run(*strace.under(sender_points[number].kills), *sender_words(sending))
    assert killed.returncode == KILLED, sender_points[number]
    sending.send()
    assert_sent(sending, sink, subjects)


def test_the_sender_dies_before_it_notes_an_answer(sending: Mortal, sink: Sink, traces: Path) -> None:
    """Between the server's yes and the commit: the worst moment, in which one copy is bound to leave twice."""
    file = traces / "sender-answer"
    waiting_mails(sending, "watched answer")
    assert sending.run(*strace.under(strace.recording(file)), *sender_words(sending)).returncode == 0
    calls = strace.recorded(file, *sending.files)
    answer = next(number for number, one in enumerate(calls) if one.name == "recvfrom" and "kept" in one.text)
    note = next(one for one in calls[answer:] if one.name == "pwrite64")
    sink.clear()
    subjects = waiting_mails(sending, "answer")
    assert sending.run(*strace.under(note.kills), *sender_words(sending)).returncode == KILLED
    sending.send()
    assert_sent(sending, sink, subjects)
    assert sorted(len(copies(sink, subject)) for subject in subjects) == [1, 1, 2]


def test_the_sender_waits_for_the_disk_once_a_round(sending: Mortal, sink: Sink, traces: Path) -> None:
    """The commits of three copies are in the log when the program dies, and on the disk with one sync for all."""
    file = traces / "sender-syncs"
    sink.clear()
    subjects = waiting_mails(sending, "syncs")
    assert sending.run(*strace.under(strace.recording(file)), *sender_words(sending)).returncode == 0
    calls = strace.recorded(file, *sending.files)
    answers = [number for number, one in enumerate(calls) if one.name == "recvfrom" and "kept" in one.text]
    assert len(answers) == 3
    commits = [
        any(one.name == "pwrite64" for one in calls[at:to]) for at, to in itertools.pairwise([*answers, len(calls)])
    ]
    assert commits == [True, True, True], "each is settled before the next answer"
    syncs = [place for place, one in enumerate(calls) if one.name in ("fsync", "fdatasync") and place > answers[0]]
    assert syncs and syncs[0] > answers[-1], "not between two copies"
    assert "-wal" in calls[syncs[0]].text
    assert_sent(sending, sink, subjects)


def assert_sent(installation: Mortal, sink: Sink, subjects: list[str]) -> None:
    """Fail unless each copy left, at most one of them twice, and then under one Message-ID."""
    left = [copies(sink, subject) for subject in subjects]
    assert all(left)
    assert sum(len(one) - 1 for one in left) <= 1, [len(one) for one in left]
    for one in left:
        assert len({(copy.message["Message-ID"], copy.sender, copy.recipients) for copy in one}) == 1
    installation.ledger.assert_whole()
    assert installation.ledger.rows("select distinct state, leased_by from outbox") == [("sent", "")]
    assert installation.ledger.rows("select distinct state from delivery where channel = 'email'") == [("sent",)]
