"""Explaining: the answer of the very functions that file, and nothing changes."""

from __future__ import annotations

import json

import pytest

from tests.unit.flow.test_filing import reply_address
from tests.unit.world import ANNA, ERIK, KARIN, World
from weftmail.core.envelope import Envelope
from weftmail.flow.explain import explain


def asked(world: World, raw: bytes, recipient: str = "leads@acme.example", sender: str = "x@customer.example"):
    before = world.store.connection.total_changes
    answer = explain(world.store, world.installation, Envelope(recipient, sender), raw)
    assert world.store.connection.total_changes == before
    json.dumps(answer)
    return answer


def test_the_object_has_the_members_of_the_contract(world: World):
    answer = asked(world, world.mail(verified=True))
    assert list(answer) == [
        "message", "kind", "bounce", "passed_on", "authentication", "disposition", "trace", "exit_status",
    ]  # fmt: skip
    assert list(answer["authentication"]) == [
        "spf", "dkim", "dmarc", "arc", "source", "verified", "checker", "client", "helo", "checked",
    ]  # fmt: skip
    assert answer["authentication"]["verified"] is True
    assert list(answer["disposition"]) == [
        "action", "queue", "record", "record_type", "alias", "author", "verified", "notify",
    ]  # fmt: skip
    assert all(list(asked) == ["rule", "matched", "why", "code", "values"] for asked in answer["trace"])


def test_opening(world: World):
    disposition = asked(world, world.mail())["disposition"]
    assert (disposition["action"], disposition["record_type"], disposition["alias"]) == (
        "open", "lead", "leads@acme.example",
    )  # fmt: skip
    assert disposition["author"] == {"name": "Karin Ek", "address": "karin@customer.example", "as": "outsider"}
    assert disposition["notify"] == [
        {"name": "Anna", "address": "anna@acme.example", "channel": "email", "why": "follows, prefers email"}
    ]


@pytest.mark.parametrize(
    ("author", "how", "purpose", "action", "as_whom"),
    [
        (KARIN, {}, "post", "append", "outsider"),
        (ANNA, {"verified": True}, "post", "append", "colleague"),
        (ANNA, {"verified": True}, "note", "note", "colleague"),
        (ERIK, {}, "post", "hold", None),
    ],
)
def test_the_answer_is_what_then_happens(world: World, author, how, purpose, action, as_whom):
    world.deliver(world.mail(), "leads@acme.example")
    to = reply_address(world, 1, purpose=purpose)
    raw = world.mail(author, to, **how)
    disposition = asked(world, raw, to)["disposition"]
    assert (disposition["action"], disposition["record"], disposition["record_type"]) == (action, "LEAD-1", "lead")
    assert (disposition["author"] or {}).get("as") == as_whom
    row = world.deliver(raw, to)
    assert row.record == "LEAD-1"
    notified = {one["address"] for one in disposition["notify"] if one["channel"] == "email"}
    got = {
        one.address
        for one in world.store.messages.deliveries(world.acme, row.message_id or 0)
        if one.channel == "email"
    }
    assert notified == got


def test_an_unverified_colleague_is_nobody_and_a_loop_is_dropped(world: World):
    assert asked(world, world.mail(ANNA))["disposition"]["author"]["as"] == "nobody"
    dropped = asked(world, world.mail(headers=[("X-Weftmail-Loop", "this installation")]))["disposition"]
    assert (dropped["action"], dropped["record"], dropped["notify"]) == ("discard", None, [])
    unmatched = asked(world, world.mail(), "nobody@acme.example")["disposition"]
    assert (unmatched["action"], unmatched["queue"], unmatched["record"]) == ("hold", "unmatched", None)
