"""A real systemd in namespaces of its own: it sees this machine's files, or those of another root, through an overlay
that is thrown away, has its own processes, network and control groups, and starts nothing of this machine's services.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from .postfix import until

_GROUPS = Path("/sys/fs/cgroup")
_TARGET = """\
[Unit]
Description=what the tests boot to
Requires=basic.target
After=basic.target
AllowIsolate=yes
"""
_OFF = (
    "systemd-udevd.service", "systemd-udev-trigger.service", "systemd-logind.service", "getty@tty1.service",
    "systemd-remount-fs.service", "systemd-modules-load.service", "systemd-sysctl.service", "apparmor.service",
    "systemd-resolved.service", "proc-sys-fs-binfmt_misc.automount", "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount", "dev-hugepages.mount", "systemd-binfmt.service",
)  # fmt: skip

_BOOT = """\
set -e
mount --make-rprivate /
mount -t tmpfs none "$1"
mkdir -p "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o lowerdir="$LOWER",upperdir="$1/upper",workdir="$1/work" "$1/root"
cd "$1/root"
mount -t proc proc proc
for name in run tmp; do mount -t tmpfs -o mode=0755 tmpfs "$name"; done
chmod 1777 tmp
mount -t sysfs -o ro sysfs sys
mount -t tmpfs tmpfs sys/fs/cgroup
for name in $GROUPS_THERE; do
    mkdir -p "sys/fs/cgroup/$name"
    if [ "$name" = systemd ]; then mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
    elif [ "$name" = unified ]; then mount -t cgroup2 cgroup2 sys/fs/cgroup/unified; fi
done
[ "$GROUPS_THERE" != . ] || { umount sys/fs/cgroup; mount -t cgroup2 cgroup2 sys/fs/cgroup; }
mount -t tmpfs -o mode=0755 tmpfs dev
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for name in null zero full random urandom tty; do touch "dev/$name"; mount --bind "/dev/$name" "dev/$name"; done
ip link set lo up 2>/dev/null || true
printf '%s' "$TARGET" > etc/systemd/system/weftmail-test.target
for name in $OFF; do ln -sfn /dev/null "etc/systemd/system/$name"; done
export container=other
exec chroot . /lib/systemd/systemd --system --unit=weftmail-test.target
"""


class BootedSystemd:
    """One systemd; ``stop`` ends it and all that it started."""

    def __init__(self, folder: Path, lower: Path = Path("/")) -> None:
        """``folder`` is empty, and holds the overlay in memory; ``lower`` is the root whose files it sees."""
        self._folder = folder
        self._lower = lower
        self._groups = [name for name in ("systemd", "unified") if (_GROUPS / name).is_dir()]
        self._group = f"weftmail-test-{os.getpid()}"
        self._outer: subprocess.Popen[bytes] | None = None
        self._inner = 0

    def start(self) -> None:
        """Boot, and wait until systemd says so; fail where this machine allows no namespaces."""
        environment = {
            "PATH": os.environ["PATH"], "TARGET": _TARGET, "OFF": " ".join(_OFF),
            "GROUPS_THERE": " ".join(self._groups) or ".", "LOWER": str(self._lower),
        }  # fmt: skip
        for folder in self._own_groups():
            folder.mkdir(exist_ok=True)
        words = ["unshare", "--cgroup", "--pid", "--mount", "--uts", "--ipc", "--net", "--fork", "--kill-child"]
        join = "".join(f"echo $$ > {folder}/cgroup.procs; " for folder in self._own_groups())
        with (self._folder.parent / "boot.log").open("wb") as log:
            self._outer = subprocess.Popen(
                ["bash", "-c", f'{join}exec "$@"', "bash", *words, "bash", "-c", _BOOT, "bash", str(self._folder)],
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            until(self._booted, "systemd has booted", lambda: (self._folder.parent / "boot.log").read_text(), 60)
        except BaseException:
            self.stop()
            raise

    def _own_groups(self) -> list[Path]:
        return [_GROUPS / name / self._group for name in self._groups] or [_GROUPS / self._group]

    def _booted(self) -> bool:
        if not self._inner:
            assert self._outer is not None
            children = Path(f"/proc/{self._outer.pid}/task/{self._outer.pid}/children").read_text().split()
            self._inner = int(children[0]) if children else 0
        return bool(self._inner) and self.run("systemctl", "is-active", "weftmail-test.target").returncode == 0

    def run(self, *words: str | Path, stdin: bytes = b"", **environ: str) -> subprocess.CompletedProcess[bytes]:
        """Run a program inside, as root; its status is not judged."""
        enter = ["nsenter", "-t", str(self._inner), "-p", "-m", "-u", "-i", "-C", "-n", "--root", "--wd=/"]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", **environ}
        return subprocess.run(
            [*enter, *map(str, words)], input=stdin, capture_output=True, check=False, timeout=300, env=environment
        )

    def ok(self, *words: str | Path, stdin: bytes = b"", **environ: str) -> str:
        """Run a program inside, as root; fail when it fails."""
        done = self.run(*words, stdin=stdin, **environ)
        assert done.returncode == 0, f"{words}: {done.stdout.decode()}{done.stderr.decode()}{self.journal()[-3000:]}"
        return done.stdout.decode()

    def show(self, unit: str, names: Sequence[str]) -> dict[str, str]:
        """Return properties of a unit."""
        text = self.ok("systemctl", "show", unit, "-p", ",".join(names))
        return dict(line.split("=", 1) for line in text.splitlines())

    def journal(self, *words: str) -> str:
        """Return what the journal holds."""
        return self.run("journalctl", "--no-pager", "-o", "cat", *words).stdout.decode("utf-8", "replace")

    def stop(self) -> None:
        """End it: with the first process of its namespace, all others end."""
        if self._outer is not None:
            with suppress(ProcessLookupError):
                os.kill(self._inner or self._outer.pid, signal.SIGKILL)
            self._outer.wait(30)
        for folder in self._own_groups():
            for path in sorted(folder.rglob("*"), key=lambda one: -len(one.parts)):
                if path.is_dir():
                    with suppress(OSError):
                        path.rmdir()
            with suppress(OSError):
                folder.rmdir()
