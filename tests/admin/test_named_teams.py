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


def _waits(limited: Site) -> int:
    """Let a mail of a stranger wait on LEAD-1, which is Björn's to decide on."""
    world, store = limited.world, limited.store
    lead = world.record("LEAD-1")
    store.connection.execute("update record set owner_id = :user where id = :id", {"user": world.bjorn, "id": lead.id})
    first = world.thread("LEAD-1")[0].rfc_message_id
    row = world.deliver(world.mail(ERIK, subject="Shelves", references=[first]), "leads@acme.example")
    assert row.state == "held"
    return row.id


@pytest.mark.parametrize(
    ("theirs", "nobodys"),
    [
        ({"do": "file", "record": "TICKET-1"}, {"do": "file", "record": "TICKET-99"}),
        ({"do": "file", "record": " ticket-1 "}, {"do": "file", "record": " ticket-99 "}),
        ({"do": "open", "opens": "ticket"}, {"do": "open", "opens": "nothing"}),
    ],
)
@pytest.mark.parametrize("many", [False, True])
def test_no_decision_files_onto_it(
    limited: Site, browser: Opens, theirs: dict[str, str], nobodys: dict[str, str], many: bool
) -> None:
    number, bjorn = _waits(limited), bjorn_of(browser)
    ticket = limited.world.record("TICKET-1")
    before = len(limited.store.messages.thread(ticket.company_id, ticket.id))
    said = []
    for form in (theirs, nobodys):
        path = "/review/many" if many else f"/review/{number}/decide"
        answer = bjorn.post(path, {"csrf": bjorn.csrf(), "mail": str(number), **form})
        assert answer.status_code == 422, form
        said.append(answer.text)
        assert SECRET not in answer.text and ", ticket" not in answer.text and 'value="ticket"' not in answer.text
    for name in ("record", "opens"):
        # What was typed is all in which the two differ.
        if name in theirs:
            said = [one.replace(form[name], "?") for one, form in zip(said, (theirs, nobodys), strict=True)]
            said = [
                one.replace(form[name].strip().upper(), "?") for one, form in zip(said, (theirs, nobodys), strict=True)
            ]
    assert said[0] == said[1]
    assert len(limited.store.messages.thread(ticket.company_id, ticket.id)) == before
    assert limited.store.inbound.get(number).state == "held"


def test_what_is_offered_for_a_decision_names_no_hidden_type(limited: Site, browser: Opens, anna: Browser) -> None:
    number, bjorn = _waits(limited), bjorn_of(browser)
    for path in ("/review", f"/review/{number}", f"/review/{number}?on=TICKET-1"):
        page = bjorn.get(path).text
        assert 'value="lead"' in page or "Shelves" in page
        assert "ticket" not in page.lower().replace("ticket-1", "ticket" if "TICKET-1" in page else ""), path
    assert 'value="ticket"' in anna.get(f"/review/{number}").text
    filed = anna.post(f"/review/{number}/decide", {"csrf": anna.csrf(), "do": "file", "record": "TICKET-1"})
    assert filed.status_code == 303 and limited.store.inbound.get(number).record == "TICKET-1"


NAMING = ("record", "into", "to", "goal", "number", "label", "opens", "type", "take", "on", "about", "q", "merge")


def test_no_form_of_any_page_reaches_it(limited: Site, browser: Opens) -> None:
    """Whatever field of whatever form names the record or its type: nothing of it changes, nothing of it is said."""
    _waits(limited)
    world, asked = limited.world, 0
    ticket = world.record("TICKET-1")

    def all_of_it() -> list[object]:
        found: list[object] = [limited.store.records.get(ticket.company_id, ticket.id)]
        thread = limited.store.messages.thread(ticket.company_id, ticket.id)
        found += [(one.id, one.record_id, one.number, one.subject, one.text, one.flag) for one in thread]
        found += limited.store.records.followers(ticket.company_id, ticket.id)
        return [*found, len(limited.store.records.by_label("TICKET-2", world.acme))]

    before = all_of_it()
    for method, path in routes(limited):
        if method != "POST" or "sign-out" in path:
            continue
        for value in ("TICKET-1", "ticket"):
            bjorn = bjorn_of(browser)
            form = {"csrf": bjorn.csrf(), **dict.fromkeys(NAMING, value), "message": "1", "title": "x", "text": "x"}
            answer = bjorn.post(filled(path, {**THEIRS, "label": "LEAD-1"}), form)
            asked += 1
            assert answer.status_code < 500, path
            assert SECRET not in answer.text, path
            assert all_of_it() == before, path
    assert asked > 200
