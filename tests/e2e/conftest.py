"""What a test in this folder may ask for.

    venv           Path of an environment with a wheel of this tree; programs are at ``venv / "bin" / "mail-admin"``.
                   Also ``machine.environment()``. User weftmail can enter it; it is never changed by a test.
    state_dir      Path of a fresh state folder (0750 weftmail:weftmap), with an empty map; one for each module.
    postfix        PrivatePostfix on that folder, started, handing mail to the listener's socket by LMTP, with OpenDKIM
                   as its milter; one for each module.
    milter         Verifier: ``publish(name, txt)``, ``kill()``, ``start()``, ``verify(raw) -> [Signature]``.
                   A killed milter is started again before the next test.
    sink           Sink: what leaves for customer.example and every other foreign domain; empty when a test begins.
    anna_mail      The function ``() -> [bytes]`` for Anna's own mailbox (anna@acme.example), emptied at first.
    make_postfix   ``(state, *, mode="lmtp"|"pipe", with_mailboxes=(...), milter=True, **main_cf) -> PrivatePostfix``,
                   started; for tests that need another one than ``postfix``. All are stopped at the end of the module.
                   ``make_state(workspace)``, imported from here, makes one more state folder with an empty map.
    make_exim      ``(state, *, mode="lmtp"|"pipe", flavour="light"|"heavy", split=True, installed=True)``: a
                   PrivateExim, started, with the same members.
    workspace      Path of this run's own folder, /var/tmp/weftmail-e2e-XXXX, 0755; removed at the end unless a test
                   failed.
    as_weftmail    ``(words, **how) -> CompletedProcess``: run a program as user weftmail, with WEFTMAIL_CONFIG set when
                   ``config=Path`` is given; ``check`` is off, output is captured as bytes.
    start_weftmail ``(words, config=Path, **how) -> Popen``: the same for a program that stays; killed in the end.

By default acme.example and the host's own name mx1.acme.example are domains *beside* mailboxes (Anna's and root's), and
every other domain that the map holds as whole is ours. Mail comes in by ``postfix.smtp()`` (a stranger, 127.0.0.2) or
``postfix.submission()`` (Anna's mail program, signed in); weftmail's sender hands over at 127.0.0.1,
``postfix.smtp_port``. Never wait for a retry: ``postfix.flush()``.

    def test_a_question_opens_a_record(postfix, milter, sink, state_dir, venv, as_weftmail): ...

Customers sign by ``Signer("customer.example", milter).sign(raw)``. A missing partner is a failure under CI=true and a
skip with its reason elsewhere: say ``require(condition, reason)``.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from weftmail.mta.exim.settings import EximSettings
from weftmail.mta.map import create, path_in
from weftmail.mta.postfix.changes import Settings

from . import machine
from .exim import PrivateExim
from .opendkim import AUTHSERV_ID, Verifier
from .postfix import HOSTNAME, PrivatePostfix, environment_variables, state_folder
from .sink import Sink


@pytest.fixture(scope="session", autouse=True)
def _machine() -> None:
    machine.prepare()


@pytest.fixture(scope="session")
def venv() -> Path:
    return machine.environment()


@pytest.fixture(scope="session")
def workspace(request: pytest.FixtureRequest) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="weftmail-e2e-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    if request.session.testsfailed:
        machine.say(f"a test failed; logs and queues are kept in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _sink() -> Iterator[Sink]:
    sink = Sink()
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def sink(_sink: Sink) -> Sink:
    _sink.clear()
    return _sink


@pytest.fixture(scope="module")
def state_dir(workspace: Path) -> Path:
    return make_state(workspace)


def make_state(workspace: Path) -> Path:
    """Return a fresh state folder with an empty map, as ``mail-admin init`` leaves them."""
    state = state_folder(Path(tempfile.mkdtemp(prefix="m-", dir=workspace)) / "state")
    state.parent.chmod(0o755)
    file = path_in(state)
    create(file)
    for path in (file.parent, *file.parent.iterdir()):
        shutil.chown(path, machine.USER, machine.MAP_GROUP)
    return state


@pytest.fixture(scope="module")
def make_postfix(workspace: Path, _sink: Sink) -> Iterator[Callable[..., PrivatePostfix]]:
    started: list[PrivatePostfix] = []

    def make(state: Path, *, mode: str = "lmtp", program: str | None = None, **how: Any) -> PrivatePostfix:
        folder = Path(tempfile.mkdtemp(prefix="postfix-", dir=workspace))
        folder.chmod(0o755)
        ingest = program or (str(machine.environment() / "bin/mail-ingest") if mode == "pipe" else "/bin/false")
        settings = Settings(str(state), HOSTNAME, mode, str(folder / "weftmail"), ingest)  # type: ignore[arg-type]
        one = PrivatePostfix(folder, settings, _sink.port, **how)
        started.append(one)
        one.start()
        return one

    yield make
    for one in started:
        one.stop()


@pytest.fixture(scope="module")
def make_exim(workspace: Path, _sink: Sink) -> Iterator[Callable[..., PrivateExim]]:
    started: list[PrivateExim] = []

    def make(state: Path, *, mode: str = "lmtp", **how: Any) -> PrivateExim:
        folder = Path(tempfile.mkdtemp(prefix="exim-", dir=workspace))
        folder.chmod(0o755)
        program = str(machine.environment() / "bin/mail-ingest")
        settings = EximSettings(str(state), AUTHSERV_ID, mode, program=program)  # type: ignore[arg-type]
        one = PrivateExim(folder, settings, _sink.port, **how)
        started.append(one)
        one.start()
        return one

    yield make
    for one in started:
        one.stop()


@pytest.fixture(scope="module")
def postfix(make_postfix: Callable[..., PrivatePostfix], state_dir: Path) -> PrivatePostfix:
    return make_postfix(state_dir)


@pytest.fixture
def milter(postfix: PrivatePostfix) -> Iterator[Verifier]:
    yield postfix.milter
    postfix.milter.revive()


@pytest.fixture
def anna_mail(postfix: PrivatePostfix) -> Callable[[], list[bytes]]:
    postfix.clear_mailbox()
    return postfix.mailbox


def _how(config: Path | None) -> dict[str, Any]:
    environment = environment_variables(config) if config else {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    return {"env": environment, "cwd": "/", **machine.account(machine.USER).as_user()}


@pytest.fixture
def as_weftmail() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    def run(words: Sequence[str | Path], *, config: Path | None = None, **how: Any) -> Any:
        return subprocess.run(
            [str(word) for word in words], **{"capture_output": True, "timeout": 60, **_how(config), **how}
        )

    return run


@pytest.fixture
def start_weftmail() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    running: list[subprocess.Popen[bytes]] = []

    def start(words: Sequence[str | Path], *, config: Path | None = None, **how: Any) -> subprocess.Popen[bytes]:
        running.append(subprocess.Popen([str(word) for word in words], **{**_how(config), **how}))
        return running[-1]

    yield start
    for one in running:
        one.kill()
        one.wait()
