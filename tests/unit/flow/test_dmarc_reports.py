"""DMARC reports to dmarc@: counted once, for the domain's page; they open nothing and notify nobody."""

from __future__ import annotations

import json

import pytest

from tests.unit import dmarc
from tests.unit.world import HOST, World
from weftmail.core.limits import DMARC_KEPT
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow.dmarc_reports import LOOKED_AT, DmarcLine, DmarcSummary, summaries
from weftmail.flow.due.kinds.expiry import REPORTS_KEPT, Expiry
from weftmail.store.dmarc_report import DmarcReporter
from weftmail.store.due import Due
from weftmail.store.inbound import InboundRow

NAME = "receiver.example!acme.example!1799800000!1799886400.xml.gz"
OTHER = ("198.51.100.7", 40, "reject", "fail", "fail", "")


def brought(
    world: World,
    content: bytes,
    *,
    verified: bool = True,
    to: str = "dmarc@acme.example",
    author: str = "receiver.example",
) -> InboundRow:
    """Deliver a mail that brings the report; return its row in the log."""
    raw = world.mail(
        f"Reports <noreply@{author}>", to, "Report", verified=verified, files=[(NAME, dmarc.packed(content))],
        headers=[("Auto-Submitted", "auto-generated")],
    )  # fmt: skip
    return world.deliver(raw, to, sender=f"noreply@{author}")


def said(row: InboundRow) -> str:
    """The reason in the log."""
    return say(Phrase.from_plain(json.loads(row.reason or "")))


def found(world: World, later: int = 0) -> tuple[DmarcSummary, DmarcSummary]:
    """What the page of the domain says of reports."""
    domain = world.store.domains.by_name("acme.example")
    assert domain is not None
    return summaries(world.store, domain, world.clock.now + later)


def test_a_report_is_counted_and_opens_nothing_and_notifies_nobody(world: World) -> None:
    world.store.domains.add_dkim_key(world.domain, "s1", "rsa", "v=DKIM1", 1)
    row = brought(world, dmarc.report([OTHER, dmarc.ROW]))
    assert (row.state, row.record_id, row.company_id) == ("discarded", None, world.acme)
    assert said(row) == "DMARC report of Receiver, added to the page of acme.example"
    assert world.store.connection.execute("select count(*) from record").fetchone()[0] == 0
    assert world.store.connection.execute("select count(*) from outbox").fetchone()[0] == 0
    sure, unsure = found(world)
    assert (sure.mails, sure.passed, unsure.mails) == (43, 3, 0)
    assert sure.lines == [
        DmarcLine(True, "192.0.2.25", "none", True, True, 3),
        DmarcLine(False, "198.51.100.7", "reject", False, False, 40),
    ]
    assert sure.reporters == [DmarcReporter("Receiver", "receiver.example", True, 1)]


def test_the_same_report_counts_once(world: World) -> None:
    for _ in range(3):
        brought(world, dmarc.report())
    assert found(world)[0].mails == 3
    brought(world, dmarc.report(number="r2"))
    brought(world, dmarc.report([], number="r3"))
    assert found(world)[0].mails == 6 and found(world)[0].reporters[0].reports == 3


def test_who_is_not_verified_is_kept_apart_and_takes_no_place(world: World) -> None:
    brought(world, dmarc.report([OTHER]), verified=False)
    brought(world, dmarc.report())
    brought(world, dmarc.report([OTHER]), author="evil.example")
    sure, unsure = found(world)
    assert (unsure.mails, unsure.passed) == (40, 0) and unsure.reporters[0].sender == "receiver.example"
    assert (sure.mails, sure.passed) == (43, 3)
    assert {one.sender for one in sure.reporters} == {"receiver.example", "evil.example"}


def test_the_signature_of_another_domain_verifies_nobody(world: World) -> None:
    raw = world.mail("noreply@receiver.example", "dmarc@acme.example", files=[(NAME, dmarc.packed(dmarc.report()))])
    signed = f"Authentication-Results: {HOST}; dkim=pass header.d=evil.example\n".encode()
    world.deliver(signed + raw, "dmarc@acme.example")
    sure, unsure = found(world)
    assert (sure.mails, unsure.mails) == (0, 3)


def test_only_domains_that_the_reader_may_know_of(world: World) -> None:
    world.store.domains.add("shared.example", None, True, 1)
    other = world.store.companies.add("Other", 1)
    world.store.domains.add("theirs.example", other, True, 1)
    for domain, counted in (("nobody.example", False), ("theirs.example", False), ("shared.example", True)):
        row = brought(world, dmarc.report(domain=domain))
        assert row.state == "discarded"
        assert (f"on {domain}, which is not used here" in said(row)) is not counted
    assert found(world)[0].mails == 0
    assert world.store.connection.execute("select count(*) from dmarc_report").fetchone()[0] == 1


@pytest.mark.parametrize("content", [b"no report", dmarc.report(policies=["acme.example", "other.example"])])
def test_what_is_no_report_waits_for_a_person(world: World, content: bytes) -> None:
    assert brought(world, content).state in ("held", "unmatched")


def test_a_report_to_an_alias_is_a_mail_like_any_other(world: World) -> None:
    assert brought(world, dmarc.report(), to="leads@acme.example").state == "filed"
    assert found(world)[0].mails == 0


def test_beyond_the_ceiling_reports_are_left_to_the_log(world: World) -> None:
    world.store.connection.execute(
        "with recursive n(n) as (select 1 union all select n + 1 from n where n < ?) "
        "insert into dmarc_report (domain_id, verified, sender, organisation, report, begin_at, end_at, created_at) "
        "select ?, false, 'evil.example', 'E', 'r' || n, 0, 0, 1 from n",
        (DMARC_KEPT, world.domain),
    )
    assert brought(world, dmarc.report(), verified=False).state == "discarded"
    assert found(world)[1].mails == 0
    brought(world, dmarc.report())
    assert found(world)[0].mails == 3


def test_thirty_days_are_shown_and_a_time_to_come_is_none(world: World) -> None:
    brought(world, dmarc.report(begin=2_000_000_000))
    assert found(world)[0].mails == 3 and found(world, LOOKED_AT + 1)[0].mails == 0
    due = Due(1, None, "expiry", "", world.clock.now, 1, "")
    Expiry().run(world.store, world.installation, due, world.clock.now + REPORTS_KEPT - 1000)
    assert found(world)[0].mails == 3
    Expiry().run(world.store, world.installation, due, world.clock.now + REPORTS_KEPT + 1000)
    assert found(world)[0].mails == 0
