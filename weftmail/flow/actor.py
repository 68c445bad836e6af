"""Who acts: a user of the site, or somebody at the shell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user of the site, or with no id somebody at the shell by their name on the machine."""

    name: str
    user_id: int | None = None
