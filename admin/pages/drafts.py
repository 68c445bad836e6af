"""What is not sent yet: a draft that is kept while somebody types, and a message that can be taken back."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from weftmail.admin import drafting
from weftmail.admin.composer import Composer, form_of, too_large
from weftmail.admin.files import framed, image_type
from weftmail.admin.formatted import image_address
from weftmail.admin.headers import FILE
from weftmail.admin.page import page
from weftmail.admin.pages.record import record_of
from weftmail.admin.visit import Visit, nothing_here
from weftmail.admin.writing import GONE
from weftmail.core.parsing.html import sanitise
from weftmail.core.role import Role
from weftmail.core.wording.phrase import marked
from weftmail.flow.pictures import content_id
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import leaving
from weftmail.flow.setup.act import Done
from weftmail.flow.written import Written


def keep(visit: Visit) -> Response:
    """Keep what stands in the form, and the files that were chosen; say which files the draft has then."""
    found = record_of(visit)
    composer = form_of(visit, found)
    wrong = too_large(visit, composer)
    if wrong:
        return JSONResponse({"wrong": wrong}, 422)
    with visit.store.transaction():
        composer = drafting.keep(visit, found, composer)
    return answer(visit, composer, found.label)


def answer(visit: Visit, composer: Composer, label: str = "") -> Response:
    """Return what the page has to know of its draft: 409 where another page has kept other words in its place."""
    size, short = visit.voice.calendar.size, visit.voice.calendar.short
    said = {
        "draft": composer.draft_id,
        "version": composer.version,
        "kept": short(visit.now, visit.now) if composer.draft_id and composer.elsewhere is None else "",
        "files": [
            [one.id, one.filename, size(one.size), one.size, image_address(label, one.id) if one.inline else ""]
            for one in composer.files
        ],
    }
    if composer.elsewhere is not None:
        return JSONResponse({**said, "elsewhere": short(composer.elsewhere, visit.now)}, 409)
    return JSONResponse({**said, "gone": visit.voice.gettext(GONE)} if composer.gone else said)


def image(visit: Visit) -> Response:
    """Show an image among the words of a draft of the visitor's."""
    found, number = record_of(visit), visit.request.path_params["image"]
    drafts = [one.id for one in drafting.of_record(visit, found) if one.user_id == visit.user.id]
    files = visit.store.drafts.files(found.company_id, drafts)
    one = next((each for each in files if each.id == number and each.inline), None)
    content = visit.store.blobs.read(one.blob_id) if one is not None else b""
    kind = image_type(content)
    if kind is None:
        raise nothing_here()
    return Response(content, media_type=kind, headers={"content-security-policy": FILE})


def frame(visit: Visit) -> Response:
    """Show in its frame what is about to leave, as it was formatted."""
    found = record_of(visit)
    draft = visit.store.drafts.get(found.company_id, visit.request.path_params["draft"])
    words = Written.from_json(draft.body) if draft is not None and draft.record_id == found.id else None
    if draft is None or words is None or draft.state == "writing" or not words.html:
        raise nothing_here()
    blobs = {content_id(one.sha256): one.blob_id for one in visit.store.drafts.files(found.company_id, [draft.id])}

    def image(name: str) -> bytes:
        return visit.store.blobs.read(blobs[name]) if name in blobs else b""

    return framed(sanitise(words.html), image)


def take_back(visit: Visit) -> Response:
    """Take a message back that has not left: it stands in the composer again; or send it now."""
    found, draft_id = record_of(visit), visit.request.path_params["draft"]
    draft = visit.store.drafts.get(found.company_id, draft_id)
    if draft is None or draft.record_id != found.id:
        raise nothing_here()
    done: Done | Refusal
    if visit.text("act") == "now":
        done = leaving.leave(visit.setup, found.company_id, draft_id, visit.now)
        visit.site.sender.wake()
        place = "#thread"
    else:
        done, place = leaving.take_back(visit.setup, found.company_id, draft_id), f"?draft={draft.kind}#write"
    if isinstance(done, Refusal):
        raise HTTPException(409, visit.voice.say(done.phrase) or marked("The message has left already"))
    return visit.go(f"/records/{found.label}{place}", done if place == "#thread" else None)


routes = [
    page("/records/{label}/draft/image/{image:number}", image, role=Role.AGENT),
    page("/records/{label}/draft", keep, posts=True, role=Role.AGENT),
    page("/records/{label}/leaving/{draft:number}/html", frame),
    page("/records/{label}/leaving/{draft:number}", take_back, posts=True, role=Role.AGENT),
]
