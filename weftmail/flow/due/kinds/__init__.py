"""What can happen at a time, a module each: ``kind`` of each module fulfils ``Kind``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from weftmail.core.members import members
from weftmail.flow.due.kind import Kind

KINDS: Final[Mapping[str, Kind]] = members(__name__, "kind")
