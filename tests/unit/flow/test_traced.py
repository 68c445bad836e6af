"""One queue id through the log: accepted, settled, handed over; with fields of its own, and no word of the email."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest

from tests.unit.flow.test_deliver import Postbox, sender
from tests.unit.world import KARIN, World
from weftmail.core.envelope import Envelope
from weftmail.core.ports import Deferred, Sent
from weftmail.flow.accept import AcceptQueue, accept_group
from weftmail.flow.reading import read

CANARIES = ("Forty secret chairs", "the price is 4711", "karin@customer.example", "leads@acme.example", "anna@acme")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="weftmail")
    return caplog


def traces(log: pytest.LogCaptureFixture, queue_id: str) -> list[dict[str, Any]]:
    """Return the entries that ``journalctl WEFTMAIL_QUEUE_ID=`` would show."""
    found = [getattr(one, "fields", {}) for one in log.records]
    return [one for one in found if queue_id in one.get("WEFTMAIL_QUEUE_ID", ())]


def accept(world: World, raw: bytes, *recipients: str, queue_id: str) -> None:
    door = AcceptQueue()
    door.accept([Envelope(one, "karin@customer.example", "", queue_id, "192.0.2.9", "lmtp") for one in recipients], raw)
    assert accept_group(world.store, world.clock, door.take()) == len(recipients)


def test_one_queue_id_leads_through_all_programs(world: World, log: pytest.LogCaptureFixture) -> None:
    box = Postbox()
    box.answers["anna@acme.example"] = Sent("250 2.0.0 Ok: queued as 5ABC7")
    raw = world.mail(KARIN, subject=CANARIES[0], text=f"{CANARIES[1]}\n")
    accept(world, raw, "leads@acme.example", queue_id="4F2C1")
    world.settle()
    while sender(world, box).round().worked:
        pass
    states = [(one["WEFTMAIL_STATE"], sorted(one)) for one in traces(log, "4F2C1")]
    assert states == [
        (["accepted"], ["WEFTMAIL_EMAIL", "WEFTMAIL_QUEUE_ID", "WEFTMAIL_STATE"]),
        (
            ["filed"],
            ["WEFTMAIL_EMAIL", "WEFTMAIL_MESSAGE", "WEFTMAIL_QUEUE_ID", "WEFTMAIL_RECORD", "WEFTMAIL_STATE"],
        ),
        (["sent"], ["WEFTMAIL_COPY", "WEFTMAIL_MESSAGE", "WEFTMAIL_QUEUE_ID", "WEFTMAIL_STATE"]),
    ]
    # The id under which it left leads to the same entry.
    assert traces(log, "5ABC7") == traces(log, "4F2C1")[2:]
    assert not [one for one in CANARIES if one in log.text]
    assert re.search(r"copy \d+ of message 1: sent, queue id 4F2C1, 5ABC7", log.text)


def test_each_recipient_and_each_state_has_its_entry(world: World, log: pytest.LogCaptureFixture) -> None:
    box = Postbox()
    box.answers["anna@acme.example"] = Deferred("454 4.7.0 TLS not available")
    raw = world.mail(KARIN)
    accept(world, raw, "leads@acme.example", "nobody@acme.example", queue_id="A1")
    accept(world, raw, "leads@acme.example", queue_id="A2")
    world.settle()
    sender(world, box).round()
    assert [one["WEFTMAIL_STATE"] for one in traces(log, "A1")] == [
        ["accepted"], ["accepted"], ["filed"], ["unmatched"], ["delayed"],
    ]  # fmt: skip
    assert [one["WEFTMAIL_STATE"] for one in traces(log, "A2")] == [["accepted"], ["duplicate"]]


def test_a_mail_on_which_our_code_fails_is_traced_and_not_quoted(world: World, log: pytest.LogCaptureFixture) -> None:
    def fails(raw: Any) -> Any:
        raise ValueError(f"{CANARIES[0]} {CANARIES[1]} {read(raw).subject}")

    accept(world, world.mail(KARIN, subject=CANARIES[0], text=CANARIES[1]), "leads@acme.example", queue_id="E1")
    world.settler(fails).settle()
    assert [one["WEFTMAIL_STATE"] for one in traces(log, "E1")] == [["accepted"], ["error"]]
    assert not [one for one in CANARIES if one in log.text]


def test_a_mail_without_a_queue_id_is_traced_by_its_number(world: World, log: pytest.LogCaptureFixture) -> None:
    accept(world, world.mail(KARIN), "leads@acme.example", queue_id="")
    world.settle()
    found = [one.fields for one in log.records if hasattr(one, "fields")]
    assert [one["WEFTMAIL_EMAIL"] for one in found] == [["1"], ["1"]]
    assert not any("WEFTMAIL_QUEUE_ID" in one for one in found) and "queue id" not in log.text
