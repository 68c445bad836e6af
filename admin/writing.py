"""The composer: who gets what is being written, shown before it is sent, and then sent to exactly those.

People in To and Cc are boxes that can be unticked.  The form carries a mark of the colleagues who were shown as told,
and of how far the thread had come; where either has changed meanwhile, the page is shown once more instead.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from starlette.datastructures import UploadFile

from weftmail.admin.files import safe_name
from weftmail.admin.visit import Visit
from weftmail.core.address import BadAddress, canonical
from weftmail.core.limits import POST_FILES
from weftmail.core.routing.recipients import Field, Notified, Outsider, Skipped, recipients
from weftmail.core.wording.phrase import Phrase, marked
from weftmail.flow.identity import identity_of
from weftmail.flow.mentions import mentioned
from weftmail.flow.notify import suggested
from weftmail.flow.post import Draft, DraftFile, plan
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import message
from weftmail.flow.thread import Conversation
from weftmail.store.alias import Alias
from weftmail.store.pulse import Pulse
from weftmail.store.record import Follower, Record

_PARTS = re.compile(r'(?:"[^"]*"|[^,;\n])+')
_NAMED = re.compile(r"(?s)(?P<name>.*)<(?P<address>[^<>]*)>\s*")
_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100}")
OFFERED = 20
"""Participants who are offered in To without a tick."""
# A plan is asked for what a draft does, and an empty one is an error: who is shown does not depend on the words.
_SOME_WORDS = "…"


@dataclass(frozen=True, slots=True)
class Person:
    """An outsider in To or Cc of what is being written; unticked, they get nothing."""

    name: str
    address: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Composer:
    """What stands in the form."""

    note: bool = False
    text: str = ""
    to: tuple[Person, ...] = ()
    cc: tuple[Person, ...] = ()
    notified: tuple[Notified, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    sender: str = ""
    seen: str = ""
    left_out: int = 0
    """How many the message that is answered named, who get nothing unless somebody adds them."""
    chosen: tuple[str, ...] = ()
    """Files that came with a form which is shown again: no browser lets a page choose them anew."""
    errors: dict[str, str] = field(default_factory=dict)
    mention: str = ""
    """Colleagues who are to be notified of it, too, as they were typed."""
    refused: dict[str, str] = field(default_factory=dict)
    """What was typed into To or Cc and is no address: it stays in its box, to be mended."""


class Again(Exception):
    """The draft cannot be sent as it is; the composer says why."""

    def __init__(self, composer: Composer) -> None:
        super().__init__()
        self.composer = composer


def fresh(visit: Visit, talk: Conversation, moves: Pulse) -> Composer:
    """Return the composer as it stands on a page that was just opened: an answer to the last public message.

    ``moves`` tells how far the conversation has come.
    """
    last = visit.store.messages.last_public(talk.record.company_id, talk.record.id)
    answered = next((one for one in talk.entries if one.message.id == last), None)
    audience = suggested(visit.store, talk.record, last, talk.participants, answered)
    have = {one.contact_id for one in audience}
    others = [
        Person(one.name, one.address, False)
        for one in talk.participants
        if one.contact_id not in have and one.address and one.message_id is None
    ]
    to = [*_people(audience, "to"), *_asked(talk, last, audience), *others[:OFFERED]]
    left_out = {
        person.address
        for person in (answered.addressed if answered is not None else ())
        if person.contact_id is None or person.contact_id not in have
    }
    left_out -= visit.store.users.among(left_out) if left_out else frozenset()
    composer = Composer(to=tuple(to), cc=tuple(_people(audience, "cc")), left_out=len(left_out))
    return _shown(
        visit, talk.record, composer, answers_id=last, moves=moves, alias=talk.alias, followers=talk.followers
    )


def _asked(talk: Conversation, last: int | None, audience: Sequence[Outsider]) -> list[Person]:
    """The other one of the two addresses of whom is answered: theirs, or that to which they ask answers to go."""
    of_author = [one.message for one in talk.entries if one.message.id == last and one.message.reply_to]
    have = {one.address for one in audience}
    return [
        Person(one.author_name, address, False)
        for one in of_author
        for address in (one.reply_to, one.author_address)
        if address not in have
    ]


def with_all(visit: Visit, record: Record) -> Composer:
    """Return the composer with everybody in Cc whom the last message named: Reply all, to be read before Send."""
    composer = _form(visit)
    last = visit.store.messages.last_public(record.company_id, record.id)
    named = visit.store.messages.addressed(record.company_id, last) if last is not None else []
    addresses = {one.address for one in named}
    inside = visit.store.users.among(addresses) | visit.store.domains.our_addresses(addresses)
    ticked = {one.address for one in (*composer.to, *composer.cc) if one.ticked}
    more = {
        one.address: Person(one.name, one.address, True)
        for one in named
        if one.address not in inside | ticked and _sendable(one.address)
    }
    to, cc = (tuple(one for one in some if one.address not in more) for some in (composer.to, composer.cc))
    return _shown(visit, record, replace(composer, to=to, cc=(*cc, *more.values())))


def _sendable(address: str) -> bool:
    try:
        return canonical(address) == address
    except BadAddress:
        return False


def looked_at(visit: Visit, record: Record) -> Composer:
    """Return the composer with what the form says, and with those added whom the visitor named by hand."""
    return _shown(visit, record, _form(visit))


def send(visit: Visit, record: Record) -> int:
    """Send what the form says, or log it as a note; return the message's id.

    Raises Again where something in it has to change, or where those who were shown are not those who would get it.
    """
    composer = _form(visit)
    uploads = _uploads(visit)
    errors = dict(composer.errors)
    if not _says_something(composer.text) and not uploads:
        errors["text"] = visit.voice.gettext("Write a message or attach a file.")
    if sum(one.size or 0 for one in uploads) > POST_FILES:
        errors["files"] = visit.voice.gettext("These files have more than 25 MB together. Send a link instead.")
    if not composer.note and not errors and not _ticked(composer.to):
        errors["to"] = visit.voice.gettext("Add a recipient, or log an internal note.")
    if errors:
        raise Again(_shown(visit, record, composer, errors))
    draft = Draft(
        text=composer.text,
        note=composer.note,
        to=None if composer.note else _ticked(composer.to),
        cc=() if composer.note else _ticked(composer.cc),
        files=[_file(one) for one in uploads],
        mentions=_names(composer.mention),
    )
    with visit.store.transaction():
        shown = _shown(visit, record, composer)
        changed = _what_changed(visit.text("seen"), shown.seen, note=composer.note)
        if changed:
            raise Again(replace(shown, errors={"seen": visit.voice.gettext(changed)}))
        done = message.post(visit.setup, visit.site.installation, record, visit.user, draft)
        if isinstance(done, Refusal):
            place = done.field if done.field in ("text", "mention") else "to"
            raise Again(_shown(visit, record, composer, {place: visit.voice.say(done.phrase)}))
        return done.message_id


def first_draft(visit: Visit) -> tuple[Composer, Draft]:
    """Return what the form of a new record says, with what is wrong with it, and the draft that it makes."""
    composer, uploads = _form(visit), _uploads(visit)
    errors = dict(composer.errors)
    if not _says_something(composer.text) and not uploads:
        errors["text"] = visit.voice.gettext("Write a message or attach a file.")
    if sum(one.size or 0 for one in uploads) > POST_FILES:
        errors["files"] = visit.voice.gettext("These files have more than 25 MB together. Send a link instead.")
    to, cc = (() if composer.note else _ticked(some) for some in (composer.to, composer.cc))
    files = [_file(one) for one in uploads]
    draft = Draft(text=composer.text, note=composer.note, to=to or None, cc=cc, files=files)
    return replace(composer, errors=errors), draft


def _names(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _uploads(visit: Visit) -> list[UploadFile]:
    return [one for one in visit.form.getlist("files") if isinstance(one, UploadFile) and one.filename]


def _says_something(text: str) -> bool:
    """Whether anybody would see a letter of it: blanks and marks without width are nothing."""
    return any(not letter.isspace() and unicodedata.category(letter) not in ("Cf", "Cc") for letter in text)


def _form(visit: Visit) -> Composer:
    errors: dict[str, str] = {}
    refused: dict[str, str] = {}
    found: dict[Field, tuple[Person, ...]] = {}
    ticked = {one for name in ("to", "cc") for one in visit.form.getlist(name) if isinstance(one, str)}
    taken: set[str] = set()
    fields: tuple[Field, Field] = ("to", "cc")
    for name in fields:
        people, wrong = [], []
        offered = [one for one in visit.form.getlist(f"{name}_offered") if isinstance(one, str)]
        for text, tick in [*((one, one in ticked) for one in offered), *((one, True) for one in _parts(visit, name))]:
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
    looks_at_note = visit.text("kind") == "look" and visit.text("tab") == "note"
    note, text = visit.text("kind") == "note" or looks_at_note, visit.text("text")
    chosen = tuple(safe_name(one.filename or "") for one in _uploads(visit))
    return Composer(
        note=note,
        text=text,
        to=found["to"],
        cc=found["cc"],
        chosen=chosen,
        errors=errors,
        mention=visit.text("mention"),
        refused=refused,
    )


def _parts(visit: Visit, name: Field) -> Iterable[str]:
    return (part.strip() for part in _PARTS.findall(visit.text(f"{name}_more")) if part.strip())


def _person(text: str, ticked: bool) -> Person:
    named = _NAMED.fullmatch(text)
    name, address = (named["name"], named["address"]) if named else ("", text)
    return Person(" ".join(name.strip().strip('"').split())[:200], canonical(address.strip()), ticked)


def _people(audience: Sequence[Outsider], name: Field) -> list[Person]:
    return [Person(one.name, one.address, True) for one in audience if one.field == name]


def _ticked(people: Iterable[Person]) -> tuple[str, ...]:
    return tuple(f'"{one.name}" <{one.address}>' if one.name else one.address for one in people if one.ticked)


def _shown(
    visit: Visit,
    record: Record,
    composer: Composer,
    errors: dict[str, str] | None = None,
    *,
    answers_id: int | None = None,
    moves: Pulse | None = None,
    alias: Alias | None = None,
    followers: Sequence[Follower] | None = None,
) -> Composer:
    """Return the composer with those who would be notified, by the very function that then notifies them."""
    draft = Draft(text=_SOME_WORDS, note=True, answers_id=answers_id)
    planned = plan(
        visit.store, record, visit.user, draft, visit.now, followers=followers, may_write=visit.may_write
    ).recipients
    moves = moves or visit.store.messages.pulse(record.company_id, record.id)
    said = dict(composer.errors if errors is None else errors)
    notified = _with_mentioned(visit, record, composer, planned.notified, said)
    shown_as = ""
    try:
        sender = identity_of(visit.store, record, alias).sender
        shown_as = f"{visit.user.name} via {sender.name} <{sender.address}>"
    except RefusedAct as error:
        said.setdefault("to", visit.voice.say(error.refusal.phrase))
    return replace(
        composer,
        notified=notified,
        skipped=planned.skipped,
        sender=shown_as,
        seen=f"{_digest(planned.notified)}.{moves.public}",
        errors=said,
    )


def _with_mentioned(
    visit: Visit, record: Record, composer: Composer, followers: tuple[Notified, ...], said: dict[str, str]
) -> tuple[Notified, ...]:
    """Return who is told with those whom the draft mentions; what does not fit of them is added to ``said``."""
    try:
        found = mentioned(visit.store, record, composer.text if composer.note else "", _names(composer.mention))
    except RefusedAct as error:
        said.setdefault(error.refusal.field, visit.voice.say(error.refusal.phrase))
        return followers
    named = recipients(found, author_user_id=visit.user.id, kind="notes").notified
    return (*named, *(one for one in followers if one.user_id not in {each.user_id for each in named}))


def _digest(notified: Sequence[Notified]) -> str:
    """The colleagues who are told and how, as a short mark that says nothing else."""
    text = ",".join(f"{one.user_id}:{one.channel}" for one in notified)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _what_changed(before: str, now: str, *, note: bool) -> str:
    """Say why what was shown is not what would happen; "" where it is.

    Who wrote meanwhile follows since, so that is said where both have changed.
    """
    (notified_before, _, moved_before), (notified_now, _, moved_now) = before.partition("."), now.partition(".")
    if moved_before != moved_now and not note:
        return marked(
            "Somebody wrote while you were writing. Read the new message above, then press Send again to send anyway."
        )
    if notified_before != notified_now:
        return marked("Who is notified has changed while you were writing. Check it below, then press Send again.")
    return ""


def _file(upload: UploadFile) -> DraftFile:
    content_type = upload.content_type or ""
    known = content_type if _TYPE.fullmatch(content_type) else "application/octet-stream"
    return DraftFile(safe_name(upload.filename or ""), known, upload.file.read())
