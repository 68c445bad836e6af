"""The form of an alias: what was typed into it, what can be chosen in it, and the fields that its records begin with.

Each type of records has its own fields; the form holds those of all types, and shows those of the one that is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from weftmail.admin.pages.aliases import ACCEPTS, PINNED
from weftmail.admin.pages.record_change import FieldAsked
from weftmail.admin.people import heirs
from weftmail.admin.visit import Visit
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import alias
from weftmail.flow.setup.alias_switches import SWITCHES
from weftmail.store.alias import Alias
from weftmail.store.listing import RecordName
from weftmail.store.record_type import RecordField

FIELDS = ("address", "opens", "record", "owner", "accepts", "answer_as", "defaults", *SWITCHES)
FIND = "find"
"""The button that looks for a record to pin to, where no script does."""
FOUND = 20
"""So many records are offered at once."""


@dataclass(frozen=True, slots=True)
class DefaultAsked:
    """A field that records can begin with, as the form asks for it."""

    id: str
    name: str
    field: FieldAsked


@dataclass(frozen=True, slots=True)
class TypeAsked:
    """A type of records with its fields."""

    name: str
    defaults: Sequence[DefaultAsked]


def typed(visit: Visit) -> dict[str, str]:
    """Return what stands in the form, by the names of its fields."""
    return {name: value.replace("\r\n", "\n") for name, value in visit.form.items() if isinstance(value, str)}


def stored(found: Alias) -> dict[str, str]:
    """Return what the form says of an alias."""
    own = {_name(found.record_type or "", name): value for name, value in found.default_fields.items()}
    return {
        **own,
        "address": found.address,
        "opens": found.record_type or PINNED,
        "record": found.record or "",
        "owner": found.owner_address or found.team or "",
        "accepts": found.accepts,
        "answer_as": found.answer_as,
        "defaults": "\n".join(f"{name}={value}" for name, value in found.default_fields.items()),
        **{name: getattr(found, name) for name in SWITCHES},
    }


def given(visit: Visit, pinned_to: str = "") -> dict[str, Any]:
    """Return what the form says, as the acts want it.

    Who chooses a type, and leaves the record there that the alias is ``pinned_to``, wants records of that type.
    """
    owner, opens = visit.text("owner").strip(), visit.text("opens")
    record = (visit.text("pick") or visit.text("record")).strip()
    if opens != PINNED and record == pinned_to:
        record = ""
    return {
        "opens": None if record or opens == PINNED else opens,
        "record": record.partition(" ")[0] if record else None,
        "owner": owner if "@" in owner else "",
        "team": "" if "@" in owner else owner,
        "accepts": visit.text("accepts") or "everyone",
        "answer_as": visit.text("answer_as").strip(),
        "defaults": {**alias.pairs(visit.text("defaults")), **({} if record else _defaults(visit, opens))},
        "switches": {name: visit.text(name) for name in SWITCHES if name in visit.form},
    }


def _name(record_type: str, name: str) -> str:
    return f"default.{record_type}.{name}"


def _defaults(visit: Visit, record_type: str) -> dict[str, str]:
    known = visit.store.record_types.fields(visit.company_id, record_type)
    return {one.name: text for one in known if (text := visit.text(_name(record_type, one.name)).strip())}


def looks_for_record(visit: Visit) -> bool:
    """Say whether the form was sent to look for a record, and not to be kept."""
    record = visit.text("record").strip()
    return FIND in visit.form and bool(record) and not visit.store.records.by_label(record, visit.company_id)


def found_records(visit: Visit, words: str) -> Sequence[RecordName]:
    """Return the records whose number or title holds these words."""
    return visit.store.listings.records_named(visit.company_id, words.strip()[:100], FOUND)


def wrong(visit: Visit, refusal: Refusal) -> dict[str, str]:
    """Return what is wrong, by the field that it stands beside."""
    field = "owner" if refusal.field == "team" else refusal.field
    if field == "defaults" and "of_field" in refusal.values:
        field = _name(visit.text("opens"), str(refusal.values["of_field"]))
    return {field if field in FIELDS or field in visit.form else "": visit.voice.say(refusal.phrase)}


def choices(visit: Visit, said: Mapping[str, str]) -> dict[str, Any]:
    """Return what can be chosen in the form, and its fields for the records of each type."""
    say, store = visit.voice.gettext, visit.store
    types = [one.name for one in store.companies.record_types(visit.company_id)]
    fields = store.record_types.fields_of_company(visit.company_id)
    people = tuple((one.address or "", one.name) for one in store.members.all(visit.company_id) if one.active)
    known = {one.name for one in fields.get(said.get("opens") or "", ())}
    rest = {name: value for name, value in alias.pairs(said.get("defaults", "")).items() if name not in known}
    return {
        "types": [*((name, name) for name in types), (PINNED, say("pinned to one record"))],
        "asked": [_asked(at, name, fields[name], people, said) for at, name in enumerate(types) if name in fields],
        "rest": "\n".join(f"{name}={value}" for name, value in rest.items()),
        "owners": [("", say("nobody")), *heirs(visit)],
        "accepts": [(value, say(word)) for value, word in ACCEPTS.items()],
        "switches": _switches(visit, said),
    }


def _switches(visit: Visit, said: Mapping[str, str]) -> dict[str, Any]:
    """Return the switches as the form shows them: unfolded where one stands otherwise than at first."""
    say = visit.voice.gettext
    shown = [
        (name, say(one.label), [(value, say(word)) for value, word in one.words.items()], one.hint and say(one.hint))
        for name, one in SWITCHES.items()
    ]
    changed = any(said.get(name, "") not in ("", *one.choices[:1]) for name, one in SWITCHES.items())
    return {"shown": shown, "changed": changed}


def _asked(
    at: int,
    record_type: str,
    fields: Sequence[RecordField],
    people: tuple[tuple[str, str], ...],
    said: Mapping[str, str],
) -> TypeAsked:
    asked = []
    for place, one in enumerate(fields):
        name = _name(record_type, one.name)
        there = people if one.kind == "person" else tuple((each, each) for each in one.choices)
        value = said.get(name, "")
        kept = () if value in ("", *(each[0] for each in there)) else ((value, value),)
        offered = (("", "–"), *kept, *there) if there else ()
        asked.append(DefaultAsked(f"default-{at}-{place}", name, FieldAsked(one.name, one.kind, value, offered)))
    return TypeAsked(record_type, asked)
