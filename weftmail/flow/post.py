"""A colleague writes on a record, from the page or the command line: a post, which goes out, or a note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from weftmail.core.address import BadAddress, canonical
from weftmail.core.composing.mail import subject_line
from weftmail.core.parsing import calendar
from weftmail.core.parsing.html import sanitise
from weftmail.core.parsing.words import shows_something, text_of
from weftmail.core.placeholders import placeholders
from weftmail.core.routing.recipients import Field, Outsider, Recipients, recipients
from weftmail.core.text import says_something
from weftmail.core.tokens import locator
from weftmail.core.tokens.locator import Visibility
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.events import note_message
from weftmail.flow.facts import is_ours
from weftmail.flow.identity import Identity, identity_of
from weftmail.flow.installation import Installation
from weftmail.flow.mentions import mentioned
from weftmail.flow.notify import following, notify, suggested
from weftmail.flow.quoting import NOTHING, Quoting, quoted
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.suppression import suppressed
from weftmail.store.message import Addressed, NewAttachment, NewMessage, ThreadMessage
from weftmail.store.people import User
from weftmail.store.record import Follower, NewParticipant, Record
from weftmail.store.store import Store


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A file to send along."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """What a colleague wrote.  ``to`` None means: the people of the last message that outsiders wrote or got.

    ``text`` or ``html`` or both; of HTML alone the text is made.  ``answers_id`` names the message that is answered,
    ``forwards_id`` one that is sent on; ``new`` answers nothing.  ``kept`` are files whose bytes are stored already.
    """

    text: str = ""
    html: str = ""
    note: bool = False
    to: Sequence[str] | None = None
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    files: Sequence[DraftFile] = ()
    kept: Sequence[NewAttachment] = ()
    answers_id: int | None = None
    forwards_id: int | None = None
    new: bool = False
    subject: str = ""
    quote: bool = True
    """The message that it answers stands quoted below it, where all who get it had that."""
    from_reply: bool = False
    """A saved reply was put in: a placeholder for which nothing stood there keeps it from leaving."""
    mentions: Sequence[str] = ()
    """Colleagues who are told of it whatever they follow, by address or name; a note names more of them by an @."""


@dataclass(frozen=True, slots=True)
class PostPlan:
    """Who would get a draft: what the composer shows before Send, and what Send then does."""

    record: Record
    author: User
    answers_id: int | None
    recipients: Recipients
    subject: str = ""
    """The subject of a post; that of a note is shown nowhere outside."""
    quoting: Quoting = NOTHING
    """What stands quoted below it."""
    identity: Identity | None = None
    """As whom a post leaves; None for a note."""


def plan(
    store: Store,
    record: Record,
    author: User,
    draft: Draft,
    now: int,
    *,
    followers: Sequence[Follower] | None = None,
    may_write: bool | None = None,
) -> PostPlan:
    """Return who would get the draft.  Only reads: an address that nobody has yet stands there with contact 0.

    Raises RefusedAct for an author who may not write in the record's company, a malformed address, an empty draft,
    an address to which nothing is sent, a mention of nobody, of several, or of somebody for whom the record does not
    exist, a message to forward that stays inside, a placeholder of a saved reply that is still there, two
    addresses of one person, or a post that names nobody where the message that it answers has nobody outside, or there
    is none to answer.
    """
    allowed = _may_write(store, author, record.company_id) if may_write is None else may_write
    if not author.active or not allowed:
        raise RefusedAct("as", "post_not_allowed", name=author.name, company=record.company)
    if not (says_something(draft.text) or shows_something(draft.html) or draft.files or draft.kept):
        raise RefusedAct("text", "post_empty")
    left = placeholders(draft.text or text_of(draft.html)) if draft.from_reply else ()
    if left:
        raise RefusedAct("text", "placeholder_empty", names=", ".join(f"{{{one}}}" for one in left))
    answers_id = _answered(store, record, draft)
    outsiders: Sequence[Outsider] = ()
    if draft.note and (draft.to or draft.cc or draft.bcc):
        raise RefusedAct("to", "note_with_recipients")
    if not draft.note:
        outsiders = _outsiders(store, record, draft, answers_id)
    words = draft.text or text_of(draft.html) if draft.note else ""
    who_gets = recipients(
        [
            *mentioned(store, record, words, draft.mentions),
            *following(store, record.company_id, record.id, followers),
        ],
        outsiders,
        author_user_id=author.id,
        kind="notes" if draft.note else "messages",
        suppressed=_kept_out(store, record, draft, outsiders),
    )
    subject = draft.subject or _subject(store, record, answers_id, draft.forwards_id)
    addresses = [one.address for one in who_gets.outsiders]
    quoting = quoted(store, record, None if draft.note else answers_id, addresses, wanted=draft.quote)
    identity = None if draft.note else identity_of(store, record)
    return PostPlan(record, author, answers_id, who_gets, subject, quoting, identity)


def _answered(store: Store, record: Record, draft: Draft) -> int | None:
    if draft.forwards_id is not None:
        found = store.messages.get(record.company_id, draft.forwards_id)
        if found is None or found.record_id != record.id or not found.public or found.kind == "event":
            raise RefusedAct("forward", "note_not_sent", message=found.number if found else 0, number=record.label)
        if draft.to is None and not draft.note:
            raise RefusedAct("to", "forward_to_nobody")
    if draft.new or draft.forwards_id is not None:
        return None
    found = store.messages.get(record.company_id, draft.answers_id) if draft.answers_id is not None else None
    # A message that was moved to another record since is answered there.
    stands_here = found is not None and found.record_id == record.id
    return draft.answers_id if stands_here else store.messages.last_public(record.company_id, record.id)


def _kept_out(store: Store, record: Record, draft: Draft, outsiders: Sequence[Outsider]) -> Mapping[str, Phrase]:
    """Return to whom nothing is sent and why not; RefusedAct where the draft names them, or would reach nobody else."""
    found = suppressed(store, record.company_id, [one.address for one in outsiders])
    for one in outsiders:
        if one.address in found and (draft.to is not None or one.field != "to" or len(found) == len(outsiders)):
            raise RefusedAct(one.field, "post_suppressed", address=one.address, why=found[one.address])
    return found


def _may_write(store: Store, author: User, company_id: int) -> bool:
    # An admin of all may write in each company.
    return author.installation_admin or company_id in store.users.writes_in(author.id)


def post(store: Store, installation: Installation, record: Record, author: User, draft: Draft) -> int:
    """Write the draft on the record and let its copies leave; return the message's id.

    One transaction; raises what ``plan`` raises.
    """
    now = installation.clock()
    with store.transaction():
        planned = plan(store, record, author, draft, now)
        who_gets = _with_contacts(store, record, planned.recipients, now)
        identity = planned.identity or identity_of(store, record)
        html = sanitise(draft.html) if draft.html else ""
        text = draft.text or text_of(html)
        message_id = store.messages.add(
            NewMessage(
                company_id=record.company_id,
                record_id=record.id,
                kind="note" if draft.note else "post",
                public=not draft.note,
                author_user_id=author.id,
                author_name=author.name,
                author_address=next(iter(store.users.addresses(author.id)), ""),
                subject=planned.subject,
                text=text,
                html=html,
                reply_text=text,
                sent_as="" if draft.note else identity.sender.address,
                answers_id=planned.answers_id,
                forwards_id=draft.forwards_id,
                quotes_id=planned.quoting.message.id if planned.quoting.message is not None else None,
                written_at=now,
            ),
            now,
        )
        visibility: Visibility = "internal" if draft.note else "public"
        store.messages.name(
            record.company_id, message_id, locator.mint(installation.keyring, message_id, visibility, identity.domain)
        )
        store.messages.attach(record.company_id, record.id, message_id, _files(store, record, draft))
        store.records.add_participants(record, [*map(_participant, who_gets.outsiders)], now)
        store.messages.address(
            record.company_id,
            message_id,
            [Addressed(one.field, one.name, one.address, one.contact_id) for one in who_gets.outsiders],
        )
        note_message(store, record, message_id, "inside" if draft.note else "ours", author.id, now)
        notify(store, record, message_id, who_gets, now)
        store.records.follow_by_post(record.company_id, record.id, author.id, now)
        store.read_state.read(record.company_id, author.id, [record.id])
    return message_id


def _files(store: Store, record: Record, draft: Draft) -> list[NewAttachment]:
    """Store the draft's new files; return them behind those that were kept already."""
    blobs = store.blobs.put_all(record.company_id, [file.content for file in draft.files])
    made = [
        NewAttachment(
            blob_id,
            file.filename,
            file.content_type,
            card=calendar.file_card(file.content_type, file.filename, file.content),
        )
        for blob_id, file in zip(blobs, draft.files, strict=True)
    ]
    return [*draft.kept, *made]


