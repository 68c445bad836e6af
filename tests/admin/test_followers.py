"""Followers, participants, mentions and notes on the page: by forms alone, and by two people with a keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.admin.chromium import served, two_chromiums, typed_words
from tests.admin.conftest import PASSWORD, Browser, Site
from tests.admin.test_browser import enter

LEAD = "/records/LEAD-1"
Opens = Callable[[], Browser]


@pytest.fixture
def lead(site: Site) -> Site:
    """LEAD-1 with Carl Lund, who is an agent and follows nothing, and the team Sales of Björn."""
    world, store = site.world, site.store
    carl = store.users.add("Carl Lund", "carl@acme.example", 1, prefers="inbox")
    store.users.join(world.acme, carl, "agent")
    sales = store.teams.add(world.acme, "Sales", 1)
    store.teams.join(world.acme, sales, world.bjorn)
    return site


def carl(site: Site) -> int:
    found = site.store.users.by_address("carl@acme.example")
    assert found is not None
    return found.id


def post(browser: Browser, path: str, **fields: str) -> Any:
    return browser.post(f"{LEAD}{path}", {"csrf": browser.csrf(), **fields})


def following(site: Site) -> dict[str, Any]:
    record = site.world.record("LEAD-1")
    return {one.name: one for one in site.store.records.followers(record.company_id, record.id)}


def test_followers_are_added_chosen_for_muted_and_removed_with_undo(lead: Site, anna: Browser) -> None:
    for who in ("Carl", "Sales"):
        done = post(anna, "/followers", act="add", who=who)
        assert done.status_code == 303 and "/undo" in anna.get(done.headers["location"]).text
    assert set(following(lead)) == {"Anna", "Carl Lund", "Björn"}
    user = str(carl(lead))
    post(anna, "/followers", act="set", user=user, messages="yes", changes="yes")
    assert following(lead)["Carl Lund"].hears == {"messages", "changes"}
    assert "messages, changes" in anna.get(LEAD).text
    post(anna, "/followers", act="mute", user=str(lead.world.anna))
    assert following(lead)["Anna"].muted_at is not None and ">muted<" in anna.get(LEAD).text
    post(anna, "/followers", act="unmute", user=str(lead.world.anna))
    assert following(lead)["Anna"].muted_at is None
    refused = post(anna, "/followers", act="mute", user=user)
    assert refused.status_code == 422
    post(anna, "/followers", act="remove", user=user)
    assert "Carl Lund" not in following(lead)


@pytest.mark.parametrize("who", ["Nobody", "nobody@acme.example", "eva@other.example", "Carl Smith"])
def test_who_is_no_colleague_is_refused_beside_the_field_and_what_was_typed_stays(
    lead: Site, anna: Browser, who: str
) -> None:
    page = post(anna, "/followers", act="add", who=who)
    assert page.status_code == 422 and f'value="{who}"' in page.text
    assert f"Nobody in Acme is called {who}" in page.text and "Eva" not in page.text.replace(who, "")
    assert post(anna, "/followers", act="add", user=str(lead.eva)).status_code == 404
    assert post(anna, "/followers", act="burn").status_code == 404


def test_participants_come_go_and_get_the_right_address(lead: Site, anna: Browser) -> None:
    def people() -> list[str | None]:
        record = lead.world.record("LEAD-1")
        return [one.address for one in lead.store.records.participants(record.company_id, record.id)]

    post(anna, "/participants", act="add", participant="Nils <nils@new.example>")
    assert people() == ["karin@customer.example", "nils@new.example"]
    wrong = post(anna, "/participants", act="correct", address="nils@new.example", new_address="nils")
    assert wrong.status_code == 422 and 'value="nils"' in wrong.text
    post(anna, "/participants", act="correct", address="nils@new.example", new_address="n@new.example")
    done = post(anna, "/participants", act="remove", address="karin@customer.example")
    assert "reply addresses revoked" in anna.get(done.headers["location"]).text
    assert people() == ["n@new.example"]
    refused = post(anna, "/participants", act="add", participant="bjorn@acme.example")
    assert refused.status_code == 422 and "is a colleague" in refused.text


def test_a_note_mentions_and_who_was_told_can_be_made_a_follower(lead: Site, anna: Browser) -> None:
    form = {**anna.form(LEAD), "kind": "note", "text": "@Carl: is it in stock?"}
    anna.post(f"{LEAD}/write", form)
    page = anna.get(LEAD).text
    assert "Carl Lund notified" in page and "Add as follower" in page
    post(anna, "/followers", act="add", user=str(carl(lead)))
    assert "Carl Lund notified" not in anna.get(LEAD).text
    look = anna.post(f"{LEAD}/write", {**anna.form(LEAD), "kind": "look", "tab": "note", "text": "@Björn"})
    assert 'Björn <span class="kind">inbox</span>' in look.text and 'value="note" checked' in look.text
    wrong = anna.post(f"{LEAD}/write", {**anna.form(LEAD), "text": "Yes", "mention": "Zoe"})
    assert wrong.status_code == 422 and 'value="Zoe"' in wrong.text and "Nobody in Acme is called Zoe" in wrong.text
    anna.post(f"{LEAD}/write", {**anna.form(LEAD), "text": "Yes", "mention": "björn, "})
    last = [one for one in lead.world.thread("LEAD-1") if one.kind == "post"][-1]
    names = {one.name for one in lead.store.messages.deliveries(lead.world.acme, last.id) if one.mentioned}
    assert names == {"Björn"}


def test_a_note_is_edited_and_deleted_by_its_author_and_read_as_it_was_by_admins(
    lead: Site, anna: Browser, browser: Opens
) -> None:
    anna.post(f"{LEAD}/write", {**anna.form(LEAD), "kind": "note", "text": "Teak is out"})
    assert "Teak is out" in anna.get(f"{LEAD}/2/edit").text
    assert post(anna, "/2/edit/save", text=" ").status_code == 422
    done = post(anna, "/2/edit/save", text="Oak is out")
    page = anna.get(done.headers["location"].partition("#")[0]).text
    assert "Oak is out" in page and "Edited" in page and "edited internal note 2" in page and "/undo" in page
    assert "Teak is out" in anna.get(f"{LEAD}/2/versions").text
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    assert (bjorn.get(f"{LEAD}/2/edit").status_code, bjorn.get(f"{LEAD}/2/versions").status_code) == (303, 404)
    assert post(bjorn, "/2/edit/save", text="x").status_code == 422
    post(bjorn, "/2/delete")
    assert lead.world.thread("LEAD-1")[1].deleted_at is None
    post(anna, "/2/delete")
    assert "This note was deleted." in anna.get(LEAD).text and "Oak is out" not in anna.get(LEAD).text
    assert anna.get(f"{LEAD}/2/text").status_code == 404
    post(anna, "/2/versions/erase")
    assert "There is no earlier text." in anna.get(f"{LEAD}/2/versions").text


def test_a_reader_changes_nothing_and_is_offered_nothing(lead: Site, browser: Opens) -> None:
    rolf = browser()
    rolf.sign_in("rolf@acme.example")
    page = rolf.get(LEAD).text
    assert not any(word in page for word in ("Add follower", "Add participant", "/followers", "data-colleagues"))
    assert rolf.get(f"{LEAD}/colleagues?q=c").status_code == 404


def test_colleagues_and_teams_are_offered_by_how_they_begin(lead: Site, anna: Browser) -> None:
    assert anna.get(f"{LEAD}/colleagues?q=lu").json() == [["Carl Lund", "Carl Lund", "carl@acme.example"]]
    assert anna.get(f"{LEAD}/colleagues?q=sa&teams=1").json() == [["Sales", "Sales", "Team"]]
    assert [one[1] for one in anna.get(f"{LEAD}/colleagues?q=").json()] == ["Anna", "Björn", "Carl Lund", "Rolf"]


def test_two_people_one_mentions_the_other_with_the_keyboard(lead: Site, tmp_path: Path) -> None:
    from tests.admin.conftest import CHEAP

    lead.store.users.set_password(carl(lead), CHEAP.hash(PASSWORD))
    with served(lead.app) as home, two_chromiums(tmp_path) as (hers, his):
        anna, carls = hers.new_page(), his.new_page()
        enter(anna, lead, home)
        anna.goto(f"{home}{LEAD}")
        anna.get_by_text("Log internal note").first.click()
        anna.locator(".editor #text").press_sequentially("Look, @lu")
        anna.wait_for_selector("#colleagues-offered li[aria-selected=true]")
        anna.keyboard.press("Enter")
        assert typed_words(anna) == "Look, @Carl Lund "
        anna.locator("button.lognote").click()
        anna.wait_for_selector("text=Carl Lund notified")
        anna.get_by_role("button", name="Add as follower").click()
        anna.wait_for_selector("text=added Carl Lund as a follower")
        assert lead.store.inbox.unread(lead.world.acme, carl(lead)) >= 1
        carls.goto(f"{home}/sign-in")
        carls.fill("[name=address]", "carl@acme.example")
        carls.fill("[name=password]", PASSWORD)
        carls.keyboard.press("Enter")
        carls.wait_for_selector("form.me")
        carls.goto(f"{home}{LEAD}")
        carls.wait_for_selector("text=Look, @Carl Lund")
        carls.wait_for_selector("form.me a >> text=Carl Lund")
        assert anna.locator("form.me a").inner_text() == "Anna", "she is signed in still, in a browser of her own"
        assert lead.store.inbox.unread(lead.world.acme, carl(lead)) == 0
