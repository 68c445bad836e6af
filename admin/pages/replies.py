"""Saved replies: those that the visitor can use, and the form of one; each is changed by those whose it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.responses import Response

from weftmail.admin.composer import beyond, file_of, uploads
from weftmail.admin.navigation import Item
from weftmail.admin.number import whole_number
from weftmail.admin.page import page
from weftmail.admin.pages.account import address_of
from weftmail.admin.pages.history import changes_of
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.limits import SAVED_REPLIES
from weftmail.core.placeholders import FIELD, PLACEHOLDERS
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import saved_reply, ways
from weftmail.flow.setup.saved_reply import ReplyValues
from weftmail.store.attachment import NewAttachment
from weftmail.store.saved_reply import ReplyFile, SavedReply
from weftmail.store.team import Team

PER_PAGE = 100
AFTER = {
    "keep": marked("stays as it is"),
    "wait": marked("waits for the customer"),
    "close": marked("is closed"),
}
_BEGIN = 200
"""Characters of a reply that its list shows."""


@dataclass(frozen=True, slots=True)
class ListedReply:
    """A reply on the list, and whether the visitor may change it."""

    reply: SavedReply
    begins: str
    theirs: bool


def replies(visit: Visit) -> Response:
    """Show the replies that the visitor can use; an admin sees those of all teams."""
    words = visit.request.query_params.get("q", "").strip()[:200]
    after = whole_number(visit.request.query_params.get("after", "")) or 0
    found = [one for one in _all(visit) if _matches(one, words.casefold())]
    shown = found[after : after + PER_PAGE]
    return visit.page(
        "replies.html",
        command=Command("mail-admin saved-reply list"),
        lines=[_listed(visit, one) for one in shown],
        words=words,
        after=after + PER_PAGE if len(found) > after + PER_PAGE else 0,
        before=max(0, after - PER_PAGE) if after else None,
    )


def _all(visit: Visit) -> list[SavedReply]:
    return visit.store.saved_replies.offered(
        visit.company_id, visit.user.id, SAVED_REPLIES, all_teams=visit.may(Role.ADMIN)
    )


def _matches(one: SavedReply, words: str) -> bool:
    return not words or any(words in each.casefold() for each in (one.name, f"/{one.word}", one.text, one.team))


def _listed(visit: Visit, one: SavedReply) -> ListedReply:
    begins = " ".join(one.text.split())
    shown = begins if len(begins) <= _BEGIN else f"{begins[:_BEGIN]}…"
    return ListedReply(one, shown, saved_reply.may_change(visit.store, visit.user.id, visit.company_id, one))


def new(visit: Visit) -> Response:
    """Show the form of a new reply: the visitor's own, unless they choose otherwise."""
    return _page(visit, None, ReplyValues(of=_own(visit)), {})


def add(visit: Visit) -> Response:
    """Keep a new reply."""
    values, wrong = _values(visit, ())
    done = None if wrong else saved_reply.add(visit.setup, values, company=visit.company.company)
    if done is None or isinstance(done, Refusal):
        return _page(visit, None, values, wrong or _said(visit, done))
    return visit.go("/replies", done)


def one(visit: Visit) -> Response:
    """Show one reply, to be changed by those whose it is."""
    found = _reply_of(visit)
    return _page(visit, found, saved_reply.values_of(visit.store, found), {})


def save(visit: Visit) -> Response:
    """Keep a reply as the form says it."""
    found = _reply_of(visit)
    values, wrong = _values(visit, visit.store.saved_replies.files(visit.company_id, [found.id]))
    done = None if wrong else saved_reply.change(visit.setup, found.id, values, company=visit.company.company)
    if done is None or isinstance(done, Refusal):
        return _page(visit, found, values, wrong or _said(visit, done))
    return visit.go("/replies", done)


def remove(visit: Visit) -> Response:
    """Offer a reply no more."""
    found = _reply_of(visit)
    done = saved_reply.remove(visit.setup, found.id, company=visit.company.company)
    if isinstance(done, Refusal):
        return _page(visit, found, saved_reply.values_of(visit.store, found), _said(visit, done))
    return visit.go("/replies", done)


def _said(visit: Visit, refusal: Refusal | None) -> dict[str, str]:
    return {} if refusal is None else {refusal.field: visit.voice.say(refusal.phrase)}


def _reply_of(visit: Visit) -> SavedReply:
    """Return the reply that the path names, if it is one that the visitor sees."""
    number: int = visit.request.path_params["reply"]
    found = next((one for one in _all(visit) if one.id == number), None)
    if found is None:
        raise nothing_here()
    return found


