"""Somebody outside did not get a message: its author reads why, and mends it from the inbox; an address is lifted."""

from __future__ import annotations

from tests.admin.conftest import Browser, Site
from tests.admin.test_separation import Opens
from tests.unit.flow.test_reports import report
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.flow.post import Draft, post
from weftmail.store.delivery import Delivery

WRONG, RIGHT = "karin@customer.example", "karin.ek@customer.example"
DAY = 24 * 3600_000


def sent(site: Site) -> Delivery:
    """Anna answers Karin, and the mail server takes it."""
    world = site.world
    anna = site.store.users.get(world.anna)
    assert anna is not None
    message_id = post(site.store, site.installation, world.record("LEAD-1"), anna, Draft(text="Yes"))
    there = site.store.messages.deliveries(world.acme, message_id)
    (one,) = [one for one in there if one.contact_id is not None]
    now = site.installation.clock()
    for claimed in site.store.outbox.claim("sender", now + 1, now + 1000, 10):
        site.store.outbox.settle_delivery(world.acme, claimed.id, WRONG, "sent", "250 2.0.0 Ok: queued as 4X", now)
        site.store.outbox.settle(claimed.id, "sender", "sent", "", 0, now)
    return one


def bounced(site: Site) -> Delivery:
    one = sent(site)
    token = Token("bounce", one.message_id, one.contact_id or 0, 0)
    path = reply_token.address(site.installation.keyring, token, "acme.example")
    assert site.world.deliver(report(site.world, address=WRONG), path, sender="").state == "filed"
    return one


def where(site: Site, one: Delivery) -> tuple[str, str]:
    there = site.store.messages.deliveries(site.world.acme, one.message_id)
    return next((each.address, each.state) for each in there if each.id == one.id)


def test_the_author_corrects_the_address_and_it_is_sent_again(site: Site, anna: Browser) -> None:
    one = bounced(site)
    page = anna.get("/inbox").text
    assert "Karin Ek &lt;karin@customer.example&gt; did not get it: no such address." in page
    assert "Correct it and send again" in page and "Leave out" in page
    form = {"csrf": anna.csrf(), "address": RIGHT}
    answer = anna.post(f"/failed/{one.outbox_id}/correct", form)
    assert answer.status_code == 303 and where(site, one) == (RIGHT, "queued")
    page = anna.get(answer.headers["location"]).text
    assert "Corrected, and sent again" in page and "Correct it and send again" not in page
    undo = answer.headers["location"].partition("done=")[2]
    anna.post(f"/history/{undo}/undo", {"csrf": anna.csrf()})
    assert where(site, one) == (WRONG, "bounced")
    assert "Correct it and send again" in anna.get("/inbox").text


def test_an_address_that_refused_is_no_correction(site: Site, anna: Browser) -> None:
    one = bounced(site)
    answer = anna.post(f"/failed/{one.outbox_id}/correct", {"csrf": anna.csrf(), "address": WRONG})
    assert answer.status_code == 422 and "no such address" in answer.text
    assert where(site, one) == (WRONG, "bounced")


def test_whom_it_did_not_reach_is_left_out(site: Site, anna: Browser) -> None:
    one = bounced(site)
    answer = anna.post(f"/failed/{one.outbox_id}/leave-out", {"csrf": anna.csrf()})
    assert answer.status_code == 303
    record = site.world.record("LEAD-1")
    assert site.store.records.participants(site.world.acme, record.id) == []
    assert "Leave out" not in anna.get("/inbox").text
    undo = answer.headers["location"].partition("done=")[2]
    anna.post(f"/history/{undo}/undo", {"csrf": anna.csrf()})
    assert "Leave out" in anna.get("/inbox").text


def test_a_copy_of_colleagues_and_one_of_another_company_is_none(site: Site, anna: Browser, browser: Opens) -> None:
    one = bounced(site)
    first = next(each.row for each in site.store.listings.outbox() if each.row.audience == "colleagues")
    assert anna.post(f"/failed/{first.id}/correct", {"csrf": anna.csrf(), "address": RIGHT}).status_code == 404
    rolf = browser()
    rolf.sign_in("rolf@acme.example")
    assert rolf.post(f"/failed/{one.outbox_id}/correct", {"csrf": rolf.csrf(), "address": RIGHT}).status_code >= 403


def test_the_contact_shows_that_nothing_is_sent_there_and_lifts_it(site: Site, anna: Browser) -> None:
    one = bounced(site)
    page = anna.get(f"/contacts/{one.contact_id}").text
    assert "Nothing is sent here" in page and "no such address" in page
    lift = f"/contacts/{one.contact_id}/lift"
    assert anna.post(lift, {"csrf": anna.csrf(), "address": "erik@other.example"}).status_code == 404
    answer = anna.post(lift, {"csrf": anna.csrf(), "address": WRONG})
    assert answer.status_code == 303 and "Nothing is sent here" not in anna.get(f"/contacts/{one.contact_id}").text
    assert anna.post(lift, {"csrf": anna.csrf(), "address": WRONG}).status_code == 422


def test_what_was_sent_long_ago_and_never_failed_says_so(site: Site, anna: Browser) -> None:
    one = sent(site)
    assert "no failure reported" not in anna.get("/records/LEAD-1").text
    site.store.connection.execute("update delivery set changed_at = changed_at - 6 * 24 * 3600000", {})
    assert "Sent, no failure reported" in anna.get("/records/LEAD-1").text
    assert "Sent, no failure reported" in anna.get(f"/log/out/{one.outbox_id}").text
