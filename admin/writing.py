"""The composer: who gets what is being written, shown before it is sent, and then sent to exactly those.

People in To, Cc and Bcc are boxes that can be unticked.  The form carries a mark of the colleagues who were shown as
told, and of how far the thread had come; where either has changed meanwhile, the page is shown once more instead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from weftmail.admin import drafting, proposal, replies, reply_acts
from weftmail.admin.composer import (
    Composer,
    Person,
    file_of,
    form_of,
    names,
    new_pen,
    ticked,
    too_large,
    uploads,
    wrong_words,
)
from weftmail.admin.visit import Visit
from weftmail.core.routing.recipients import Notified, recipients
from weftmail.core.text import says_something
from weftmail.core.wording.phrase import marked
from weftmail.flow.forwarding import files_of
from weftmail.flow.identity import Identity, identity_of
from weftmail.flow.leaving import moment
from weftmail.flow.mentions import mentioned
from weftmail.flow.post import Draft, parted, plan
from weftmail.flow.quoting import NOTHING, Quoting, quoted
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import leaving, message
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.after_send import check_assign
from weftmail.flow.signing_off import signing_off
from weftmail.flow.thread import Conversation, Entry
from weftmail.flow.written import sent_along
from weftmail.store.alias import Alias
from weftmail.store.draft import StoredDraft
from weftmail.store.pulse import Pulse
from weftmail.store.record import Follower, Record

# A plan is asked for what a draft does, and an empty one is an error: who is shown does not depend on the words.
_SOME_WORDS = "…"
GONE = marked(
    "This draft was sent or discarded in another window. What you wrote is kept as a new draft; press the button again"
    " to send it."
)
_PLACES = {"owner": "acts", "text": "text", "mention": "mention", "cc": "cc", "bcc": "bcc", "subject": "subject"}


class Again(Exception):
    """The draft cannot be sent as it is; the composer says why."""

    def __init__(self, composer: Composer) -> None:
        super().__init__()
        self.composer = composer


def fresh(visit: Visit, talk: Conversation, moves: Pulse, drafts: Sequence[StoredDraft]) -> Composer:
    """Return the composer as it stands on a page that was just opened: with the visitor's draft, where there is one.

    ``moves`` tells how far the thread has come.
    """
    how, number = proposal.asked(visit)
    proposed = replace(proposal.proposed(visit, talk, moves), pen=new_pen())
    composer = drafting.with_draft(visit, talk.record, proposed, drafts, how if number or how == "new" else "")
    return _shown(
        visit,
        talk.record,
        composer,
        moves=moves,
        alias=talk.alias,
        followers=talk.followers,
        drafts=drafts,
        page=talk.known,
    )


def with_all(visit: Visit, record: Record) -> Composer:
    """Return the composer with everybody in Cc whom the message named: Reply all, to be read before Send."""
    composer = _kept(visit, record, form_of(visit, record))
    return _shown(visit, record, proposal.with_all(visit, composer) if composer.about is not None else composer)


def looked_at(visit: Visit, record: Record) -> Composer:
    """Return the composer with what the form says, and with those added whom the visitor named by hand."""
    return _shown(visit, record, _kept(visit, record, form_of(visit, record)))


def with_reply(visit: Visit, record: Record) -> Composer:
    """Return the composer with the saved reply that was chosen in it, or whose word stands alone on a line."""
    composer = form_of(visit, record)
    found = replies.chosen(visit, record, composer.text)
    if found is None or too_large(visit, composer):
        return _shown(visit, record, _kept(visit, record, composer))
    with visit.store.transaction():
        return _shown(visit, record, replies.put_in(visit, record, composer, found))


def _kept(visit: Visit, record: Record, composer: Composer) -> Composer:
    """Keep a form that is shown again: no browser lets a page choose its files anew."""
    with visit.store.transaction():
        return drafting.keep(visit, record, composer, files=not too_large(visit, composer))


def send(visit: Visit, record: Record) -> Done | None:
    """Send what the form says, or log it as a note; return what will happen, where it leaves later.

    Raises Again where something in it has to change, or where those who were shown are not those who would get it.
    """
    composer = form_of(visit, record)
    if composer.about is None and composer.how != "new" and visit.text("about"):
        raise Again(_moved(visit, record, composer))
    if replies.typed(visit, record, composer.text) is not None:
        ready = with_reply(visit, record)
        seen = {"seen": visit.voice.gettext(replies.READ_IT)}
        raise Again(replace(ready, errors={**seen, **ready.errors}))
    try:
        at = _leaves_at(visit, composer)
        errors = _wrong(visit, composer)
    except RefusedAct as refused:
        errors = {"leave": visit.voice.say(refused.refusal.phrase)}
    if errors:
        raise Again(_shown(visit, record, _asks(_kept(visit, record, composer), errors), errors))
    try:
        with visit.store.transaction():
            _check_draft(visit, record, composer)
            return _sent(visit, record, composer, at)
    except _Stopped as stopped:
        raise Again(_shown(visit, record, _kept(visit, record, composer), stopped.errors)) from None


class _Stopped(Exception):
    """Undoes what was begun; says what is wrong."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__()
        self.errors = errors


