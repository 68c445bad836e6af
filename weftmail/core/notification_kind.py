"""What a notification tells of; for each kind people say whether it also reaches them by the channel they prefer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, get_args

NotificationKind = Literal["assigned", "mentioned", "message", "note", "new", "held", "failed", "due", "other"]
"""A record or a colleague's work that is theirs now; their name in a note; a message; an internal note; a new
record of their team; email that waits for review; a message that did not arrive; an activity that is due; and what is
about domains.
"""

KINDS: Final[tuple[NotificationKind, ...]] = get_args(NotificationKind)

ALL: Final = " ".join(KINDS)
"""All kinds, as the store keeps a choice."""


def chosen(text: str) -> frozenset[str]:
    """Return the kinds that a stored choice names."""
    return frozenset(text.split())


def stored(kinds: Iterable[str]) -> str:
    """Return a choice as the store keeps it, in the order of ``KINDS``."""
    wanted = frozenset(kinds)
    return " ".join(one for one in KINDS if one in wanted)
