"""One record: its fields at the left, its conversation at the right, and what is written on it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.responses import Response

from weftmail.admin import drafting, files, proposal, replies, sending, writing
from weftmail.admin.composer import HOWS, Composer, form_of, refusing
from weftmail.admin.fields import shown_fields
from weftmail.admin.headers import FILE
from weftmail.admin.mail_way import way_of
from weftmail.admin.number import whole_number
from weftmail.admin.page import live, page
from weftmail.admin.presence import Present
from weftmail.admin.thread import LOOKED_AT, shown_entries
from weftmail.admin.visit import Visit, nothing_here
from weftmail.admin.writing import Again
from weftmail.core.role import Role
from weftmail.core.tokens.reply_token import mask
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow import day
from weftmail.flow.deciders import deciders
from weftmail.flow.identity import address_of
from weftmail.flow.leaving import choices
from weftmail.flow.setup import message as messages
from weftmail.flow.thread import PER_PAGE, Conversation, Excerpt, Reader, conversation
from weftmail.flow.unread import UNREAD
from weftmail.flow.written import Written
from weftmail.store.draft import StoredDraft
from weftmail.store.inbox import NEWEST
from weftmail.store.message import StoredAttachment, ThreadMessage
from weftmail.store.pulse import Pulse
from weftmail.store.record import Follower, Participant, Record


def record_of(visit: Visit) -> Record:
    """Return the record that the path names, if it is the company's; the one way by which pages get at a record."""
    found = visit.store.records.by_label(visit.request.path_params["label"], visit.company_id)
    if not found or found[0].type in visit.hidden_types:
        raise nothing_here()
    return found[0]


def record(visit: Visit) -> Response:
    """Show a record with its thread; what the visitor was told of it in the inbox is read with that."""
    found = record_of(visit)
    if found.label != visit.request.path_params["label"].upper():
        # A number that it had before leads on; messages of one that was merged have other numbers there.
        merged = visit.store.records.numbered(visit.request.path_params["label"], found.company_id)[0].id != found.id
        return visit.go(f"/records/{found.label}{'#thread' if merged else ''}")
    if not visit.looked_ahead:
        visit.site.live.presence.look((found.company_id, found.id), visit.user.id, visit.user.name)
    with visit.store.snapshot():
        moves = visit.store.messages.pulse(found.company_id, found.id, visit.user.id)
        talk = _from_unread(visit, _conversation(visit, found, moves), moves.unread_from)
        drafts = drafting.of_record(visit, found)
        composer = writing.fresh(visit, talk, moves, drafts) if visit.may_write and not talk.later else None
    if moves.notified and not talk.later and not visit.looked_ahead:
        read = visit.store.inbox.read(
            visit.company_id, found.id, visit.user.id, visit.now,
            messages=moves.unread_messages, notices=moves.unread_notices,
        )  # fmt: skip
        visit = replace(visit, unread=max(0, visit.unread - read))
        moves = replace(moves, changed_at=max(moves.changed_at or 0, visit.now))
    if moves.unread_from is not None and not talk.later and not visit.looked_ahead:
        visit.store.read_state.read(visit.company_id, visit.user.id, [found.id])
    return _shown(visit, talk, composer, moves=moves, drafts=drafts)


def write(visit: Visit) -> Response:
    """Send a message, log a note, or only show who would get it; Reply all adds those whom the message named."""
    found = record_of(visit)
    if not visit.may_write:
        raise HTTPException(403, marked("You have read-only access."))
    if visit.text("kind") in ("look", "mine"):
        return _shown(visit, _conversation(visit, found), writing.looked_at(visit, found))
    if visit.text("kind") == "all":
        return _shown(visit, _conversation(visit, found), writing.with_all(visit, found))
    if visit.text("kind") == "reply":
        return _shown(visit, _conversation(visit, found), writing.with_reply(visit, found))
    if visit.text("kind") == "discard":
        return _discarded(visit, found)
    if visit.text("kind") == "swap":
        return _swapped(visit, found)
    try:
        later = writing.send(visit, found)
    except Again as again:
        return _shown(visit, _conversation(visit, found), again.composer, 422)
    visit.site.sender.wake()
    last = visit.store.threads.last_number(found.company_id, found.id)
    return sending.afterwards(visit, found, f"m{last}" if later is None else "leaving", later)


