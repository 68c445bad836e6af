"""Where would this mail go: what is answered is what then happens, nothing is written, and the map is asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.flow.setup.conftest import MemoryMap
from tests.unit.flow.test_filing import reply_address
from tests.unit.flow.test_status import FakeMachine
from tests.unit.world import ANNA, ERIK, HOST, KARIN, World
from weftmail.core.routing.authentication import NOBODY, Policy
from weftmail.core.routing.disposition import Append, Discard, Hold, Note, Open, Report
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow.forecast import CASES, Forecast, Supposed, becomes, forecast
from weftmail.flow.refusal import RefusedAct

MAILS = sorted((Path(__file__).parents[1] / "mails").glob("*.eml"))
LEADS = "leads@acme.example"


def asked(world: World, question: Supposed, takes: bool | None = True, largest: int | None = None) -> Forecast:
    map_file = MemoryMap(recipients={question.recipient} if takes else set(), broken=takes is None)
    before = world.store.connection.total_changes
    found = forecast(
        world.store, world.installation, question, map_file, replace(FakeMachine(), largest=largest)
    )  # fmt: skip
    assert world.store.connection.total_changes == before
    return found


def what(found: Forecast) -> str:
    return type(found.disposition).__name__.lower()


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
@pytest.mark.parametrize("recipient", [LEADS, "support@acme.example", "postmaster@acme.example", "no@acme.example"])
def test_it_is_what_then_happens(world: World, path: Path, recipient: str) -> None:
    raw = path.read_bytes()
    found = asked(world, Supposed(recipient, "karin@customer.example", raw=raw))
    state = {"open": "filed", "append": "filed", "note": "filed", "report": "filed", "discard": "discarded"}
    expected = found.disposition.queue if isinstance(found.disposition, Hold) else state[what(found)]
    (number,) = world.accept(raw, recipient, sender="karin@customer.example")
    world.settler().settle()
    row = world.store.inbound.get(number)
    assert row is not None and row.state == expected
    assert [(one.rule, one.matched) for one in row.rules] == [
        (one.rule, one.matched) for one in found.explanation.decision.trace
    ]


@pytest.mark.parametrize(
    ("case", "sender", "becomes_", "verified"),
    [
        ("stranger", "", "open", False),
        ("verified", "karin@customer.example", "open", True),
        ("verified", "anna@acme.example", "open", True),
        ("forged", "", "open", False),
        ("automatic", "karin@customer.example", "hold", False),
        ("machine", "karin@customer.example", "open", False),
        ("large", "karin@customer.example", "open", False),
        ("answer", "", "append", False),
        ("answer-stranger", "", "hold", False),
        ("answer-stranger", "karin@customer.example", "append", False),
        ("answer-forged", "", "hold", False),
        ("answer-automatic", "", "append", False),
    ],
)
def test_what_if_it_were(world: World, case: str, sender: str, becomes_: str, verified: bool) -> None:
    world.deliver(world.mail(), LEADS)
    found = asked(world, Supposed(LEADS, sender, case, "LEAD-1", colleague="anna@acme.example"))
    assert (what(found), found.explanation.verified) == (becomes_, verified)
    assert found.company_id == world.acme and found.case == case
    forged = case.endswith("forged")
    assert (found.envelope.sender == "anna@acme.example") is (forged or sender == "anna@acme.example")
    if case.startswith("answer"):
        assert found.envelope.recipient.startswith("reply+")


def test_each_case_has_a_reason_of_its_own(world: World) -> None:
    said = {case: asked(world, Supposed(LEADS, case=case), largest=67_000_000).because for case in ("machine", "large")}
    assert [one and say(one) for one in said.values()] == [
        "A program wrote it and it answers nothing: it is treated like a person's email, and marked as automatic.",
        "30 MB is less than the 67 MB that are taken: its size changes nothing.",
    ]
    large = asked(world, Supposed(LEADS, case="large"), largest=10_240_000)
    assert large.because is None and large.reply == "552 5.3.4 Message size exceeds fixed limit" and large.refused
    fine = asked(world, Supposed(LEADS))
    assert (fine.because, fine.reply, fine.refused) == (None, "", False)
    raw = asked(world, Supposed(LEADS, case="machine", raw=world.mail()))
    assert raw.because is None


def test_who_is_told_that_it_waits_is_who_is_told_then(world: World) -> None:
    world.deliver(world.mail(), LEADS)
    world.store.domains.set_postmaster(world.domain, world.bjorn)
    first = world.thread("LEAD-1")[0].rfc_message_id
    for raw, to, names in (
        (world.mail(ERIK, references=[first]), LEADS, ("Anna",)),
        (world.mail(ANNA, references=[first]), LEADS, ("Anna",)),
        (world.mail("Björn <bjorn@acme.example>", references=[first]), LEADS, ("Björn",)),
        (world.mail(ERIK), "abuse@acme.example", ("Björn",)),
        (world.mail(ERIK), "x@elsewhere.example", ("Anna",)),
        (world.mail(ERIK), LEADS, ()),
    ):
        found = asked(world, Supposed(to, raw=raw))
        assert found.decide == names
        (row,) = world.accept(raw, to)
        world.settle()
        people = [one.id for one in world.store.users.all() if notified(world, one.id, row)]
        assert [one.id for one in world.store.users.all() if one.name in names] == people


def notified(world: World, user_id: int, row: int) -> bool:
    """Say whether somebody has a notice of a mail."""
    return any(one.inbound_id == row for one in world.store.inbox.notices(user_id))


def test_an_answer_to_a_record(world: World) -> None:
    world.deliver(world.mail(), LEADS)
    found = asked(world, Supposed("", "", "answer", "lead-1"))
    assert what(found) == "append" and found.envelope.sender == "karin@customer.example"
    assert say(found.headline) == "Refused: there is no such address." and found.refused
    assert found.reply == f"550 5.1.1 <{found.envelope.recipient}>: Recipient address rejected: User unknown"
    other = asked(world, Supposed("", "erik@customer.example", "answer", "LEAD-1"))
    assert other.envelope.sender == "erik@customer.example" and what(other) == "hold"
    with pytest.raises(RefusedAct, match="no_such_record"):
        asked(world, Supposed("", "", "answer", "LEAD-9"))
    with pytest.raises(RefusedAct, match="no_such_record"):
        asked(world, Supposed("", "", "answer", "LEAD-1", company_id=world.acme + 1))


def test_an_answer_needs_something_to_answer(world: World) -> None:
    world.deliver(world.mail(verified=True, author=ANNA, login="anna@acme.example"), LEADS)
    record = world.record("LEAD-1")
    assert world.store.records.participants(record.company_id, record.id) == []
    found = asked(world, Supposed("", "", "answer", "LEAD-1"))
    assert found.envelope.sender == "somebody@customer.example"
    world.store.connection.execute("update message set public = 0")
    with pytest.raises(RefusedAct, match="nothing_to_answer"):
        asked(world, Supposed("", "", "answer", "LEAD-1"))


def test_the_mail_server_is_asked(world: World) -> None:
    taken = asked(world, Supposed(LEADS), largest=10_240_000)
    assert taken.taken and [say(one) for one in taken.at_the_door] == [
        "Your mail server takes it when it is offered, and hands it to weftmail.",
        "Your mail server takes email of up to 10 MB.",
    ]
    assert say(taken.headline) == "It would open a record of type lead."
    large = asked(world, Supposed(LEADS, case="large"), largest=10_240_000)
    assert (
        large.too_large and say(large.headline) == "Refused: it is larger than the 10 MB that your mail server takes."
    )
    assert not asked(world, Supposed(LEADS, case="large"), largest=64_000_000).too_large
    refused = asked(world, Supposed("lead@acme.example"), takes=False)
    assert refused.taken is False and say(refused.at_the_door[0]).endswith("550 5.1.1.")
    unknown = asked(world, Supposed(LEADS), takes=None)
    assert unknown.taken is None and say(unknown.at_the_door[0]).endswith("cannot be read now.")
    assert say(unknown.headline) == "It would open a record of type lead."
    nobody = forecast(world.store, world.installation, Supposed(LEADS))
    assert nobody.taken is None and say(nobody.at_the_door[1]).endswith("weftmail takes 67 MB.")


def test_whose_mail_it_is(world: World) -> None:
    assert asked(world, Supposed("no@acme.example")).company_id == world.acme
    assert asked(world, Supposed("x@elsewhere.example")).company_id is None
    for text in ("nothing", "@acme.example", "sales@", "two words@acme.example"):
        with pytest.raises(RefusedAct) as refused:
            asked(world, Supposed(text))
        assert refused.value.refusal.field == "to" and refused.value.refusal.code.startswith("address_")


def test_without_a_mail_server_of_ours_nobody_is_verified(world: World) -> None:
    blind = replace(world.installation, policies={"lmtp": NOBODY})
    found = forecast(world.store, blind, Supposed(LEADS, "karin@customer.example", "verified"))
    assert not found.explanation.verified and what(found) == "open"
    assert found.envelope.entrance == "pipe"


def test_nothing_that_is_typed_becomes_a_field(world: World) -> None:
    found = asked(world, Supposed(LEADS, "a@b.example>\r\nX-Weftmail-Loop: this installation\r\nX: <"))
    assert what(found) != "discard"


def test_a_blocked_sender_of_the_company(world: World) -> None:
    world.deliver(world.mail(), LEADS)
    contact = world.store.contacts.by_address(world.acme, "karin@customer.example")
    assert contact is not None
    world.store.contacts.block(world.acme, contact.id, world.anna, world.clock())
    found = asked(world, Supposed(LEADS, "karin@customer.example"))
    assert what(found) == "discard" and found.company_id == world.acme


def test_each_disposition_has_its_sentence(world: World) -> None:
    world.deliver(world.mail(), LEADS)
    to = reply_address(world, 1)
    author = asked(world, Supposed(LEADS)).disposition
    assert isinstance(author, Open)
    mails = [
        (Append, world.mail(KARIN, to), to, "It would be filed on LEAD-1."),
        (Append, world.mail(ANNA, to, verified=True), to, "sent on as a colleague's message."),
        (Note, world.mail(ANNA, to, verified=True), reply_address(world, 1, purpose="note"), "as an internal note."),
        (Hold, world.mail(ERIK, to), to, "wait in the review queue under Held: "),
        (Discard, world.mail(headers=[("X-Weftmail-Loop", "this installation")]), LEADS, "kept in the log alone: "),
    ]
    for kind, raw, recipient, sentence in mails:
        found = asked(world, Supposed(recipient, raw=raw), takes=None)
        assert isinstance(found.disposition, kind) and sentence in say(found.headline)
    report = Report(world.acme, 1, "LEAD-1", 1)
    assert becomes(report) == Phrase("forecast.report", {"record": "LEAD-1"})


def test_every_case_has_its_sentence() -> None:
    assert len({say(phrase) for phrase in CASES.values()}) == len(CASES)


def test_by_our_own_check_nobody_is_asked_about_what_is_but_supposed(world: World) -> None:
    policy = Policy(None, frozenset({HOST}), (), True)
    world.installation = replace(
        world.installation,
        policies=dict.fromkeys(("pipe", "lmtp", "spool"), policy),
        resolver=lambda: 1 / 0,  # type: ignore[arg-type,return-value]
    )
    verified = asked(world, Supposed(LEADS, "karin@customer.example", "verified"))
    assert verified.explanation.verified and verified.explanation.proof.source == "own check"
    assert not asked(world, Supposed(LEADS, "karin@customer.example")).explanation.verified
