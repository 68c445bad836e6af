"""Reports of mail servers: what our return path settles, and what anybody can say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.world import ERIK, KARIN, World
from weftmail.core.tokens import locator, reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.flow.post import Draft, post
from weftmail.store.delivery import Delivery, NewDelivery

GONE = "someone@forwarded.example"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """LEAD-1 of Karin, who put Erik in Cc; Anna has answered both of them."""
    world = World(tmp_path)
    world.deliver(world.mail(KARIN, cc=ERIK, verified=True), "leads@acme.example")
    anna = world.store.users.get(world.anna)
    assert anna is not None
    to = ["karin@customer.example", "erik@other.example"]
    post(world.store, world.installation, world.record("LEAD-1"), anna, Draft(text="Hello.", to=to))
    return world


def message_id(world: World) -> int:
    return next(one.id for one in world.thread("LEAD-1") if one.kind == "post")


def delivery(world: World, address: str) -> Delivery:
    there = world.store.messages.deliveries(world.acme, message_id(world))
    return next(one for one in there if one.address == address and one.channel == "email")


def return_path(world: World, address: str, epoch: int = 0) -> str:
    contact = delivery(world, address).contact_id or 0
    token = Token("bounce", message_id(world), contact, epoch)
    return reply_token.address(world.installation.keyring, token, "acme.example")


def report(
    world: World, action: str = "failed", status: str = "5.1.1", address: str = GONE, returned: str = ""
) -> bytes:
    raw = world.mail("MAILER-DAEMON@mx.other.example", "x@acme.example", "Undelivered Mail")
    head = raw.partition(b"Content-Type:")[0].decode()
    said = "unknown user" if action == "failed" else "will try again"
    kept = f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {returned}\nSubject: Hello\n" if returned else ""
    return (
        f'{head}Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nIt was not delivered.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.other.example\n\n"
        f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; 550 {status} {said}\n{kept}--b--\n"
    ).encode()


@pytest.mark.parametrize(
    ("action", "status", "state"),
    [
        ("failed", "5.1.1", "bounced"),
        ("failed", "4.2.2", "bounced"),
        ("delayed", "4.4.1", "delayed"),
        ("delivered", "2.0.0", "delivered"),
    ],
)
def test_our_return_path_settles_the_delivery_that_it_was_made_for(
    world: World, action: str, status: str, state: str
) -> None:
    path = return_path(world, "karin@customer.example")
    row = world.deliver(report(world, action, status), path, sender="")
    assert (row.state, row.record) == ("filed", "LEAD-1")
    # Karin's mailbox forwards to one that we never wrote to: it is her delivery all the same, and nobody else's.
    assert delivery(world, "karin@customer.example").state == state
    assert delivery(world, "erik@other.example").state == "queued"


def test_it_says_in_whose_words(world: World) -> None:
    world.deliver(report(world), return_path(world, "karin@customer.example"), sender="")
    assert delivery(world, "karin@customer.example").reason == "5.1.1 550 5.1.1 unknown user"
    assert [one.what for one in world.store.inbox.take_gathered(world.anna)] == ["failed"]


def test_what_has_bounced_is_not_delayed_later(world: World) -> None:
    path = return_path(world, "karin@customer.example")
    for action in ("failed", "delayed", "delivered"):
        world.deliver(report(world, action), path, sender="")
    assert delivery(world, "karin@customer.example").state == "bounced"


def test_who_was_taken_out_and_whose_addresses_were_revoked_still_bounces(world: World) -> None:
    path = return_path(world, "karin@customer.example")
    record = world.record("LEAD-1")
    contact = delivery(world, "karin@customer.example").contact_id or 0
    world.store.records.remove_participant(world.acme, record.id, contact, 5)
    world.store.messages.raise_epoch(world.acme, record.id)
    assert world.deliver(report(world), path, sender="").state == "filed"
    assert delivery(world, "karin@customer.example").state == "bounced"


@pytest.mark.parametrize("address", ["anna@acme.example", GONE])
def test_a_copy_of_colleagues_is_settled_for_whom_it_names_or_the_only_one(world: World, address: str) -> None:
    first = world.thread("LEAD-1")[0].id
    (one,) = [one for one in world.store.messages.deliveries(world.acme, first) if one.channel == "email"]
    token = Token("bounce", first, 0, 0)
    path = reply_token.address(world.installation.keyring, token, "acme.example")
    world.deliver(report(world, address=address), path, sender="")
    again = world.store.messages.deliveries(world.acme, one.message_id)
    assert [each.state for each in again if each.id == one.id] == ["bounced"]


def test_of_several_colleagues_only_who_is_named(world: World) -> None:
    first = world.thread("LEAD-1")[0].id
    record = world.record("LEAD-1")
    world.store.messages.deliver(
        world.acme, record.id, first, [NewDelivery("email", "bjorn@acme.example", world.bjorn)], 9
    )
    path = reply_token.address(world.installation.keyring, Token("bounce", first, 0, 0), "acme.example")
    world.deliver(report(world, address="bjorn@acme.example"), path, sender="")
    states = {
        one.address: one.state for one in world.store.messages.deliveries(world.acme, first) if one.channel == "email"
    }
    assert states == {"anna@acme.example": "queued", "bjorn@acme.example": "bounced"}


def located(world: World) -> str:
    return locator.mint(world.installation.keyring, message_id(world), "public", "acme.example")


@pytest.mark.parametrize("to", ["leads@acme.example", "notifications@acme.example"])
def test_by_our_id_alone_it_is_shown_and_changes_nothing(world: World, to: str) -> None:
    row = world.deliver(report(world, address="karin@customer.example", returned=located(world)), to, sender="")
    assert (row.state, row.record) == ("filed", "LEAD-1")
    event = world.thread("LEAD-1")[-1]
    assert event.kind == "event" and event.says is not None and event.says.code == "event.report.unconfirmed"
    assert delivery(world, "karin@customer.example").state == "queued"
    # Told in the inbox, and never by email.
    (shown,) = world.store.messages.deliveries(world.acme, event.id)
    assert (shown.user_id, shown.channel) == (world.anna, "inbox")
    assert world.store.inbox.take_gathered(world.anna) == []


def complaint(world: World, *, verified: bool) -> bytes:
    raw = world.mail("Feedback <arf@provider.example>", "x@acme.example", "Abuse report", verified=verified)
    head = raw.partition(b"Content-Type:")[0].decode()
    return (
        f'{head}Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nThis is an abuse report.\n"
        "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n"
        "Original-Rcpt-To: karin@customer.example\n\n--b\nContent-Type: message/rfc822\n\n"
        f"Message-ID: {located(world)}\nSubject: Hello\n\nHello.\n--b--\n"
    ).encode()


@pytest.mark.parametrize("by", ["id", "return path"])
@pytest.mark.parametrize(("verified", "known"), [(True, True), (True, False), (False, True)])
def test_a_complaint_counts_by_the_signature_of_a_named_provider(
    world: World, by: str, verified: bool, known: bool
) -> None:
    if known:
        world.installation = replace(world.installation, complaint_providers=frozenset({"provider.example"}))
    to = "leads@acme.example" if by == "id" else return_path(world, "karin@customer.example")
    row = world.deliver(complaint(world, verified=verified), to)
    assert (row.state, row.record) == ("filed", "LEAD-1")
    says = world.thread("LEAD-1")[-1].says
    assert says is not None and (says.code != "event.report.unconfirmed") is (verified and known)


def test_one_report_by_two_return_paths_is_told_once_and_settles_both(world: World) -> None:
    raw = report(world)
    for address in ("karin@customer.example", "erik@other.example"):
        assert world.deliver(raw, return_path(world, address), sender="").state == "filed"
        assert delivery(world, address).state == "bounced"
    assert len([one for one in world.thread("LEAD-1") if one.kind == "event"]) == 1


def test_one_report_by_a_return_path_and_by_our_id_is_told_once(world: World) -> None:
    sent = located(world)
    raw = report(world, returned=sent)
    assert world.deliver(raw, return_path(world, "karin@customer.example"), sender="").state == "filed"
    assert world.deliver(raw, "leads@acme.example", sender="").state == "filed"
    assert len([one for one in world.thread("LEAD-1") if one.kind == "event"]) == 1