def _check_draft(visit: Visit, record: Record, composer: Composer) -> None:
    """Stop what another page has another text of, and what it has sent or discarded."""
    there = drafting.own(visit, record, composer)
    if there is not None and drafting.is_stale(visit, composer, there):
        if there.body != drafting.written(visit, composer).as_json():
            raise _Stopped({})
    elif there is None and composer.gone:
        raise _Stopped({"gone": visit.voice.gettext(GONE)})


def _moved(visit: Visit, record: Record, composer: Composer) -> Composer:
    """Return the composer with what it answers on this record: what it answered is on another one now."""
    last = visit.store.messages.last_public(record.company_id, record.id)
    about = visit.store.messages.get(record.company_id, last) if last is not None else None
    here = replace(composer, about=about, how="answer" if about is not None else "new")
    return _shown(visit, record, _kept(visit, record, here), {"seen": visit.voice.gettext(drafting.MOVED)})


def _asks(composer: Composer, errors: Mapping[str, str]) -> Composer:
    """What has files and no words is sent by the second press."""
    files = composer.files or any(one.ticked for one in composer.along)
    return replace(composer, wordless=bool("text" in errors and files and not says_something(composer.text)))


def _leaves_at(visit: Visit, composer: Composer) -> int | None:
    """Return when it leaves, where the visitor chose a time."""
    choice = visit.text("leave")
    if composer.note or choice in ("", "now"):
        return None
    return moment(choice, visit.text("leave_at"), visit.now, visit.voice.calendar.zone)


def _sent(visit: Visit, record: Record, composer: Composer, at: int | None) -> Done | None:
    shown = _shown(visit, record, composer)
    changed = _what_changed(visit.text("seen"), shown.seen, note=composer.note)
    if changed:
        raise _Stopped({"seen": visit.voice.gettext(changed)})
    draft = draft_of(visit, composer)
    done: Done | Refusal
    wait = 0 if composer.note else visit.user.undo_seconds * 1000
    try:
        # What cannot be sent is said now, and not once its time has come.
        identity_of(visit.store, record)
        plan(visit.store, record, visit.user, draft, visit.now)
        check_assign(visit.store, record, reply_acts.assigned(composer.acts))
        if at is None and not wait:
            done = message.post(visit.setup, visit.site.installation, record, visit.user, draft)
            drafting.forget(visit, record, composer)
        else:
            kept = drafting.keep(visit, record, composer)
            done = leaving.leave(
                visit.setup, record.company_id, kept.draft_id, at or visit.now + wait, scheduled=at is not None,
                unless_answered=at is not None and bool(visit.text("unless_answered")),
            )  # fmt: skip
    except RefusedAct as refused:
        done = refused.refusal
    if isinstance(done, Refusal):
        raise _Stopped({_PLACES.get(done.field, "to"): visit.voice.say(done.phrase)})
    return done if isinstance(done, leaving.LeavesLater) else None


def _wrong(visit: Visit, composer: Composer) -> dict[str, str]:
    errors = wrong_words(visit, composer)
    if not composer.note and not errors and not ticked(composer.people):
        errors["to"] = visit.voice.gettext("Add a recipient, or log an internal note.")
    if not composer.note and "subject" in visit.form and not composer.subject:
        errors["subject"] = visit.voice.gettext("Write a subject.")
    return errors


def draft_of(visit: Visit, composer: Composer) -> Draft:
    """Return what the composer says as a draft that can be sent."""
    about, forwards = composer.about, composer.how == "forward"
    to, cc, bcc = (() if composer.note else ticked(some) for some in (composer.to, composer.cc, composer.bcc))
    along = {one.number for one in composer.along if one.ticked}
    return Draft(
        text=composer.text,
        html=composer.html,
        note=composer.note,
        to=None if composer.note else to,
        cc=cc,
        bcc=bcc,
        files=[file_of(one) for one in uploads(visit)],
        kept=[
            *(files_of(visit.store, about, along) if forwards and about is not None and along else ()),
            *sent_along(visit.store, composer.html, composer.files),
        ],
        mentions=names(composer.mention),
        subject=composer.subject,
        quote=bool(visit.text("quote")),
        from_reply=bool(composer.saved_replies),
        answers_id=about.id if about is not None and not forwards else None,
        forwards_id=about.id if about is not None and forwards else None,
        new=composer.how == "new",
    )


def first_draft(visit: Visit, composer: Composer) -> tuple[Composer, Draft]:
    """Return what the form of a new record says, with what is wrong with it, and the draft that it makes."""
    draft = draft_of(visit, composer)
    return replace(composer, errors=wrong_words(visit, composer)), replace(draft, to=draft.to or None)


