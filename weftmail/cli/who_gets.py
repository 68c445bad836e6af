"""Who gets a message, as lines: the same before a message is sent and after."""

from __future__ import annotations

from collections.abc import Iterator

from weftmail.core.address import in_full
from weftmail.core.routing.recipients import NAMED, Recipients
from weftmail.core.wording.sentences import say


def lines_of(who_gets: Recipients) -> Iterator[str]:
    """Say who gets it, by which channel and why; and who is passed over and why."""
    for one in who_gets.outsiders:
        who = in_full(one.name, one.address)
        yield f"  {one.field.capitalize():3} {who}  by mail: {say(NAMED[one.field])}"
    for notified in who_gets.notified:
        by = f"by mail to {notified.address}" if notified.channel == "email" else "in the inbox"
        yield f"  inside {notified.name}  {by}: {say(notified.why)}"
    for skipped in who_gets.skipped:
        yield f"  not {skipped.name}: {say(skipped.why)}"
    if not who_gets.outsiders and not who_gets.notified:
        yield "  nobody"
