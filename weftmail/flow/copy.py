"""One copy of a message as it leaves: loaded from the store, addressed to those whom it is for, composed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.core.address import BadAddress, Mailbox, domain_of, in_full
from weftmail.core.composing.mail import Attached, ForColleagues, ForOneColleague, ForOutsider, Letter, compose
from weftmail.core.composing.notification import Answer, Kind, Notice
from weftmail.core.composing.quoting import Quote
from weftmail.core.composing.wordless import instead_of_words
from weftmail.core.limits import NOTIFICATION_WORDS
from weftmail.core.ports import Refused
from weftmail.core.routing.recipients import Outsider, recipients
from weftmail.core.tokens import locator, reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.core.wording.language import Language
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow import confirming, notification_links
from weftmail.flow.identity import Identity, identity_of
from weftmail.flow.installation import Installation
from weftmail.flow.notice_place import place_of
from weftmail.flow.notify import audience_of, following
from weftmail.flow.quoting import quote_of
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.signing_off import layout_of, signing_off
from weftmail.flow.suppression import suppressed
from weftmail.store.message import Addressed, Reference, ThreadMessage
from weftmail.store.outbox import Claimed
from weftmail.store.record import Record
from weftmail.store.store import Store


@dataclass(frozen=True, slots=True)
class Copy:
    """A composed copy: its bytes, not signed yet, the return path, and the domain that signs."""

    data: bytes
    return_path: str
    domain: str
    sender: str = ""
    """The address in From; "" for the notification address of the domain."""


def copy_of(store: Store, installation: Installation, claimed: Claimed) -> Copy | Refused:
    """Compose a claimed copy; Refused where it cannot be composed, and trying again cannot help."""
    if claimed.user_id is not None:
        return notices_of(store, installation, claimed, claimed.user_id)
    message = store.messages.get(claimed.company_id, claimed.message_id)
    record = store.records.get(message.company_id, message.record_id) if message is not None else None
    if message is None or record is None:
        return _refused(Phrase("refused.gone"))
    try:
        identity = identity_of(store, record)
        copy = _addressed(store, installation, claimed, message, record, identity)
        letter = _written(store, installation, claimed, message, record, identity)
        if letter is None:
            return _refused(Phrase("refused.gone"))
        data = compose(letter, copy)
    except RefusedAct as error:
        return _refused(error.refusal.phrase)
    except BadAddress as error:
        return _refused(Phrase("refused.address", {"error": str(error)}))
    bounce = Token("bounce", message.id, claimed.contact_id or 0, message.token_epoch)
    path = reply_token.address(installation.keyring, bounce, identity.domain)
    return Copy(data, path, identity.domain, identity.sender.address)


def _written(
    store: Store,
    installation: Installation,
    claimed: Claimed,
    message: ThreadMessage,
    record: Record,
    identity: Identity,
) -> Letter | None:
    """Write a copy; None for a confirmation to somebody who was erased since."""
    if claimed.audience != "outsider" or message.kind != "event":
        return _letter(store, installation, claimed, message, record, identity)
    # The one event that leaves is the confirmation of a mail.
    opened = store.messages.get(record.company_id, message.answers_id or 0)
    to = store.messages.addressed(record.company_id, message.id)
    message_id = _Names(installation, identity, outsider=True).own(message)
    return confirming.letter(installation, message, identity, to, message_id, opened.rfc_message_id if opened else "")


def notices_of(store: Store, installation: Installation, claimed: Claimed, user_id: int) -> Copy | Refused:
    """Compose an email of notices to a user: our own sentences, a link, and nothing that somebody outside wrote.

    It bears our loop field, and no return path: nothing comes back to it."""
    user, company = store.users.get(user_id), store.companies.get(claimed.company_id)
    domain, address = store.domains.of_company(claimed.company_id), next(iter(store.users.addresses(user_id)), "")
    if user is None or company is None or domain is None or not address:
        return _refused(Phrase("refused.gone"))
    language, says = installation.languages.of(claimed.language), claimed.sentences
    closing = [f"{installation.site_url}{place_of(says, company)}", say(Phrase("mail.notices.why"), language)]
    letter = Letter(
        message_id=f"<notices.{claimed.id}.{claimed.created_at}@{domain}>",
        from_=Mailbox(company.name, f"notifications@{domain}"),
        subject=say(Phrase("mail.notices.subject", {"count": len(says)}), language),
        text="\n\n".join(["\n".join(f"- {say(one, language)}" for one in says), *closing]) + "\n",
        date=claimed.created_at,
        loop=installation.name,
        automatic=True,
    )
    try:
        return Copy(compose(letter, ForOneColleague(Mailbox(user.name, address))), "", domain)
    except BadAddress as error:
        return _refused(Phrase("refused.address", {"error": str(error)}))


def _refused(says: Phrase) -> Refused:
    return Refused(say(says), says)


def _addressed(
    store: Store,
    installation: Installation,
    claimed: Claimed,
    message: ThreadMessage,
    record: Record,
    identity: Identity,
) -> ForOutsider | ForColleagues:
    reply = Token("post" if message.public else "note", message.id, claimed.contact_id or 0, message.token_epoch)
    address = reply_token.address(installation.keyring, reply, identity.domain)
    if claimed.audience == "outsider":
        # What came by mail bears its author's own signature, or none: their new words go out, and nothing else.
        by_mail = message.inbound_id is not None
        sender = identity.sender.name
        sign_off = (
            ()
            if by_mail or message.kind == "event"
            else signing_off(store, record, message.author_user_id, message.author_name, sender)
        )
        quote, layout = _quote(store, installation, claimed, message), layout_of(store, record.company_id)
        return ForOutsider(Mailbox(identity.sender.name, address), sign_off, quote, layout)
    return ForColleagues(address, _notice(store, installation, claimed, message, record, identity))


def _quote(store: Store, installation: Installation, claimed: Claimed, message: ThreadMessage) -> Quote | None:
    """Return the quote below a copy for somebody outside; a message that was taken off its record is quoted no more."""
    found = store.messages.get(message.company_id, message.quotes_id) if message.quotes_id is not None else None
    if found is None or not found.public or found.kind == "event":
        return None
    return quote_of(store, installation, found, claimed.contact_id)


def _notice(
    store: Store,
    installation: Installation,
    claimed: Claimed,
    message: ThreadMessage,
    record: Record,
    identity: Identity,
) -> Notice:
    addressed = store.messages.addressed(message.company_id, message.id)
    kinds: dict[str, Kind] = {"received": "received", "post": "post", "note": "note", "event": "event"}
    return Notice(
        kind=kinds[message.kind],
        number=record.label,
        title=record.title,
        url=notification_links.message_url(installation, record, message),
        author=_shown(message),
        author_address=message.author_address,
        verified=message.verified,
        outsiders=tuple(in_full(one.name, one.address) for one in addressed),
        answer=_answer(store, message, addressed, record, identity),
        language=installation.languages.of(claimed.language),
        mentioned=claimed.mentioned,
        acts=notification_links.acts(installation, record, message),
        unfollow=notification_links.leaving(installation, message, identity),
        record_type=record.type,
    )


def _answer(
    store: Store, message: ThreadMessage, addressed: Sequence[Addressed], record: Record, identity: Identity
) -> Answer:
    """Return where an answer goes; who gets a copy stands first where nothing is sent to the one who is answered."""
    found = audience_of(store, message, addressed=addressed)
    kept_out = suppressed(store, message.company_id, [one.address for one in found])
    there = [one for one in found if one.address not in kept_out]
    to, cc = ([one for one in there if one.field == field] for field in ("to", "cc"))
    return Answer(
        to=_in_full(to or cc),
        cc=_in_full(cc) if to else (),
        sender=identity.sender.name,
        inside=_inside(store, record),
        unreached=_in_full([one for one in found if one.address in kept_out]),
    )


def _in_full(people: Sequence[Outsider]) -> tuple[str, ...]:
    return tuple(in_full(one.name, one.address) for one in people)


def _inside(store: Store, record: Record) -> tuple[str, ...]:
    """Return the colleagues who are told of an internal answer, whoever of them writes it."""
    found = recipients(following(store, record.company_id, record.id), kind="notes").notified
    return tuple(one.name for one in found)


def _letter(
    store: Store,
    installation: Installation,
    claimed: Claimed,
    message: ThreadMessage,
    record: Record,
    identity: Identity,
) -> Letter:
    names = _Names(installation, identity, outsider=claimed.audience == "outsider")
    answer_by_mail = message.kind in ("post", "note") and message.inbound_id is not None
    attachments, left_out = _attachments(store, message, installation.files_size, only_new=answer_by_mail)
    text = message.reply_text if answer_by_mail else message.text
    if message.says is not None:
        text = say(message.says, _language(store, installation, claimed))
    language = _language(store, installation, claimed)
    instead = _instead(claimed, message, text, (*attachments, *left_out))
    shown, remarks = _remarked(installation, claimed, message, record, text, left_out, language, instead)
    seen = (
        store.messages.references_seen_by(record.company_id, claimed.contact_id, record.id, message.id)
        if claimed.contact_id is not None
        else store.messages.references(record.company_id, record.id, message.id)
    )
    people = store.messages.addressed(message.company_id, message.id) if message.kind == "post" else []
    return Letter(
        message_id=names.own(message),
        from_=Mailbox(f"{_author(message)} via {identity.sender.name}", identity.sender.address),
        subject=message.subject,
        text=shown,
        html=None if answer_by_mail or remarks or not _shows(message, text) else message.html,
        date=message.created_at,
        loop=installation.name,
        to=tuple(Mailbox(one.name, one.address) for one in people if one.field == "to"),
        cc=tuple(Mailbox(one.name, one.address) for one in people if one.field == "cc"),
        in_reply_to=next((names.of(one) for one in seen if one.id == message.answers_id), ""),
        references=tuple(names.of(one) for one in seen),
        attachments=attachments,
        automatic=message.kind == "event" or message.automatic,
        hops=message.hops + 1,
    )


def _language(store: Store, installation: Installation, claimed: Claimed) -> Language:
    """The language of what we add to a copy: that of the colleagues who get it, the company's for an outsider."""
    if claimed.audience == "colleagues":
        return installation.languages.of(claimed.language)
    company = store.companies.get(claimed.company_id)
    return installation.languages.of(company.language if company is not None else claimed.language)


