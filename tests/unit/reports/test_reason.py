"""Why a delivery failed, and whether the address is to blame."""

from __future__ import annotations

import pytest

from weftmail.core.reports import reason


@pytest.mark.parametrize(
    ("status", "diagnostic", "why", "hard"),
    [
        ("5.1.1", "550 5.1.1 User unknown", "no such user", True),
        ("5.1.1", "", "no such user", True),
        (
            "5.0.0",
            "550 <karin@customer.example>: Recipient address rejected: User unknown in table",
            "no such user",
            True,
        ),
        ("4.1.1", "450 4.1.1 User unknown in virtual alias table", "no such user", True),
        ("5.2.2", "mailbox is over quota", "mailbox full", False),
        ("5.0.0", "The user's mailbox is full", "mailbox full", False),
        ("5.3.4", "message size exceeds limit", "too large", False),
        ("5.4.4", "Host or domain name not found", "no such domain", True),
        ("4.4.3", "Host or domain name not found. Name service error", "no such domain", False),
        ("5.7.1", "blocked using zen.spamhaus.org", "network address refused", False),
        ("5.7.1", "Message rejected as spam", "spam or policy", False),
        ("5.7.26", "Unauthenticated email", "authentication", False),
        ("4.4.1", "connection timed out", "expired", False),
        ("5.1.10", "", "does not take mail", True),
        ("5.3.0", "", "system", False),
        ("5.0.0", "something odd", "unknown", True),
        ("", "something odd", "unknown", False),
        ("", "a permanent thing", "unknown", True),
    ],
)
def test_reasons(status: str, diagnostic: str, why: str, hard: bool) -> None:
    assert reason.reason(status, diagnostic) == why
    assert reason.is_hard(status, why, diagnostic) is hard


def test_status_from_words() -> None:
    assert reason.status_in("550 5.1.1 no") == "5.1.1"
    assert reason.status_in("said: 452 try later") == "4.0.0"
    assert reason.status_in("mx 192.0.2.5 said no") == ""
    assert reason.better("5.0.0", "550 5.1.1 no") == "5.1.1"
    assert reason.better("5.2.2", "550 5.1.1 no") == "5.2.2"
    assert reason.better("5.0.0", "no") == "5.0.0"
    assert reason.better("", "550 no") == "5.0.0"