def _swapped(visit: Visit, found: Record) -> Response:
    composer = form_of(visit, found)
    with visit.store.transaction():
        drafting.swap(visit, found, composer)
    return visit.go(f"/records/{found.label}?draft={drafting.kind_of(composer)}#write")


def _discarded(visit: Visit, found: Record) -> Response:
    composer = form_of(visit, found)
    if drafting.is_stale(visit, composer, drafting.own(visit, found, composer)):
        return _shown(visit, _conversation(visit, found), writing.looked_at(visit, found), 422)
    with visit.store.transaction():
        drafting.forget(visit, found, composer)
    return visit.go(f"/records/{found.label}#write")


def frame(visit: Visit) -> Response:
    """Show the HTML of one message in its frame."""
    message = message_of(visit)
    remote = "images" in visit.request.query_params or (message.loads_images and message.verified)
    found = visit.store.messages.attachments(visit.company_id, message.id)
    return files.frame(visit, message, found, remote=remote)


def source(visit: Visit) -> Response:
    """Give out a mail as it came; of a note whose earlier text was erased that is no longer."""
    message = message_of(visit)
    if message.edited_at is not None and not visit.store.notes.versions(visit.company_id, message.id):
        raise HTTPException(410, marked("What this note said before was erased, and its email says it still."))
    return files.source(visit, message, f"{_name(visit)}.eml")


def text(visit: Visit) -> Response:
    """Give out the whole text of a message."""
    said = mask(message_of(visit).text).encode("utf-8", "replace")
    headers = {"content-disposition": files.disposition(f"{_name(visit)}.txt"), "content-security-policy": FILE}
    return Response(said, headers=headers, media_type="text/plain; charset=utf-8")


def read_again(visit: Visit) -> Response:
    """Read a mail once more whose words could not be read, and fill its message."""
    message = message_of(visit)
    if not visit.may_write:
        raise HTTPException(403, marked("You have read-only access."))
    if message.flag in UNREAD:
        messages.read_again(visit.setup, visit.site.installation, record_of(visit), message.id)
    return visit.go(f"/records/{record_of(visit).label}#m{message.number}")


def mail_path(visit: Visit) -> Response:
    """Show by which servers a mail came, when, and how long each kept it."""
    message = message_of(visit)
    row = visit.store.inbound.get(message.inbound_id) if message.inbound_id is not None else None
    if row is None or row.company_id != visit.company_id:
        raise nothing_here()
    return visit.page(
        "mail_path.html",
        command=Command("mail-admin inbound show {id}", id=row.id),
        everywhere=True,
        record=record_of(visit),
        number=visit.request.path_params["number"],
        message=message,
        **way_of(visit, row),
    )


def file_of(visit: Visit, parameter: str = "file") -> StoredAttachment:
    """Return the file that the path names, of the message that it names."""
    found = visit.store.messages.attachments(visit.company_id, message_of(visit).id)
    number: int = visit.request.path_params[parameter]
    if not 1 <= number <= len(found):
        raise nothing_here()
    return found[number - 1]


def attachment(visit: Visit) -> Response:
    """Give out one file of a message."""
    one = file_of(visit)
    return files.download(visit, one.blob_id, one.size, one.filename, one.content_type)


def mark(visit: Visit) -> str:
    """Return what changes when the page of the record does."""
    found = record_of(visit)
    place = (found.company_id, found.id)
    if not hasattr(visit.request.state, "stay"):
        visit.request.state.stay = (place, visit.user.id)
        writing = visit.may_write and "writing" in visit.request.query_params
        visit.site.live.presence.wait(place, visit.user.id, visit.user.name, writing=writing)
    return _mark(
        visit,
        found,
        visit.store.messages.pulse(found.company_id, found.id),
        visit.store.records.followers(found.company_id, found.id),
        visit.store.records.participants(found.company_id, found.id),
        visit.store.drafts.of_record(found.company_id, found.id),
    )


def _mark(
    visit: Visit,
    found: Record,
    moves: Pulse,
    followers: Sequence[Follower],
    participants: Sequence[Participant],
    drafts: Sequence[StoredDraft],
) -> str:
    # What this visitor has not seen moves when they look, and is no news; how much waits elsewhere is answered apart.
    text = repr(
        (
            found,
            replace(moves, unread_from=None, unread_number=None, unread_messages=False, unread_notices=False),
            list(followers),
            list(participants),
            _others(visit, found),
            [(one.id, one.leaves_at) for one in drafting.pending(drafts)],
        )
    )
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:20]


