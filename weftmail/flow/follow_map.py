"""The mail server's map follows the store: after each edit of a domain or an alias, and once more each second."""

from __future__ import annotations

from weftmail.core.ports import MapFile
from weftmail.store.store import Store


def follow(store: Store, map_file: MapFile) -> int:
    """Bring the map up to what the store says; return how many rows of it changed.  May be called at any time.

    Where nothing was edited this reads two numbers.  A file that is ahead of the store belongs to a store that was
    since made anew or brought back from a backup: it is then written whole.  Raises TempFail where the file cannot be
    written now; the next call does what this one could not.
    """
    known = map_file.generation()
    if store.domains.generation() == known:
        return 0
    with store.snapshot():
        behind = store.domains.generation() < known
        rows, generation = store.domains.map_rows(0 if behind else known)
    if behind:
        map_file.rebuild(rows, generation)
    else:
        map_file.apply(rows, generation)
    return len(rows)
