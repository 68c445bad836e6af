"""What stands in the composer: the form as it was sent, and the people in it as boxes that can be unticked."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from starlette.datastructures import UploadFile

from weftmail.admin import reply_acts
from weftmail.admin.files import safe_name
from weftmail.admin.formatted import words_of
from weftmail.admin.number import whole_number
from weftmail.admin.reply_acts import ReplyAct
from weftmail.admin.visit import Visit
from weftmail.core.address import BadAddress, canonical
from weftmail.core.limits import MESSAGE_FILES
from weftmail.core.parsing.words import shows_something
from weftmail.core.routing.recipients import Field, Notified, Skipped
from weftmail.core.text import says_something
from weftmail.core.wording.phrase import Phrase, marked
from weftmail.flow.post import DraftFile
from weftmail.flow.quoting import NOTHING, Quoting
from weftmail.flow.suppression import reason, suppressed
from weftmail.store.draft import KeptFile
from weftmail.store.message import StoredAttachment, ThreadMessage
from weftmail.store.participant import Participant
from weftmail.store.record import Record

How = Literal["answer", "reply", "all", "forward", "new"]
"""What the message does with another one; ``answer`` is what a page opens with, for those in the conversation."""
HOWS: Final[tuple[How, ...]] = get_args(How)
FIELDS: Final[tuple[Field, ...]] = get_args(Field)

MEGABYTE = 1024 * 1024
TOO_MANY = marked("A message has at most {most} files. Remove some, or send a link instead.")
TOO_LARGE = marked("These files have more than {size} MB together. Send a link instead.")

_PARTS = re.compile(r'(?:"[^"]*"|[^,;\n])+')
_NAMED = re.compile(r"(?s)(?P<name>.*)<(?P<address>[^<>]*)>\s*")
_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100}")


@dataclass(frozen=True, slots=True)
class Person:
    """An outsider in To, Cc or Bcc of what is being written; unticked, they get nothing."""

    name: str
    address: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class AlongFile:
    """A file of the message that is forwarded; unticked, it does not go along."""

    number: int
    filename: str
    size: int
    ticked: bool = True


@dataclass(frozen=True, slots=True)
class Composer:
    """What stands in the form."""

    note: bool = False
    how: How = "answer"
    about: ThreadMessage | None = None
    """The message that is answered or forwarded."""
    subject: str = ""
    text: str = ""
    html: str = ""
    """The words as they are formatted; "" where they are plain."""
    to: tuple[Person, ...] = ()
    cc: tuple[Person, ...] = ()
    bcc: tuple[Person, ...] = ()
    along: tuple[AlongFile, ...] = ()
    notified: tuple[Notified, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    sender: str = ""
    instead_of: str = ""
    """The address that should stand in From and cannot, because no server may send as it."""
    sign_off: tuple[str, ...] = ()
    """The lines that stand below the message."""
    seen: str = ""
    left_out: int = 0
    """How many the message that is answered named, who get nothing unless somebody adds them."""
    chosen: tuple[str, ...] = ()
    """Files that came with a form which is shown again: no browser lets a page choose them anew."""
    errors: dict[str, str] = field(default_factory=dict)
    mention: str = ""
    """Colleagues who are to be notified of it, too, as they were typed."""
    draft_id: int = 0
    """The draft that it is kept as; 0 for none."""
    kept_at: int | None = None
    version: int = 0
    """How often it had been kept when the page read it; 0 for never."""
    pen: str = ""
    """A word of this page alone: what it kept itself, it does not take for another page's."""
    despite: int = 0
    """The version of another page that whoever presses the button again has been shown."""
    elsewhere: int | None = None
    """When another page kept the draft that this one does not know; None where none did."""
    gone: bool = False
    """The draft of this page was sent or discarded by another one."""
    aside: str = ""
    """What another page said instead."""
    aside_at: int | None = None
    leave: str = "now"
    leave_at: str = ""
    unless_answered: bool = False
    files: tuple[KeptFile, ...] = ()
    """Files that are kept with the draft."""
    other_draft: str = ""
    """The kind of another draft that the visitor has on the record; "" for none."""
    wordless: bool = False
    """It has files and no words, and whoever sends it has seen that."""
    quote: bool = True
    """What it answers stands quoted below it, where that can be."""
    quoting: Quoting = NOTHING
    """What is quoted, or why nothing is."""
    saved_replies: tuple[int, ...] = ()
    """The saved replies that were put in."""
    acts: tuple[ReplyAct, ...] = ()
    """What they do besides, once it is sent."""
    after_send: str = ""
    """What becomes of the record then, where a saved reply says so; "" where the visitor's last choice stands."""
    refused: dict[str, str] = field(default_factory=dict)
    """What was typed into To, Cc or Bcc and is no address: it stays in its box, to be mended."""

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody in To, Cc and Bcc, ticked or not."""
        return (*self.to, *self.cc, *self.bcc)

    @property
    def shows_bcc(self) -> bool:
        """Whether Bcc is open: it holds somebody, or something that is no address."""
        return bool(self.bcc or self.refused.get("bcc"))


def form_of(visit: Visit, record: Record | None = None) -> Composer:
    """Return what the form of the request says; of a new record's first message there is no ``record`` yet."""
    errors: dict[str, str] = {}
    refused: dict[str, str] = {}
    found: dict[Field, tuple[Person, ...]] = {}
    ticked = {one for name in FIELDS for one in _all(visit, name)}
    taken: set[str] = set()
    for name in FIELDS:
        people, wrong = [], []
        for text, tick in [*((one, one in ticked) for one in _all(visit, f"{name}_offered")), *_typed(visit, name)]:
            try:
                person = _person(text, tick)
            except BadAddress as error:
                errors[name] = visit.voice.say(Phrase(error.code, {"address": text}))
                wrong.append(text)
                continue
            if person.address not in taken:
                taken.add(person.address)
                people.append(person)
        found[name] = tuple(people)
        refused[name] = ", ".join(wrong)
    how = visit.text("how")
    about = asked_about(visit, record, visit.text("about"))
    number = whole_number(visit.text("draft")) or 0
    draft_id, files = _kept(visit, record, number)
    text, html = words_of(visit, files)
    return Composer(
        note=_is_note(visit),
        how=how if how in HOWS else "answer",
        about=about,
        subject=" ".join(visit.text("subject").split())[:998],
        text=text,
        html=html,
        to=found["to"],
        cc=found["cc"],
        bcc=found["bcc"],
        along=_along(visit, about) if how == "forward" else (),
        chosen=tuple(safe_name(one.filename or "") for one in uploads(visit)),
        errors=errors,
        mention=visit.text("mention"),
        draft_id=draft_id,
        kept_at=visit.now if draft_id else None,
        version=whole_number(visit.text("version")) or 0,
        pen=visit.text("pen")[:40] or new_pen(),
        despite=whole_number(visit.text("despite")) or 0,
        gone=bool(number and not draft_id),
        leave=visit.text("leave") or "now",
        leave_at=visit.text("leave_at"),
        unless_answered=bool(visit.text("unless_answered")),
        files=files,
        wordless=bool(visit.text("wordless")),
        quote=bool(visit.text("quote")) or not visit.text("quote_offered"),
        saved_replies=reply_acts.used(visit),
        acts=reply_acts.of_form(visit),
        refused=refused,
    )


