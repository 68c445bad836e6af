"""Digests: what waits for somebody at their hour, in their zone and language, to their own address; never empty."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.flow.setup.conftest import Office
from tests.unit.thorough import examples
from tests.unit.world import ERIK, KARIN, World
from weftmail.core.address import Mailbox
from weftmail.core.composing.mail import ForOneColleague, Letter, compose
from weftmail.core.ports import Refused
from weftmail.core.tokens import unsubscribe
from weftmail.core.wording.sentences import say
from weftmail.flow import day, digest
from weftmail.flow.copy import Copy
from weftmail.flow.due.runner import Runner
from weftmail.flow.mail_log import as_composed
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import activity, membership, undo, user
from weftmail.flow.setup import record as records
from weftmail.flow.setup.activity import Planned
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.store.outbox import Claimed
from weftmail.store.people import User

ANNA = "anna@acme.example"
LEADS = "leads@acme.example"
HOUR, DAY = 3600_000, 24 * 3600_000


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """LEAD-1 of Karin, who waits for an answer of Anna's; there is a site."""
    world = World(tmp_path)
    world.installation = replace(world.installation, site_url="https://mail.acme.example")
    world.deliver(world.mail(KARIN, verified=True), LEADS)
    return Office(world)


def anna_of(office: Office) -> User:
    found = office.store.users.get(office.world.anna)
    assert found is not None
    return found


def wanted(office: Office, **how: object) -> None:
    office.did(user.change(office.setup, ANNA, **{"digest": "day", "digest_hour": 7, **how}))  # type: ignore[arg-type]


def said(office: Office) -> list[str]:
    return [say(one) for one in digest.gathered(office.store, anna_of(office), office.world.clock.now)]


def run_to_its_hour(office: Office) -> None:
    office.world.clock.now = digest.next_at(anna_of(office), office.world.clock.now) + 1
    Runner(office.store, office.world.installation, "here").round()


def mails(office: Office) -> list[EmailMessage]:
    """Return the digests that wait, composed."""
    now = office.world.clock()
    found = [one for one in office.store.outbox.claim("x", now, now + 1, 99) if one.audience == "digest"]
    made = [digest.digest_mail(office.store, office.world.installation, one) for one in found]
    return [cast("EmailMessage", message_from_bytes(one.data, policy=default)) for one in made if isinstance(one, Copy)]


def overdue(office: Office, days: int = 1) -> None:
    due = (day.today(office.world.clock.now, None) + timedelta(days=days)).isoformat()
    office.did(activity.add(office.setup, "LEAD-1", Planned("call", due, note="secret note")))


def test_it_names_what_waits_what_is_overdue_and_what_is_held(office: Office) -> None:
    overdue(office, 1)
    first = office.world.thread("LEAD-1")[0].rfc_message_id
    office.world.deliver(office.world.mail(ERIK, text="A stranger's words", references=[first]), LEADS)
    due = day.today(office.world.clock.now, None) + timedelta(days=1)
    lines = said(office)
    since = day.today(office.world.clock.now, None).isoformat()
    assert lines == [
        "Acme",
        f"LEAD-1 Quote for 40 chairs: Karin Ek <karin@customer.example> has waited for an answer since {since}",
        "1 email is held for review",
    ]
    office.world.clock.now = day.morning(due, None)
    assert said(office)[2] == "Call on LEAD-1 Quote for 40 chairs is due today"
    office.world.clock.now += DAY
    assert said(office)[2] == f"Call on LEAD-1 Quote for 40 chairs was due on {due.isoformat()}"


