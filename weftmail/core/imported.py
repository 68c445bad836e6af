"""Conversations as another program kept them: what every reader of an export returns, and the one filer takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from weftmail.core.address import Mailbox
from weftmail.core.composing.mail import Attached

ImportedKind = Literal["received", "post", "note"]
"""From outside, from a colleague to the outside, or for colleagues alone."""
ImportedState = Literal["open", "waiting", "closed"]

NOBODY = Mailbox("", "")


@dataclass(frozen=True, slots=True)
class ImportedMessage:
    """One entry of a conversation.

    ``key`` is what the other program calls it, ``at`` when it was written (milliseconds), ``page`` its HTML as it
    stands there, uncleaned, and ``text`` its words where it has no HTML.  ``message_id`` is that of the email which it
    was, with angle brackets, "" where the export does not say.
    """

    key: str
    kind: ImportedKind
    author: Mailbox
    at: int
    subject: str = ""
    text: str = ""
    page: str = ""
    to: Sequence[Mailbox] = ()
    cc: Sequence[Mailbox] = ()
    message_id: str = ""
    references: Sequence[str] = ()
    files: Sequence[Attached] = ()


@dataclass(frozen=True, slots=True)
class ImportedConversation:
    """A ticket, a lead, a conversation: its number there, and what was written, the oldest first.

    ``owner`` and ``followers`` are addresses of colleagues.
    """

    number: str
    title: str
    state: ImportedState
    customer: Mailbox
    messages: Sequence[ImportedMessage]
    owner: str = ""
    followers: Sequence[str] = ()
