"""One file of a message: drawn on a page of its own if it is an image or a PDF, opened if it is an email.

Neither is read in the site: pictures come of viewer processes, the words of an email of reader processes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from starlette.responses import Response

from weftmail.admin import files
from weftmail.admin.apart import Apart
from weftmail.admin.headers import FILE
from weftmail.admin.number import whole_number
from weftmail.admin.page import page
from weftmail.admin.pages.record import file_of, message_of, record_of
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.limits import VIEW_PAGES
from weftmail.core.parsing.inline import content_id
from weftmail.core.parsing.message import Message
from weftmail.core.picture import NoPicture, Picture, Sheet, can_be_drawn
from weftmail.core.wording.command import Command
from weftmail.flow.reading import Unread
from weftmail.store.message import StoredAttachment

EMAIL = "message/rfc822"
SMALL, LARGE = (240, 240), (1600, 2000)
"""Pixels that a picture in a list, and one on a page of its own, may have in width and height."""
NONE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="72" height="90" viewBox="0 0 72 90" fill="none" stroke="#7b8883"'
    ' stroke-width="3"><path d="M12 4h32l16 16v66H12zM44 4v16h16M24 42l24 24M48 42L24 66"/></svg>'
)
"""What stands for a file of which there is no picture."""
LONGEST = 200_000
"""Characters of the words of an email that are shown."""


@dataclass(frozen=True, slots=True)
class FilesAround:
    """The numbers of the files before and after one, of those of its message that can be viewed; 0 for none."""

    before: int
    after: int


def view(visit: Visit) -> Response | Apart:
    """Show one file: a picture of its page, or what stands in the email that it is."""
    one = file_of(visit)
    if one.content_type == EMAIL:
        return _read(visit, one, _mail)
    if visit.site.viewer is None or not can_be_drawn(one.content_type, one.size):
        raise nothing_here()
    return _drawn(visit, one, LARGE, _sheet)


def picture(visit: Visit) -> Response | Apart:
    """Give out the picture of one page of a file."""
    small = visit.request.query_params.get("size") == "small"
    return _drawn(visit, file_of(visit), SMALL if small else LARGE, _image)


def mail_frame(visit: Visit) -> Response | Apart:
    """Show the HTML of an email that is a file in its frame."""
    return _read(visit, file_of(visit, "email"), _framed)


def mail_file(visit: Visit) -> Response | Apart:
    """Give out a file of an email that is a file itself."""
    return _read(visit, file_of(visit, "email"), _part)


def _drawn(visit: Visit, one: StoredAttachment, size: tuple[int, int], then: Callable[..., Response]) -> Apart:
    viewer = visit.site.viewer
    if viewer is None or not can_be_drawn(one.content_type, one.size):
        raise nothing_here()
    wanted = Sheet(_page(visit), *size)
    return Apart(
        (one.sha256, wanted),
        lambda store: store.blobs.read(one.blob_id),
        partial(viewer.draw, sheet=wanted),
        then,
    )


def _page(visit: Visit) -> int:
    return min(max(whole_number(visit.request.query_params.get("page", "")) or 1, 1), VIEW_PAGES + 1)


def _image(_visit: Visit, made: Picture | NoPicture) -> Response:
    if isinstance(made, NoPicture):
        return Response(NONE, headers={"content-security-policy": FILE}, media_type="image/svg+xml")
    return Response(made.content, headers={"content-security-policy": FILE}, media_type="image/webp")


def _sheet(visit: Visit, made: Picture | NoPicture) -> Response:
    record, one, number = record_of(visit), file_of(visit), _page(visit)
    if isinstance(made, NoPicture) and made.why == "no page":
        raise nothing_here()
    return visit.page(
        "record_file.html",
        command=Command("mail-admin record show {label}", label=record.label),
        record=record,
        message=message_of(visit),
        file=one,
        number=visit.request.path_params["file"],
        page=number,
        picture=made if isinstance(made, Picture) else None,
        why=made.why if isinstance(made, NoPicture) else "",
        around=_around(visit),
    )


def _around(visit: Visit) -> FilesAround:
    here: int = visit.request.path_params["file"]
    listed = enumerate(visit.store.messages.attachments(visit.company_id, message_of(visit).id), start=1)
    able = [at for at, one in listed if one.content_type == EMAIL or can_be_drawn(one.content_type, one.size)]
    before = max((at for at in able if at < here), default=0)
    return FilesAround(before, min((at for at in able if at > here), default=0))


def _read(visit: Visit, one: StoredAttachment, then: Callable[..., Response]) -> Apart:
    if one.content_type != EMAIL:
        raise nothing_here()
    reader = visit.site.installation.reader

    def read(content: bytes) -> Message | None:
        try:
            return reader(content)
        except Unread:
            return None

    return Apart(one.sha256, lambda store: store.blobs.read(one.blob_id), read, then)


def _mail(visit: Visit, made: Message | None) -> Response:
    record = record_of(visit)
    return visit.page(
        "record_file_mail.html",
        command=Command("mail-admin record show {label}", label=record.label),
        record=record,
        message=message_of(visit),
        file=file_of(visit),
        number=visit.request.path_params["file"],
        mail=made,
        words=made.text[:LONGEST] if made is not None else "",
        with_images="images" in visit.request.query_params,
        around=_around(visit),
    )


def _framed(visit: Visit, made: Message | None) -> Response:
    if made is None or not made.page:
        raise nothing_here()
    images = {content_id(one.content_id): one.content for one in made.attachments if one.content_id}
    return files.framed(
        made.page, lambda wanted: images.get(wanted, b""), remote="images" in visit.request.query_params
    )


def _part(visit: Visit, made: Message | None) -> Response:
    number: int = visit.request.path_params["part"]
    if made is None or not 1 <= number <= len(made.attachments):
        raise nothing_here()
    one = made.attachments[number - 1]
    return files.download_of(one.content, one.filename or f"file-{number}", one.content_type)


routes = [
    page("/records/{label}/{number:number}/files/{file:number}/view", view),
    page("/records/{label}/{number:number}/files/{file:number}/picture", picture),
    page("/records/{label}/{number:number}/files/{email:number}/mail/html", mail_frame),
    page("/records/{label}/{number:number}/files/{email:number}/mail/{part:number}", mail_file),
]