def _participant(one: Outsider) -> NewParticipant:
    return NewParticipant(one.contact_id, "addressed" if one.field == "to" else "copied")


def _subject(store: Store, record: Record, answers_id: int | None, forwards_id: int | None) -> str:
    about = forwards_id if forwards_id is not None else answers_id
    found = store.messages.get(record.company_id, about) if about is not None else None
    return subject_of(record, found, forwards=forwards_id is not None)


def subject_of(record: Record, about: ThreadMessage | None, *, forwards: bool = False) -> str:
    """Return the subject that a message bears unless its author says otherwise: that of the message that it answers or
    sends on, and the title of the record where it is about none.
    """
    if about is None:
        return record.title
    return subject_line(f"{'Fwd' if forwards else 'Re'}: {about.subject or record.title}")


def _outsiders(store: Store, record: Record, draft: Draft, answers_id: int | None) -> Sequence[Outsider]:
    if draft.to is None:
        found = suggested(store, record, answers_id)
        if not found and not draft.cc and not draft.bcc:
            raise RefusedAct("to", "nothing_to_answer" if answers_id is None else "nobody_to_answer")
    else:
        found = tuple(outsider(store, record, address, "to") for address in draft.to)
    more = [outsider(store, record, address, "cc") for address in draft.cc]
    more += [outsider(store, record, address, "bcc") for address in draft.bcc]
    return _each_once([*found, *more])