_UNREAD = {"unreadable": Phrase("flag.unreadable"), "partly read": Phrase("flag.partly read")}


def _remarked(
    installation: Installation,
    claimed: Claimed,
    message: ThreadMessage,
    record: Record,
    text: str,
    left_out: Sequence[LeftOut],
    language: Language,
    instead: Phrase | None = None,
) -> tuple[str, bool]:
    """Return the words as they leave, and whether something stands below them that the HTML does not say.

    Words beyond 256 KB and files beyond the limit stay on the record; a colleague gets the link to it and to each file.
    """
    words = text.encode("utf-8", "replace")
    remarks: list[Phrase] = []
    if message.flag in _UNREAD:
        remarks.append(_UNREAD[message.flag])
    if len(words) > NOTIFICATION_WORDS or len(message.html.encode("utf-8", "replace")) > NOTIFICATION_WORDS:
        remarks.append(Phrase("mail.cut"))
    if left_out:
        remarks.append(Phrase("mail.left out", {"names": ", ".join(one.filename for one in left_out)}))
    if instead is not None:
        text = "\n\n".join(filter(None, (say(instead, language), text.strip()))) + "\n"
        words = text.encode("utf-8", "replace")
    if not remarks:
        return text, instead is not None and instead.code.startswith("message.encrypted")
    lines = [say(one, language) for one in remarks]
    if claimed.audience != "outsider":
        lines.append(notification_links.record_url(installation, record))
        lines += [
            f"{one.filename}: {notification_links.file_url(installation, record, message, one.place)}"
            for one in left_out
        ]
    said = words[:NOTIFICATION_WORDS].decode("utf-8", "ignore").rstrip()
    return "\n\n".join(filter(None, (said, "\n".join(lines)))) + "\n", True


