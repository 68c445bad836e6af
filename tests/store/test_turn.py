"""Turns and exemptions in the store, on both dialects."""

from __future__ import annotations

from tests.store.conftest import Office
from weftmail.core.routing.turns import Turn

NOW = 1_800_000_000_000


def came(office: Office, *, waiting: bool = True, mails: int = 1) -> None:
    office.store.turns.came(office.acme, [Turn("a@x.example", "alias 3", waiting, "", mails, NOW, 0, 0)], NOW)


def turn(office: Office) -> Turn:
    (found,) = office.store.turns.of(office.acme, ["a@x.example", "b@x.example"], ["alias 3", "record 1"])
    return found


def test_only_who_waits_makes_a_turn(office: Office) -> None:
    came(office)
    for later in range(3):
        office.store.turns.went(office.acme, ["a@x.example", "c@x.example"], ["record 9", "alias 3"], NOW + later)
    assert (turn(office).waiting, turn(office).times) == (False, str(NOW))
    office.store.turns.went(office.acme, ["a@x.example"], ["record 9"], NOW + 5)
    came(office, mails=2)
    office.store.turns.went(office.acme, ["a@x.example"], ["alias 3"], NOW + 9)
    assert (turn(office).times, turn(office).mails) == (f"{NOW}{NOW + 9}", 2)


def test_the_last_twenty_are_kept(office: Office) -> None:
    for number in range(25):
        came(office)
        office.store.turns.went(office.acme, ["a@x.example"], ["alias 3"], NOW + number)
    times = turn(office).times
    assert (len(times), times[:13], times[-13:]) == (260, str(NOW + 5), str(NOW + 24))


def test_another_company_has_its_own(office: Office) -> None:
    came(office)
    other = office.store.companies.add("Other", 1)
    assert office.store.turns.of(other, ["a@x.example"], ["alias 3"]) == []


def test_what_is_quiet_goes_and_an_alarm_is_remembered_for_longer(office: Office) -> None:
    came(office)
    alarmed = Turn("b@x.example", "alias 3", False, "", 201, NOW, 0, NOW)
    office.store.turns.came(office.acme, [alarmed], NOW)
    office.store.turns.hold(office.acme, ["a@x.example"], ["alias 3"], NOW + 10)
    office.store.turns.expire(NOW + 5, NOW)
    assert office.store.turns.of(office.acme, ["a@x.example"], ["alias 3"])[0].held_at == NOW + 10
    office.store.turns.expire(NOW + 50, NOW)
    assert [one.who for one in office.store.turns.of(office.acme, ["a@x.example", "b@x.example"], ["alias 3"])] == [
        "b@x.example"
    ]
    office.store.turns.expire(NOW + 50, NOW + 50)
    assert office.store.turns.of(office.acme, ["b@x.example"], ["alias 3"]) == []


def test_exemptions(office: Office) -> None:
    assert office.store.exemptions.add(office.acme, "@x.example", NOW)
    assert not office.store.exemptions.add(office.acme, "@x.example", NOW)
    assert office.store.exemptions.covers(office.acme, ["a@x.example", "@x.example"])
    assert not office.store.exemptions.covers(office.acme, ["a@y.example", "@y.example"])
    assert [one.address for one in office.store.exemptions.all()] == ["@x.example"]
    assert office.store.exemptions.remove(office.acme, "@x.example")
    assert not office.store.exemptions.remove(office.acme, "@x.example")
