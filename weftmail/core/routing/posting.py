"""Who may post, once a mail has found its thread: one table, asked top down.

Which thread a mail belongs to and whether its sender may post there are two questions; this module answers the second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from weftmail.core.routing.case import Case, Verdict, author_of
from weftmail.core.routing.disposition import Append, Disposition, Follows, Hold, Note, Notify, Open
from weftmail.core.routing.facts import Referred
from weftmail.core.wording.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table of who may post, for mail that found a thread: asked top down."""

    carrier: str
    verified: str
    then: Phrase
    """Who the sender is, and what happens."""
    applies: Callable[[Case, Referred], bool]
    outcome: Callable[[Case, Referred], Disposition]


def colleague(case: Case, found: Referred) -> bool:
    """Say whether the mail bears the address of a colleague in the company of the thread."""
    return case.facts.sender.colleague_in(found.company_id)


def _verified_colleague(case: Case, found: Referred) -> bool:
    return colleague(case, found) and case.facts.sender.verified_as_colleague


def belongs(found: Referred) -> bool:
    """Say whether the sender is of this conversation: the reply address is theirs, they take part, or they got it."""
    return found.sender_is_owner or found.sender_takes_part or found.sent_to_sender


def append_to(case: Case, found: Referred, *, reach: Notify | None = None) -> Append:
    """Return that the mail is filed as received from outside.

    What a program sent is told in the inbox alone, so that no two programs keep each other busy.
    """
    return Append(
        found.company_id,
        found.record_id,
        found.record,
        found.answers,
        author_of(case, found.company_id),
        case.facts.sender.verified,
        automatic=case.automatic or reach is not None,
        reach=reach or ("inbox" if case.automatic else "everybody"),
    )


def _from_outside(case: Case, found: Referred) -> Disposition:
    """An answer from outside; what a person's answer to a closed record does, its alias or its type says."""
    if not found.closed or found.when_closed == "reopen" or case.automatic:
        return append_to(case, found)
    if found.when_closed == "hold":
        return held(found, Phrase("held.closed", {"record": found.record}))
    return Open(
        found.company_id, found.alias_id, found.record_type, author_of(case, found.company_id),
        case.facts.sender.verified, follows=Follows(found.record_id, found.record),
    )  # fmt: skip


def _copied_here(case: Case) -> bool:
    """A colleague wrote to somebody outside, with the record's own address beside them."""
    return case.facts.names_outsiders


def _as_colleague(case: Case, found: Referred) -> Disposition:
    """A colleague's answer; what a machine sends in their name never goes to outsiders."""
    author = author_of(case, found.company_id)
    # To the record's own address alone a colleague writes for colleagues.
    inside = found.purpose == "note" or not found.public or (found.carrier == "record" and not _copied_here(case))
    if inside or case.automatic:
        reach: Notify = "nobody" if case.automatic else "everybody"
        return Note(
            found.company_id, found.record_id, found.record, found.answers, author,
            automatic=case.automatic, reach=reach,
        )  # fmt: skip
    return Append(
        found.company_id,
        found.record_id,
        found.record,
        found.answers,
        author,
        verified=True,
        post=True,
        audience="answered" if found.carrier in ("token", "locator") else "nobody",
    )


def held(found: Referred, why: Phrase, notify: int | None = None, reach: Notify = "everybody") -> Hold:
    """Return that the mail waits for review on its thread."""
    return Hold("held", why, found.company_id, found.record_id, found.record, found.answers, notify, reach=reach)


WHO_MAY_POST: tuple[Row, ...] = (
    Row(
        "any, of internal visibility",
        "either",
        Phrase("who.note"),
        lambda case, found: (not found.public or found.purpose == "note") and not _verified_colleague(case, found),
        lambda case, found: held(
            found,
            Phrase("held.note"),
            case.facts.sender.user_id if colleague(case, found) else None,
        ),
    ),
    Row(
        "any",
        "yes",
        Phrase("who.colleague"),
        _verified_colleague,
        _as_colleague,
    ),
    Row(
        "any",
        "no",
        Phrase("who.unverified colleague"),
        colleague,
        lambda case, found: held(
            found, case.facts.sender.doubt or Phrase("held.unverified"), case.facts.sender.user_id
        ),
    ),
    Row(
        "reply token of an outsider",
        "either",
        Phrase("who.owner"),
        lambda case, found: found.sender_is_owner,
        _from_outside,
    ),
    Row(
        "any token, locator or foreign id",
        "either",
        Phrase("who.participant"),
        lambda case, found: found.sender_takes_part or found.sent_to_sender,
        _from_outside,
    ),
    Row(
        "any",
        "either",
        Phrase("who.other"),
        lambda case, found: True,
        lambda case, found: held(found, Phrase("held.other")),
    ),
)
"""The table of who may post, asked top down; the last row always applies."""


def judged(case: Case, found: Referred, how: Phrase) -> Verdict:
    """Return the verdict of the first row that applies; ``how`` says how the thread was found."""
    row = next(row for row in WHO_MAY_POST if row.applies(case, found))
    return Verdict(row.outcome(case, found), Phrase("judged", {"how": how, "then": row.then}))