def _instead(claimed: Claimed, message: ThreadMessage, text: str, files: Sequence[Attached | LeftOut]) -> Phrase | None:
    """What colleagues are told of a message that has no words, or none that can be read here."""
    if claimed.audience == "outsider" or message.kind == "event" or message.flag == "unreadable":
        return None
    return instead_of_words(text, files)


def _shows(message: ThreadMessage, text: str) -> bool:
    """Say whether there is anything to be seen in the HTML."""
    return bool(message.html) and bool(text.strip() or "<img" in message.html)


_DOMAIN = re.compile(r"@[^\s<>()\"']*")


def _author(message: ThreadMessage) -> str:
    """The author's name as it stands in From, where filters take an address in a name for a forgery."""
    return _DOMAIN.sub("", message.author_name)


def _shown(message: ThreadMessage) -> str:
    """The author as readers see them: a colleague by name, anybody else with the address beside it."""
    outside = message.kind == "received" and message.author_user_id is None
    return in_full(message.author_name, message.author_address) if outside else message.author_name


class _Names:
    """The Message-IDs under which the readers of a copy know the messages of the thread.

    An outsider has the mails of outsiders as they were sent, under their own ids; what we sent bears our locator.
    Colleagues have everything from us.
    """

    def __init__(self, installation: Installation, identity: Identity, *, outsider: bool) -> None:
        self._installation = installation
        # That of From: filters find it odd where an id is of the domain that the mail goes to, and From of another.
        self._domain = domain_of(identity.sender.address)
        self._outsider = outsider

    def own(self, message: ThreadMessage) -> str:
        """The locator of a message of ours."""
        return self._locator(message.id, message.public)

    def of(self, reference: Reference) -> str:
        """The id of an earlier message."""
        if self._outsider and reference.kind == "received" and reference.rfc_message_id:
            return reference.rfc_message_id
        return self._locator(reference.id, reference.public)

    def _locator(self, message_id: int, public: bool) -> str:
        return locator.mint(self._installation.keyring, message_id, "public" if public else "internal", self._domain)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is too large to go along; ``place`` counts the files of its message from 1."""

    filename: str
    content_type: str
    place: int


def _attachments(
    store: Store, message: ThreadMessage, most: int, *, only_new: bool
) -> tuple[tuple[Attached, ...], Sequence[LeftOut]]:
    """Return the files that go along, ``most`` bytes together, and those that are too large to.

    With ``only_new`` an inline image that the thread had before is left out: it belongs to what was quoted.
    """
    taken: list[Attached] = []
    left_out: list[LeftOut] = []
    size = 0
    for place, one in enumerate(store.messages.attachments(message.company_id, message.id), start=1):
        if (
            only_new
            and one.inline
            and store.messages.attached_before(message.company_id, message.record_id, message.id, one.blob_id)
        ):
            continue
        if size + one.size > most:
            left_out.append(LeftOut(one.filename, one.content_type, place))
            continue
        size += one.size
        content = store.blobs.read(one.blob_id)
        taken.append(Attached(one.filename, one.content_type, content, one.content_id, one.inline))
    return tuple(taken), left_out
