"""Says when things stand: ``watch.py files FOLDER GOAL...`` or ``watch.py rows DATABASE QUERY GOAL...``.

Prints a line when it has begun to look, then one for each goal: the time of the monotonic clock, which all processes of
a machine share.  It runs as the user whose files it looks at: a database that root opens may lock that user out.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Callable

PAUSE = 0.01


def counter(words: list[str]) -> tuple[Callable[[], int], list[str]]:
    """Return the function that counts, and the goals."""
    if words[0] == "files":
        # A file that has no bytes yet is not written yet.
        def count() -> int:
            with os.scandir(words[1]) as found:
                files = list(found)
            if len(files) < int(words[2]):
                return 0
            return sum(one.stat().st_size > 0 for one in files)

        return count, words[2:]
    database = sqlite3.connect(f"file:{words[1]}?mode=ro", uri=True, timeout=5, isolation_level=None)
    return lambda: int(database.execute(words[2]).fetchone()[0]), words[3:]


def main(words: list[str]) -> None:
    """Look until the last goal is reached."""
    count, goals = counter(words)
    count()
    print("looking", flush=True)
    for goal in map(int, goals):
        while count() < goal:
            time.sleep(PAUSE)
        print(time.monotonic(), flush=True)


main(sys.argv[1:])
