"""What the command line says of an act that was carried out: what was made, or what changed from what to what."""

from __future__ import annotations

from weftmail.cli.output import Fields, one_line, shown
from weftmail.core.wording.changes import field_in_words, in_words, is_told
from weftmail.core.wording.command import Command
from weftmail.core.wording.language import ENGLISH
from weftmail.flow.setup.act import Done, FieldChange
from weftmail.locale import NAMES


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
        f"{field_in_words(one.field, ENGLISH, own=one.own)} {_shown(one, one.was)} -> {_shown(one, one.now)}"
        for one in done.changes
        if is_told(one.field, own=one.own)
    )


def _shown(change: FieldChange, text: str) -> str:
    said = text if change.own else in_words(change.field, text, ENGLISH, NAMES, shown)
    return one_line(said, 200) if text else "none"
