"""The mail that colleagues get of a message: its head, where an answer goes, and why one gets it.

The sentences are made here, once for the text and the HTML; ``templates/notification.*`` lay them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from weftmail.core.composing.rendering import render
from weftmail.core.tokens.reply_token import mask
from weftmail.core.wording.language import ENGLISH, Language

Kind = Literal["received", "post", "note", "event"]
LinkedAct = Literal["assign", "note", "mute"]
"""What a link in a notification opens the page of; the page asks who is there, and acts by a POST."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Where an answer goes: outsiders with their addresses, colleagues by name.

    With ``to`` empty it stays internal, and ``inside`` says whom it reaches.
    """

    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    sender: str = ""
    """The name under which it goes out: the alias's."""
    inside: tuple[str, ...] = ()
    unreached: tuple[str, ...] = ()
    """Outsiders to whose address nothing is sent."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notification says beside the message's own text."""

    kind: Kind
    number: str
    title: str
    url: str
    author: str
    """As readers see it: of somebody outside, name and address."""
    author_address: str
    verified: bool
    """The author's address is verified; of no meaning for what a colleague wrote here."""
    outsiders: tuple[str, ...]
    """Who outside stands in To and Cc of the message, as text."""
    answer: Answer
    language: Language = ENGLISH
    mentioned: bool = False
    """It is for colleagues whom the message mentions."""
    files: tuple[str, ...] = ()
    """The names of the files that go along."""
    acts: tuple[tuple[LinkedAct, str], ...] = ()
    """The links beside *Open*: each names record and message, never a person."""
    unfollow: tuple[str, str] | None = None
    """The addresses by which whoever writes there unfollows the record, and all of its type."""
    record_type: str = ""


def head(notice: Notice) -> list[str]:
    """Return the lines above the message's text."""
    lines = [_happened(notice)]
    if notice.kind == "received":
        lines.append(_verified(notice))
    if notice.outsiders:
        lines.append(notice.language.gettext("To: {names}").format(names=", ".join(notice.outsiders)))
    if notice.files:
        lines.append(notice.language.gettext("Files: {names}").format(names=", ".join(notice.files)))
    return lines


def foot(notice: Notice) -> list[str]:
    """Return the lines below the message's text, the link apart: where an answer goes, and why one gets this."""
    gettext = notice.language.gettext
    filed = gettext("Your reply is filed on {number}.").format(number=notice.number)
    found = foot_of(notice.number, notice.language)
    return [f"{_where(notice.answer, notice.language)} {filed}", found.mentioned if notice.mentioned else found.follows]


@dataclass(frozen=True, slots=True)
class Foot:
    """The sentences of a notification's foot: how the one on answers begins, and those that name the record."""

    where: str
    filed: str
    follows: str
    mentioned: str
    links: tuple[str, ...]
    """The words of the links, *Open* first."""
    unfollow: str
    """How the sentence on unfollowing by email begins."""


def foot_of(number: str, language: Language) -> Foot:
    """Return the sentences of the foot of a notification of this record."""
    gettext = language.gettext
    return Foot(
        _common(
            gettext("Reply to this email and it stays internal."),
            language.ngettext(
                "Reply to this email and {to} gets it, from {sender}.",
                "Reply to this email and {to} get it, from {sender}.",
                1,
            ),
        ),
        gettext("Your reply is filed on {number}.").format(number=number),
        gettext("You get this email because you follow {number}.").format(number=number),
        gettext("You get this email because you were mentioned on {number}.").format(number=number),
        (gettext("Open {number}").format(number=number), *_act_words(language).values()),
        gettext("Unfollow by email, from your own address; what you write there is sent to nobody:"),
    )


def _act_words(language: Language) -> dict[LinkedAct, str]:
    gettext = language.gettext
    return {"assign": gettext("Assign to me"), "note": gettext("Reply internally"), "mute": gettext("Mute")}


