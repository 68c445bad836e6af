"""The ways by which a message leaves, a module each.

``channel`` of each module builds it of the ``Means`` that a program has.  Which channels there are stands in the table
``channel``.  The inbox is among them and has no module: what is read on the pages does not leave.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from weftmail.core.members import members
from weftmail.flow.channels.channel import Channel, Means


def channels(means: Means, package: str = __name__) -> Mapping[str, Channel]:
    """Return every channel of that package, by name."""
    return MappingProxyType({name: build(means) for name, build in members(package, "channel").items()})
