"""The words around a message that colleagues get: its head, where an answer goes, and how an answer is cut again.

All texts that people read stand in ``PHRASES``, one entry a language.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["received", "post", "note", "event"]


@dataclass(frozen=True, slots=True)
class Phrases:
    """What a notification says, in one language; names in braces are filled in."""

    answer_above: str
    wrote: str
    noted: str
    happened: str
    signed: str
    unverified: str
    also_to: str
    gets: str
    get: str
    with_cc: str
    inside: str
    inside_only: str
    filed: str
    open: str
    follows: str
    conjunction: str


PHRASES: Final[dict[str, Phrases]] = {
    "en": Phrases(
        answer_above="--- Answer above this line ---",
        wrote="{author} wrote on {number}, {title}",
        noted="{author} noted on {number}, {title}",
        happened="{number}, {title}",
        signed="signed by {domain}",
        unverified="not verified to come from {address}",
        also_to="To: {names}",
        gets="Answer this mail and {to} gets it, from {sender}{cc}.",
        get="Answer this mail and {to} get it, from {sender}{cc}.",
        with_cc=", with {names} in Cc",
        inside="Answer this mail and it stays inside: {names}.",
        inside_only="Answer this mail and it stays inside.",
        filed="It is filed on {number}.",
        open="Open {number}",
        follows="You follow {number}.",
        conjunction="and",
    )
}

ANSWER_ABOVE: Final = PHRASES["en"].answer_above
"""The line that a notification begins with; what a colleague's program quotes begins there, too."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Where an answer goes.  With ``to`` empty it stays inside, and ``inside`` says whom it reaches."""

    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    sender: str = ""
    """The name under which it goes out: the alias's."""
    inside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notification says beside the message's own text."""

    kind: Kind
    number: str
    title: str
    url: str
    author: str
    author_address: str
    verified: bool
    """The author's address is verified; of no meaning for what a colleague wrote here."""
    outsiders: tuple[str, ...]
    """Who outside stands in To and Cc of the message, as text."""
    answer: Answer
    language: str = "en"


def head(notice: Notice) -> list[str]:
    """Return the lines above the message's text."""
    phrases = _phrases(notice.language)
    pattern = {"note": phrases.noted, "event": phrases.happened}.get(notice.kind, phrases.wrote)
    lines = [pattern.format(author=notice.author, number=notice.number, title=notice.title)]
    if notice.kind == "received":
        domain = notice.author_address.rpartition("@")[2]
        word = phrases.signed if notice.verified else phrases.unverified
        lines.append(word.format(domain=domain, address=notice.author_address))
    if notice.outsiders:
        lines.append(phrases.also_to.format(names=", ".join(notice.outsiders)))
    return lines


def foot(notice: Notice) -> list[str]:
    """Return the lines below the message's text, the link apart: where an answer goes, and why one gets this."""
    phrases = _phrases(notice.language)
    filed = phrases.filed.format(number=notice.number)
    return [f"{_where(notice.answer, phrases)} {filed}", phrases.follows.format(number=notice.number)]


def as_text(notice: Notice, body: str) -> str:
    """Return the whole notification as plain text."""
    where, why = foot(notice)
    link = f"{_phrases(notice.language).open.format(number=notice.number)}: {notice.url}"
    parts = [_phrases(notice.language).answer_above, "\n".join(head(notice)), body.strip("\n"), "-- "]
    return "\n\n".join(parts) + "\n" + "\n".join([where, link, why]) + "\n"


def as_html(notice: Notice, body: str) -> str:
    """Return the whole notification as HTML; ``body`` is clean HTML already, everything else is escaped here."""
    first, *rest = (html.escape(line) for line in head(notice))
    where, why = (html.escape(line) for line in foot(notice))
    phrases = _phrases(notice.language)
    link = html.escape(notice.url, quote=True)
    label = html.escape(phrases.open.format(number=notice.number))
    small = 'style="color:#667085;font-size:13px"'
    below = "".join(f"<div {small}>{line}</div>" for line in rest)
    return (
        f'<div style="color:#98a2b3;font-size:11px">{html.escape(phrases.answer_above)}</div>'
        f"<p><strong>{first}</strong></p>{below}<div>{body}</div>"
        f'<hr style="border:0;border-top:1px solid #d0d5dd"><p>{where}</p>'
        f'<p><a href="{link}" style="padding:6px 12px;border:1px solid #98a2b3;border-radius:4px;'
        f'text-decoration:none">{label}</a></p><p {small}>{why}</p>'
    )