def new_pen() -> str:
    """Return a word by which a page is told from the others that are open."""
    return secrets.token_urlsafe(9)


def _kept(visit: Visit, record: Record | None, number: int) -> tuple[int, tuple[KeptFile, ...]]:
    """Return the visitor's draft that the form came from, and those of its files that are ticked."""
    draft = visit.store.drafts.get(record.company_id, number) if record is not None and number else None
    if record is None or draft is None or (draft.user_id, draft.record_id) != (visit.user.id, record.id):
        return 0, ()
    ticked = {whole_number(one) for one in _all(visit, "kept")}
    files = visit.store.drafts.files(record.company_id, [draft.id])
    return (draft.id if draft.state == "writing" else 0), tuple(one for one in files if one.id in ticked or one.inline)


def asked_about(visit: Visit, record: Record | None, number: str) -> ThreadMessage | None:
    """Return the message of the record that the form or the address of the page names, if people can answer it."""
    wanted = whole_number(number)
    if record is None or wanted is None:
        return None
    found = visit.store.threads.numbered(record.company_id, record.id, wanted)
    return None if found is None or found.kind == "event" or found.deleted_at is not None else found


def _is_note(visit: Visit) -> bool:
    kind = visit.text("kind")
    return kind == "note" or (kind not in ("message", "all") and visit.text("tab") == "note")


