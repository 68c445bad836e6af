"""Another type for a record in the browser: who will see it stands there before anybody presses."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from tests.admin.conftest import Browser, Site

CHANGE = "/records/LEAD-1/change"


def seen(page: str) -> dict[str, str]:
    """Return who sees what, as the part of the page that changes the type says it."""
    part = page.partition('action="/records/LEAD-1/type"')[2].partition("</form>")[0]
    return {unescape(names): unescape(people) for names, people in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", part)}


def types(page: str) -> list[str]:
    part = page.partition('<select id="type"')[2].partition("</select>")[0]
    return re.findall(r'<option value="([^"]+)"', part)


def test_who_will_see_it_stands_beside_each_type(site: Site, anna: Browser) -> None:
    world, store = site.world, site.store
    every = types(anna.get(CHANGE).text)
    assert seen(anna.get(CHANGE).text) == {", ".join(every): "everybody in Acme"}
    for type_, teams in (("ticket", ["Staff & Co", "Legal"]), ("task", [])):
        for name in teams:
            store.record_types.name_team(world.acme, type_, store.teams.add(world.acme, name, 1))
        store.record_types.limit(world.acme, type_, teams_only=True)
    others = ", ".join(one for one in every if one not in ("ticket", "task"))
    english = {
        others: "everybody in Acme",
        "ticket": "Legal, Staff & Co and the admins, nobody else",
        "task": "the admins, nobody else",
    }
    assert seen(anna.get(CHANGE).text) == english
    user = store.users.get(world.anna)
    assert user is not None
    store.users.set(replace(user, language="sv"))
    assert seen(anna.get(CHANGE).text) == {
        others: "alla i Acme",
        "ticket": "Legal, Staff & Co och administratörerna, ingen annan",
        "task": "administratörerna, ingen annan",
    }


def test_of_a_type_that_is_for_others_nothing_is_said(site: Site, browser) -> None:
    """Who may not see a type is told neither of it nor of its teams."""
    world, store = site.world, site.store
    store.record_types.name_team(world.acme, "ticket", store.teams.add(world.acme, "Redundancies", 1))
    store.record_types.limit(world.acme, "ticket", teams_only=True)
    bjorn: Browser = browser()
    assert bjorn.sign_in("bjorn@acme.example").status_code == 303
    page = bjorn.get(CHANGE).text
    assert "ticket" not in types(page)
    assert list(seen(page).values()) == ["everybody in Acme"]
