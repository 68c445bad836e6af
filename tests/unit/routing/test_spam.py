"""Only the field of our own filter marks a mail as spam: by its place, and once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.mail import mail
from weftmail.core.envelope import Envelope
from weftmail.core.parsing.message import Stamp
from weftmail.core.routing.disposition import Discard, Hold, Open
from weftmail.core.routing.facts import AliasFacts, Facts, Sender
from weftmail.core.routing.hop import CountingHop
from weftmail.core.routing.rules import decide
from weftmail.core.routing.spam import SpamField, learned, mark, parse
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say

HOP = CountingHop(1, "203.0.113.9", "mail.customer.example")
ABOVE, BELOW = SpamField("x-spam-flag", "above"), SpamField("x-spamd-result", "below")
YES = Stamp("x-spam-flag", 1, "YES")
RSPAMD = Stamp("x-spamd-result", 3, "default: True [15.00 / 15.00]; GTUBE(0.00)")


@pytest.mark.parametrize(
    ("stamps", "field", "marked"),
    [
        ([YES], ABOVE, "X-Spam-Flag"),
        ([YES, Stamp("x-spam-flag", 2, "NO")], ABOVE, "X-Spam-Flag"),
        ([Stamp("x-spam-flag", 2, "YES")], ABOVE, ""),
        ([YES, YES], ABOVE, ""),
        ([YES, Stamp("x-spam-flag", 0, "NO")], ABOVE, ""),
        ([Stamp("x-spam-flag", 1, "NO")], ABOVE, ""),
        ([Stamp("x-spam-flag", 1, "yesterday")], ABOVE, ""),
        ([Stamp("x-spam-status", 1, "Yes, score=9")], ABOVE, ""),
        ([Stamp("x-spam-status", 1, "Yes, score=9 required=5")], SpamField("x-spam-status", "above"), "X-Spam-Status"),
        ([RSPAMD], BELOW, "X-Spamd-Result"),
        ([replace(RSPAMD, value="default: False [0.10 / 15.00]")], BELOW, ""),
        ([RSPAMD, RSPAMD], BELOW, ""),
        ([replace(RSPAMD, above=0)], BELOW, ""),
        ([RSPAMD], None, ""),
        ([], ABOVE, ""),
    ],
)
def test_where_it_stands_and_how_often(stamps: list[Stamp], field: SpamField | None, marked: str) -> None:
    assert mark(stamps, HOP, field) == marked
    assert mark(stamps, None, field) == ""


def test_the_settings_say_which() -> None:
    assert parse("X-Spam-Flag above") == ABOVE and parse(BELOW.text) == BELOW
    assert [parse(one) for one in ("", "X-Spam-Flag", "X-Spam-Flag beside", "X-Other above")] == [None] * 4


@pytest.mark.parametrize(
    ("stamps", "found"),
    [
        # amavis: above its own Received, strangers' fields are left where they are.
        ([YES, Stamp("x-spam-flag", 3, "No, forged")], ABOVE),
        # rspamd: at the end, strangers' are taken out.
        ([RSPAMD, Stamp("x-spam-flag", 3, "No, forged")], BELOW),
        ([Stamp("x-spamd-result", 3, "No, forged"), RSPAMD], "spam.probe.kept"),
        ([Stamp("x-spam-flag", 3, "No, forged")], "spam.probe.nothing"),
        ([YES, YES], "spam.probe.nothing"),
        ([], "spam.probe.nothing"),
    ],
)
def test_a_probe_shows_which_field_is_ours(stamps: list[Stamp], found: SpamField | str) -> None:
    answer = learned(stamps, 3, "forged")
    assert (answer.code if isinstance(answer, Phrase) else answer) == found
    if isinstance(answer, Phrase):
        assert say(answer)


LEADS = AliasFacts(1, 1, "leads@acme.example", record_type="lead")
KARIN = Sender("Karin Ek", "karin@customer.example")


def decided(alias: AliasFacts | None, sender: Sender = KARIN, **more: object):  # type: ignore[no-untyped-def]
    facts = Facts(sender, 1, alias=alias, **{"spam": "X-Spam-Flag", **more})  # type: ignore[arg-type]
    return decide(Envelope("leads@acme.example", "karin@customer.example"), mail(), facts).disposition


def test_what_the_alias_says_of_spam() -> None:
    held = decided(LEADS)
    assert isinstance(held, Hold) and held.alias_id == 1 and "X-Spam-Flag" in say(held.why)
    dropped = decided(replace(LEADS, spam="drop"))
    assert isinstance(dropped, Discard) and dropped.company_id == 1 and "drops spam" in say(dropped.why)
    assert isinstance(decided(replace(LEADS, spam="nothing")), Open)
    assert isinstance(decided(LEADS, spam=""), Open)
    colleague = Sender("Anna", "anna@acme.example", 1, frozenset({1}), True, True)
    assert isinstance(decided(LEADS, colleague), Open)
    assert isinstance(decided(replace(LEADS, spam="drop", active=False)), Hold)
    assert isinstance(decided(None), Hold)


def test_what_is_infected_is_held_whoever_sent_it() -> None:
    colleague = Sender("Anna", "anna@acme.example", 1, frozenset({1}), True, True)
    for sender in (KARIN, colleague):
        held = decided(LEADS, sender, spam="", virus="Eicar-Test-Signature")
        assert isinstance(held, Hold) and "Eicar-Test-Signature" in say(held.why)
    unknown = decided(LEADS, spam="", virus="")
    assert isinstance(unknown, Hold) and "could not look" in say(unknown.why)
