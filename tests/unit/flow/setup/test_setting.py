"""Settings that may be changed while everything runs: set, out of range, back to the default, undone."""

from __future__ import annotations

from dataclasses import fields

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.cli.config import Config
from weftmail.core.wording import acts
from weftmail.core.wording.sentences import say
from weftmail.core.wording.settings import SETTINGS
from weftmail.flow.running import NOTICES, PAUSED, RUNNING, SESSION, RunningSetting, number
from weftmail.flow.setup import setting, undo


def test_every_setting_says_what_it_means() -> None:
    assert {*SETTINGS} == {f"setting.{one}" for one in (*(key.name for key in fields(Config)), *RUNNING)}


def test_one_is_set_and_brought_back_to_its_default(office: Office) -> None:
    assert number(office.store, NOTICES) == 15
    done = office.did(setting.change(office.setup, "notices_apart", " 30 "))
    assert (done.subject, done.was, done.now, number(office.store, NOTICES)) == (
        "notices_apart",
        {"value": 15},
        {"value": 30},
        30,
    )
    office.did(setting.change(office.setup, "notices_apart", ""))
    assert number(office.store, NOTICES) == 15 and office.store.settings.get("notices_apart") is None


@pytest.mark.parametrize("value", ["14", "1441", "-20", "x", "15.5", "²", "1" * 30])
def test_what_is_no_number_within_its_bounds_is_refused(office: Office, value: str) -> None:
    assert office.refused(setting.change(office.setup, "notices_apart", value)) == (
        "notices_apart",
        "number_out_of_range",
    )
    assert number(office.store, NOTICES) == 15


def test_an_unknown_name_is_refused(office: Office) -> None:
    assert office.refused(setting.change(office.setup, "state", "x")) == ("name", "no_such_choice")


@pytest.mark.parametrize("kept", ["", "x", "99999", "²"])
def test_what_stands_in_the_store_and_does_not_fit_is_the_default(office: Office, kept: str) -> None:
    office.store.settings.put("session_days", kept)
    assert number(office.store, SESSION) == SESSION.default


def test_a_change_is_undone_as_long_as_it_stands(office: Office) -> None:
    first = office.did(setting.change(office.setup, "session_days", "30"))
    office.did(undo.undo(office.setup, first.trace))
    assert number(office.store, SESSION) == 14
    second = office.did(setting.change(office.setup, "session_days", "20"))
    office.did(setting.change(office.setup, "session_days", "21"))
    assert office.refused(undo.undo(office.setup, second.trace)) == ("", "changed_since")


def test_a_switch_is_off_or_on() -> None:
    assert RunningSetting("x", 0, 0, 1).switch and not SESSION.switch


@pytest.mark.parametrize(("value", "kept"), [("on", 1), ("Yes", 1), ("1", 1), ("OFF", 0), ("no", 0), ("0", 0)])
def test_a_switch_is_turned_by_its_words_and_says_what_it_does(office: Office, value: str, kept: int) -> None:
    office.store.settings.put("sending_paused", str(1 - kept))
    done = office.did(setting.change(office.setup, "sending_paused", value))
    assert number(office.store, PAUSED) == kept
    said = say(acts.done(done.act, done.subject, done.was, done.now))
    assert said == ("Sending is paused" if kept else "Sending is resumed")


@pytest.mark.parametrize("value", ["maybe", "2", "-1"])
def test_a_switch_is_on_or_off(office: Office, value: str) -> None:
    refused = office.refused(setting.change(office.setup, "sending_paused", value))
    assert refused == ("sending_paused", "neither_on_nor_off")