def called(names: Sequence[str]) -> list[str]:
    """Return first names where they tell people apart, whole names where they do not."""
    first = [name.split(" ")[0] if "@" not in name else name for name in names]
    return [short if first.count(short) == 1 else name for short, name in zip(first, names, strict=True)]


def cut_notification(text: str) -> str:
    """Return a colleague's answer without our notification that it quotes; text without one comes back as it is.

    Cut are the mark and what follows it: all of it, or, where the program set quote marks before it, the lines that
    bear them; words written between or below those stay.  The line above that says who wrote when goes, too.
    Where nothing would be left, the text comes back whole: rather a quote too many than words lost.
    """
    lines = text.split("\n")
    at = next((number for number, line in enumerate(lines) if _MARK.fullmatch(line[:400].strip())), None)
    if at is None:
        return text
    above = _without_attribution(lines[:at])
    quoted = lines[at].lstrip().startswith(">")
    below = [line for line in lines[at:] if not line.lstrip().startswith(">")] if quoted else []
    kept = "\n".join([*above, *below]).strip("\n")
    return kept if kept.strip() else text


_MARK: Final = re.compile(
    r"[>\s|*_]*(?:"
    + "|".join(re.escape(each.answer_above).replace(r"\-", "[-\u2010-\u2015]") for each in PHRASES.values())
    + r")[\s*_]*"
)
_FIELD: Final = re.compile(r"[>\s*]*[^\W\d_][\w -]{0,20}\s?:\*?\s.{0,400}")
_DIGITS: Final = re.compile(r"\d{2}")
_RULE: Final = re.compile(r"[>\s]*[_-]{2,}[\w\s]{0,40}[_-]{2,}\s*")


def _without_attribution(lines: list[str]) -> list[str]:
    """Drop "On ... Karin wrote:", or the block of From, Sent, To, Subject, that stands at the end of ``lines``."""
    kept = _trimmed(lines)
    fields = 0
    while fields < min(len(kept), 8) and _FIELD.fullmatch(kept[-1 - fields]):
        fields += 1
    block = kept[len(kept) - fields :]
    if fields >= 3 and any("@" in line for line in block):
        kept = _trimmed(kept[: len(kept) - fields])
        return _trimmed(kept[:-1]) if kept and _RULE.fullmatch(kept[-1]) else kept
    if kept and kept[-1].rstrip("* >").endswith(":"):
        return _trimmed(kept[: len(kept) - _attribution_size(kept)])
    return kept


def _attribution_size(lines: list[str]) -> int:
    """Count the lines at the end that say who wrote when; programs break that sentence at will.

    It names an address; it began earlier where it holds the end of one alone, or no date while the line above has
    one.  At most four lines, never over a blank one: rather a sentence too many than a word lost.
    """
    found = 0
    for count in range(1, min(4, len(lines)) + 1):
        if not lines[-count].strip():
            break
        said = " ".join(lines[-count:]).strip()
        if "@" not in said:
            continue
        found = count
        above = lines[-count - 1] if count < len(lines) else ""
        cut_open = said.startswith("<") or (">" in said and "<" not in said)
        if not cut_open and (_DIGITS.search(said) or not _DIGITS.search(above)):
            break
    return found


def _trimmed(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip("> \t\r\u00a0"):
        end -= 1
    return lines[:end]


def _where(answer: Answer, phrases: Phrases) -> str:
    if not answer.to:
        if not answer.inside:
            return phrases.inside_only
        return phrases.inside.format(names=", ".join(called(answer.inside)))
    names = called([*answer.to, *answer.cc])
    to, cc = names[: len(answer.to)], names[len(answer.to) :]
    with_cc = phrases.with_cc.format(names=_listed(cc, phrases)) if cc else ""
    pattern = phrases.gets if len(to) == 1 else phrases.get
    return pattern.format(to=_listed(to, phrases), sender=answer.sender, cc=with_cc)


def _listed(names: Sequence[str], phrases: Phrases) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {phrases.conjunction} {names[-1]}"


def _phrases(language: str) -> Phrases:
    return PHRASES.get(language, PHRASES["en"])
