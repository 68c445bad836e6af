"""What the command line says of an act that was carried out: what was made, or what changed from what to what."""

from __future__ import annotations

from weftmail.cli.output import Fields, one_line
from weftmail.core.wording.command import Command
from weftmail.flow.setup.act import Done


def value(done: Done) -> Fields:
    """Return what stands there now, or what was removed, with what changed, as a plain object."""
    if not done.now:
        return {**done.was, "removed": True}
    if not done.was:
        return done.now
    return {**done.now, "changes": plain(done)}


def plain(done: Done) -> list[Fields]:
    """Return what changed as JSON has it."""
    return [{"field": one.field, "was": one.was, "now": one.now} for one in done.changes]


def undo(done: Done) -> Command:
    """Return the command that takes it back."""
    return Command("mail-admin audit undo {id}", id=done.trace)


def changes(done: Done) -> str:
    """Say what changed, as "LEAD-2: owner Anna -> Björn, state open -> closed"."""
    return f"{done.subject}: {fields(done) or 'nothing changed, it was so already'}"


def fields(done: Done) -> str:
    """Say which fields changed, from what to what; "" where none did."""
    return ", ".join(
        f"{one.field.replace('_', ' ')} {_shown(one.was)} -> {_shown(one.now)}"
        for one in done.changes
        # A time beside what happened then says nothing more.
        if not one.field.endswith("_at")
    )


def _shown(text: str) -> str:
    return one_line(text, 200) if text else "none"
