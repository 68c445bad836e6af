"""A type of records for named teams only: for everybody else but admins its records do not exist."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.admin.conftest import Browser, Site
from tests.admin.furnished import THEIRS, filled, furnish, routes
from tests.unit.world import ERIK
from weftmail.core.role import Role

Opens = Callable[[], Browser]
SECRET = "Redundancies in May"


@pytest.fixture
def limited(site: Site) -> Site:
    """Acme with a ticket that the team Staff sees, Björn not among them."""
    furnish(site)
    world, store = site.world, site.store
    world.deliver(world.mail(subject=SECRET, verified=True), "support@acme.example")
    ticket = world.record("TICKET-1")
    staff = store.teams.add(world.acme, "Staff", 1)
    store.record_types.name_team(world.acme, "ticket", staff)
    store.records.follow(world.acme, ticket.id, world.bjorn, 1)
    store.read_state.mark(world.acme, world.bjorn, [ticket.id], 1)
    store.record_types.limit(world.acme, "ticket", teams_only=True)
    return site


def bjorn_of(browser: Opens) -> Browser:
    made = browser()
    assert made.sign_in("bjorn@acme.example").status_code == 303
    return made


def test_every_path_of_a_record_answers_as_if_there_were_none(limited: Site, browser: Opens) -> None:
    bjorn, asked = bjorn_of(browser), 0
    form = {"csrf": bjorn.csrf(), "kind": "note", "text": "x"}
    for method, path in routes(limited):
        if "{label}" not in path:
            continue
        asked += 1
        theirs = filled(path, {**THEIRS, "label": "TICKET-1"})
        nobodys = filled(path, {**THEIRS, "label": "TICKET-99"})
        ask = bjorn.get if method == "GET" else lambda where: bjorn.post(where, form)
        one, other = ask(theirs), ask(nobodys)
        assert one.status_code == other.status_code == 404, theirs
        assert one.text == other.text, theirs
    assert asked >= 9


def test_nothing_of_it_stands_on_any_page(limited: Site, browser: Opens) -> None:
    bjorn, saying = bjorn_of(browser), []
    for method, path in routes(limited):
        if method == "GET" and "{" not in path:
            answer = bjorn.get(path)
            saying += [path] if SECRET in answer.text or "TICKET-1" in answer.text else []
    assert saying == []


def test_what_happens_there_changes_no_page(limited: Site, browser: Opens) -> None:
    bjorn, world = bjorn_of(browser), limited.world
    paths = ["/records", "/inbox", "/live/records", "/live/inbox"]
    before = {path: bjorn.get(path).text for path in paths}
    world.deliver(world.mail(subject=SECRET, verified=True), "support@acme.example")
    world.deliver(world.mail(subject=f"Re: {SECRET}", verified=True), "support@acme.example")
    assert {path: bjorn.get(path).text for path in paths} == before


def test_who_is_in_a_named_team_sees_it_and_so_do_admins(limited: Site, browser: Opens, anna: Browser) -> None:
    assert anna.get("/records/TICKET-1").status_code == 200 and SECRET in anna.get("/records").text
    (staff,) = [one for one in limited.store.teams.all(limited.world.acme) if one.name == "Staff"]
    limited.store.teams.join(limited.world.acme, staff.id, limited.world.bjorn)
    bjorn = bjorn_of(browser)
    assert bjorn.get("/records/TICKET-1").status_code == 200 and SECRET in bjorn.get("/records").text
    assert Role.AGENT < Role.ADMIN


def test_an_admin_limits_a_type_on_its_page(limited: Site, anna: Browser, browser: Opens) -> None:
    limited.store.record_types.limit(limited.world.acme, "ticket", teams_only=False)
    assert bjorn_of(browser).get("/records/TICKET-1").status_code == 200
    form = {"csrf": anna.csrf(), "limits": "yes", "teams_only": "yes", "team": "Sales"}
    assert anna.post("/record-types/ticket/save", form).status_code == 303
    assert "For named teams only" in anna.get("/record-types/ticket").text
    assert bjorn_of(browser).get("/records/TICKET-1").status_code == 404
    notified = limited.store.records.followers(limited.world.acme, limited.world.record("TICKET-1").id)
    assert "Björn" not in [one.name for one in notified]


def test_held_mail_there_is_not_theirs_to_decide(limited: Site, browser: Opens, anna: Browser) -> None:
    """Björn owns the record and its alias, is told of what is held, and bears an address: none of it opens the type."""
    world, store = limited.world, limited.store
    ticket = world.record("TICKET-1")
    store.connection.execute(
        "update record set owner_id = :user where id = :id", {"user": world.bjorn, "id": ticket.id}
    )
    words = {"user": world.bjorn, "name": "support"}
    store.connection.execute("update alias set owner_id = :user where local_part = :name", words)
    first = world.thread("TICKET-1")[0].rfc_message_id
    on_it = world.deliver(world.mail(ERIK, subject=SECRET, references=[first]), "support@acme.example")
    own = world.deliver(world.mail("bjorn@acme.example", subject=SECRET, references=[first]), "support@acme.example")
    store.connection.execute("update alias set accepts = 'known' where local_part = 'support'")
    stranger = "New <new@nowhere.example>"
    at_alias = world.deliver(world.mail(stranger, subject=SECRET), "support@acme.example")
    held = [on_it, own, at_alias]
    assert {one.state for one in held} == {"held"}
    bjorn = bjorn_of(browser)
    for one in held:
        assert bjorn.get(f"/review/{one.id}").status_code == bjorn.get(f"/log/{one.id}").status_code == 404, one
        decided = bjorn.post(f"/review/{one.id}/decide", {"csrf": bjorn.csrf(), "do": "drop"})
        assert decided.status_code in (404, 405), one
        assert anna.get(f"/review/{one.id}").status_code == 200
        assert {who.name for who in store.deciders.of(world.acme, [one.id])} == {"Anna"}
    for path in ("/review", "/inbox", "/records", "/log"):
        page = bjorn.get(path).text
        assert "TICKET-1" not in page and SECRET not in page, path
    assert store.inbound.review_counts(world.acme, world.bjorn)["held"] == 0
