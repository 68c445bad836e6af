"""Users and their memberships: who signs in, where, and as what."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import company, membership, undo, user
from weftmail.flow.setup.act import FieldChange
from weftmail.flow.setup.membership import Left
from weftmail.flow.setup.user import Joined, SignInLink

EVA = "eva@office.example"


def test_a_user_is_an_agent_who_prefers_email_unless_told_otherwise(office: Office) -> None:
    made = office.did(user.add(office.setup, "Eva@Office.Example"))
    assert isinstance(made, Joined)
    assert (made.subject, made.address, made.company) == ("Eva", EVA, "Acme")
    assert {name: made.now[name] for name in ("name", "addresses", "memberships", "prefers", "language", "active")} == {
        "name": "Eva",
        "addresses": [EVA],
        "memberships": [{"company": "Acme", "role": "agent"}],
        "prefers": "email",
        "language": "en",
        "active": True,
    }


def test_a_user_who_is_there_joins_one_more_company_and_stays_as_they_are(office: Office) -> None:
    office.did(user.add(office.setup, EVA, name="Eva Berg", role="reader", prefers="inbox"))
    office.did(company.add(office.setup, "Beta"))
    made = office.did(user.add(office.setup, EVA, company="Beta", name="Somebody", role="admin"))
    assert made.now["name"] == "Eva Berg"
    assert made.changes == (FieldChange("memberships", "", "Beta admin"),)


def test_a_user_can_prefer_a_channel_that_was_added(office: Office) -> None:
    office.setup.store.connection.execute("insert into channel (name) values ('pigeon')")
    assert office.did(user.add(office.setup, EVA, prefers="pigeon")).now["prefers"] == "pigeon"
    changed = office.did(user.change(office.setup, EVA, prefers="inbox"))
    assert changed.changes == (FieldChange("prefers", "pigeon", "inbox"),)


def test_a_user_has_the_language_of_the_company_unless_told_otherwise(office: Office) -> None:
    office.did(company.change(office.setup, "Acme", language="sv"))
    assert office.did(user.add(office.setup, EVA, time_zone="Europe/Stockholm")).now["language"] == "sv"
    assert office.did(user.add(office.setup, "e@office.example", language="en")).now["language"] == "en"


def test_what_is_not_given_stays(office: Office) -> None:
    office.did(user.add(office.setup, EVA, name="Eva"))
    changed = office.did(user.change(office.setup, EVA, name="Eva Berg", role="admin"))
    assert changed.changes == (
        FieldChange("name", "Eva", "Eva Berg"),
        FieldChange("memberships", "Acme agent", "Acme admin"),
    )
    changed = office.did(user.change(office.setup, EVA, prefers="inbox", language="en", time_zone="Europe/Stockholm"))
    assert changed.changes == (
        FieldChange("prefers", "email", "inbox"),
        FieldChange("time_zone", "", "Europe/Stockholm"),
    )
    assert office.did(user.change(office.setup, EVA, time_zone="")).now["time_zone"] == ""
    changed = office.did(user.change(office.setup, EVA, add_addresses=["e@home.example"], remove_addresses=[EVA]))
    assert changed.changes == (FieldChange("addresses", EVA, "e@home.example"),)


def test_who_leaves_the_last_company_is_deactivated_and_signed_out(office: Office) -> None:
    office.did(user.add(office.setup, EVA))
    office.did(company.add(office.setup, "Beta"))
    office.did(user.add(office.setup, EVA, company="Beta"))
    eva = office.store.users.by_address(EVA)
    assert eva is not None
    office.store.sessions.add("browser", eva.id, "csrf", 1, 10**15)
    left = office.did(membership.leave(office.setup, EVA, "Beta"))
    assert isinstance(left, Left)
    assert (left.left, left.now) == (("Beta",), {"id": eva.id, "user": "Eva", "company": "Beta", "role": None})
    assert office.store.sessions.visitor("browser", 2) is not None
    gone = office.did(user.remove(office.setup, EVA))
    assert isinstance(gone, Left)
    assert (gone.left, gone.now["active"], gone.now["memberships"]) == (("Acme",), False, [])
    assert office.store.sessions.visitor("browser", 2) is None
    assert office.refused(user.sign_in_link(office.setup, EVA, "token")) == ("address", "user_inactive")
    back = office.did(user.change(office.setup, EVA, activate=True, role="agent", company="Acme"))
    assert back.now["active"] is True


@pytest.mark.parametrize(
    ("address", "values", "said"),
    [
        ("anna@acme.example", {}, ("address", "user_there")),
        ("eva", {}, ("address", "address_malformed")),
        ("leads@acme.example", {}, ("address", "user_address_ours")),
        ("reply@acme.example", {}, ("address", "user_address_ours")),
        (EVA, {"name": "E\nX"}, ("name", "text_break")),
        (EVA, {"role": "owner"}, ("role", "no_such_choice")),
        (EVA, {"prefers": "pigeon"}, ("prefers", "no_such_choice")),
        (EVA, {"language": "xx"}, ("language", "no_such_choice")),
        (EVA, {"time_zone": "Europe/Atlantis"}, ("time_zone", "no_such_time_zone")),
        (EVA, {"company": "Beta"}, ("company", "no_such_company")),
    ],
)
def test_users_that_cannot_be(office: Office, address: str, values: dict[str, Any], said: tuple[str, str]) -> None:
    assert office.refused(user.add(office.setup, address, **values)) == said
    assert office.store.users.by_address(EVA) is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, ("", "nothing_to_change")),
        ({"role": "agent"}, ("role", "only_admin")),
        ({"add_addresses": ["bjorn@acme.example"]}, ("add_addresses", "user_address_taken")),
        ({"add_addresses": ["leads@acme.example"]}, ("add_addresses", "user_address_ours")),
        ({"remove_addresses": ["anna@acme.example"]}, ("remove_addresses", "only_address")),
        ({"remove_addresses": ["bjorn@acme.example"]}, ("remove_addresses", "not_their_address")),
    ],
)
def test_changes_that_cannot_be(office: Office, values: dict[str, Any], said: tuple[str, str]) -> None:
    assert office.refused(user.change(office.setup, "anna@acme.example", **values)) == said


def test_a_company_keeps_an_admin(office: Office) -> None:
    assert office.refused(user.remove(office.setup, "anna@acme.example")) == ("role", "only_admin")
    assert office.refused(membership.leave(office.setup, "anna@acme.example", "Acme")) == ("role", "only_admin")
    office.did(user.change(office.setup, "bjorn@acme.example", role="admin"))
    office.did(user.change(office.setup, "anna@acme.example", role="reader"))


def test_nobody_leaves_a_company_that_is_not_theirs(office: Office) -> None:
    office.did(company.add(office.setup, "Beta"))
    said = office.refused(membership.leave(office.setup, "bjorn@acme.example", "Beta"))
    assert said == ("company", "no_member_but")


def test_a_link_signs_in_once_within_ten_minutes(office: Office) -> None:
    made = office.did(user.sign_in_link(office.setup, "anna@acme.example", "a-token"))
    assert isinstance(made, SignInLink)
    assert made.token == "a-token"
    now = office.world.clock()
    sessions = office.store.sessions
    assert sessions.link_user("a-token", now + 11 * 60_000) is None
    assert sessions.use_link("a-token", now) == office.world.anna
    assert sessions.use_link("a-token", now) is None
    assert all("a-token" not in row.became for row in office.store.audit.all())


def test_a_new_password_signs_browsers_out(office: Office) -> None:
    office.store.sessions.add("browser", office.world.anna, "csrf", 1, 10**15)
    address, hashes = "anna@acme.example", []

    def hashed(password: str) -> str:
        hashes.append(password)
        return f"hash of {len(password)}"

    made = office.did(user.set_password(office.setup, address, "otter-velvet-march-nine", hashed))
    assert made.changes == (FieldChange("password", "none", "new"),)
    assert office.store.users.password(office.world.anna) == "hash of 23"
    assert office.store.sessions.visitor("browser", 2) is None
    again = office.did(user.set_password(office.setup, address, "otter-velvet-march-ten", hashed))
    assert again.was == {"password": "set"}
    assert office.refused(user.set_password(office.setup, address, "short", hashed)) == ("password", "password_short")
    assert hashes == ["otter-velvet-march-nine", "otter-velvet-march-ten"]


def appointed(office: Office, address: str) -> bool:
    found = office.store.users.by_address(address)
    return found is not None and found.id in {one.user_id for one in office.store.line.installation()}


def test_an_installation_has_an_admin_who_is_active_at_all_times(office: Office) -> None:
    office.did(company.add(office.setup, "Beta"))
    for address in (EVA, "olof@office.example"):
        office.did(user.add(office.setup, address, company="Beta"))
    already = [one.user_id for one in office.store.line.installation()]
    office.did(user.change(office.setup, EVA, installation_admin=True))
    assert appointed(office, EVA)
    for one in already:
        office.store.line.dismiss(one)
    assert office.refused(user.change(office.setup, EVA, installation_admin=False)) == (
        "address",
        "only_installation_admin",
    )
    assert office.refused(membership.leave(office.setup, EVA, "Beta"))[1] == "only_installation_admin"
    assert office.refused(user.remove(office.setup, EVA))[1] == "only_installation_admin"
    office.did(user.change(office.setup, "olof@office.example", installation_admin=True))
    changed = office.did(user.change(office.setup, EVA, installation_admin=False))
    assert changed.changes == (FieldChange("installation_admin", "yes", "no"),)
    assert not appointed(office, EVA) and appointed(office, "olof@office.example")


def test_who_is_not_active_is_put_in_charge_of_nothing(office: Office) -> None:
    office.did(user.add(office.setup, EVA))
    office.did(user.remove(office.setup, EVA))
    assert office.refused(user.change(office.setup, EVA, installation_admin=True)) == (
        "installation_admin",
        "user_inactive",
    )
    assert not appointed(office, EVA)


def test_what_also_reaches_them_by_email_is_chosen_by_kind_and_taken_back(office: Office) -> None:
    office.did(user.add(office.setup, EVA))
    done = office.did(user.change(office.setup, EVA, email_for=["held", "assigned"]))
    assert done.now["email_for"] == ["assigned", "held"]
    assert office.did(user.change(office.setup, EVA, email_for=[])).now["email_for"] == []
    back = office.did(undo.undo(office.setup, office.did(user.change(office.setup, EVA, email_for=["note"])).trace))
    assert back.now["email_for"] == []
    refused = user.change(office.setup, EVA, email_for=["pigeons"])
    assert isinstance(refused, Refusal)
    assert (refused.field, refused.code) == ("email_for", "no_such_choice")