def _common(one: str, other: str) -> str:
    """Return the words with which both begin."""
    pairs = zip(one.split(), other.split(), strict=False)
    return " ".join(word for word, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def as_text(notice: Notice, body: str) -> str:
    """Return the whole notification as plain text; of addresses of ours it holds those alone that it offers."""
    return mask(render("notification.txt", **_lines(notice), body=body.strip("\n"))) + _unfollow("unfollow.txt", notice)


def as_html(notice: Notice, body: str) -> str:
    """Return the whole notification as HTML; ``body`` is clean HTML already, everything else is escaped."""
    return mask(render("notification.html", **_lines(notice), body=body)) + _unfollow("unfollow.html", notice)


def _unfollow(template: str, notice: Notice) -> str:
    """Return how one unfollows by email.

    Who was mentioned need not follow, and would be told of the next mention all the same.
    """
    if notice.unfollow is None or notice.mentioned:
        return ""
    gettext = notice.language.gettext
    whats = (notice.number, gettext("all of type {type}").format(type=notice.record_type))
    leaves = [
        (what, address, gettext("Unfollow {what}").format(what=what))
        for what, address in zip(whats, notice.unfollow, strict=True)
    ]
    return render(template, unfollow=foot_of(notice.number, notice.language).unfollow, leaves=leaves)


def _lines(notice: Notice) -> dict[str, object]:
    gettext = notice.language.gettext
    where, why = foot(notice)
    words = _act_words(notice.language)
    return {
        "mark": gettext("--- Reply above this line ---"),
        "head": head(notice),
        "where": where,
        "why": why,
        "links": [
            (gettext("Open {number}").format(number=notice.number), notice.url),
            *((words[act], url) for act, url in notice.acts),
        ],
    }


def called(names: Sequence[str]) -> list[str]:
    """Return colleagues' first names where they tell them apart, whole names where they do not."""
    first = [name.split(" ")[0] if "@" not in name else name for name in names]
    return [short if first.count(short) == 1 else name for short, name in zip(first, names, strict=True)]


def _happened(notice: Notice) -> str:
    gettext = notice.language.gettext
    if notice.kind == "event":
        return f"{notice.number}, {notice.title}"
    if notice.kind == "note":
        pattern = gettext("{author} added an internal note on {number}, {title}")
    else:
        pattern = gettext("{author} wrote on {number}, {title}")
    return pattern.format(author=notice.author, number=notice.number, title=notice.title)


def _verified(notice: Notice) -> str:
    if notice.verified:
        domain = notice.author_address.rpartition("@")[2]
        return notice.language.gettext("Sender verified: {domain}").format(domain=domain)
    return notice.language.gettext("Sender not verified: {address}").format(address=notice.author_address)


def _where(answer: Answer, language: Language) -> str:
    gettext, ngettext = language.gettext, language.ngettext
    if not answer.to and answer.unreached:
        pattern = gettext("Reply to this email and nobody outside gets it: nothing is sent to {names}.")
        return pattern.format(names=_listed(answer.unreached, language))
    if not answer.to and not answer.inside:
        return gettext("Reply to this email and it stays internal.")
    if not answer.to:
        inside = ", ".join(called(answer.inside))
        return gettext("Reply to this email and it stays internal: {names}.").format(names=inside)
    to, cc = _listed(answer.to, language), _listed(answer.cc, language)
    if cc:
        pattern = ngettext(
            "Reply to this email and {to} gets it, from {sender}, with {cc} in Cc.",
            "Reply to this email and {to} get it, from {sender}, with {cc} in Cc.",
            len(answer.to),
        )
        return pattern.format(to=to, sender=answer.sender, cc=cc)
    pattern = ngettext(
        "Reply to this email and {to} gets it, from {sender}.",
        "Reply to this email and {to} get it, from {sender}.",
        len(answer.to),
    )
    return pattern.format(to=to, sender=answer.sender)


def _listed(names: Sequence[str], language: Language) -> str:
    if len(names) < 2:
        return "".join(names)
    return language.gettext("{names} and {last}").format(names=", ".join(names[:-1]), last=names[-1])
