"""Saved replies: kept, changed, removed and brought back.

Whoever writes keeps replies of their own; those of a team are its members' and the admins', the company's are the
admins'.  At the shell nobody is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from weftmail.core import limits
from weftmail.core.placeholders import FIELD, PLACEHOLDERS, unknown
from weftmail.core.role import Role
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find, ways
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import Reverse, check_unchanged
from weftmail.store.attachment import NewAttachment
from weftmail.store.audit import AuditRow
from weftmail.store.company import Company
from weftmail.store.saved_reply import NewReply, SavedReply
from weftmail.store.store import Store

_WORD: Final = re.compile(r"[\w-]{1,40}")
_HIDDEN: Final = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ReplyValues:
    """What a reply says and does, as people write it.

    ``of`` is whose it is: a colleague by an address, a team by its name, "" for the company.  ``type`` and ``language``
    are "" for all; ``assign`` is a colleague by an address or a team by its name, "" for nobody.
    """

    name: str = ""
    text: str = ""
    of: str = ""
    word: str = ""
    type: str = ""
    language: str = ""
    after_send: str = "keep"
    assign: str = ""
    tags: Sequence[str] = ()
    files: Sequence[NewAttachment] = ()


@act
def add(setup: Setup, values: ReplyValues, *, company: str | None = None) -> Done:
    """Keep a new reply.  Raises RefusedAct for what does not fit, and where the actor may not keep it there."""
    whose = find.company(setup.store, company)
    wanted = _checked(setup, whose, values)
    reply_id = setup.store.saved_replies.add(whose.id, wanted, setup.clock())
    setup.store.saved_replies.put_files(whose.id, reply_id, values.files)
    now = fields(setup.store, _got(setup.store, whose.id, reply_id))
    return Done("reply.add", whose.id, wanted.name, {}, now)


@act
def change(setup: Setup, reply_id: int, values: ReplyValues, *, company: str | None = None) -> Done:
    """Keep it as it is said now; who changes whose it is may keep it at both places."""
    return _changed(setup, reply_id, values, company)


def _changed(setup: Setup, reply_id: int, values: ReplyValues, company: str | None) -> Done:
    whose = company_of(setup.store, company, reply_id)
    found = named(setup.store, whose.id, reply_id)
    _check_may(setup, whose, found.user_id, found.team_id)
    wanted = _checked(setup, whose, values, found.id)
    before = fields(setup.store, found)
    setup.store.saved_replies.set(whose.id, found.id, wanted, setup.clock())
    setup.store.saved_replies.put_files(whose.id, found.id, values.files)
    return Done("reply.set", whose.id, wanted.name, before, fields(setup.store, _got(setup.store, whose.id, found.id)))


@act
def remove(setup: Setup, reply_id: int, *, company: str | None = None) -> Done:
    """Offer it no more; messages in which it was put in stay as they are."""
    return _removed(setup, reply_id, company)


def _removed(setup: Setup, reply_id: int, company: str | None) -> Done:
    whose = company_of(setup.store, company, reply_id)
    found = named(setup.store, whose.id, reply_id)
    _check_may(setup, whose, found.user_id, found.team_id)
    setup.store.saved_replies.remove(whose.id, found.id, setup.clock())
    return Done("reply.remove", whose.id, found.name, fields(setup.store, found), {})


@act
def restore(setup: Setup, reply_id: int, *, company: str | None = None) -> Done:
    """Offer a reply again that was removed.  Raises RefusedAct where its word is another one's since."""
    whose = company_of(setup.store, company, reply_id)
    found = setup.store.saved_replies.get(whose.id, reply_id)
    if found is None or found.removed_at is None:
        raise RefusedAct("id", "no_such_reply", id=reply_id)
    _check_may(setup, whose, found.user_id, found.team_id)
    _check_word(setup.store, whose.id, as_new(found), found.id)
    setup.store.saved_replies.restore(whose.id, found.id, setup.clock())
    return Done("reply.restore", whose.id, found.name, {}, fields(setup.store, _got(setup.store, whose.id, found.id)))


def company_of(store: Store, company: str | None, reply_id: int) -> Company:
    """Return the company of this name; with None, that of the saved reply, or the only one."""
    return find.company_with(store, company, lambda of: store.saved_replies.get(of, reply_id))


def named(store: Store, company_id: int, reply_id: int) -> SavedReply:
    """Return a reply that is there; raise RefusedAct for none and for one that was removed."""
    found = store.saved_replies.get(company_id, reply_id)
    if found is None or found.removed_at is not None:
        raise RefusedAct("id", "no_such_reply", id=reply_id)
    return found


def may_change(store: Store, user_id: int | None, company_id: int, reply: SavedReply) -> bool:
    """Say whether somebody may change a reply; None is somebody at the shell."""
    return _may(store, user_id, company_id, reply.user_id, reply.team_id)


def _may(store: Store, actor: int | None, company_id: int, user_id: int | None, team_id: int | None) -> bool:
    if actor is None:
        return True
    if user_id is not None:
        return user_id == actor
    in_team = team_id is not None and actor in store.teams.members(company_id, team_id)
    return in_team or is_admin(store, actor, company_id)


def is_admin(store: Store, user_id: int, company_id: int) -> bool:
    """Say whether a user is an admin of the company, or of the installation."""
    user = store.users.get(user_id)
    roles = {one.company_id: one.role for one in store.users.memberships(user_id)}
    return bool(user and user.installation_admin) or roles.get(company_id) == "admin"


def _check_may(setup: Setup, whose: Company, user_id: int | None, team_id: int | None) -> None:
    if _may(setup.store, setup.actor.user_id, whose.id, user_id, team_id):
        return
    if user_id is not None:
        raise RefusedAct("of", "reply_of_another")
    team = setup.store.teams.get(whose.id, team_id) if team_id is not None else None
    if team is not None:
        raise RefusedAct("of", "reply_of_team", team=team.name)
    raise RefusedAct("of", "reply_of_company", company=whose.name)


def _checked(setup: Setup, whose: Company, values: ReplyValues, reply_id: int = 0) -> NewReply:
    store = setup.store
    user_id, team_id = _people(store, whose.id, values.of, "of")
    assign_user_id, assign_team_id = _people(store, whose.id, values.assign, "assign")
    type_ = find.record_type(store, whose.id, values.type, field="type") if values.type else None
    wanted = NewReply(
        name=find.line("name", values.name),
        text=_text(store, whose.id, type_, values.text),
        user_id=user_id,
        team_id=team_id,
        word=_word(values.word),
        record_type=type_,
        language=find.choice("language", values.language, ["", *setup.languages]),
        after_send=find.choice("after_send", values.after_send or "keep", ways.AFTER_SEND),
        assign_user_id=assign_user_id,
        assign_team_id=assign_team_id,
        tags=_tags(values.tags),
    )
    # Whose words are taken is nobody's to know who may not keep one there.
    _check_may(setup, whose, wanted.user_id, wanted.team_id)
    _check_word(store, whose.id, wanted, reply_id)
    return wanted


def _people(store: Store, company_id: int, text: str, field: str) -> tuple[int | None, int | None]:
    """Return the ids of a user or of a team; both None for nobody."""
    wanted = text.strip()
    if not wanted:
        return None, None
    if "@" not in wanted or store.teams.by_name(company_id, wanted) is not None:
        return None, find.team(store, company_id, wanted, field=field).id
    return find.member(store, wanted, company_id, field=field).id, None


def _text(store: Store, company_id: int, type_: str | None, text: str) -> str:
    said = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").strip("\n").split("\n"))
    if not said.strip():
        raise RefusedAct("text", "text_empty")
    if len(said) > limits.SAVED_REPLY_TEXT:
        raise RefusedAct("text", "text_long", most=limits.SAVED_REPLY_TEXT)
    if _HIDDEN.search(said):
        raise RefusedAct("text", "text_control")
    there = field_names(store, company_id, type_)
    wrong = unknown(said, there)
    if wrong:
        known = ", ".join([*PLACEHOLDERS, *(f"{FIELD}{one}" for one in there)])
        raise RefusedAct("text", "no_such_placeholder", names=", ".join(wrong), known=known)
    return said


def field_names(store: Store, company_id: int, type_: str | None) -> list[str]:
    """Return the names of the fields of a type, or of all types."""
    types = [type_] if type_ else [one.name for one in store.companies.record_types(company_id)]
    return list(dict.fromkeys(each.name for one in types for each in store.record_types.fields(company_id, one)))


def _word(text: str) -> str:
    wanted = text.strip().removeprefix("/").casefold()
    if wanted and not _WORD.fullmatch(wanted):
        raise RefusedAct("word", "reply_word_malformed", word=text)
    return wanted


def _tags(tags: Sequence[str]) -> tuple[str, ...]:
    found = {one.casefold(): one for one in (find.line("tags", one) for one in tags)}
    if len(found) > limits.SAVED_REPLY_TAGS:
        raise RefusedAct("tags", "reply_tags_many", most=limits.SAVED_REPLY_TAGS)
    return tuple(found.values())


def _check_word(store: Store, company_id: int, wanted: NewReply, reply_id: int) -> None:
    """Refuse a word that the same people have for records of the same type in the same language."""
    there = word_of_another(store, company_id, wanted, reply_id)
    if there is not None:
        raise RefusedAct("word", "reply_word_taken", word=wanted.word, name=there.name)


def word_of_another(store: Store, company_id: int, wanted: NewReply, reply_id: int) -> SavedReply | None:
    """Return the reply that has this word, for the same people, type and language; one without a word clashes never."""
    if not wanted.word:
        return None
    there = store.saved_replies.offered(company_id, None, limits.SAVED_REPLIES, everything=True)
    return next((one for one in there if one.id != reply_id and _place(as_new(one)) == _place(wanted)), None)


def _place(one: NewReply) -> tuple[object, ...]:
    return one.word, one.user_id, one.team_id, one.record_type, one.language


def as_new(one: SavedReply) -> NewReply:
    """Return a reply as it would be kept anew."""
    return NewReply(
        one.name, one.text, one.user_id, one.team_id, one.word, one.record_type or None, one.language, one.after_send,
        one.assign_user_id, one.assign_team_id, one.tag_names,
    )  # fmt: skip


def _got(store: Store, company_id: int, reply_id: int) -> SavedReply:
    found = store.saved_replies.get(company_id, reply_id)
    assert found is not None  # noqa: S101 - it was written in this transaction
    return found


def values_of(store: Store, reply: SavedReply) -> ReplyValues:
    """Return a reply as people write it."""
    files = store.saved_replies.files(reply.company_id, [reply.id])
    return ReplyValues(
        name=reply.name,
        text=reply.text,
        of=_known_as(store, reply.user_id, reply.team),
        word=reply.word,
        type=reply.record_type,
        language=reply.language,
        after_send=reply.after_send,
        assign=_known_as(store, reply.assign_user_id, reply.assign_team),
        tags=reply.tag_names,
        files=[NewAttachment(one.blob_id, one.filename, one.content_type) for one in files],
    )


def _known_as(store: Store, user_id: int | None, team: str) -> str:
    return team if user_id is None else next(iter(store.users.addresses(user_id)), "")


def fields(store: Store, reply: SavedReply) -> Fields:
    """Return what is said of a reply."""
    said = values_of(store, reply)
    return {
        "id": reply.id,
        "name": said.name,
        "word": said.word,
        "of": said.of,
        "type": said.type,
        "language": said.language,
        "text": said.text,
        "after_send": said.after_send,
        "assign": said.assign,
        "tags": [*said.tags],
        "files": [one.filename for one in said.files],
        "stored_files": [[one.blob_id, one.filename, one.content_type] for one in said.files],
    }


def _values(said: Mapping[str, Any]) -> ReplyValues:
    names = ("name", "text", "of", "word", "type", "language", "after_send", "assign", "tags")
    files = [NewAttachment(*one) for one in said["stored_files"]]
    return replace(ReplyValues(**{name: said[name] for name in names}), files=files)


def _set_back(setup: Setup, row: AuditRow) -> Done | Refusal:
    return _take_back(setup, row)


@act
def _take_back(setup: Setup, row: AuditRow) -> Done:
    reply_id = row.now["id"]
    found = named(setup.store, row.company_id or 0, reply_id)
    check_unchanged(row, fields(setup.store, found))
    if not row.before:
        return _removed(setup, reply_id, row.company)
    values = _values(row.before)
    if not setup.store.blobs.there(one.blob_id for one in values.files):
        # A file that it had was deleted for good since, with the message that had it, too.
        raise RefusedAct("", "changed_since", subject=row.subject)
    return _changed(setup, reply_id, values, row.company)


def _bring_back(setup: Setup, row: AuditRow) -> Done | Refusal:
    return restore(setup, row.before["id"], company=row.company)


reverses: Mapping[str, Reverse] = {
    "reply.add": _set_back,
    "reply.set": _set_back,
    "reply.restore": _set_back,
    "reply.remove": _bring_back,
}
undone_by = Role.AGENT
