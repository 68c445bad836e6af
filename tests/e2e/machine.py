"""The machine that the e2e tests need: Debian packages, system users by fixed names, an environment from a wheel.

Everything is made once and kept: packages and users stay, an environment is used again while neither the source
tree nor the constraints have changed. Whatever is done to the machine is said in one line.
"""

from __future__ import annotations

import compileall
import fcntl
import grp
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOME = Path("/var/lib/weftmail-test")
PYTHON = "/usr/bin/python3"

USER = "weftmail"
MAP_GROUP = "weftmap"
MAILBOX_USER = "anna"
EXIM_USER = "Debian-exim"

# What shows that a package is there; asking dpkg would be slower, and wrong where something was built by hand.
PACKAGES = {
    "postfix": "/usr/sbin/postfix",
    "postgresql": "/usr/lib/postgresql/*/bin/initdb",
    "postfix-sqlite": "/usr/lib/postfix/postfix-sqlite.so",
    "opendkim": "/usr/sbin/opendkim",
    "opendkim-tools": "/usr/sbin/opendkim-testmsg",
    "sasl2-bin": "/usr/sbin/saslpasswd2",
    "libsasl2-modules": "/usr/lib/*/sasl2/libplain.so",
    "libsasl2-modules-db": "/usr/lib/*/sasl2/libsasldb.so",
    "nsd": "/usr/sbin/nsd",
    "rspamd": "/usr/bin/rspamd",
    "clamav-daemon": "/usr/sbin/clamd",
    "strace": "/usr/bin/strace",
    "systemd": "/usr/bin/systemd-analyze",
    "chromium": "/usr/bin/chromium",
    "gcc": "/usr/bin/cc",
    "libc6-dev": "/usr/include/time.h",
    "procps": "/usr/bin/ps",
    "groff-base": "/usr/bin/groff",
    "nginx-light": "/usr/sbin/nginx",
    "caddy": "/usr/bin/caddy",
    "apache2": "/usr/sbin/apache2",
    # What Debian's packages of Exim need, which are unpacked and not installed (tests/e2e/exim.py).
    "libidn12": "/usr/lib/*/libidn.so.12",
    "libspf2-2": "/usr/lib/libspf2.so.2",
    "libmariadb3": "/usr/lib/*/libmariadb.so.3",
}

# The parts of the tree that go into the wheel.
_SOURCES = ("weftmail", "admin", "store", "mta", "bin", "pyproject.toml", "LICENSE")


