"""Who may do what with a file, as its modes say it: asked for Exim's user, without becoming it."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

READ, WRITE, ENTER = 4, 2, 1


def barred_by(user: str, path: str, wants: int) -> str:
    """Return what keeps a user from a file: the file itself or a folder above it.

    "" where nothing does, where the file is missing, where there is no such user, or where we may not look.
    """
    try:
        entry = pwd.getpwnam(user)
        groups = frozenset(os.getgrouplist(user, entry.pw_gid))
        place = Path(path)
        for one, bits in (*((folder, ENTER) for folder in reversed(place.parents)), (place, wants)):
            if not _may(one.stat(), entry.pw_uid, groups, bits):
                return str(one)
    except (KeyError, OSError):
        return ""
    return ""


def _may(found: os.stat_result, uid: int, groups: frozenset[int], bits: int) -> bool:
    mode = stat.S_IMODE(found.st_mode)
    if found.st_uid == uid:
        mode >>= 6
    elif found.st_gid in groups:
        mode >>= 3
    return uid == 0 or mode & bits == bits
