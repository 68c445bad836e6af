"""Who may open what: each route of the site, by each role, with what its own company has, and with what nobody has.

The routes are those that the site has, so a new one is asked as well; each says itself for whom it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from starlette.routing import Route

from tests.admin.conftest import Browser, Site
from tests.admin.furnished import NOBODYS, OPEN, THEIRS, filled, furnish
from weftmail.admin.page import PageRoute
from weftmail.core.role import Role

Opens = Callable[[], Browser]
PEOPLE = {
    Role.READER: "rolf@acme.example",
    Role.AGENT: "bjorn@acme.example",
    Role.ADMIN: "anna@acme.example",
    Role.OWNER: "eva@other.example",
}

OF_ANNA = re.compile(r"/draft/image/")
"""What lies in a draft is its author's alone."""


def asked(site: Site) -> Iterator[tuple[PageRoute, str]]:
    """Yield every page with its method."""
    for route in site.app.routes:
        if isinstance(route, PageRoute):
            yield route, "POST" if "POST" in (route.methods or ()) else "GET"


def test_every_route_says_for_whom_it_is(site: Site) -> None:
    """What stands before the door is listed; everything else is a page, with a role."""
    assert {one.path for one in site.app.routes if isinstance(one, Route) and not isinstance(one, PageRoute)} == OPEN


@pytest.mark.parametrize("role", PEOPLE)
def test_below_its_role_a_page_is_not_there(site: Site, browser: Opens, role: Role) -> None:
    furnish(site)
    site.store.line.appoint(site.eva)
    one = browser()
    one.sign_in(PEOPLE[role])
    csrf, company = one.csrf(), f"?company={site.world.acme}"
    below, above = 0, 0
    for route, method in asked(site):
        for values in (THEIRS, NOBODYS):
            path = f"{filled(route.path, values)}{company}"
            if role < route.role:
                below += 1
                nowhere = one.get(f"/nowhere{company}") if method == "GET" else one.post(f"/nowhere{company}")
                answer = one.get(path) if method == "GET" else one.post(path, {"csrf": csrf})
                assert answer.status_code == nowhere.status_code == 404, (path, role)
                assert "weftmail" in answer.text and answer.text == nowhere.text, (path, role)
            elif method == "GET" and values is THEIRS and not route.path.startswith("/live"):
                above += 1
                # Of held mail an agent sees what is theirs to decide; an admin sees all of the company.
                fine = (200, 303, 404) if "{" in route.path and role < Role.ADMIN else (200, 303)
                if OF_ANNA.search(route.path) and not PEOPLE[role].startswith("anna@"):
                    fine = (404,)
                assert one.get(path).status_code in fine, (path, role)
    assert (below == 0) is (role == Role.OWNER) and above > 5


def test_an_admin_of_one_company_is_nobody_in_another(site: Site, browser: Opens) -> None:
    """Whatever is asked for, by whichever way, answers as if it did not exist, and changes nothing."""
    furnish(site)
    eva = browser()
    eva.sign_in("eva@other.example")
    csrf = eva.csrf()
    before = site.store.connection.execute("select max(id) from audit").rows
    for route, method in asked(site):
        if route.path == "/sign-out" or route.path.startswith("/live"):
            continue
        for values in (THEIRS, NOBODYS):
            path = f"{filled(route.path, values)}?company={site.world.acme}"
            answer = eva.get(path) if method == "GET" else eva.post(path, {"csrf": csrf})
            assert answer.status_code == 404, path
    assert site.store.connection.execute("select max(id) from audit").rows == before