def missing(reason: str) -> NoReturn:
    """A partner of the test is missing: a failure under CI=true, a skip with its reason elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"missing under CI: {reason}", pytrace=False)
    pytest.skip(reason)


def require(here: bool, reason: str) -> None:
    """Go on only if ``here``; see ``missing``."""
    if not here:
        missing(reason)


@dataclass(frozen=True)
class Account:
    """A system user by number."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]

    def as_user(self) -> dict[str, Any]:
        """Return what ``subprocess`` wants for running a program as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": list(self.groups)}


@cache
def prepare() -> None:
    """Make sure of packages and users; say what was done."""
    with alone("machine"):
        _packages()
        require(os.geteuid() == 0, "e2e tests start a mail server of their own: run them as root")
        _users()


def account(name: str) -> Account:
    """Return a user that ``prepare`` made sure of."""
    entry = pwd.getpwnam(name)
    return Account(name, entry.pw_uid, entry.pw_gid, tuple(os.getgrouplist(name, entry.pw_gid)))


def _packages() -> None:
    lacking = [name for name, path in PACKAGES.items() if not list(Path("/").glob(path[1:]))]
    if not lacking:
        return
    command = f"apt-get install -y --no-install-recommends {' '.join(lacking)}"
    if os.geteuid() != 0:
        missing(f"packages are missing: sudo {command}")
    say(f"installing Debian packages: {' '.join(lacking)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    choice = "postfix postfix/main_mailer_type select No configuration\n"
    subprocess.run(["debconf-set-selections"], input=choice, text=True, check=False)
    for words in (["apt-get", "-qq", "update"], command.split()):
        done = subprocess.run(words, capture_output=True, text=True, env=quiet, check=False, timeout=600)
        if done.returncode and words[-1] != "update":
            said = done.stderr.strip().splitlines()
            missing(f"packages cannot be had ({said[-1] if said else 'no reason given'}): sudo {command}")
    for name in ("nsd", "rspamd", "postgresql", "nginx-light", "caddy", "apache2"):
        service = name.removesuffix("-light")
        if name in lacking and Path("/run/systemd/system").exists():
            # The tests start their own, out of everybody's way; Debian's would serve this whole machine.
            say(f"switching off the {service} that Debian has just started")
            subprocess.run(["systemctl", "disable", "--now", service], capture_output=True, check=False)


def _users() -> None:
    made = []
    for group in (MAP_GROUP, USER, EXIM_USER):
        if not _known(grp.getgrnam, group):
            _run("groupadd", "--system", group)
            made.append(f"group {group}")
    for user, group in ((USER, USER), (MAILBOX_USER, "nogroup"), (EXIM_USER, EXIM_USER)):
        if not _known(pwd.getpwnam, user):
            _run(
                *("useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent"),
                *("--badname", "--shell", "/usr/sbin/nologin", "--gid", group, user),
            )
            made.append(f"user {user}")
    for user in (USER, "postfix", EXIM_USER):
        if user not in grp.getgrnam(MAP_GROUP).gr_mem:
            _run("usermod", "--append", "--groups", MAP_GROUP, user)
            made.append(f"{user} in {MAP_GROUP}")
    if made:
        say(f"made for the tests: {', '.join(made)}")


def environment() -> Path:
    """Return a virtual environment with a wheel of this tree, which user weftmail can enter.

    Its packages are installed once for each set of constraints; each state of the source tree gets a copy by hard
    links with its own wheel in it, so a test run never changes an environment that another one uses.
    """
    prepare()
    with alone("environment"):
        parts = HOME / f"parts-{digest(('pyproject.toml', 'constraints.txt'))}"
        if not (parts / "ready").exists():
            say("building the environment of the e2e tests; later runs use it again")
            _install_parts(parts)
        made = HOME / f"venv-{digest(('constraints.txt', *_SOURCES))}"
        if not (made / "ready").exists():
            _install_wheel(parts, made)
        os.utime(made / "ready")
        _forget_old(made, parts)
    return made


def _install_parts(parts: Path) -> None:
    shutil.rmtree(parts, ignore_errors=True)
    HOME.mkdir(mode=0o755, exist_ok=True)
    _run(PYTHON, "-m", "venv", str(parts))
    pip = (str(parts / "bin/python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install")
    _run(*pip, "setuptools>=77", "wheel")
    listed = subprocess.run(
        [str(parts / "bin/python"), "-c", _DEPENDENCIES, str(ROOT / "pyproject.toml")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    _run(*pip, "-c", str(ROOT / "constraints.txt"), *listed)
    compileall.compile_dir(parts, quiet=2, workers=1)
    (parts / "ready").touch()


_DEPENDENCIES = "import sys, tomllib; print(*tomllib.load(open(sys.argv[1], 'rb'))['project']['dependencies'])"


def _install_wheel(parts: Path, made: Path) -> None:
    shutil.rmtree(made, ignore_errors=True)
    _run("cp", "-al", str(parts), str(made))
    (made / "ready").unlink()
    with tempfile.TemporaryDirectory(prefix="weftmail-wheel-") as folder:
        tree, out = Path(folder) / "tree", Path(folder) / "out"
        tree.mkdir()
        for name in _SOURCES:
            _copy(ROOT / name, tree / name)
        # The text of the package's description is of no matter here, but the build asks for it.
        (tree / "README.md").touch()
        pip = (str(made / "bin/python"), "-m", "pip", "--disable-pip-version-check", "--quiet")
        _run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(out), str(tree))
        (wheel,) = out.glob("*.whl")
        _run(*pip, "install", "--no-deps", "--no-index", str(wheel))
        # What only the build needs brings a .pth file, which slows every start of a program.
        _run(*pip, "uninstall", "--yes", "setuptools", "wheel")
    _run(str(made / "bin/python"), "-m", "compileall", "-q", str(made / "lib"))
    (made / "ready").touch()


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    else:
        shutil.copy2(source, target)


def _forget_old(*keep: Path) -> None:
    """Remove environments that no run has asked for in the last hours."""
    for old in HOME.glob("*-*"):
        ready = old / "ready"
        if old not in keep and ready.exists() and time.time() - ready.stat().st_mtime > 6 * 3600:
            shutil.rmtree(old, ignore_errors=True)


def digest(names: tuple[str, ...], root: Path = ROOT) -> str:
    """Return a name for what these files and folders of a tree hold."""
    total = hashlib.sha256()
    for name in names:
        top = root / name
        files = sorted(top.rglob("*")) if top.is_dir() else [top]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                total.update(f"{file.relative_to(root)}\0{file.stat().st_mode & 0o111}\0".encode())
                total.update(file.read_bytes())
    return total.hexdigest()[:16]


def _known(look: object, name: str) -> bool:
    try:
        look(name)  # type: ignore[operator]
    except KeyError:
        return False
    return True


def _run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        pytest.fail(f"{' '.join(words)}: {done.stdout}{done.stderr}", pytrace=False)


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Let one test run at a time do this: several may share a machine, or be workers of one."""
    with open(Path(tempfile.gettempdir()) / f"weftmail-test-{name}-{os.geteuid()}.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def say(text: str) -> None:
    """Say one line past pytest's capturing."""
    print(f"weftmail tests: {text}", file=sys.__stderr__, flush=True)


if __name__ == "__main__":
    # ``make test`` begins with this, so that no test waits for packages.
    environment()
