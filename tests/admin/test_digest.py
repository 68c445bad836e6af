"""A digest is chosen in the settings and stopped with one press, by its link alone."""

from __future__ import annotations

from tests.admin.conftest import Browser, Site
from tests.admin.test_separation import Opens
from weftmail.core.tokens import unsubscribe

FORM = {"name": "Anna", "prefers": "email", "language": "en", "time_zone": "", "digests": "yes"}


def chosen(site: Site) -> tuple[str, int]:
    found = site.store.users.get(site.world.anna)
    assert found is not None
    return found.digest, found.digest_hour


def test_it_is_chosen_in_the_settings(site: Site, anna: Browser) -> None:
    assert "Digest by email" in anna.get("/account").text
    answer = anna.post("/account/save", {**FORM, "csrf": anna.csrf(), "digest": "week", "digest_hour": "16"})
    assert answer.status_code == 303 and chosen(site) == ("week", 16)
    page = anna.get("/account").text
    assert '<option value="week" selected>each Monday</option>' in page and '<option value="16" selected>16:00' in page
    for wrong in ({"digest": "hourly", "digest_hour": "7"}, {"digest": "day", "digest_hour": "x"}):
        assert anna.post("/account/save", {**FORM, "csrf": anna.csrf(), **wrong}).status_code == 422
    assert chosen(site) == ("week", 16)


def test_one_press_stops_it_without_signing_in(site: Site, anna: Browser, browser: Opens) -> None:
    anna.post("/account/save", {**FORM, "csrf": anna.csrf(), "digest": "day", "digest_hour": "7"})
    stranger = browser()
    link = f"/digest/off/{unsubscribe.mint(site.installation.keyring, site.world.anna)}"
    assert "Stop the digest?" in stranger.get(link).text and chosen(site) == ("day", 7), "looking stops nothing"
    done = stranger.client.post(link, data={"List-Unsubscribe": "One-Click"}, headers={"sec-fetch-site": "cross-site"})
    assert done.status_code == 200 and "You get no more digests" in done.text and chosen(site) == ("none", 7)
    assert stranger.client.post(link).status_code == 200
    for wrong in ("x", link.rpartition("/")[2] + "x", "0.99.x"):
        for ask in (stranger.get, stranger.client.post):
            answer = ask(f"/digest/off/{wrong}")
            assert answer.status_code == 404 and "Anna" not in answer.text
    (row,) = site.store.audit.all(most=1)
    assert (row.act, row.actor) == ("user.set", "Anna")
