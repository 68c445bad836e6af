"""What goes wrong on a machine while mail comes in: a program hangs, a disk is full, a store locked, a clock jumps."""

from __future__ import annotations

import grp
import os
import signal
import sqlite3
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tests.e2e import machine

HOUR = 3600
_CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

static volatile const long *ahead;
static int (*real)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
    int file = open(getenv("TEST_CLOCK"), O_RDONLY);
    real = dlsym(RTLD_NEXT, "clock_gettime");
    ahead = file < 0 ? MAP_FAILED : mmap(0, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
    if (ahead == MAP_FAILED) abort();
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = real(clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += *ahead;
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *there) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (there) *there = exact.tv_sec;
    return exact.tv_sec;
}
"""


@contextmanager
def locked(store: Path) -> Iterator[None]:
    """Be a writer that does not come to its end."""
    with closing(sqlite3.connect(store, isolation_level=None, timeout=30)) as writer:
        writer.execute("begin immediate")
        yield
        writer.execute("rollback")


@contextmanager
def hung(pid: int) -> Iterator[None]:
    """Stop a program in the midst of what it does, and let it go on; it may have ended meanwhile."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
    yield
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


class SmallDisk:
    """A state folder that is a disk by itself, in memory, which can be full."""

    def __init__(self, workspace: Path, size: int) -> None:
        """Mount it; ``size`` bytes is what it holds, none of which is taken before it is used."""
        self.state = Path(tempfile.mkdtemp(prefix="m-", dir=workspace)) / "state"
        self._size = size
        self.state.mkdir()
        self.state.parent.chmod(0o755)
        user = machine.account(machine.USER)
        options = f"size={size},mode=750,uid={user.uid},gid={user.gid}"
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.state)], capture_output=True)
        machine.require(mounted.returncode == 0, f"a tmpfs cannot be mounted: {mounted.stderr.decode().strip()}")
        (self.state / "incoming").mkdir(mode=0o700)
        os.chown(self.state / "incoming", user.uid, user.gid)
        os.chown(self.state, user.uid, grp.getgrnam(machine.MAP_GROUP).gr_gid)

    def unmount(self) -> None:
        """Take it away."""
        subprocess.run(["umount", "--lazy", str(self.state)], check=True)

    @contextmanager
    def full(self) -> Iterator[None]:
        """Let it hold no more than it does, to the last page, for the length of the block."""
        while not self._resized(self._used()):
            # Something was written between the two.
            time.sleep(0.01)
        try:
            yield
        finally:
            assert self._resized(self._size)

    def _used(self) -> int:
        held = os.statvfs(self.state)
        return (held.f_blocks - held.f_bfree) * held.f_frsize

    def _resized(self, size: int) -> bool:
        words = ["mount", "-o", f"remount,size={size}", str(self.state)]
        return subprocess.run(words, capture_output=True).returncode == 0


class JumpingClock:
    """The clock of the programs that are started with it: the time of day jumps, and what counts seconds does not.

    A library stands before the one of C and adds to what the kernel says; how much, it finds in a file of eight bytes.
    """

    def __init__(self, folder: Path) -> None:
        self.jumps = 0
        self.ahead = self.furthest = 0
        self._library, self._file = folder / "clock.so", folder / "clock"
        words = ["cc", "-shared", "-fPIC", "-O1", "-x", "c", "-", "-o", str(self._library), "-ldl"]
        made = subprocess.run(words, input=_CLOCK.encode(), capture_output=True)
        assert made.returncode == 0, made.stderr.decode()
        self._file.write_bytes(struct.pack("=q", 0))
        self._file.chmod(0o644)

    def environment(self) -> dict[str, str]:
        """Return what a program that is to follow this clock has in its environment."""
        return {"LD_PRELOAD": str(self._library), "TEST_CLOCK": str(self._file)}

    def jump(self, ahead: int) -> None:
        """Let the clock be so many seconds ahead of the right time, or behind it."""
        with self._file.open("r+b") as file:
            file.write(struct.pack("=q", ahead))
        self.ahead, self.furthest = ahead, max(ahead, self.furthest)
        self.jumps += 1
