"""What a notification links to: pages of the site that let nobody in, and the addresses by which one unfollows.

Each names record and message, never a person: colleagues of one language share the copy.
"""

from __future__ import annotations

from weftmail.core.composing.notification import LinkedAct
from weftmail.core.routing.facts import LEAVING
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.flow.identity import Identity
from weftmail.flow.installation import Installation
from weftmail.store.message import ThreadMessage
from weftmail.store.record import Record

_ACTS: tuple[LinkedAct, ...] = ("assign", "note", "mute")


def record_url(installation: Installation, record: Record) -> str:
    """Return the address of the record's page."""
    return f"{installation.site_url}/records/{record.label}?company={record.company_id}"


def message_url(installation: Installation, record: Record, message: ThreadMessage) -> str:
    """Return the address of the record's page at a message."""
    return f"{record_url(installation, record)}&at={message.number}#m{message.number}"


def acts(installation: Installation, record: Record, message: ThreadMessage) -> tuple[tuple[LinkedAct, str], ...]:
    """Return the links that stand beside *Open*.  They let nobody in: who is signed in there acts, or nobody does."""
    page = f"{installation.site_url}/records/{record.label}/{message.number}/mail"
    return tuple((act, f"{page}/{act}?company={record.company_id}") for act in _ACTS)


def file_url(installation: Installation, record: Record, message: ThreadMessage, place: int) -> str:
    """Return the address at which a file of a message is downloaded; ``place`` counts its files from 1."""
    return f"{installation.site_url}/records/{record.label}/{message.number}/files/{place}?company={record.company_id}"


def leaving(installation: Installation, message: ThreadMessage, identity: Identity) -> tuple[str, str]:
    """Return the addresses by which whoever writes there unfollows the record, and all of its type."""
    one, of_type = (
        reply_token.address(installation.keyring, Token(purpose, message.id, 0, message.token_epoch), identity.domain)
        for purpose in LEAVING
    )
    return one, of_type