def test_it_leaves_at_its_hour_with_links_and_no_word_of_a_message(office: Office) -> None:
    wanted(office)
    run_to_its_hour(office)
    (mail,) = mails(office)
    assert (mail["To"], mail["Subject"]) == ("Anna <anna@acme.example>", "1 thing waits for you")
    assert mail["From"].endswith("<notifications@acme.example>") and mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Weftmail-Loop"] == office.world.installation.name and mail["Reply-To"] is None
    url = (
        f"https://mail.acme.example/digest/off/{unsubscribe.mint(office.world.installation.keyring, office.world.anna)}"
    )
    assert mail["List-Unsubscribe"] == f"<{url}>" and mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, page = (cast("EmailMessage", part).get_content() for part in mail.iter_parts())
    assert "https://mail.acme.example/records/LEAD-1?company=1" in text and url in text and url in page
    assert "Could you do 40 chairs?" not in text + page and "secret note" not in text + page
    run_to_its_hour(office)
    assert len(mails(office)) == 2, "the one of yesterday waits still"


def test_none_leaves_where_nothing_waits(office: Office) -> None:
    wanted(office)
    office.did(records.change(office.setup, "LEAD-1", RecordChanges(state="closed")))
    run_to_its_hour(office)
    assert mails(office) == []
    office.world.deliver(office.world.mail(subject="Tables", verified=True), LEADS)
    run_to_its_hour(office)
    (mail,) = mails(office)
    assert "LEAD-2 Tables" in mail.as_string()


def test_it_speaks_the_readers_language_and_escapes_what_it_names(office: Office) -> None:
    office.world.deliver(office.world.mail(subject="<script>x</script> & co", verified=True), LEADS)
    wanted(office, language="sv")
    run_to_its_hour(office)
    (mail,) = mails(office)
    text, page = (cast("EmailMessage", part).get_content() for part in mail.iter_parts())
    assert mail["Subject"] == "2 saker väntar på dig" and "har väntat på svar sedan" in text
    assert "<script>x" in text and "<script" not in page and "&lt;script&gt;x" in page


def test_what_is_the_teams_and_nobodys_counts_and_what_is_a_colleagues_does_not(office: Office) -> None:
    store, world = office.store, office.world
    sales = store.teams.add(world.acme, "Sales", 1)
    office.did(records.change(office.setup, "LEAD-1", RecordChanges(owner="bjorn@acme.example")))
    assert said(office) == []
    store.teams.join(world.acme, sales, world.anna)
    store.connection.execute("update record set owner_id = null, owner_team_id = :team", {"team": sales})
    assert "LEAD-1" in said(office)[1]
    store.connection.execute("update record set customer_id = null", {})
    assert "somebody has waited" in said(office)[1]


def test_very_much_is_named_in_part(office: Office) -> None:
    for number in range(digest.MOST + 3):
        office.world.deliver(office.world.mail(subject=f"S{number}", verified=True), LEADS)
        overdue(office)
    office.world.clock.now += 3 * DAY
    lines = said(office)
    assert len(lines) == 1 + 2 * (digest.MOST + 1) and lines.count("and more") == 2


def test_it_follows_the_zone_the_hour_and_whether_somebody_is_there(office: Office) -> None:
    wanted(office, time_zone="Europe/Stockholm", digest="week", digest_hour=16)
    (due,) = [one for one in office.store.due.all() if one.kind == digest.KIND]
    there = datetime.fromtimestamp(due.due_at / 1000, ZoneInfo("Europe/Stockholm"))
    assert (there.weekday(), there.hour) == (0, 16)
    changed = user.change(office.setup, ANNA, digest_hour=9)
    (due,) = [one for one in office.store.due.all() if one.kind == digest.KIND]
    assert datetime.fromtimestamp(due.due_at / 1000, ZoneInfo("Europe/Stockholm")).hour == 9
    office.did(undo.undo(office.setup, office.did(changed).trace))
    (due,) = [one for one in office.store.due.all() if one.kind == digest.KIND]
    assert datetime.fromtimestamp(due.due_at / 1000, ZoneInfo("Europe/Stockholm")).hour == 16
    wanted(office, digest="none")
    assert [one for one in office.store.due.all() if one.kind == digest.KIND] == []
    assert user.change(office.setup, ANNA, digest_hour=24) == Refusal("digest_hour", "no_such_hour", {"hour": 24})
    refused = user.change(office.setup, ANNA, digest="hourly")
    assert isinstance(refused, Refusal) and refused.code == "no_such_choice"


