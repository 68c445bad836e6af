"""The outbox on a page: states with the server's words, what can be done with a copy, and the pause that all see."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.admin.conftest import Browser, Site
from weftmail.flow.post import Draft, post

Opens = Callable[[], Browser]
CANARY = "<script>alert(1)</script>"


@pytest.fixture
def answer(site: Site) -> int:
    """The number of the copy that takes Anna's answer to Karin."""
    anna = site.store.users.get(site.world.anna)
    assert anna is not None
    post(site.store, site.installation, site.world.record("LEAD-1"), anna, Draft(text="Yes", subject=CANARY))
    (copy_id,) = [one.row.id for one in site.store.listings.outbox() if one.row.audience == "outsider"]
    return copy_id


def failed(site: Site, copy_id: int) -> None:
    """Let the mail server have refused a copy."""
    now = site.world.clock() + 1
    site.store.outbox.claim("sender", now, now + 1, 50)
    site.store.outbox.settle(copy_id, "sender", "failed", f"550 5.1.1 no such user {CANARY}", 0, now)


def state(site: Site, copy_id: int) -> str:
    return site.store.outbox.state(site.world.acme, copy_id)


def test_each_copy_stands_there_with_the_words_of_the_server(site: Site, anna: Browser, answer: int) -> None:
    failed(site, answer)
    page = anna.get("/outbox?state=failed").text
    assert "550 5.1.1 no such user" in page and "karin@customer.example" in page and "LEAD-1" in page
    assert CANARY not in page and "&lt;script&gt;" in page
    assert "550 5.1.1" not in anna.get("/outbox?state=sent").text


def test_it_is_sent_now_cancelled_and_waits_again(site: Site, anna: Browser, answer: int) -> None:
    failed(site, answer)
    woken = site.sender.woken
    assert anna.post(f"/outbox/{answer}/retry", {"csrf": anna.csrf()}).status_code == 303
    assert state(site, answer) == "waiting" and site.sender.woken > woken
    left = anna.post(f"/outbox/{answer}/cancel", {"csrf": anna.csrf()}).headers["location"]
    assert state(site, answer) == "cancelled" and "Undo" in anna.get(left).text
    anna.post(f"/history/{left.rpartition('=')[2]}/undo", {"csrf": anna.csrf()})
    assert state(site, answer) == "waiting"


def test_another_address_is_checked_and_kept(site: Site, anna: Browser, answer: int) -> None:
    failed(site, answer)
    wrong = anna.post(f"/outbox/{answer}/redirect", {"csrf": anna.csrf(), "address": "karin"})
    assert wrong.status_code == 422 and "is not an address" in wrong.text and 'value="karin"' in wrong.text
    right = anna.post(f"/outbox/{answer}/redirect", {"csrf": anna.csrf(), "address": "ek@customer.example"})
    assert right.status_code == 303
    assert site.store.outbox.addresses(site.world.acme, answer) == ["ek@customer.example"]
    page = anna.get(right.headers["location"]).text
    assert "Undo" in page and f'href="/log/out/{answer}"' in page
    undo = f"/history/{right.headers['location'].rpartition('=')[2]}/undo"
    assert anna.post(undo, {"csrf": anna.csrf()}).status_code == 303
    assert site.store.outbox.addresses(site.world.acme, answer) == ["karin@customer.example"]
    karin = site.store.contacts.by_address(site.world.acme, "karin@customer.example")
    assert karin is not None and site.store.contacts.addresses(site.world.acme, karin.id) == ["karin@customer.example"]
    assert anna.post(undo, {"csrf": anna.csrf()}).status_code == 409
    history = [(one.act, one.actor) for one in site.store.audit.all(site.world.acme)]
    assert history[:2] == [("outbox.redirect", "Anna")] * 2


def test_every_act_leaves_its_row_and_is_for_the_roles_that_may(
    site: Site, anna: Browser, browser: Opens, answer: int
) -> None:
    site.store.line.appoint(site.world.anna)
    for act in ("retry", "cancel", "redirect"):
        anna.post(f"/outbox/{answer}/{act}", {"csrf": anna.csrf(), "address": "ek@customer.example"})
        if act == "cancel":
            site.store.outbox.revive(site.world.acme, answer, 1)
    for act in ("pause", "resume"):
        anna.post(f"/outbox/{act}", {"csrf": anna.csrf()})
    rows = [*site.store.audit.of_installation(), *site.store.audit.all(site.world.acme)]
    assert {one.act for one in rows} >= {"outbox.retry", "outbox.cancel", "outbox.redirect", "setting.set"}
    assert {one.actor for one in rows if one.act.startswith(("outbox", "setting"))} == {"Anna"}
    for name in ("bjorn", "rolf"):
        other = browser()
        other.sign_in(f"{name}@acme.example")
        assert other.get("/outbox").status_code == 404
        for act in (f"{answer}/retry", f"{answer}/cancel", f"{answer}/redirect", "pause", "resume"):
            assert other.post(f"/outbox/{act}", {"csrf": other.csrf()}).status_code == 404
    eva = browser()
    eva.sign_in("eva@other.example")
    for act in ("retry", "cancel", "redirect"):
        form = {"csrf": eva.csrf(), "address": "x@other.example"}
        assert eva.post(f"/outbox/{answer}/{act}", form).status_code == 404
    assert site.store.outbox.addresses(site.world.acme, answer) == ["ek@customer.example"]


def test_what_left_meanwhile_is_said(site: Site, anna: Browser, answer: int) -> None:
    now = site.world.clock() + 1
    site.store.outbox.claim("sender", now, now + 1, 50)
    site.store.outbox.settle(answer, "sender", "sent", "", 0, now)
    said = anna.post(f"/outbox/{answer}/cancel", {"csrf": anna.csrf()})
    assert said.status_code == 422 and "has left already" in said.text


def test_long_lists_come_in_pages(site: Site, anna: Browser, answer: int) -> None:
    for number in range(55):
        site.world.deliver(
            site.world.mail(f"K <k@customer{number}.example>", subject=f"Mail {number}"), "support@acme.example"
        )
    first = anna.get("/outbox").text
    assert "Mail 54" in first and "Mail 1<" not in first and "Show earlier" in first


def test_an_admin_of_all_pauses_sending_and_everybody_sees_it(site: Site, anna: Browser, browser: Opens) -> None:
    assert anna.post("/outbox/pause", {"csrf": anna.csrf()}).status_code == 404
    with site.store.transaction():
        site.store.line.appoint(site.world.anna)
    assert "Pause sending" in anna.get("/outbox").text
    assert anna.post("/outbox/pause", {"csrf": anna.csrf()}).status_code == 303
    rolf = browser()
    rolf.sign_in("rolf@acme.example")
    page = rolf.get("/records").text
    assert "Sending is paused." in page and "Resume sending" not in page
    assert "Resume sending" in anna.get("/records").text
    anna.post("/outbox/resume", {"csrf": anna.csrf()})
    assert "Sending is paused." not in rolf.get("/records").text
