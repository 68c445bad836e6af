#!/usr/bin/python3 -IS
"""The floor of a pipe program in Python: an interpreter without anything, and one file that is on the disk.

It does not look at what it is told and knows no way back; no pipe program in Python can do less.
"""

import posix
import sys

file = posix.open(
    sys.argv[0].rpartition("/")[0] + "/kept/" + posix.urandom(16).hex(),
    posix.O_CREAT | posix.O_EXCL | posix.O_WRONLY | posix.O_CLOEXEC,
    0o600,
)
while piece := posix.read(0, 65536):
    while piece:
        piece = piece[posix.write(file, piece) :]
posix.fsync(file)
posix._exit(0)