def _others(visit: Visit, found: Record) -> tuple[Present, ...]:
    """Who else has the record open."""
    return visit.site.live.presence.others((found.company_id, found.id), visit.user.id)


def message_of(visit: Visit) -> ThreadMessage:
    """Return the message that the path names, of the record that it names."""
    found = record_of(visit)
    number: int = visit.request.path_params["number"]
    # A record that was merged is asked by itself: its numbers are others than those of the record that it is part of.
    alone = visit.store.records.numbered(visit.request.path_params["label"], found.company_id)[0]
    message = visit.store.threads.numbered(found.company_id, alone.id, number)
    if message is not None and message.deleted_at is not None:
        raise nothing_here()
    return message or _led_on(visit, alone, number)


def _led_on(visit: Visit, found: Record, number: int) -> ThreadMessage:
    """Return the message that had this number before it was moved, if the visitor may see where it is."""
    message_id = visit.store.moves.led_on(found.company_id, found.id, number)
    message = visit.store.messages.get(found.company_id, message_id) if message_id is not None else None
    there = visit.store.records.get(found.company_id, message.record_id) if message is not None else None
    if message is None or there is None or there.type in visit.hidden_types:
        raise nothing_here()
    return message


def _name(visit: Visit) -> str:
    return f"{visit.request.path_params['label'].upper()}-{visit.request.path_params['number']}"


def _conversation(visit: Visit, found: Record, moves: Pulse | None = None) -> Conversation:
    reader, asked = Reader(visit.user.id, visit.may_write), _page(visit, found, moves)
    if moves is not None and _begins_unread(visit, moves):
        asked = replace(asked, after=(moves.unread_from or 1) - 1)
    if moves is not None and visit.may_write:
        asked = replace(asked, **proposal.about_to_answer(visit, moves))
    held = moves is None or moves.held > 0
    talk = conversation(visit.store, found, reader, asked, with_held=held)
    if talk.entries or (asked.before is None and asked.after is None):
        return talk
    # Nothing stands before the first message or after the last one.
    return conversation(visit.store, found, reader, Excerpt(words=LOOKED_AT), with_held=held)


def _asks_for_a_page(visit: Visit) -> bool:
    return any(name in visit.request.query_params for name in ("before", "after", "at", "newest", *HOWS))


def _begins_unread(visit: Visit, moves: Pulse) -> bool:
    """Say whether the page begins at the first unread message: it stands before the newest page."""
    first, last = moves.unread_number, moves.messages or 0
    return not _asks_for_a_page(visit) and first is not None and first <= last - PER_PAGE


def _from_unread(visit: Visit, talk: Conversation, unread_from: int | None) -> Conversation:
    """Return the page of the conversation that begins just before the first unread message, where the newest does not
    reach back so far and no other page is asked for.
    """
    if unread_from is None or _asks_for_a_page(visit) or not talk.earlier or talk.entries[0].message.id <= unread_from:
        return talk
    reader = Reader(visit.user.id, visit.may_write)
    return conversation(visit.store, talk.record, reader, Excerpt(words=LOOKED_AT, after=unread_from - 1))


