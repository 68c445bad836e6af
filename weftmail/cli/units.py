"""The units of systemd that keep weftmail's programs running, filled in for one machine (systemd.unit(5))."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from weftmail.core.failure import UsageError

__all__ = ["FOLDER", "PACKAGED", "STARTED", "UNITS", "UnitPlace", "packaged", "render"]

FOLDER = "/etc/systemd/system"
"""Where an operator's own units lie."""
PACKAGED = "/usr/lib/systemd/system"
"""Where those of a Debian package lie; what lies in ``FOLDER`` under the same name counts instead."""

UNITS = (
    "weftmail-listener.socket",
    "weftmail-listener.service",
    "weftmail-sender.service",
    "weftmail-site.service",
    "weftmail-backup.service",
    "weftmail-backup.timer",
)
"""In the order in which they are started."""

STARTED = tuple(name for name in UNITS if name != "weftmail-backup.service")
"""Those that run from the boot on; the backup is started by its timer."""

_TEMPLATES = Path(__file__).with_name("unit_templates")
# Blanks, quotes, percent signs and dollars mean something in a unit.
_PLAIN = re.compile(r"/[A-Za-z0-9._/-]+")


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """What differs from machine to machine; whole paths."""

    programs: str
    state: str
    config: str
    user: str
    backups: str

    def __post_init__(self) -> None:
        """Raise UsageError for a path that would mean something else in a unit."""
        for what, text in (
            ("programs", self.programs),
            ("state folder", self.state),
            ("settings", self.config),
            ("backups", self.backups),
        ):
            if not _PLAIN.fullmatch(text):
                raise UsageError(
                    f"the path of the {what}, {text!r}, cannot stand in a unit: use letters, digits, . _ - /"
                )


def render(place: UnitPlace) -> dict[str, str]:
    """Return the text of each unit by its name."""
    hardening = "".join(
        line for line in (_TEMPLATES / "hardening.conf").read_text("utf-8").splitlines(True) if not line.startswith("#")
    )
    words = {
        "BIN": place.programs,
        "STATE": place.state,
        "CONFIG": place.config,
        "USER": place.user,
        "BACKUPS": place.backups,
    }
    found = {}
    for name in UNITS:
        text = (_TEMPLATES / name).read_text("utf-8").replace("@HARDENING@\n", hardening)
        found[name] = re.sub("@([A-Z]+)@", lambda match: words[match[1]], text)
    return found


def packaged(units: Mapping[str, str], folder: str = PACKAGED) -> frozenset[str]:
    """Return the names of those units (text by name) that a package brought just so, in ``folder``."""
    return frozenset(name for name, text in units.items() if _text_of(Path(folder) / name) == text)


def _text_of(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except OSError:
        return None
