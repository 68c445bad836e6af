"""Images elsewhere: whether those that a sender's verified mail refers to are loaded without asking."""

from __future__ import annotations

from weftmail.core.role import Role
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Setup, act
from weftmail.flow.setup.contact import named
from weftmail.store.audit import AuditRow

undone_by = Role.AGENT


@act
def load(setup: Setup, address: str, *, company: str | None = None) -> Done:
    """Load the images of a sender from now on, wherever their mail is verified."""
    return _changed(setup, address, company, on=True)


@act
def ask(setup: Setup, address: str, *, company: str | None = None) -> Done:
    """Load the images of a sender by a click alone, as those of everybody."""
    return _changed(setup, address, company, on=False)


def _changed(setup: Setup, address: str, company: str | None, *, on: bool) -> Done:
    found = named(setup.store, address, company)
    was = setup.store.contacts.loads_images(found.company_id, found.id)
    setup.store.contacts.set_images(found.company_id, found.id, on=on)
    name = "contact.images" if on else "contact.no_images"
    subject = find.address("address", address)
    return Done(name, found.company_id, subject, {"remote images": was}, {"remote images": on})


def _asks_again(setup: Setup, row: AuditRow) -> Done | Refusal:
    return ask(setup, row.subject, company=row.company)


def _loads_again(setup: Setup, row: AuditRow) -> Done | Refusal:
    return load(setup, row.subject, company=row.company)


reverses = {"contact.images": _asks_again, "contact.no_images": _loads_again}
