"""The settings of the file, as the site shows them: their values, and whether the file says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileSetting:
    """One key of the file; ``given`` where the file names it, else its default holds."""

    name: str
    value: str
    given: bool


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """The file that the site was started with."""

    path: str = ""
    keys: Sequence[FileSetting] = ()