def test_who_is_removed_gets_none_and_has_it_again_when_restored(office: Office) -> None:
    bjorn = "bjorn@acme.example"
    office.did(user.change(office.setup, bjorn, digest="day"))
    gone = membership.leave(office.setup, bjorn, "Acme")
    assert isinstance(gone, membership.Left)
    due = [one for one in office.store.due.all() if one.kind == digest.KIND]
    if due:
        office.world.clock.now = due[0].due_at + 1
        Runner(office.store, office.world.installation, "here").round()
    assert [one for one in office.store.due.all() if one.kind == digest.KIND] == [] and mails(office) == []


@pytest.mark.parametrize("gone", ["address", "user"])
def test_without_an_address_or_a_user_there_is_none(office: Office, gone: str) -> None:
    wanted(office)
    run_to_its_hour(office)
    now = office.world.clock()
    (claimed,) = [one for one in office.store.outbox.claim("x", now, now + 1, 99) if one.audience == "digest"]
    if gone == "address":
        office.store.connection.execute("delete from user_address", {})
        assert isinstance(digest.digest_mail(office.store, office.world.installation, claimed), Refused)
        run_to_its_hour(office)
        assert mails(office) == []
    lost = replace(claimed, user_id=None)
    assert isinstance(digest.digest_mail(office.store, office.world.installation, lost), Refused)
    assert as_composed(office.store, office.world.installation, claimed.id) is None


def test_an_address_that_is_none_is_refused(office: Office) -> None:
    wanted(office)
    run_to_its_hour(office)
    office.store.connection.execute("update domain set name = 'a b'", {})
    now = office.world.clock()
    (claimed,) = [one for one in office.store.outbox.claim("x", now, now + 1, 99) if one.audience == "digest"]
    assert isinstance(digest.digest_mail(office.store, office.world.installation, claimed), Refused)


def test_a_post_is_promised_over_tls_alone() -> None:
    letter = Letter("<1@a.example>", Mailbox("", "n@a.example"), "S", "T", 1, "x", unsubscribe="http://a.example/off")
    mail = message_from_bytes(compose(letter, ForOneColleague(Mailbox("", "b@a.example"))))
    assert mail["List-Unsubscribe"] == "<http://a.example/off>" and mail["List-Unsubscribe-Post"] is None


ZONES = ["", "Europe/Stockholm", "Pacific/Apia", "America/New_York", "Australia/Lord_Howe"]


@settings(max_examples=examples(200), deadline=None)
@given(
    st.integers(1_700_000_000_000, 2_000_000_000_000), st.integers(0, 23), st.sampled_from(ZONES),
    st.sampled_from(["day", "week"]),
)  # fmt: skip
def test_the_next_one_is_the_first_of_its_hour_after_now(now: int, hour: int, zone: str, each: str) -> None:
    reader = User(1, "A", "email", "en", zone, True, 1, digest=each, digest_hour=hour)
    found = digest.next_at(reader, now)
    assert now < found <= now + (8 if each == "week" else 2) * DAY + HOUR
    there = day.zone(zone)
    wanted_day: date = day.today(found, there)
    assert found == day.at(wanted_day, hour, there) and (each == "day" or wanted_day.weekday() == 0)
    assert digest.next_at(reader, found) > found


def test_what_is_claimed_of_it_names_its_sentences(office: Office) -> None:
    wanted(office)
    run_to_its_hour(office)
    now = office.world.clock()
    claimed: list[Claimed] = [
        one for one in office.store.outbox.claim("x", now, now + 1, 99) if one.audience == "digest"
    ]
    assert [one.code for one in claimed[0].sentences] == ["mail.digest.company", "mail.digest.waiting"]