def _own(visit: Visit) -> str:
    """Return the visitor's address where they are a member; an admin of the installation alone keeps the company's."""
    member = any(one.company_id == visit.company_id for one in visit.store.users.memberships(visit.user.id))
    return address_of(visit) if member else ""


def _values(visit: Visit, there: Sequence[ReplyFile]) -> tuple[ReplyValues, dict[str, str]]:
    """Return what the form says, and what is wrong with its files."""
    kept = {whole_number(one) for one in visit.form.getlist("kept") if isinstance(one, str)}
    staying, new_ones = [one for one in there if one.id in kept], uploads(visit)
    values = ReplyValues(
        name=visit.text("name"),
        text=visit.text("text"),
        of=visit.text("of"),
        word=visit.text("word"),
        type=visit.text("type"),
        language=visit.text("language"),
        after_send=visit.text("after_send"),
        assign=visit.text("assign"),
        tags=[one.strip() for one in visit.text("tags").split(",") if one.strip()],
        files=[NewAttachment(one.blob_id, one.filename, one.content_type) for one in staying],
    )
    if wrong := beyond(visit, [*(one.size for one in staying), *(one.size or 0 for one in new_ones)]):
        return values, {"files": wrong}
    if not new_ones:
        return values, {}
    read = [file_of(one) for one in new_ones]
    with visit.store.transaction():
        blobs = visit.store.blobs.put_all(visit.company_id, [one.content for one in read])
    added = [NewAttachment(blob, one.filename, one.content_type) for blob, one in zip(blobs, read, strict=True)]
    return replace(values, files=[*values.files, *added]), {}


def _page(visit: Visit, found: SavedReply | None, values: ReplyValues, wrong: Mapping[str, str]) -> Response:
    store, say = visit.store, visit.voice.gettext
    people = [each for each in store.members.all(visit.company_id) if each.active and each.role != "reader"]
    teams = [each.name for each in store.teams.all(visit.company_id)]
    types = [each.name for each in store.companies.record_types(visit.company_id)]
    fields = saved_reply.field_names(store, visit.company_id, values.type if values.type in types else None)
    return visit.page(
        "reply.html",
        command=Command("mail-admin saved-reply show {id}", id=found.id)
        if found
        else Command("mail-admin saved-reply add NAME --text T"),
        status=422 if wrong else 200,
        reply=found,
        values=values,
        tags=", ".join(values.tags),
        theirs=found is None or saved_reply.may_change(store, visit.user.id, visit.company_id, found),
        owners=_owners(visit, values),
        types=[("", say(marked("all types"))), *((each, each) for each in types if each not in visit.hidden_types)],
        languages=[("", say(marked("all languages"))), *visit.site.installation.languages.names.items()],
        after=[(name, say(AFTER[name])) for name in ("keep", "wait", "close") if name in ways.AFTER_SEND],
        heirs=[
            ("", "–"),
            *((each.address, each.name) for each in people if each.address),
            *((each, each) for each in teams),
        ],
        files=store.saved_replies.files(visit.company_id, [found.id]) if found else (),
        kept=[each.filename for each in values.files],
        placeholders=[*((name, say(text)) for name, text in PLACEHOLDERS.items()), *((FIELD + f, f) for f in fields)],
        wrong=wrong,
        history=changes_of(visit, found.name, most=10) if found and visit.may(Role.ADMIN) else (),
    )


def _owners(visit: Visit, values: ReplyValues) -> list[tuple[str, str]]:
    """Return for whom the visitor can keep a reply."""
    own, say = _own(visit), visit.voice.gettext
    admin = visit.may(Role.ADMIN)
    teams = visit.store.teams.all(visit.company_id) if admin else _teams(visit)
    found = [(own, say(marked("myself")))] if own else []
    found += [(one.name, one.name) for one in teams]
    return [*found, ("", visit.company.company)] if admin or not values.of else found


def _teams(visit: Visit) -> Sequence[Team]:
    return visit.store.teams.of_user(visit.company_id, visit.user.id)


item = Item(37, "/replies", marked("Saved replies"), Role.AGENT)
routes = [
    page("/replies", replies, role=Role.AGENT),
    page("/replies/new", new, role=Role.AGENT),
    page("/replies/add", add, posts=True, role=Role.AGENT),
    page("/replies/{reply:number}", one, role=Role.AGENT),
    page("/replies/{reply:number}/save", save, posts=True, role=Role.AGENT),
    page("/replies/{reply:number}/remove", remove, posts=True, role=Role.AGENT),
]
