"""Reading a record: words found in its conversation, all its files in one place, and whose images are loaded."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from weftmail.admin.number import whole_number
from weftmail.admin.page import page
from weftmail.admin.pages.record import message_of, record_of
from weftmail.admin.pages.search import LONGEST, marked
from weftmail.admin.visit import Visit
from weftmail.core.role import Role
from weftmail.core.wording import phrase
from weftmail.core.wording.command import Command
from weftmail.flow.refusal import Refusal
from weftmail.flow.search import within
from weftmail.flow.setup import images

PER_PAGE = 50


def find(visit: Visit) -> Response:
    """Show the messages of the record that hold the words, each with a link to its place in the conversation."""
    found = record_of(visit)
    typed = visit.request.query_params.get("q", "")[:LONGEST]
    with visit.store.snapshot():
        hits = within(visit.store, found.company_id, found.id, typed)
    return visit.page(
        "record_find.html",
        command=Command("mail-admin record show {label}", label=found.label),
        record=found,
        typed=typed,
        found=hits,
        marked=lambda text: marked(text, hits.what.words),
    )


def all_files(visit: Visit) -> Response:
    """Show the files of all messages of the record, the newest first."""
    found = record_of(visit)
    before = whole_number(visit.request.query_params.get("before", ""))
    listed = visit.store.threads.files(found.company_id, found.id, before, PER_PAGE + 1)
    return visit.page(
        "record_files.html",
        command=Command("mail-admin record show {label}", label=found.label),
        record=found,
        files=listed[:PER_PAGE],
        following=listed[PER_PAGE - 1].id if len(listed) > PER_PAGE else 0,
        deletes=visit.may(Role.ADMIN),
    )


def images_of_sender(visit: Visit) -> Response:
    """Load the images of the sender of a message from now on, or ask again."""
    message = message_of(visit)
    if message.author_contact_id is None or not message.verified:
        raise HTTPException(404, phrase.marked("Only a verified sender's images can be loaded without asking."))
    change = images.ask if visit.text("do") == "ask" else images.load
    done = change(visit.setup, message.author_address, company=visit.company.company)
    back = f"/records/{record_of(visit).label}?at={message.number}#m{message.number}"
    return visit.go(back, None if isinstance(done, Refusal) else done)


routes = [
    page("/records/{label}/find", find),
    page("/records/{label}/files", all_files),
    page("/records/{label}/{number:number}/images", images_of_sender, posts=True, role=Role.AGENT),
]
