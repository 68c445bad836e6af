"""What was read from a mail, as --explain shows it."""

from __future__ import annotations

from tests.unit.mail import kept
from weftmail.flow.parsed import parsed
from weftmail.flow.reading import read


def test_explain_gives_the_members_that_the_contract_names() -> None:
    value = parsed(read(kept("01-order")))
    assert set(value) == {"message", "kind", "bounce"}
    assert value["kind"] == "mail" and value["bounce"] is None
    assert value["message"]["date"] == "2026-11-23T09:00:00Z"
    assert value["message"]["from"] == [{"name": "Karin Ek", "address": "karin@customer.example"}]
    assert value["message"]["attachments"][1]["size"] == 9
    assert value["message"]["forwarded"] is None


def test_explain_shows_a_forwarded_mail_and_a_missing_date() -> None:
    value = parsed(read(kept("04-forwarded")))["message"]
    assert value["date"] is None
    assert value["forwarded"] == {
        "from": {"name": "Erik Ek", "address": "erik@other.example"},
        "subject": "Stolar",
        "date": "2026-11-23T10:00:00Z",
    }


def test_a_bounce_names_its_recipients_and_the_message_that_came_back() -> None:
    value = parsed(read(kept("02-bounce")))
    assert value["kind"] == "bounce"
    assert value["bounce"]["original_message_id"] == "<offer@acme.example>"
    assert [(each["address"], each["status"], each["hard"]) for each in value["bounce"]["recipients"]] == [
        ("karin@customer.example", "5.1.1", True),
        ("erik@other.example", "5.2.2", False),
    ]
