"""Whom a note or a message mentions: they are told of it, whether they follow the record or not."""

from __future__ import annotations

from collections.abc import Sequence

from weftmail.core.routing.mentions import Called, called, handle_of, mentions
from weftmail.core.routing.recipients import Following, Skipped
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.store.follower import Mentionable
from weftmail.store.record import Record
from weftmail.store.store import Store


def mentioned(store: Store, record: Record, text: str, named: Sequence[str] = ()) -> list[Following]:
    """Return whom a text mentions, and whom somebody ``named`` beside it, by name or address.

    Raises RefusedAct for a name that several colleagues have, one that nobody has, and somebody for whom records of
    this type do not exist.
    """
    if "@" not in text and not named:
        return []
    people = store.users.mentionable(record.company_id, record.type)
    found = mentions(text, _called(people))
    if found.unclear:
        raise RefusedAct("text", "mention_unclear", name=found.unclear[0])
    ids = [*found.user_ids, *(_named(store, record, one, people, "mention").user_id for one in named)]
    by_id = {one.user_id: one for one in people}
    chosen = [by_id[one] for one in dict.fromkeys(ids)]
    for one in chosen:
        if one.hidden:
            field = "text" if one.user_id in found.user_ids else "mention"
            raise RefusedAct(field, "not_in_named_team", name=one.name, number=record.label, type=record.type)
    return [_following(one) for one in chosen]


def mentioned_by_mail(store: Store, record: Record, text: str) -> tuple[list[Following], list[Skipped]]:
    """Return whom the note in a mail mentions, and who is not told of it and why: a mail cannot be refused."""
    if "@" not in text:
        return [], []
    people = store.users.mentionable(record.company_id, record.type)
    found = mentions(text, _called(people))
    chosen = [one for one in people if one.user_id in found.user_ids]
    hidden = Phrase("skipped.hidden", {"type": record.type})
    left = [Skipped(one.name, hidden) for one in chosen if one.hidden]
    left += [Skipped(f"@{one}", Phrase("skipped.unclear")) for one in found.unclear]
    return [_following(one) for one in chosen if not one.hidden], left


def suggestions(store: Store, record: Record, text: str, most: int = 8) -> list[tuple[str, str, str]]:
    """Return colleagues who can be mentioned and whose name or address goes on from ``text``: the name, the address,
    and what to write behind the @.
    """
    people = [one for one in store.users.mentionable(record.company_id, record.type) if not one.hidden]
    known, wanted = _called(people), text.strip().lower()
    fits = [one for one in known if _goes_on(one, wanted)]
    return [(one.name, one.address or "", handle_of(one, known)) for one in fits[:most]]


def _goes_on(one: Called, wanted: str) -> bool:
    name = one.name.lower()
    return any(text.startswith(wanted) for text in (name, *name.split(), (one.address or "").lower()))


def colleague(store: Store, record: Record, text: str, field: str) -> Mentionable:
    """Return the colleague of this name or address.

    Raises RefusedAct where there is none, where there are several, and where records of the type are hidden from them;
    of people of other companies it says nothing.
    """
    found = _named(store, record, text, store.users.mentionable(record.company_id, record.type), field)
    if found.hidden:
        raise RefusedAct(field, "not_in_named_team", name=found.name, number=record.label, type=record.type)
    return found


def _named(store: Store, record: Record, text: str, people: Sequence[Mentionable], field: str) -> Mentionable:
    wanted = text.strip().removeprefix("@")
    if "@" in wanted:
        user = store.users.by_address(find.address(field, wanted))
        ids = [one.user_id for one in people if user is not None and one.user_id == user.id]
    else:
        ids = sorted(called(wanted, _called(people)))
        if len(ids) > 1:
            raise RefusedAct(field, "mention_unclear", name=wanted)
    if not ids:
        raise RefusedAct(field, "no_such_colleague", name=wanted, company=record.company)
    return next(one for one in people if one.user_id == ids[0])


def _called(people: Sequence[Mentionable]) -> list[Called]:
    return [Called(one.user_id, one.name, one.address) for one in people]


def _following(one: Mentionable) -> Following:
    return Following(
        one.user_id, one.name, one.address, one.prefers, one.language, one.reached_at, one.may_act, mentioned=True
    )
