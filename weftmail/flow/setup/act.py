"""What every act of set-up shares: one transaction, a row in the audit log, the mail server's map, and its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from weftmail.core.failure import TempFail
from weftmail.core.ports import Clock, MapFile
from weftmail.flow.actor import Actor
from weftmail.flow.follow_map import follow
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.store.audit import AuditEntry
from weftmail.store.store import Store

__all__ = ["Actor", "Done", "FieldChange", "Fields", "Setup", "act", "bring_map_up", "mapped_act"]

Fields = dict[str, object]
"""What is said of one thing, as JSON has it."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What an act works with.

    ``map_file`` is None where the caller brings the map up to date after a transaction of its own.
    ``where_mailbox`` says where a local part and a domain have a mailbox on this machine, or "".  ``languages`` are the
    codes of those that we speak, ``knows_zone`` says whether this machine knows a time zone.
    """

    store: Store
    actor: Actor
    clock: Clock
    map_file: MapFile | None
    where_mailbox: Callable[[str, str], str]
    languages: Sequence[str]
    knows_zone: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs: what it said, and what it says; "" where it says nothing."""

    field: str
    was: str
    now: str
    own: bool = False
    """Its name was given by people, as those of a record's own fields and of states: it stays as it is."""


@dataclass(frozen=True, slots=True)
class Done:
    """An act that was carried out.

    ``subject`` names what it was about, as people write it; ``was`` and ``now`` say what stood there before and what
    stands there since, each empty where there was or is nothing.
    """

    act: str
    company_id: int | None
    subject: str
    was: Fields = field(default_factory=dict)
    now: Fields = field(default_factory=dict)
    trace: int = field(default=0, kw_only=True)
    """The number of its row in the audit log; 0 where nothing changed."""

    @property
    def changes(self) -> tuple[FieldChange, ...]:
        """The fields that differ; those of an object within are named by themselves."""
        before, after = dict(_flat(self.was)), dict(_flat(self.now))
        names = dict.fromkeys((*before, *after))
        return tuple(
            FieldChange(name, before.get((name, own), ""), after.get((name, own), ""), own)
            for name, own in names
            if before.get((name, own), "") != after.get((name, own), "")
        )


PEOPLES = ("fields", "states", "defaults", "record_types")
"""Members of an act within which people gave the names."""


def _flat(fields: Mapping[str, object], *, own: bool = False) -> Iterator[tuple[tuple[str, bool], str]]:
    """Yield what is said by its name, and by whether people gave that."""
    for name, value in fields.items():
        # Who it is, is said by their name, and how they were invited is nobody's news; acts are told by themselves.
        last = name.rpartition(" ")[2]
        if not own and last in ("changed_at", "leaves_at", "owner_address", "acts", "invited_address", "stored_files"):
            continue
        if isinstance(value, Mapping):
            yield from _flat(value, own=own or last in PEOPLES)
        else:
            yield (name, own), _text(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_text, value))
    return " ".join(map(_text, value.values())) if isinstance(value, Mapping) else str(value)


P = ParamSpec("P")
D = TypeVar("D", bound=Done)
Given = Callable[Concatenate[Setup, P], D]
Act = Callable[Concatenate[Setup, P], D | Refusal]


def act(function: Given[P, D]) -> Act[P, D]:
    """Run the function in one transaction with its row in the audit log; a refusal undoes all of it."""

    @wraps(function)
    def run(setup: Setup, /, *words: P.args, **named: P.kwargs) -> D | Refusal:
        try:
            with setup.store.transaction():
                done = function(setup, *words, **named)
                done = _leave_trace(setup, done)
        except RefusedAct as refused:
            return refused.refusal
        return done

    return run


def together(setup: Setup, acts: Iterable[Callable[[], D | Refusal]]) -> list[D] | Refusal:
    """Carry out acts one after another: all of them, or none, where one is refused."""
    made: list[D] = []
    try:
        with setup.store.transaction():
            for one in acts:
                done = one()
                if isinstance(done, Refusal):
                    raise RefusedAct(done.field, done.code, **done.values)
                made.append(done)
    except RefusedAct as refused:
        return refused.refusal
    return made


def mapped_act(function: Given[P, D]) -> Act[P, D]:
    """As ``act``, for what the mail server has to know: its map is brought up to date before the act answers.

    Raises TempFail where the map cannot be written now: the edit stands in the store, and the map follows later.
    """
    inner = act(function)

    @wraps(function)
    def run(setup: Setup, /, *words: P.args, **named: P.kwargs) -> D | Refusal:
        done = inner(setup, *words, **named)
        if setup.map_file is not None and not isinstance(done, Refusal):
            bring_map_up(setup.store, setup.map_file)
        return done

    return run


def _leave_trace(setup: Setup, done: D) -> D:
    if not done.changes:
        return done
    entry = AuditEntry(done.company_id, setup.actor.user_id, setup.actor.name, done.act, done.subject)
    return replace(done, trace=setup.store.audit.add(entry, done.was, done.now, setup.clock()))


def bring_map_up(store: Store, map_file: MapFile) -> None:
    """Bring the mail server's map up to the store; only then has an edit of a domain or an alias succeeded.

    Raises TempFail, which says that the edit is kept, where the map cannot be written now.
    """
    try:
        follow(store, map_file)
    except TempFail as error:
        raise TempFail(
            f"it is in the store, but the mail server does not know it yet: {error}; it follows within a second "
            "where the listener runs, or say the same once more"
        ) from None