def _each_once(named: Sequence[Outsider]) -> Sequence[Outsider]:
    """Return everybody where they are named first; of two addresses of one person one alone would get it: refused."""
    first: dict[str, Outsider] = {}
    for one in named:
        first.setdefault(one.address, one)
    contacts: dict[int, Outsider] = {}
    for one in first.values():
        other = contacts.setdefault(one.contact_id, one)
        if one.contact_id and other is not one:
            raise RefusedAct(one.field, "post_twice", address=one.address, other=other.address, name=one.name)
    return tuple(first.values())


def outsider(store: Store, record: Record, text: str, field: Field = "to", *, wrong: str = "") -> Outsider:
    """Return somebody outside by ``Karin Ek <karin@customer.example>`` or an address alone, with their contact.

    Raises RefusedAct, of the field ``wrong`` or of To or Cc, for what is malformed, a colleague and an address of ours.
    """
    wrong = wrong or field
    name, address = parted(text)
    try:
        address = canonical(address)
    except BadAddress as error:
        raise RefusedAct(wrong, error.code, address=address) from None
    user = store.users.by_address(address)
    if user is not None and record.company_id in store.users.writes_in(user.id):
        raise RefusedAct(wrong, "post_to_colleague", address=address, number=record.label)
    if is_ours(store, address):
        raise RefusedAct(wrong, "post_to_ours", address=address)
    contact = store.contacts.by_address(record.company_id, address)
    if contact is None:
        return Outsider(0, name, address, field)
    return Outsider(contact.id, contact.name or name, address, field)


def parted(text: str) -> tuple[str, str]:
    """Part ``Karin Ek <karin@customer.example>``; an address alone has no name."""
    head, bracket, tail = text.strip().rpartition("<")
    if not bracket or not tail.endswith(">"):
        return "", text.strip()
    return head.strip().strip('"'), tail[:-1].strip()


def _with_contacts(store: Store, record: Record, who_gets: Recipients, now: int) -> Recipients:
    """Make contacts of those outsiders whom the company did not know."""
    outsiders = tuple(
        one
        if one.contact_id
        else Outsider(
            store.contacts.add(record.company_id, one.name, one.address, now), one.name, one.address, one.field
        )
        for one in who_gets.outsiders
    )
    return Recipients(who_gets.notified, outsiders, who_gets.skipped)
