"""The fields of a record as somebody gives them: each as its type says, and what the type does not know as text."""

from __future__ import annotations

from collections.abc import Mapping

from weftmail.core import field as fields
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.store.record_type import RecordField
from weftmail.store.store import Store


def checked(
    store: Store, company_id: int, record_type: str, given: Mapping[str, str], *, field: str = "fields"
) -> dict[str, str]:
    """Return the values in the spelling in which they are kept; an empty one takes away what stood under its name.

    Raises RefusedAct, whose value ``of_field`` names the field, for a value that is none of its kind.
    """
    named = {find.line(field, name): text for name, text in given.items()}
    known = {one.name: one for one in store.record_types.fields(company_id, record_type)}
    return {name: _checked(store, company_id, known.get(name), field, name, text) for name, text in named.items()}


def _checked(store: Store, company_id: int, known: RecordField | None, field: str, name: str, text: str) -> str:
    if not text.strip():
        return ""
    if known is None:
        return find.line(field, text)
    if known.kind == "person":
        return _person(store, company_id, field, name, text)
    try:
        return fields.value(known.kind, text, known.choices)
    except fields.BadValue as error:
        raise RefusedAct(
            field, error.code, of_field=name, name=name, value=text, choices=find.joined(known.choices),
            most=fields.LONGEST,
        ) from None  # fmt: skip


def _person(store: Store, company_id: int, field: str, name: str, text: str) -> str:
    try:
        return store.users.addresses(find.member(store, text, company_id, field=field).id)[0]
    except RefusedAct as refused:
        why = refused.refusal
        raise RefusedAct(why.field, why.code, of_field=name, **why.values) from None