def _shown(
    visit: Visit,
    talk: Conversation,
    composer: Composer | None,
    status: int = 200,
    *,
    moves: Pulse | None = None,
    drafts: Sequence[StoredDraft] | None = None,
) -> Response:
    found, thread = talk.record, shown_entries(talk, visit.now)
    drafts = drafting.of_record(visit, found) if drafts is None else drafts
    moves = moves or visit.store.messages.pulse(found.company_id, found.id)
    tags, other_tags = visit.store.tags.on_and_off(found.company_id, found.id)
    decides = {one.id for one in talk.held if one.theirs}
    seen = _mark(visit, found, moves, talk.followers, talk.participants, drafts)
    return visit.page(
        "record.html",
        command=Command("mail-admin record show {label}", label=found.label),
        live=visit.path(f"/live/records/{found.label}?seen={seen}"),
        at=visit.path(f"/records/{found.label}{_asked(visit)}"),
        neighbours=sending.neighbours(visit, found),
        list=sending.listed(visit),
        tags=tags,
        other_tags=other_tags,
        after_send=(composer.after_send if composer else "") or visit.text("after_send") or visit.user.after_send,
        replies=replies.menu(visit, found) if composer is not None else (),
        then_show=visit.text("then_show") or visit.user.then_show,
        in_list=sending.listed(visit) is not None,
        status=status,
        talk=talk,
        record=found,
        entries=thread,
        files=[(entry, file.number) for entry in thread for file in entry.attached],
        fields=shown_fields(visit, found),
        activities=visit.store.activities.of_record(found.company_id, found.id),
        today=day.today(visit.now, visit.voice.calendar.zone).isoformat(),
        own_address=_own_address(visit, talk),
        held=moves.held,
        decides=decides,
        decided_by=deciders(visit.store, found, talk.held) if talk.held and not decides else None,
        composer=composer,
        refusing=refusing(visit, talk.participants, composer),
        leaving=[(one, Written.from_json(one.body)) for one in drafting.pending(drafts)],
        leave_choices=choices(visit.now, visit.voice.calendar.zone),
        leave_zone=visit.voice.calendar.zone_name(visit.now),
        others=_others(visit, found),
        first_unread=_first_unread(talk, moves.unread_from),
        with_images=whole_number(visit.request.query_params.get("images", "")),
    )


def _first_unread(talk: Conversation, unread_from: int | None) -> int:
    """Return the number of the first message that the visitor had not seen; 0 where there is none."""
    numbers = (one.message.number for one in talk.entries if unread_from is not None and one.message.id >= unread_from)
    return next(numbers, 0)


def _own_address(visit: Visit, talk: Conversation) -> Markup:
    """The record's own address, for who may write on it; pages mask every other address with a token."""
    if not talk.may_write:
        return Markup("")
    return escape(address_of(visit.store, visit.site.installation, talk.record, talk.alias))


def _asked(visit: Visit) -> str:
    """Which messages the address asks for, as it says so itself."""
    asked = {
        name: visit.request.query_params[name]
        for name in ("before", "after", "at", "newest", "images", "list")
        if name in visit.request.query_params
    }
    return f"?{urlencode(asked)}" if asked else ""


def _page(visit: Visit, found: Record, moves: Pulse | None) -> Excerpt:
    """Which messages: the newest, or those before or after the one whose number is asked for."""
    for name in ("before", "after"):
        number = whole_number(visit.request.query_params.get(name, ""))
        if number is not None:
            message = visit.store.threads.numbered(found.company_id, found.id, number)
            return Excerpt(words=LOOKED_AT) if message is None else Excerpt(words=LOOKED_AT, **{name: message.id})
    return _around(visit, found, whole_number(visit.request.query_params.get("at", "")), moves)


def _around(visit: Visit, found: Record, number: int | None, moves: Pulse | None) -> Excerpt:
    """Which messages: those around the one that a link leads to; the newest where it leads to none."""
    threads = visit.store.threads
    message = None if number is None else threads.numbered(found.company_id, found.id, number)
    if message is None:
        return Excerpt(words=LOOKED_AT)
    newest = NEWEST
    if number is None or moves is None or number > (moves.messages or 0) - PER_PAGE:
        # A page that would reach beyond the newest begins earlier, so that it is full.
        newest = threads.some_before(found.company_id, found.id, NEWEST, PER_PAGE) or 0
    if message.id >= newest + PER_PAGE // 2 or not newest:
        return Excerpt(words=LOOKED_AT)
    first = threads.some_before(found.company_id, found.id, message.id, PER_PAGE // 2)
    return Excerpt(words=LOOKED_AT, after=0 if first is None else min(first, newest) - 1)


routes = [
    live("/live/records/{label}", mark),
    page("/records/{label}", record),
    page("/records/{label}/write", write, posts=True),
    page("/records/{label}/{number:number}/html", frame),
    page("/records/{label}/{number:number}/source", source, role=Role.ADMIN),
    page("/records/{label}/{number:number}/text", text),
    page("/records/{label}/{number:number}/path", mail_path),
    page("/records/{label}/{number:number}/read-again", read_again, posts=True),
    page("/records/{label}/{number:number}/files/{file:number}", attachment),
]
