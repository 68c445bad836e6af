"""The pages of users, teams, companies and record types: what an admin does there, each with its undo."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.admin.conftest import PASSWORD, Browser, Site
from tests.admin.test_fields import setup_of
from tests.admin.test_two_steps import link_of, turn_on
from weftmail.flow.setup import record, team, user
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.store.people import User

Opens = Callable[[], Browser]
KARIN = "karin@office.example"


def did(browser: Browser, path: str, **form: Any) -> str:
    """Post a form; return the page after it, which says what was done."""
    answer = browser.post(path, {"csrf": browser.csrf(), **form})
    assert answer.status_code == 303, re.findall(r"✕ ([^<]*)", answer.text)
    text: str = browser.get(answer.headers["location"]).text
    return text


def refused(browser: Browser, path: str, **form: Any) -> str:
    answer = browser.post(path, {"csrf": browser.csrf(), **form})
    assert answer.status_code == 422
    text: str = answer.text
    return text


def undo(browser: Browser, page: str) -> None:
    """Press the button on the bar."""
    (path,) = re.findall(r'<div class="bar".*?action="(/history/\d+/undo[^"]*)"', page, re.DOTALL)
    assert browser.post(path, {"csrf": browser.csrf()}).status_code == 303


def person(site: Site, address: str) -> User:
    found = site.store.users.by_address(address)
    assert found is not None
    return found


def role_of(site: Site, address: str) -> dict[str, str]:
    return {one.company: one.role for one in site.store.users.memberships(person(site, address).id)}


def test_somebody_is_invited_by_mail_and_it_is_undone(site: Site, anna: Browser, browser: Opens) -> None:
    woken = site.sender.woken
    page = did(anna, "/users/invite", address=KARIN, name="Karin Ek", role="reader", language="sv")
    assert "Karin Ek invited" in page and "▲ no password yet" in page
    assert site.sender.woken == woken + 1
    new = "velvet-otter-april-ten"
    karin = browser()
    assert karin.post(link_of(site), {"password": new, "again": new}).status_code == 303
    assert "LEAD-1" in karin.get("/records").text
    assert role_of(site, KARIN) == {"Acme": "reader"}
    undo(anna, page)
    assert role_of(site, KARIN) == {} and karin.get("/records").status_code == 303


def test_who_is_new_begins_in_the_time_zone_of_their_browser_which_is_shown(
    site: Site, anna: Browser, browser: Opens
) -> None:
    new = "velvet-otter-april-ten"
    for address, sent, kept in ((KARIN, "Europe/Stockholm", "Europe/Stockholm"), ("b@c.example", "Mars/Base", "")):
        did(anna, "/users/invite", address=address, name="Karin Ek", role="agent", language="en")
        link, karin = link_of(site), browser()
        page = karin.get(link).text
        assert "data-zone" in page and "<option>Europe/Stockholm</option>" in page
        assert karin.post(link, {"password": new, "again": new, "time_zone": sent}).status_code == 303
        assert person(site, address).zone == kept
    # What they have is theirs: a forgotten password asks nothing of it, and changes none.
    assert "time_zone" not in karin.get("/forgotten").text


def test_what_cannot_be_is_said_beside_its_field_with_what_was_typed(anna: Browser) -> None:
    html = refused(anna, "/users/invite", address="bjorn@acme.example", name="Bo", role="agent")
    assert re.search(r'<div id="address-said"><p class="error">✕ Björn is a member of Acme already', html)
    assert 'value="bjorn@acme.example"' in html and 'value="Bo"' in html


def test_where_no_mail_can_leave_the_link_is_shown_once(site: Site, browser: Opens) -> None:
    site.store.connection.execute("update domain set state = 'removed'")
    eva = browser()
    eva.sign_in("eva@other.example")
    site.store.line.appoint(site.eva)
    answer = eva.post("/users/invite", {"csrf": eva.csrf(), "address": KARIN, "role": "agent"})
    (path,) = re.findall(r"<code>http://testserver(/password/[\w-]{43})</code>", answer.text)
    assert eva.get(path).status_code == 200
    assert path not in eva.get(f"/users/{person(site, KARIN).id}").text
    answer = eva.post(f"/users/{person(site, KARIN).id}/invite", {"csrf": eva.csrf()})
    assert eva.get(path).status_code == 404 and "/password/" in answer.text


@pytest.mark.parametrize("address", ["eva@other.example", "nobody@nowhere.example", "gone@other.example"])
def test_where_no_mail_can_leave_an_admin_of_a_company_learns_nothing(site: Site, anna: Browser, address: str) -> None:
    """Who has a password for another company, who has none, and nobody at all: the refusal is the same."""
    site.store.users.join(site.other, site.store.users.add("Gone", "gone@other.example", 1), "agent")
    site.store.connection.execute("update domain set state = 'removed'")
    before = site.store.connection.execute("select count(*) from users").rows
    answer = anna.post("/users/invite", {"csrf": anna.csrf(), "address": address, "name": "X", "role": "agent"})
    assert answer.status_code == 422 and "No email of Acme can leave yet" in answer.text
    assert "/password/" not in answer.text and 'value="X"' in answer.text
    assert site.store.connection.execute("select count(*) from users").rows == before
    again = anna.post(f"/users/{site.world.bjorn}/invite", {"csrf": anna.csrf()})
    assert again.status_code == 422 and "No email of Acme can leave yet" in again.text


def test_a_role_is_changed_and_the_last_admin_stays(site: Site, anna: Browser) -> None:
    path = f"/users/{site.world.bjorn}"
    page = did(anna, f"{path}/save", name="Björn Berg", role="admin")
    assert role_of(site, "bjorn@acme.example") == {"Acme": "admin"} and "Björn Berg" in page
    undo(anna, page)
    assert role_of(site, "bjorn@acme.example") == {"Acme": "agent"}
    html = refused(anna, f"/users/{site.world.anna}/save", name="Anna", role="reader")
    assert "✕ Anna is the only admin of Acme" in html


def test_an_admin_of_a_company_makes_nobody_an_admin_of_all(site: Site, anna: Browser, browser: Opens) -> None:
    did(anna, f"/users/{site.world.bjorn}/save", name="Björn", role="agent", installation_admin="yes")
    assert not person(site, "bjorn@acme.example").installation_admin
    site.store.line.appoint(site.world.anna)
    did(anna, f"/users/{site.world.bjorn}/save", name="Björn", role="agent", installation_admin="yes")
    assert person(site, "bjorn@acme.example").installation_admin


def test_who_belongs_to_several_companies_is_theirs_only_as_a_member(site: Site, anna: Browser) -> None:
    assert isinstance(user.add(setup_of(site), "bjorn@acme.example", company="Other", role="reader"), Done)
    path = f"/users/{site.world.bjorn}"
    html = anna.get(path).text
    assert "Sign out everywhere" not in html and "Other" not in html and 'name="name"' not in html
    did(anna, f"{path}/save", name="Somebody", role="reader")
    assert person(site, "bjorn@acme.example").name == "Björn"
    assert role_of(site, "bjorn@acme.example") == {"Acme": "reader", "Other": "reader"}
    for act in ("sign-out", "second-factor"):
        assert anna.post(f"{path}/{act}", {"csrf": anna.csrf()}).status_code == 404


def test_who_leaves_passes_their_work_on(site: Site, anna: Browser, browser: Opens) -> None:
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    assert isinstance(record.change(setup_of(site), "LEAD-1", RecordChanges(owner="bjorn@acme.example")), Done)
    path = f"/users/{site.world.bjorn}"
    assert '<a href="/records/LEAD-1">LEAD-1</a>' in anna.get(path).text
    # Every number leads to its rows.
    aliases = re.findall(r'href="(/aliases/\d+)"', anna.get(f"/users/{site.world.anna}").text)
    assert len(aliases) == 2 and {anna.get(one).status_code for one in aliases} == {200}
    html = refused(anna, f"{path}/remove", to="")
    assert re.search(r'<div id="to-said"><p class="error">✕ Björn has work in Acme', html)
    page = did(anna, f"{path}/remove", to="anna@acme.example")
    assert site.world.record("LEAD-1").owner == "Anna" and bjorn.get("/records").status_code == 303
    undo(anna, page)
    assert site.world.record("LEAD-1").owner == "Björn" and role_of(site, "bjorn@acme.example") == {"Acme": "agent"}


def test_an_admin_of_all_takes_somebody_out_of_all_companies(site: Site, anna: Browser) -> None:
    assert isinstance(user.add(setup_of(site), "bjorn@acme.example", company="Other", role="reader"), Done)
    path = f"/users/{site.world.bjorn}"
    assert "everywhere" not in anna.get(path).text
    did(anna, f"{path}/remove", to="", everywhere="yes")
    assert role_of(site, "bjorn@acme.example") == {"Other": "reader"}
    assert isinstance(user.add(setup_of(site), "bjorn@acme.example", company="Acme"), Done)
    site.store.line.appoint(site.world.anna)
    page = did(anna, f"{path}/remove", to="", everywhere="yes")
    assert role_of(site, "bjorn@acme.example") == {} and not person(site, "bjorn@acme.example").active
    undo(anna, page)
    assert role_of(site, "bjorn@acme.example") == {"Acme": "agent", "Other": "reader"}


def test_who_was_deactivated_is_invited_back(site: Site, anna: Browser, browser: Opens) -> None:
    did(anna, f"/users/{site.world.bjorn}/remove", to="")
    assert browser().sign_in("bjorn@acme.example").status_code == 403
    did(anna, "/users/invite", address="bjorn@acme.example", role="agent")
    assert browser().sign_in("bjorn@acme.example").status_code == 303


def test_somebody_is_signed_out_everywhere_and_their_factor_removed(site: Site, anna: Browser, browser: Opens) -> None:
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    turn_on(site, "bjorn@acme.example")
    path = f"/users/{site.world.bjorn}"
    assert "signed out everywhere" in did(anna, f"{path}/sign-out")
    assert bjorn.get("/records").status_code == 303
    did(anna, f"{path}/second-factor")
    assert bjorn.sign_in("bjorn@acme.example", PASSWORD).headers["location"] == "/"
    html = refused(anna, f"{path}/second-factor")
    assert "has no second factor" in html


def test_a_company_demands_a_second_factor(site: Site, anna: Browser, browser: Opens) -> None:
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    turn_on(site)
    page = did(anna, "/users/second-factor", wanted="yes")
    assert bjorn.get("/records").headers["location"] == "/account/second-factor"
    undo(anna, page)
    assert bjorn.get("/records").status_code == 200


def test_users_are_searched(site: Site, anna: Browser) -> None:
    def names(query: str) -> list[str]:
        return re.findall(r'<a href="/users/\d+"><bdi>(.*?)</bdi>', anna.get(f"/users?{query}").text)

    assert names("") == ["Anna", "Björn", "Rolf"]
    assert (names("q=BJORN@"), names("role=reader"), names("q=bj&role=reader")) == (["Björn"], ["Rolf"], [])


def test_a_team_from_beginning_to_end(site: Site, anna: Browser) -> None:
    page = did(anna, "/teams/new", name="Sales")
    (number,) = re.findall(r'action="/teams/(\d+)/save"', page)
    page = did(anna, f"/teams/{number}/save", name="Sellers", member=["anna@acme.example", "bjorn@acme.example"])
    assert len(re.findall(r'name="member"[^>]* checked', page)) == 2
    assert "<bdi>Anna, Björn</bdi>" in anna.get("/teams").text
    undo(anna, page)
    assert "Sales" in anna.get("/teams").text and "▲ nobody" in anna.get("/teams").text
    assert "✕ Acme has a team Sales already" in refused(anna, "/teams/new", name="Sales")
    page = did(anna, f"/teams/{number}/remove", to="")
    assert site.store.teams.all(site.world.acme) == []
    undo(anna, page)
    assert [one.name for one in site.store.teams.all(site.world.acme)] == ["Sales"]


def test_a_team_that_owns_something_keeps_a_member_and_has_an_heir(site: Site, anna: Browser) -> None:
    assert isinstance(team.add(setup_of(site), "Sales", company="Acme", add_members=["bjorn@acme.example"]), Done)
    (sales,) = site.store.teams.all(site.world.acme)
    site.store.connection.execute("update record set owner_id = null, owner_team_id = :id", {"id": sales.id})
    html = refused(anna, f"/teams/{sales.id}/save", name="Sales", member=[])
    assert "would have no member" in html
    assert "✕ The team Sales owns records or aliases" in refused(anna, f"/teams/{sales.id}/remove", to="")
    did(anna, f"/teams/{sales.id}/remove", to="bjorn@acme.example")
    assert site.world.record("LEAD-1").owner == "Björn"


def test_companies_are_for_who_looks_after_all_of_them(site: Site, anna: Browser) -> None:
    assert anna.get("/companies").status_code == 404 and "Companies" not in anna.get("/users").text
    site.store.line.appoint(site.world.anna)
    page = did(anna, "/companies/new", name="Beta", language="sv")
    (number,) = re.findall(r'action="/companies/(\d+)/save', page)
    did(anna, f"/companies/{number}/save", name="Beta AB", language="en")
    found = site.store.companies.get(int(number))
    assert found is not None and (found.name, found.language) == ("Beta AB", "en")
    html = refused(anna, f"/companies/{number}/save", name="Acme", language="en")
    assert re.search(r'<div id="name-said"><p class="error">✕ There is a company Acme already', html)
    assert "There is a company Beta AB already" in refused(anna, "/companies/new", name="Beta AB")
    did(anna, f"/companies/{number}/second-factor", wanted="yes")
    assert "checked" in anna.get(f"/companies/{number}").text


def test_a_company_made_by_mistake_is_removed_on_its_page_with_undo(site: Site, anna: Browser) -> None:
    site.store.line.appoint(site.world.anna)
    made = did(anna, "/companies/new", name="Beta", language="sv")
    (number,) = re.findall(r'action="/companies/(\d+)/remove', made)
    page = did(anna, f"/companies/{number}/remove")
    assert "Company Beta removed" in page and anna.get(f"/companies/{number}").status_code == 404
    undo(anna, page)
    assert "It is empty" in anna.get(f"/companies/{number}").text
    # Undo of what made it: the bar of the page that said so.
    undo(anna, made)
    assert anna.get(f"/companies/{number}").status_code == 404
    assert "Company Beta removed" in anna.get("/history?installation=1").text
    acme = anna.get(f"/companies/{site.world.acme}").text
    assert "Email came to Acme" in acme and "/remove" not in acme
    html = refused(anna, f"/companies/{site.world.acme}/remove")
    assert "Email came to Acme" in html


def test_a_type_made_by_mistake_is_removed_on_its_page_with_undo(site: Site, anna: Browser) -> None:
    did(anna, "/record-types/new", record_type="visit", prefix="VISIT")
    page = did(anna, "/record-types/visit/remove")
    assert "Record type visit removed" in page and anna.get("/record-types/visit").status_code == 404
    undo(anna, page)
    assert "It is empty" in anna.get("/record-types/visit").text
    lead = anna.get("/record-types/lead").text
    assert "stand in emails; rename the type instead" in lead and "/record-types/lead/remove" not in lead
    assert "rename the type instead" in refused(anna, "/record-types/lead/remove")


def test_a_type_of_records_on_its_page(site: Site, anna: Browser) -> None:
    did(anna, "/record-types/new", record_type="visit", prefix="VISIT")
    states = {"state-0": "planned", "state-0-as": "open", "state-1-gone": "yes", "state-2-as": "closed"}
    field = {"field-new": "size", "field-new-kind": "choice", "field-new-choices": "small, large"}
    new = {"state-new": "done", "state-new-as": "closed"}
    page = did(anna, "/record-types/visit/save", name="visit", prefix="VIS", **states, **field, **new)
    kept = site.store.records.states(site.world.acme, "visit")
    assert [(one.name, one.counts_as) for one in kept] == [
        ("planned", "open"), ("closed", "closed"), ("done", "closed"),
    ]  # fmt: skip
    (size,) = site.store.record_types.fields(site.world.acme, "visit")
    assert (size.kind, size.choices) == ("choice", ("small", "large"))
    undo(anna, page)
    assert site.store.record_types.fields(site.world.acme, "visit") == []
    did(
        anna,
        "/record-types/visit/save",
        **{"name": "visit", "prefix": "VISIT", "field-new": "on", "field-new-kind": "date"},
    )
    did(anna, "/record-types/visit/save", **{"name": "call", "prefix": "VISIT", "field-0-gone": "yes"})
    assert site.store.record_types.fields(site.world.acme, "call") == []


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"state-0-gone": "yes"}, "Records are in the state open"),
        ({"state-2-as": "waiting"}, "The first state has to count as open"),
        ({"field-new": "size", "field-new-kind": "choice"}, "size: say what can be chosen"),
        ({"prefix": "ORDER"}, "Another type of Acme has the prefix ORDER"),
        ({"name": "A b"}, "A b is no name of a type"),
    ],
)
def test_a_type_that_cannot_be(anna: Browser, form: dict[str, str], said: str) -> None:
    html = refused(anna, "/record-types/lead/save", **{"name": "lead", "prefix": "LEAD", **form})
    assert f"✕ {said}" in html
    for name, value in form.items():
        assert value == "yes" or f'value="{value}"' in html, name
    assert "✕ Acme keeps records of type lead already" in refused(
        anna, "/record-types/new", record_type="lead", prefix="L"
    )


def test_many_people_cost_no_more_statements(site: Site, anna: Browser) -> None:
    def cost(path: str) -> int:
        counts = []
        for _ in range(12):
            site.statements()
            assert anna.get(path).status_code == 200
            counts.append(site.statements())
        return min(counts)

    assert isinstance(team.add(setup_of(site), "Sales", company="Acme", add_members=["bjorn@acme.example"]), Done)
    paths = ["/users", f"/users/{site.world.bjorn}", "/teams", "/teams/1", "/record-types/lead", "/account"]
    few = {path: cost(path) for path in paths}
    for number in range(20):
        address = f"p{number}@acme.example"
        assert isinstance(user.add(setup_of(site), address, company="Acme"), Done)
        people = [address, "bjorn@acme.example"]
        assert isinstance(team.add(setup_of(site), f"Team {number}", company="Acme", add_members=people), Done)
        assert isinstance(team.change(setup_of(site), "Sales", company="Acme", add_members=[address]), Done)
        site.store.sessions.add(f"browser {number}", site.world.anna, "csrf", 1, 10**15)
    many = {path: cost(path) for path in paths}
    assert many == few and max(many.values()) <= 25


def test_an_invitation_does_not_say_who_signs_in_elsewhere(
    site: Site, anna: Browser, browser: Callable[[], Browser]
) -> None:
    """Eva of Other and nobody at all, both invited to Acme: what Anna sees of the one she sees of the other."""

    def seen(address: str, name: str) -> tuple[str, ...]:
        led = anna.post("/users/invite", {"csrf": anna.csrf(), "address": address, "name": name, "role": "agent"})
        bar = anna.get(led.headers["location"]).text
        user = site.store.users.by_address(address)
        assert led.status_code == 303 and user is not None
        page = f"/users/{user.id}"
        answers = [bar, anna.get(page).text, anna.get(f"/history?subject={name}").text]
        answers.append(anna.post(f"{page}/invite", {"csrf": anna.csrf()}).text)
        answers += [anna.post(f"{page}/{act}", {"csrf": anna.csrf()}).text for act in ("sign-out", "second-factor")]
        gone = anna.post(f"{page}/remove", {"csrf": anna.csrf()})
        bar = anna.get(gone.headers["location"]).text
        act = re.search(r'class="bar".*?/history/(\d+)/undo', bar, re.S)
        assert act is not None
        anna.post(f"/history/{act[1]}/undo", {"csrf": anna.csrf()})
        answers += [bar, anna.get(page).text]
        anna.post(f"{page}/remove", {"csrf": anna.csrf()})
        return tuple(timeless(one.replace(address, "ADDRESS").replace(name, "NAME"), user.id) for one in answers)

    site.store.second_factors.begin(site.eva, "0.00", 1)
    known, unknown = seen("eva@other.example", "Kim"), seen("eve@nowhere.example", "Pat")
    # The bars stand on lists of everybody; all other answers are the same to the letter.
    assert known[1:6] == unknown[1:6] and known[7] == unknown[7]
    assert not [one for one in known if "Eva" in one or "they belong to other" in one.lower()]
    # Once she comes, she is who she is.
    anna.post("/users/invite", {"csrf": anna.csrf(), "address": "eva@other.example", "name": "Guest", "role": "agent"})
    assert "Eva" not in anna.get("/users").text
    eva = browser()
    eva.sign_in("eva@other.example")
    assert eva.get(f"/records?company={site.world.acme}").status_code == 200
    assert ">Eva<" in anna.get("/users").text and "Guest" not in anna.get("/users").text


def timeless(html: str, user: int) -> str:
    """Return a page without numbers that count on, and moments."""
    html = re.sub(rf"/users/{user}\b", "/users/N", html)
    html = re.sub(r"/history/\d+/undo", "/history/N/undo", html)
    return re.sub(r'<time[^>]*>[^<]*</time>|done=\d+|name="csrf" value="[^"]*"', "", html)
