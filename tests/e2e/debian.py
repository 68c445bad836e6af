"""Debian packages of weftmail, and a Debian to install them in: this machine through an overlay, or a clean one.

``make test-packages`` names clean ones by WEFTMAIL_CLEAN=bookworm; each is made once by debootstrap, and kept.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from . import machine

BUILD = machine.HOME / "build"
PARTS = ("weftmail", "admin", "store", "mta", "bin", "docs", "packaging", "pyproject.toml", "constraints.txt")
PARTS += ("README.md", "CHANGELOG.md", "LICENSE")
QUIET = {"DEBIAN_FRONTEND": "noninteractive"}
BASE = ("systemd", "systemd-sysv", "dbus", "python3", "adduser", "ca-certificates", "postfix", "iproute2", "procps")
"""What a clean root holds: a small Debian with a mail server, and Python, which apt would fetch."""


def build(tree: Path) -> Path:
    """Build the package of a tree, unless that was done for this very tree; return its file."""
    out = BUILD / f"packages-{machine.digest(PARTS, tree)}"
    for path in out.glob("*.deb"):
        return path
    for old in BUILD.glob("packages-*"):
        if time.time() - old.stat().st_mtime > 6 * 3600:
            shutil.rmtree(old)
    BUILD.mkdir(parents=True, exist_ok=True)
    # No package that was cut off while it was written is taken for a whole one.
    fresh = Path(tempfile.mkdtemp(dir=BUILD))
    quick = {"DPKG_DEB_COMPRESSOR_TYPE": "gzip", "DPKG_DEB_COMPRESSOR_LEVEL": "1", "WEFTMAIL_BUILD": str(BUILD)}
    # It takes the versions that constraints.txt pins, from wherever this machine's pip takes them.
    done = subprocess.run(
        [tree / "packaging/deb/build", str(fresh)],
        env={**os.environ, **quick}, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    fresh.rename(out)
    return out / Path(done.stdout.strip().splitlines()[-1]).name


def copied(target: Path) -> Path:
    """Return a copy of this tree, to be changed by a test."""
    target.mkdir(parents=True)
    for name in PARTS:
        source = machine.ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target / name)
    return target


def later(tree: Path) -> Path:
    """Turn a copy into a later version with a migration of its own."""
    project = tree / "pyproject.toml"
    project.write_text(project.read_text().replace('version = "0.1.0"', 'version = "0.2.0"'))
    (tree / "store/migrations/0002_of_a_test.sql").write_text(
        "create table of_a_test (id bigint primary key, note text not null);\n"
        "insert into of_a_test (id, note) values (1, 'it ran');\n"
    )
    return tree


def ground() -> Path:
    """Return the root in which packages are installed: this machine's, or a clean one where one was asked for."""
    suite = os.environ.get("WEFTMAIL_CLEAN", "")
    return clean(suite) if suite else Path("/")


def clean(suite: str) -> Path:
    """Return a clean root of a Debian by its name; it is made once."""
    root = machine.HOME / f"clean-{suite}"
    if not (root / "ready").exists():
        machine.require(shutil.which("debootstrap") is not None, "debootstrap makes clean roots: install it")
        machine.say(f"making a clean root of Debian {suite}; later runs use it again")
        shutil.rmtree(root, ignore_errors=True)
        root.parent.mkdir(exist_ok=True)
        done = subprocess.run(
            ["debootstrap", "--variant=minbase", f"--include={','.join(BASE)}", suite, str(root)],
            capture_output=True, text=True, check=False, timeout=900,
            env={"PATH": os.environ["PATH"], **QUIET},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:]
        as_this_machine(root)
        # Made without a network, its Postfix would listen nowhere.
        subprocess.run(["chroot", str(root), "postconf", "-e", "inet_protocols=ipv4"], check=True)
        (root / "ready").touch()
    os.utime(root / "ready")
    return root


def as_this_machine(root: Path) -> None:
    """Let apt and pip in a root fetch things the way that those of this machine do."""
    for name in ("etc/resolv.conf", "etc/pip.conf", "etc/ssl/certs/ca-certificates.crt"):
        if (Path("/") / name).exists():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path("/") / name, root / name)
    dumped = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    lines = [line for line in dumped.splitlines() if line.startswith("Acquire::") and '"";' not in line]
    (root / "etc/apt/apt.conf.d/90this-machine").write_text("\n".join(lines) + "\n")


class Root:
    """A copy of a clean root, in which programs run with this machine's network, as before a first boot."""

    def __init__(self, folder: Path, suite: str) -> None:
        """``folder`` is not there yet."""
        self.folder = folder
        done = subprocess.run(["cp", "-a", str(clean(suite)), str(folder)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        (folder / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
        (folder / "usr/sbin/policy-rc.d").chmod(0o755)

    def run(self, *words: str, **environ: str) -> str:
        """Run a program in it, as root; fail when it fails."""
        mounts = 'mount --rbind /dev "$0/dev"; mount -t proc proc "$0/proc"; exec chroot "$0" "$@"'
        done = subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "bash", "-ec", mounts, str(self.folder), *words],
            env={**QUIET, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", **environ},
            capture_output=True, text=True, check=False, timeout=1500,
        )  # fmt: skip
        assert done.returncode == 0, f"{words}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout
