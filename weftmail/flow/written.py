"""What somebody wrote into the form of a message, as a value that is kept until it leaves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from weftmail.core.composing.mail import html_of
from weftmail.core.limits import CALENDAR_SIZE
from weftmail.core.parsing.calendar import file_card, is_calendar
from weftmail.core.routing.recipients import Field
from weftmail.flow.forwarding import files_of
from weftmail.flow.pictures import going_along
from weftmail.flow.post import Draft
from weftmail.store.attachment import NewAttachment
from weftmail.store.draft import KeptFile, StoredDraft
from weftmail.store.store import Store


@dataclass(frozen=True, slots=True)
class WrittenTo:
    """Somebody in To, Cc or Bcc; one who is not ``ticked`` is only offered."""

    field: Field
    name: str
    address: str
    ticked: bool = True


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the form; ``about`` is the message that is answered or forwarded."""

    how: str = "answer"
    about: int | None = None
    note: bool = False
    subject: str = ""
    text: str = ""
    html: str = ""
    """The words as they were formatted, tidy; "" where they are plain."""
    people: tuple[WrittenTo, ...] = ()
    mention: str = ""
    along: tuple[int, ...] = ()
    """Files of a forwarded message that go along, by their numbers."""
    after_send: str = "keep"
    """What becomes of the record then."""
    leaves_at: int | None = None
    """The time that was chosen for it, in milliseconds since 1970."""
    unless_answered: bool = False
    quote: bool = False
    """The message that it answers stands quoted below it."""
    saved_replies: tuple[int, ...] = ()
    """The saved replies that were put in."""
    assign: str = ""
    """Who gets the record then: a colleague by an address, a team by its name."""
    tags: tuple[str, ...] = ()
    """What tags it bears then."""

    def as_json(self) -> str:
        """Return it as it is stored."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Written:
        """Read what ``as_json`` wrote."""
        return cls.from_dict(json.loads(text))

    @classmethod
    def from_dict(cls, members: Mapping[str, Any]) -> Written:
        """Read the members of its JSON."""
        found = cls(**members)
        people = tuple(WrittenTo(**one) for one in members.get("people", ()))
        return replace(
            found,
            people=people,
            along=tuple(found.along),
            saved_replies=tuple(found.saved_replies),
            tags=tuple(found.tags),
        )

    def named(self, field: Field) -> tuple[str, ...]:
        """Return who gets it in To, Cc or Bcc, each as a line of addresses has them."""
        chosen = (one for one in self.people if one.field == field and one.ticked)
        return tuple(f'"{one.name}" <{one.address}>' if one.name else one.address for one in chosen)

    def draft(self, store: Store, company_id: int, files: list[KeptFile]) -> Draft:
        """Return it as a message that can be sent, with the files that are kept for it."""
        forwards = self.how == "forward"
        about = store.messages.get(company_id, self.about) if self.about is not None else None
        kept = sent_along(store, self.html, files)
        if forwards and about is not None and self.along:
            kept = [*files_of(store, about, self.along), *kept]
        return Draft(
            text=self.text,
            html=self.html,
            note=self.note,
            to=None if self.note else self.named("to"),
            cc=() if self.note else self.named("cc"),
            bcc=() if self.note else self.named("bcc"),
            kept=kept,
            mentions=[one.strip() for one in self.mention.split(",") if one.strip()],
            subject=self.subject,
            answers_id=None if forwards else self.about,
            forwards_id=self.about if forwards else None,
            new=self.how == "new",
            quote=self.quote,
            from_reply=bool(self.saved_replies),
        )


def sent_along(store: Store, html: str, files: Sequence[KeptFile]) -> list[NewAttachment]:
    """Return the files of a draft that a message has, with what those of them say that are calendars."""
    kept = {one.blob_id: one for one in files}
    return [replace(one, card=_card(store, kept[one.blob_id])) for one in going_along(html, files)]


def _card(store: Store, file: KeptFile) -> str:
    reads = is_calendar(file.content_type, file.filename) and file.size <= CALENDAR_SIZE
    return file_card(file.content_type, file.filename, store.blobs.read(file.blob_id)) if reads else ""


@dataclass(frozen=True, slots=True)
class WrittenRecord:
    """What stands in the form of a new record: what it is to be, by the names of the fields, and its first message."""

    opens: Mapping[str, str]
    message: Written

    def as_json(self) -> str:
        """Return it as it is stored."""
        return json.dumps({"opens": dict(self.opens), "message": asdict(self.message)}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> WrittenRecord:
        """Read what ``as_json`` wrote."""
        found = json.loads(text)
        return cls(found["opens"], Written.from_dict(found["message"]))


def joined(one: Written, other: Written) -> str:
    """Return the words of both, formatted; "" where neither is."""
    if not (one.html or other.html):
        return ""
    return "<div><br></div>".join(
        each.html or html_of(each.text) for each in (one, other) if each.html or each.text.strip()
    )


def give_back(store: Store, draft: StoredDraft, now: int) -> bool:
    """Let what was about to leave be a draft again; say whether it had not left.

    What its author had begun meanwhile on the same record stands below it.
    """
    words = Written.from_json(draft.body)
    if draft.state == "scheduled":
        # Its time stays proposed, for whoever only mends a word of it.
        words = replace(words, leaves_at=draft.leaves_at, unless_answered=draft.unless_answered)
    for one in store.drafts.of_record(draft.company_id, draft.record_id, draft.user_id):
        if one.id == draft.id or (one.state, one.user_id, one.kind) != ("writing", draft.user_id, draft.kind):
            continue
        more = Written.from_json(one.body)
        words = replace(
            words,
            text="\n\n".join(filter(None, (words.text.rstrip(), more.text.strip()))),
            html=joined(words, more),
            # By these a placeholder that is still empty is noticed, and what the replies do is done.
            saved_replies=tuple(dict.fromkeys((*words.saved_replies, *more.saved_replies))),
            assign=words.assign or more.assign,
            tags=tuple(dict.fromkeys((*words.tags, *more.tags))),
        )
        store.drafts.move_files(draft.company_id, one.id, draft.id)
        store.drafts.remove(draft.company_id, one.id)
    if not store.drafts.back(draft.company_id, draft.id, now):
        return False
    store.drafts.put(draft.company_id, draft.record_id, draft.user_id, draft.kind, words.as_json(), now)
    return True
