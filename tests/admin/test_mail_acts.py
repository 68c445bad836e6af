"""What the links of a notification open: a page that shows, and one POST by whoever is signed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.admin.conftest import Browser, Site

Opens = Callable[[], Browser]
PRESSES = ("assign", "note", "mute")


def link(press: str) -> str:
    return f"/records/LEAD-1/1/mail/{press}"


def stands(site: Site) -> tuple[Any, ...]:
    """What an act would change: the record, who follows it, and its conversation; not who has read it."""
    record = site.world.record("LEAD-1")
    return (
        replace(record, changed_at=0),
        [*site.store.records.followers(record.company_id, record.id)],
        [one.text for one in site.world.thread("LEAD-1")],
        len(site.store.audit.all(most=100)),
    )


@pytest.mark.parametrize("press", PRESSES)
def test_looking_changes_nothing(site: Site, anna: Browser, press: str) -> None:
    site.store.records.set(replace(site.world.record("LEAD-1"), owner_id=site.world.bjorn), 1)
    before = stands(site)
    page = anna.get(link(press))
    assert page.status_code == 200 and "LEAD-1" in page.text and "Quote for 40 chairs" in page.text
    assert f'action="{link(press)}/do"' in page.text
    assert anna.client.head(link(press)).status_code in (200, 405)
    assert stands(site) == before


@pytest.mark.parametrize("press", PRESSES)
def test_a_mere_bearer_can_do_nothing(site: Site, browser: Opens, press: str) -> None:
    before, stranger = stands(site), browser()
    pressed = stranger.client.post(f"{link(press)}/do", data={"csrf": "x"}, follow_redirects=False)
    for answer in (stranger.get(link(press)), pressed):
        assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    assert stands(site) == before


def test_who_is_not_signed_in_comes_back_after_it(site: Site, browser: Opens) -> None:
    stranger = browser()
    first = stranger.get(f"{link('mute')}?company={site.world.acme}")
    assert (
        first.headers["location"]
        == f"/sign-in?next=%2Frecords%2FLEAD-1%2F1%2Fmail%2Fmute%3Fcompany%3D{site.world.acme}"
    )


def test_another_page_cannot_press(site: Site, anna: Browser) -> None:
    before = stands(site)
    for fields, headers in (
        ({"csrf": "x"}, {}),
        ({"csrf": anna.csrf()}, {"sec-fetch-site": "cross-site"}),
    ):
        assert anna.client.post(f"{link('assign')}/do", data=fields, headers=headers).status_code == 403
    assert stands(site) == before


def test_it_is_assigned_to_whoever_presses(site: Site, anna: Browser, browser: Opens) -> None:
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    done = bjorn.post(f"{link('assign')}/do", {"csrf": bjorn.csrf()})
    assert done.headers["location"].startswith("/records/LEAD-1?at=1&done=") and done.headers["location"].endswith(
        "#m1"
    )
    assert site.world.record("LEAD-1").owner_id == site.world.bjorn
    assert "/undo" in bjorn.get(done.headers["location"]).text
    assert "It is assigned to you already." in bjorn.get(link("assign")).text
    assert "It is assigned to Björn now." in anna.get(link("assign")).text


def test_an_internal_reply_is_a_note_that_answers_the_message(site: Site, anna: Browser) -> None:
    record = site.world.record("LEAD-1")
    site.store.records.follow(record.company_id, record.id, site.world.bjorn, 1)
    assert "It stays internal: Björn." in anna.get(link("note")).text
    empty = anna.post(f"{link('note')}/do", {"csrf": anna.csrf(), "text": " "})
    assert empty.status_code == 422 and 'class="error"' in empty.text
    anna.post(f"{link('note')}/do", {"csrf": anna.csrf(), "text": "We have 40."})
    first, *_, note = site.world.thread("LEAD-1")
    assert (note.kind, note.public, note.text, note.answers_id) == ("note", False, "We have 40.", first.id)


def test_muted_and_left_with_undo(site: Site, anna: Browser) -> None:
    record = site.world.record("LEAD-1")

    def mine() -> Any:
        people = site.store.records.followers(record.company_id, record.id)
        return next((one for one in people if one.user_id == site.world.anna), None)

    anna.post(f"{link('mute')}/do", {"csrf": anna.csrf()})
    assert mine().muted_at is not None
    page = anna.get(link("mute")).text
    assert "You have muted this record." in page and f"{link('unfollow')}/do" in page
    done = anna.post(f"{link('unfollow')}/do", {"csrf": anna.csrf()})
    assert mine() is None and "/undo" in anna.get(done.headers["location"]).text
    assert "You do not follow this record." in anna.get(link("mute")).text
    again = anna.post(f"{link('unfollow')}/do", {"csrf": anna.csrf()})
    assert again.status_code == 422 and 'role="alert"' in again.text


def test_all_records_of_the_type_are_left_with_undo(site: Site, anna: Browser) -> None:
    assert "leave/do" not in anna.get(link("mute")).text, "there is no other one"
    site.world.deliver(site.world.mail(), "leads@acme.example")
    page = anna.get(link("mute")).text
    assert "Unfollow all 2 records of the type lead" in page
    done = anna.post(f"{link('leave')}/do", {"csrf": anna.csrf()})
    for label in ("LEAD-1", "LEAD-2"):
        record = site.world.record(label)
        assert site.store.records.followers(record.company_id, record.id) == []
    assert "/undo" in anna.get(done.headers["location"]).text
    assert anna.get(link("leave")).status_code == 404


def test_a_reader_sees_that_there_is_nothing_to_press(site: Site, browser: Opens) -> None:
    rolf = browser()
    rolf.sign_in("rolf@acme.example")
    for press in PRESSES:
        page = rolf.get(link(press))
        assert "You have read-only access" in page.text and "/do" not in page.text
        assert rolf.post(f"{link(press)}/do", {"csrf": rolf.csrf()}).status_code == 404


def test_only_what_there_is_can_be_pressed(site: Site, anna: Browser) -> None:
    for path in (link("unfollow"), link("burn"), "/records/LEAD-1/99/mail/mute", "/records/LEAD-99/1/mail/mute"):
        assert anna.get(path).status_code == 404
    assert anna.post(f"{link('burn')}/do", {"csrf": anna.csrf()}).status_code == 404
