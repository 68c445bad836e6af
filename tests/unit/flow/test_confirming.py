"""Confirm receipt: once a record, to verified people, one a day and address, and two installations end after one."""

from __future__ import annotations

import email
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from tests.unit.world import World
from weftmail.core.tokens import reply_token
from weftmail.flow.copy import Copy as ComposedCopy
from weftmail.flow.copy import Refused, copy_of
from weftmail.store.saved_reply import NewReply

LEADS, KARIN = "leads@acme.example", "karin@customer.example"
DAY = 24 * 3600_000


@pytest.fixture
def confirming(world: World) -> World:
    world.store.connection.execute("update alias set confirms = 'yes'")
    return world


def left(world: World) -> list[tuple[ComposedCopy, Message]]:
    """Return the confirmations that wait to leave, composed."""
    found = []
    for claimed in world.store.outbox.claim("t", world.clock() + 1, 2**50, 1000):
        if claimed.audience == "outsider":
            made = copy_of(world.store, world.installation, claimed)
            assert isinstance(made, ComposedCopy), made
            found.append((made, email.message_from_bytes(made.data)))
    return found


def words(mail: Message) -> str:
    part = next(one for one in mail.walk() if one.get_content_type() == "text/plain")
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode()


def test_a_confirmation_to_somebody_who_is_gone_is_refused_and_stops_nothing(confirming: World) -> None:
    confirming.deliver(confirming.mail(verified=True), LEADS)
    confirming.store.connection.execute(
        "delete from message_address where message_id in (select id from message where kind = 'event')"
    )
    claimed = confirming.store.outbox.claim("t", confirming.clock() + 1, 2**50, 1000)
    (made,) = [copy_of(confirming.store, confirming.installation, one) for one in claimed if one.audience == "outsider"]
    assert isinstance(made, Refused)


def test_whoever_opens_a_record_is_told_that_it_came(confirming: World) -> None:
    confirming.deliver(confirming.mail(verified=True), LEADS)
    ((copy, mail),) = left(confirming)
    assert "has the number LEAD-1" in words(mail) and "chairs" not in words(mail)
    assert (mail["Auto-Submitted"], mail["Subject"]) == ("auto-replied", "Auto: Quote for 40 chairs")
    assert KARIN in mail["To"] and LEADS in mail["From"]
    assert mail["In-Reply-To"] == mail["References"] == confirming.thread("LEAD-1")[0].rfc_message_id
    local, _, domain = copy.return_path.partition("@")
    token = reply_token.resolve(confirming.installation.keyring, local, domain)
    assert token is not None and token.purpose == "bounce"
    record = confirming.record("LEAD-1")
    assert record.awaits_since_at is not None, "nobody has answered yet"
    assert [one.says.code for one in confirming.thread("LEAD-1") if one.says] == ["event.confirmed"]
    assert confirming.store.messages.last_public(record.company_id, record.id) == confirming.thread("LEAD-1")[0].id


REFUSED: list[dict[str, Any]] = [
    {"verified": False},
    {"verified": True, "headers": [("Auto-Submitted", "auto-generated")]},
    {"verified": True, "headers": [("Auto-Submitted", "auto-replied")]},
    {"verified": True, "headers": [("List-Id", "<chairs.customer.example>")]},
    {"verified": True, "headers": [("Precedence", "bulk")]},
]


@pytest.mark.parametrize("given", REFUSED)
def test_nobody_unverified_and_no_program_is_told(confirming: World, given: dict[str, Any]) -> None:
    confirming.deliver(confirming.mail(**given), LEADS)
    assert left(confirming) == []


def test_a_null_sender_a_colleague_and_an_alias_that_does_not_say_so_get_none(confirming: World) -> None:
    confirming.deliver(confirming.mail(verified=True), LEADS, sender="")
    raw = confirming.mail("Anna <anna@acme.example>", login="anna@acme.example")
    confirming.deliver(raw, LEADS)
    confirming.store.connection.execute("update alias set confirms = 'no'")
    confirming.deliver(confirming.mail(verified=True, subject="Again"), LEADS)
    assert left(confirming) == []


def test_one_a_day_and_address_and_none_for_an_answer(confirming: World) -> None:
    confirming.deliver(confirming.mail(verified=True), LEADS)
    first = confirming.thread("LEAD-1")[0].rfc_message_id
    confirming.deliver(confirming.mail(verified=True, references=[first], text="More"), LEADS)
    confirming.deliver(confirming.mail(verified=True, subject="Tables"), LEADS)
    assert len(left(confirming)) == 1
    confirming.clock.now += DAY
    confirming.deliver(confirming.mail(verified=True, subject="Desks"), LEADS)
    confirming.deliver(confirming.mail("Erik <erik@other.example>", verified=True, subject="Lamps"), LEADS)
    assert len(left(confirming)) == 2


def test_nothing_is_sent_to_an_address_that_refuses(confirming: World) -> None:
    confirming.store.suppressions.add(confirming.acme, KARIN, "complaint", "", None, 1)
    confirming.deliver(confirming.mail(verified=True), LEADS)
    assert left(confirming) == []


def test_the_text_is_the_aliass_saved_reply_in_the_language_of_who_wrote(confirming: World) -> None:
    store, company = confirming.store, confirming.acme
    store.connection.execute("update alias set confirm_with = 'got'")
    store.saved_replies.add(company, NewReply("Got", "Got {record.number}.", word="got", language="en"), 1)
    store.saved_replies.add(company, NewReply("Fått", "Vi har fått {record.number}.", word="got", language="sv"), 1)
    confirming.deliver(confirming.mail(verified=True), LEADS)
    swedish = "Hej, jag undrar om ni har stolarna i ek och när de kan skickas."
    confirming.deliver(
        confirming.mail("Erik <erik@other.example>", verified=True, subject="Stolar", text=swedish), LEADS
    )
    assert [words(mail).strip() for _, mail in left(confirming)] == ["Got LEAD-1.", "Vi har fått LEAD-2."]
    # A placeholder without a value never leaves: our own sentences do.
    store.connection.execute("update saved_reply set text = 'For {team.name}'")
    confirming.deliver(confirming.mail("Mia <mia@new.example>", verified=True, subject="Beds"), LEADS)
    assert "has the number LEAD-3" in words(left(confirming)[0][1])
    store.connection.execute("update alias set confirm_with = 'gone'")
    confirming.deliver(confirming.mail("Ola <ola@new.example>", verified=True, subject="Rugs"), LEADS)
    assert "has the number LEAD-4" in words(left(confirming)[0][1])


def test_two_installations_that_confirm_each_other_end_after_one(confirming: World, tmp_path: Path) -> None:
    """The confirmation of one opens nothing that the other confirms."""
    (tmp_path / "other").mkdir()
    other = World(tmp_path / "other", "b.example", "other installation", b"j" * 32)
    other.store.connection.execute("update alias set confirms = 'yes'")
    confirming.deliver(confirming.mail("B <leads@b.example>", verified=True), LEADS)
    ((_, mail),) = left(confirming)
    fields = [(name, mail[name]) for name in ("Auto-Submitted", "X-Weftmail-Loop", "X-Weftmail-Hops")]
    confirmation = other.mail(
        "Acme <leads@acme.example>", "leads@b.example", mail["Subject"], words(mail), verified=True, headers=fields
    )
    other.deliver(confirmation, "leads@b.example")
    assert left(other) == []
    other.store.close()
