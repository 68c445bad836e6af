"""A site that is furnished: every route of it, and something of Acme's for each parameter that a route has."""

from __future__ import annotations

import re

from starlette.routing import Route

from tests.admin.conftest import Site
from tests.admin.test_history import exempted
from tests.unit.pictures import pdf
from tests.unit.world import ERIK
from weftmail.admin.page import PageRoute
from weftmail.core.role import Role
from weftmail.flow.post import Draft, post
from weftmail.flow.written import Written
from weftmail.store.activity import NewActivity
from weftmail.store.attachment import NewAttachment
from weftmail.store.saved_reply import NewReply

EMAIL = (
    b"From: erik@supplier.example\nSubject: Prices\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    b"--b\nContent-Type: text/html\n\n<p>Forty in oak</p>\n"
    b"--b\nContent-Disposition: attachment; filename=list.txt\n\n12 kr\n--b--\n"
)
OPEN = {
    "/healthz",
    "/sign-in",
    "/sign-in/code",
    "/enter/{token}",
    "/forgotten",
    "/password/{token}",
    "/dns/{token}",
    "/digest/off/{token}",
}
"""What stands before the door, and has a test file of its own."""

THEIRS = {
    "label": "LEAD-2", "number": "1", "notice": "1", "file": "1", "name": "caught1", "act": "1", "session": "1",
    "user": "1", "team": "1", "alias": "1", "type": "visit", "other": "1", "mail": "3", "filter": "1",
    "domain": "acme.example", "copy": "1", "contact": "1", "organisation": "1", "activity": "1",
    "reference": "4711", "note": "2", "server": "1", "part": "1", "email": "2", "draft": "2", "image": "1",
    "press": "assign", "reply": "1", "layout": "1",
}  # fmt: skip
NOBODYS = {
    "label": "LEAD-99", "number": "1", "notice": "99", "file": "1", "name": "caught99", "act": "99", "session": "99",
    "user": "99", "team": "99", "alias": "99", "type": "nothing", "other": "99", "mail": "99", "filter": "99",
    "domain": "nobody.example", "copy": "99", "contact": "99", "organisation": "99", "activity": "99",
    "reference": "99", "note": "99", "server": "99", "part": "99", "email": "99", "draft": "99", "image": "99",
    "press": "nothing", "reply": "99", "layout": "99",
}  # fmt: skip
"""What the parameters of routes name: things of Acme's that ``furnish`` makes, and things that nobody has."""


def routes(site: Site) -> list[tuple[str, str]]:
    """Return method and path of every route behind the door."""
    found = []
    for route in site.app.routes:
        if isinstance(route, Route) and route.path not in OPEN:
            method = "POST" if "POST" in (route.methods or ()) else "GET"
            found.append((method, route.path))
    return found


def role_of(site: Site, path: str) -> Role:
    """Return for whom a page is at least."""
    return next(one.role for one in site.app.routes if isinstance(one, PageRoute) and one.path == path)


def filled(path: str, values: dict[str, str]) -> str:
    """Return the path with its parameters filled in; a parameter that nobody thought of is an error."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: values[found[1]], path)


def furnish(site: Site) -> None:
    """Give Acme a thread with HTML, a file, a note, a caught mail and a change in the history."""
    world = site.world
    site.store.teams.add(world.acme, "Sales", 1)
    site.store.activities.add(world.acme, 1, NewActivity("call", "2027-01-20", world.anna, "chairs"), "Anna", 1)
    site.store.organisations.add(world.acme, "Ek Möbler", 1)
    site.store.companies.add_record_type(world.acme, "visit", "VISIT")
    site.store.sessions.add("the browser of Anna", world.anna, "csrf", 1, 10**15)
    files = [("plan.pdf", pdf()), ("prices.eml", EMAIL)]
    mail = world.mail(subject="Again", verified=True, files=files, headers=[("X-A", "b")])
    html = mail.replace(b'Content-Type: text/plain; charset="utf-8"', b"Content-Type: text/html")
    world.deliver(html, "leads@acme.example")
    assert world.thread("LEAD-2")[0].html
    site.catch("LEAD-1", html, world.acme, "acme.example")
    anna = site.store.users.get(world.anna)
    assert anna is not None
    exempted(site, "shop@customer.example")
    first = world.thread("LEAD-1")[0].rfc_message_id
    held = world.deliver(world.mail(ERIK, references=[first]), "leads@acme.example")
    assert (held.id, held.state) == (3, "held")
    post(site.store, site.installation, world.record("LEAD-1"), anna, Draft(text="Inside", note=True))
    site.store.layouts.add(world.acme, "#aa3300", "Acme AB", "", "", "", 1)
    site.store.saved_replies.add(world.acme, NewReply("Thanks", "Thank you"), 1)
    put = site.store.drafts.put
    assert put(world.acme, world.record("LEAD-2").id, world.anna, "message", Written(text="Half").as_json(), 1) == 1
    (blob_id,) = site.store.blobs.put_all(world.acme, [b"\x89PNG\r\n\x1a\n"])
    site.store.drafts.add_file(world.acme, 1, NewAttachment(blob_id, "a.png", "image/png", inline=True))
    formatted = Written(text="Half", html="<p><b>Half</b></p>").as_json()
    assert put(world.acme, world.record("LEAD-2").id, world.anna, "note", formatted, 1) == 2
    waiting = site.store.drafts.get(world.acme, 2)
    assert waiting is not None
    site.store.drafts.leave(waiting, "leaving", 10**15, 1, unless_answered=False)
    post(site.store, site.installation, world.record("LEAD-2"), anna, Draft(text="Inside, too", note=True))
