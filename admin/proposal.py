"""What the composer proposes: whom an answer goes to, under which subject, and what goes along with a forward."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import cast

from weftmail.admin.composer import HOWS, Composer, How, Person, asked_about, files_along
from weftmail.admin.number import whole_number
from weftmail.admin.visit import Visit
from weftmail.core.address import BadAddress, canonical
from weftmail.core.routing.recipients import Field, Outsider
from weftmail.flow.forwarding import forwarded_words
from weftmail.flow.notify import suggested
from weftmail.flow.post import subject_of
from weftmail.flow.thread import Conversation, Entry, can_be_answered
from weftmail.store.message import Addressed, ThreadMessage
from weftmail.store.pulse import Pulse
from weftmail.store.record import Record

OFFERED = 20
"""People who are offered in To without a tick."""


def asked(visit: Visit) -> tuple[How, str]:
    """Return what the address of the page asks for: what to do, with the message of which number."""
    given = visit.request.query_params
    return next(((how, given[how][:20]) for how in HOWS if how in given), ("answer", ""))


def proposed(visit: Visit, talk: Conversation, moves: Pulse) -> Composer:
    """Return the composer as it stands on a page that was just opened.

    An answer to the last public message, unless the address of the page asks for something else.
    """
    how, number = asked(visit)
    if how == "new":
        return _new(visit, talk)
    about = _asked_about(visit, talk, number) if number else None
    if about is None:
        return _answer(visit, talk, moves)
    if not about.public:
        return _note_on(visit, about)
    if how == "forward":
        return _forward(visit, talk, about)
    return _reply(visit, talk, about, how)


def about_to_answer(visit: Visit, moves: Pulse) -> dict[str, int]:
    """Return which message the composer will be about, as an excerpt of the conversation names it."""
    how, number = asked(visit)
    if how == "new":
        return {}
    named = {"elsewhere_number": whole_number(number), "elsewhere": moves.answerable}
    return {name: value for name, value in named.items() if value is not None}


def _asked_about(visit: Visit, talk: Conversation, number: str) -> ThreadMessage | None:
    """Return the message that the address of the page names, if people can answer it."""
    wanted = whole_number(number)
    shown = next((one.message for one in talk.known if one.message.number == wanted), None)
    if shown is None:
        return asked_about(visit, talk.record, number)
    return shown if can_be_answered(shown) else None


def _shown(talk: Conversation, message_id: int | None) -> Entry | None:
    """Return the message among those that are loaded."""
    return next((one for one in talk.known if one.message.id == message_id), None)


def _answer(visit: Visit, talk: Conversation, moves: Pulse) -> Composer:
    shown = _shown(talk, moves.answerable)
    if shown is None:
        return _new(visit, talk)
    about = shown.message
    audience = suggested(visit.store, talk.record, about.id, talk.participants, shown)
    to = [*_people(audience, "to"), *_other_address(about, audience)]
    return _to(
        visit, talk, Composer(how="answer", about=about, to=tuple(to), cc=tuple(_people(audience, "cc"))), audience
    )


def _reply(visit: Visit, talk: Conversation, about: ThreadMessage, how: How) -> Composer:
    """Answer one message: its author alone, or with everybody whom it named."""
    audience = suggested(visit.store, talk.record, about.id, talk.participants, _shown(talk, about.id))
    to = [*_people(audience, "to"), *_other_address(about, audience)]
    if about.author_contact_id is not None and not any(one.ticked for one in to):
        # Whoever is answered by hand need not take part in the conversation.
        to = [Person(about.author_name, about.author_address, True), *to]
    composer = Composer(how=how, about=about, to=tuple(to), cc=tuple(_people(audience, "cc", ticks=how == "all")))
    composer = _to(visit, talk, composer, audience)
    return with_all(visit, composer, _named(visit, talk, about)) if how == "all" else composer


def _forward(visit: Visit, talk: Conversation, about: ThreadMessage) -> Composer:
    shown = _shown(talk, about.id)
    named, language = None if shown is None else shown.addressed, visit.company.language
    words = forwarded_words(visit.store, visit.site.installation, about, named=named, language=language)
    along = files_along(visit, about, found=None if shown is None else shown.attachments)
    subject = subject_of(talk.record, about, forwards=True)
    return Composer(how="forward", about=about, subject=subject, text=f"\n\n{words}", along=along)


def _note_on(visit: Visit, about: ThreadMessage) -> Composer:
    """Answer a note inside: its author is notified of it."""
    others = about.author_user_id not in (None, visit.user.id)
    return Composer(note=True, how="reply", about=about, mention=about.author_address if others else "")


def _new(visit: Visit, talk: Conversation) -> Composer:
    audience = suggested(visit.store, talk.record, None, talk.participants)
    return _to(visit, talk, Composer(how="new", to=tuple(_people(audience, "to"))), audience)


def _to(visit: Visit, talk: Conversation, composer: Composer, audience: Sequence[Outsider]) -> Composer:
    """Return the composer with its subject, those offered beside, and how many the message named who get nothing."""
    have = {one.contact_id for one in audience}
    addresses = {one.address for one in composer.people}
    others = [
        Person(one.name, one.address, False)
        for one in talk.participants
        if one.contact_id not in have and one.address and one.message_id is None
    ]
    customer, address = talk.record.customer or "", talk.record.customer_address
    if address and talk.record.customer_id not in have and address not in {one.address for one in others}:
        others.insert(0, Person(customer, address, False))
    others = [one for one in others if one.address not in addresses]
    about = composer.about
    return replace(
        composer,
        to=(*composer.to, *others[:OFFERED]),
        subject=subject_of(talk.record, about),
        left_out=_left_out(visit, talk, about, have) if about is not None else 0,
    )


def _left_out(visit: Visit, talk: Conversation, about: ThreadMessage, have: set[int]) -> int:
    named = _named(visit, talk, about)
    left = {one.address for one in named if one.contact_id is None or one.contact_id not in have}
    return len(left - visit.store.users.among(left)) if left else 0


def _named(visit: Visit, talk: Conversation, about: ThreadMessage) -> Sequence[Addressed]:
    shown = _shown(talk, about.id)
    if shown is None:
        return visit.store.messages.addressed(about.company_id, about.id)
    return [Addressed(each.field, each.name, each.address, each.contact_id) for each in shown.addressed]


def _people(audience: Iterable[Outsider], name: Field, *, ticks: bool = True) -> list[Person]:
    return [Person(one.name, one.address, ticks) for one in audience if one.field == name]


def _other_address(about: ThreadMessage, audience: Sequence[Outsider]) -> list[Person]:
    """The other one of the two addresses of whom is answered: theirs, or that to which they ask answers to go."""
    have = {one.address for one in audience}
    if not about.reply_to:
        return []
    both = (about.reply_to, about.author_address)
    return [Person(about.author_name, address, False) for address in both if address not in have]


def with_all(visit: Visit, composer: Composer, named: Sequence[Addressed] | None = None) -> Composer:
    """Return the composer with everybody in Cc whom the message ``named`` that is answered, to be read before Send."""
    about = cast(ThreadMessage, composer.about)
    named = visit.store.messages.addressed(about.company_id, about.id) if named is None else named
    addresses = {one.address for one in named}
    inside = visit.store.users.among(addresses) | visit.store.domains.our_addresses(addresses)
    ticked = {one.address for one in composer.people if one.ticked}
    more = {
        one.address: Person(one.name, one.address, True)
        for one in named
        if one.field != "bcc" and one.address not in inside | ticked and _sendable(one.address)
    }
    to, cc = (tuple(one for one in some if one.address not in more) for some in (composer.to, composer.cc))
    return replace(composer, how="all", to=to, cc=(*cc, *more.values()), left_out=0)


def _sendable(address: str) -> bool:
    try:
        return canonical(address) == address
    except BadAddress:
        return False


def subject_for(record: Record, composer: Composer) -> str:
    """Return the subject that the composer proposes."""
    return subject_of(record, composer.about, forwards=composer.how == "forward")