def _along(visit: Visit, about: ThreadMessage | None) -> tuple[AlongFile, ...]:
    return () if about is None else files_along(visit, about, {whole_number(one) for one in _all(visit, "along")})


def files_along(
    visit: Visit,
    about: ThreadMessage,
    ticked: set[int | None] | None = None,
    found: Sequence[StoredAttachment] | None = None,
) -> tuple[AlongFile, ...]:
    """Return the files of a message that is forwarded, with those ticked that go along: all, where nobody chose.

    They are asked for where they are not ``found`` already.
    """
    found = visit.store.messages.attachments(about.company_id, about.id) if found is None else found
    return tuple(
        AlongFile(number, one.filename, one.size, ticked is None or number in ticked)
        for number, one in enumerate(found, start=1)
    )


def _all(visit: Visit, name: str) -> list[str]:
    return [one for one in visit.form.getlist(name) if isinstance(one, str)]


def _typed(visit: Visit, name: Field) -> Iterable[tuple[str, bool]]:
    return ((part.strip(), True) for part in _PARTS.findall(visit.text(f"{name}_more")) if part.strip())


def _person(text: str, ticked: bool) -> Person:
    named = _NAMED.fullmatch(text)
    name, address = (named["name"], named["address"]) if named else ("", text)
    return Person(" ".join(name.strip().strip('"').split())[:200], canonical(address.strip()), ticked)


def ticked(people: Iterable[Person]) -> tuple[str, ...]:
    """Return those who get it, each as a line of To has them."""
    return tuple(f'"{one.name}" <{one.address}>' if one.name else one.address for one in people if one.ticked)


def uploads(visit: Visit, *fields: str) -> list[UploadFile]:
    """Return the files that came in these fields of the form; in all, where none is named."""
    found = (one for name in fields or ("files", "images") for one in visit.form.getlist(name))
    return [one for one in found if isinstance(one, UploadFile) and one.filename]


def refusing(visit: Visit, participants: Iterable[Participant], composer: Composer | None) -> dict[str, Phrase]:
    """Return the addresses in the composer to which nothing is sent, each with why."""
    known = {one.address: one.refuses for one in participants if one.address}
    found = {address: reason(why) for address, why in known.items() if why is not None}
    added = [one.address for one in composer.people if one.address not in known] if composer is not None else []
    # Whom somebody adds by hand is asked for when they do; all others take part.
    if added and visit.request.method == "POST":
        found |= suppressed(visit.store, visit.company_id, added)
    return found


def names(text: str) -> list[str]:
    """Return the colleagues that were typed, one after another."""
    return [one.strip() for one in text.split(",") if one.strip()]


def wrong_words(visit: Visit, composer: Composer) -> dict[str, str]:
    """Return what is wrong with the words and files of the form, by field."""
    errors = dict(composer.errors)
    if not says_something(composer.text) and not shows_something(composer.html):
        if not uploads(visit) and not composer.files and not any(one.ticked for one in composer.along):
            errors["text"] = visit.voice.gettext("Write a message or attach a file.")
        elif not composer.wordless:
            errors["text"] = visit.voice.gettext(
                "It has no words. Write some, or press the button again to send it so."
            )
    wrong = too_large(visit, composer)
    return {**errors, "files": wrong} if wrong else errors


def too_large(visit: Visit, composer: Composer) -> str:
    """Say that the files are too large together, or too many; "" where they are not."""
    along = [one.size for one in composer.along if one.ticked]
    return beyond(visit, [*along, *(one.size or 0 for one in uploads(visit)), *(one.size for one in composer.files)])


def beyond(visit: Visit, sizes: Sequence[int]) -> str:
    """Say that files of these sizes are too many, or too large together; "" where they may go with one message."""
    if len(sizes) > MESSAGE_FILES:
        return visit.voice.gettext(TOO_MANY).format(most=MESSAGE_FILES)
    most = visit.site.installation.files_size
    return visit.voice.gettext(TOO_LARGE).format(size=most // MEGABYTE) if sum(sizes) > most else ""


def file_of(upload: UploadFile) -> DraftFile:
    """Return a file that came with the form, with a name that is safe and a type that is one."""
    content_type = upload.content_type or ""
    known = content_type if _TYPE.fullmatch(content_type) else "application/octet-stream"
    return DraftFile(safe_name(upload.filename or ""), known, upload.file.read())