def leaves_first(visit: Visit, record: Record, composer: Composer, draft: Draft) -> Done:
    """Let the first message of a record leave in the visitor's undo time; refused as ``flow.post.plan``."""
    identity_of(visit.store, record)
    plan(visit.store, record, visit.user, draft, visit.now)
    kept = keeps_first(visit, record, composer, draft)
    at = visit.now + visit.user.undo_seconds * 1000
    done = leaving.leave(visit.setup, record.company_id, kept.draft_id, at)
    assert not isinstance(done, Refusal)  # noqa: S101 - the draft was kept just now, and is theirs
    return done


def keeps_first(visit: Visit, record: Record, composer: Composer, draft: Draft) -> Composer:
    """Keep the first message of a record as a draft on it, with the files that are kept for it already."""
    to = tuple(Person(*parted(one), True) for one in draft.to or ())
    return drafting.keep(visit, record, replace(composer, subject=draft.subject, to=to), files=False)


def _shown(
    visit: Visit,
    record: Record,
    composer: Composer,
    errors: dict[str, str] | None = None,
    *,
    moves: Pulse | None = None,
    alias: Alias | None = None,
    followers: Sequence[Follower] | None = None,
    drafts: Sequence[StoredDraft] | None = None,
    page: Sequence[Entry] = (),
) -> Composer:
    """Return the composer with those who would be notified, by the very function that then notifies them."""
    draft = Draft(text=_SOME_WORDS, note=True, new=True)
    planned = plan(
        visit.store, record, visit.user, draft, visit.now, followers=followers, may_write=visit.may_write
    ).recipients
    moves = moves or visit.store.messages.pulse(record.company_id, record.id)
    said = dict(composer.errors if errors is None else errors)
    notified = _with_mentioned(visit, record, composer, planned.notified, said)
    shown_as, instead_of, below = "", "", tuple[str, ...]()
    try:
        identity = identity_of(visit.store, record, alias)
        below = signing_off(visit.store, record, visit.user.id, visit.user.name, identity.sender.name)
        shown_as, instead_of = shown_sender(visit.user.name, identity), identity.instead_of
    except RefusedAct as error:
        said.setdefault("to", visit.voice.say(error.refusal.phrase))
    return replace(
        composer,
        quoting=_quoting(visit, record, composer, alias, page),
        notified=notified,
        skipped=planned.skipped,
        sender=shown_as,
        instead_of=instead_of,
        sign_off=below,
        seen=f"{_digest(planned.notified)}.{moves.public}.{_about_to_leave(visit, record, drafts)}",
        errors=said,
    )


def _quoting(visit: Visit, record: Record, composer: Composer, alias: Alias | None, page: Sequence[Entry]) -> Quoting:
    """Return what an answer to those who are ticked quotes."""
    if composer.note or composer.how not in ("answer", "reply", "all"):
        return NOTHING
    addresses = [one.address for one in composer.people if one.ticked]
    return quoted(visit.store, record, composer.about, addresses, alias=alias, page=page)


def shown_sender(author: str, identity: Identity) -> str:
    """Return From as the composer shows it."""
    return f"{author} via {identity.sender.name} <{identity.sender.address}>"


def _with_mentioned(
    visit: Visit, record: Record, composer: Composer, followers: tuple[Notified, ...], said: dict[str, str]
) -> tuple[Notified, ...]:
    """Return who is told with those whom the draft mentions; what does not fit of them is added to ``said``."""
    try:
        found = mentioned(visit.store, record, composer.text if composer.note else "", names(composer.mention))
    except RefusedAct as error:
        said.setdefault(error.refusal.field, visit.voice.say(error.refusal.phrase))
        return followers
    named = recipients(found, author_user_id=visit.user.id, kind="notes").notified
    return (*named, *(one for one in followers if one.user_id not in {each.user_id for each in named}))


def _about_to_leave(visit: Visit, record: Record, drafts: Sequence[StoredDraft] | None) -> str:
    """What is about to leave from the record, as a short mark."""
    found = drafting.of_record(visit, record) if drafts is None else drafts
    return "-".join(str(one.id) for one in drafting.pending(found))


def _digest(notified: Sequence[Notified]) -> str:
    """The colleagues who are told and how, as a short mark that says nothing else."""
    text = ",".join(f"{one.user_id}:{one.channel}" for one in notified)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _what_changed(before: str, now: str, *, note: bool) -> str:
    """Say why what was shown is not what would happen; "" where it is.

    Who wrote meanwhile follows since, so that is said where both have changed.
    """
    notified_before, moved_before, leaving_before = [*before.split("."), "", ""][:3]
    notified_now, moved_now, leaving_now = now.split(".")
    if moved_before != moved_now and not note:
        return marked(
            "Somebody wrote while you were writing. Read the new message above, then press Send again to send anyway."
        )
    if set(leaving_now.split("-")) - set(leaving_before.split("-")) - {""} and not note:
        return marked("Another message is about to leave. Read it above, then press Send again to send anyway.")
    if notified_before != notified_now:
        return marked("Who is notified has changed while you were writing. Check it below, then press Send again.")
    return ""
