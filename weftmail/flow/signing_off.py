"""What stands around a message to somebody outside: the lines below it, and the layout of the company."""

from __future__ import annotations

from weftmail.core.composing.layout import Layout, Logo, below, fill
from weftmail.core.composing.mail import html_of
from weftmail.store.layout import StoredLayout
from weftmail.store.message import ThreadMessage
from weftmail.store.people import User
from weftmail.store.record import Record
from weftmail.store.store import Store


def signing_off(store: Store, record: Record, user_id: int | None, name: str, sender: str) -> tuple[str, ...]:
    """Return the lines; without a signature of their own it is the ``name``, without one of the team the ``sender``."""
    below = store.signatures.below(record.company_id, user_id, record.owner_team_id)
    return (*((below.person or name).splitlines()), *((below.team or sender).splitlines()))


def layout_of(store: Store, company_id: int, found: StoredLayout | None = None) -> Layout | None:
    """Return the layout of a company, in the version that is ``found`` or else in use; None for none."""
    found = found or store.layouts.used(company_id)
    company = store.companies.get(company_id)
    if found is None or company is None:
        return None
    logo = Logo(found.logo_bytes, found.logo_type) if found.logo else None
    return Layout(company.name, found.colour, found.footer, found.template, logo)


def preview(store: Store, layout: Layout, record: Record | None, author: User) -> tuple[str, str]:
    """Return HTML and text as somebody outside would get the last words on a record, written by ``author``."""
    said = _last_words(store, record) or "…"
    lines = signing_off(store, record, author.id, author.name, layout.company) if record is not None else (author.name,)
    text = "\n".join([said.strip(), "", "-- ", *lines, ""])
    return fill(layout, html_of(text)), below(layout, text)


def _last_words(store: Store, record: Record | None) -> str:
    last = store.messages.last_public(record.company_id, record.id) if record is not None else None
    found: ThreadMessage | None = store.messages.get(record.company_id, last) if record is not None and last else None
    return found.reply_text or found.text if found is not None else ""
