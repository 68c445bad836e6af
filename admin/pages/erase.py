"""What nothing brings back: a person is erased, a file is deleted; each shows first what goes and what stays."""

from __future__ import annotations

from starlette.responses import Response

from weftmail.admin.page import page
from weftmail.admin.pages.contact import contact_of
from weftmail.admin.pages.record import file_of, message_of, record_of
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import contact_erase
from weftmail.flow.setup import file as files


def person(visit: Visit) -> Response:
    """Show what goes and what stays if a person is erased."""
    return _plan(visit, "")


def erase(visit: Visit) -> Response:
    """Erase the person, if one of their addresses was typed."""
    found = contact_of(visit)
    addresses = visit.store.contacts.addresses(visit.company_id, found.id)
    if not addresses:
        raise nothing_here()
    done = contact_erase.erase(visit.setup, addresses[0], typed=visit.text("typed"), company=visit.company.company)
    if isinstance(done, Refusal):
        return _plan(visit, visit.voice.say(done.phrase))
    return visit.go(f"/contacts/{found.id}", done)


def _plan(visit: Visit, wrong: str) -> Response:
    found = contact_of(visit)
    whose = visit.store.contacts.get(visit.company_id, found.id)
    if whose is None or found.archived_at is not None or found.erased_at is not None:
        raise nothing_here()
    plan = contact_erase.plan_of(visit.store, whose)
    return visit.page(
        "contact_erase.html",
        command=Command("mail-admin contact erase {address} --dry-run", address=plan.addresses[0]),
        status=422 if wrong else 200,
        contact=found,
        called=found.name or plan.addresses[0],
        plan=plan,
        typed=visit.text("typed") if wrong else "",
        wrong={"typed": wrong} if wrong else {},
    )


def file(visit: Visit) -> Response:
    """Show what goes if a file is deleted."""
    record, message, one = record_of(visit), message_of(visit), file_of(visit)
    number = visit.request.path_params["file"]
    return visit.page(
        "file_delete.html",
        command=Command(
            "mail-admin record remove-file {label} {number} {file}",
            label=record.label,
            number=message.number,
            file=number,
        ),
        record=record,
        message=message,
        file=one,
        number=number,
    )


def delete(visit: Visit) -> Response:
    """Delete the file."""
    record, message = record_of(visit), message_of(visit)
    done = files.remove(
        visit.setup, record.label, message.number, visit.request.path_params["file"], company=visit.company.company
    )
    if isinstance(done, Refusal):
        raise nothing_here()
    return visit.go(f"/records/{record.label}/files", done)


routes = [
    page("/contacts/{contact:number}/erase", person, role=Role.ADMIN),
    page("/contacts/{contact:number}/erase/now", erase, posts=True, role=Role.ADMIN),
    page("/records/{label}/{number:number}/files/{file:number}/delete", file, role=Role.ADMIN),
    page("/records/{label}/{number:number}/files/{file:number}/delete/now", delete, posts=True, role=Role.ADMIN),
]
