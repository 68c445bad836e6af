"""Who gets a message, as lines: the same before a message is sent and after."""

from __future__ import annotations

from collections.abc import Iterator

from weftmail.core.recipients import Recipients


def lines_of(reached: Recipients) -> Iterator[str]:
    """Say who gets it, by which channel and why; and who is passed over and why."""
    for one in reached.outsiders:
        who = f"{one.name} <{one.address}>" if one.name else one.address
        yield f"  {one.field.capitalize():3} {who}  by mail: named in {one.field.capitalize()}"
    for told in reached.told:
        by = f"by mail to {told.address}" if told.channel == "email" else "in the inbox"
        yield f"  inside {told.name}  {by}: {told.why}"
    for passed in reached.passed:
        yield f"  not {passed.name}: {passed.why}"
    if not reached.outsiders and not reached.told:
        yield "  nobody"
