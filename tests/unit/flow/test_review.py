"""The trays: what a person's word does with a mail that policy held or that fits nowhere."""

from __future__ import annotations

import pytest

from tests.unit.faults import nothing, store_with
from tests.unit.flow.test_filing import contact_of, people, reply_address
from tests.unit.world import ANNA, ERIK, KARIN, World
from weftmail.core.wording.phrase import Phrase
from weftmail.flow import review
from weftmail.flow.refusal import RefusedAct
from weftmail.store.record import NewRecord


@pytest.fixture
def opened(world: World) -> World:
    world.deliver(world.mail(), "leads@acme.example")
    return world


def test_a_new_participant_is_added_and_their_next_mail_lands(opened: World):
    karin = contact_of(opened, "karin@customer.example")
    row = opened.deliver(opened.mail(ERIK), reply_address(opened, 1, karin))
    released = review.release(opened.store, opened.installation, row.id)
    assert (released.record, released.copies) == ("LEAD-1", 1)
    assert opened.row(row.id).state == "filed"
    rules = [one.rule for one in opened.row(row.id).rules]
    assert (rules[0], rules[-1]) == ("loop", "review")
    why = opened.row(row.id).rules[-1].why
    assert (why.code, why.values["reason"]) == ("review.released", Phrase("held.other"))
    message = opened.thread("LEAD-1")[1]
    assert (message.author_name, message.verified, people(opened, message.id)) == (
        "Erik Ek", False, [("Anna", "email", "queued")],
    )  # fmt: skip
    assert opened.deliver(opened.mail(ERIK), reply_address(opened, 1)).state == "filed"


def test_whom_a_released_unverified_mail_names_is_added_by_nobody(opened: World):
    row = opened.deliver(opened.mail(ERIK, cc="Mia <mia@new.example>"), reply_address(opened, 1))
    review.release(opened.store, opened.installation, row.id)
    assert {one.name for one in opened.store.records.participants(opened.acme, opened.record("LEAD-1").id)} == {
        "Karin Ek",
        "Erik Ek",
    }


def test_a_colleagues_mail_is_filed_as_theirs_and_goes_on(opened: World):
    row = opened.deliver(opened.mail(ANNA), reply_address(opened, 1), "anna@acme.example")
    listed = review.plan(opened.store, opened.installation, row.id).recipients
    released = review.release(opened.store, opened.installation, row.id)
    assert released.recipients == listed
    assert [one.name for one in listed.outsiders] == ["Karin Ek"]
    post = opened.thread("LEAD-1")[1]
    assert (post.kind, post.author_user_id, released.copies) == ("post", opened.anna, 1)
    assert people(opened, post.id) == [("Karin Ek", "email", "queued")]


def test_an_answer_to_a_note_stays_inside_whoever_sent_it(opened: World):
    row = opened.deliver(opened.mail(KARIN), reply_address(opened, 1, 1, purpose="note"))
    review.release(opened.store, opened.installation, row.id, note=True)
    message = opened.thread("LEAD-1")[1]
    assert (message.kind, message.public, message.author_name) == ("note", False, "Karin Ek")


def test_an_answer_to_an_internal_message_is_released_inside(opened: World):
    to = reply_address(opened, 1, purpose="note")
    opened.deliver(opened.mail(ANNA, to, verified=True), to, "anna@acme.example")
    row = opened.deliver(opened.mail(ERIK), reply_address(opened, 2))
    assert row.state == "held"
    review.release(opened.store, opened.installation, row.id)
    assert [one.kind for one in opened.thread("LEAD-1")] == ["received", "note", "note"]
    assert len(opened.store.records.participants(opened.acme, opened.record("LEAD-1").id)) == 1


def test_what_fits_nowhere_wants_a_record_or_a_type(opened: World):
    row = opened.deliver(opened.mail(ERIK), "reply@acme.example")
    with pytest.raises(RefusedAct, match="review_without_goal"):
        review.release(opened.store, opened.installation, row.id)
    review.release(opened.store, opened.installation, row.id, record="lead-1")
    assert opened.thread("LEAD-1")[1].author_name == "Erik Ek"
    other = opened.deliver(opened.mail(ERIK, subject="Broken"), "reply@acme.example")
    released = review.release(opened.store, opened.installation, other.id, opens="ticket")
    assert (released.record, opened.record("TICKET-1").title, opened.record("TICKET-1").alias_id) == (
        "TICKET-1", "Broken", None,
    )  # fmt: skip


def test_what_an_alias_did_not_take_opens_what_it_opens(world: World):
    world.alias("friends", "lead", accepts="known")
    row = world.deliver(world.mail(ERIK), "friends@acme.example")
    assert row.state == "held"
    assert review.release(world.store, world.installation, row.id).record == "LEAD-1"


def test_what_a_pinned_alias_did_not_take_goes_to_its_record(opened: World):
    opened.alias("inner", None, record_id=opened.record("LEAD-1").id, accepts="internal")
    row = opened.deliver(opened.mail(ERIK), "inner@acme.example")
    assert (row.state, row.record) == ("held", "LEAD-1")
    assert review.release(opened.store, opened.installation, row.id).record == "LEAD-1"


def test_a_drop_is_kept_in_the_log_and_can_be_undone(opened: World):
    row = opened.deliver(opened.mail(ERIK), reply_address(opened, 1))
    review.discard(opened.store, opened.installation, row.id)
    assert (opened.row(row.id).state, opened.row(row.id).why) == ("discarded", Phrase("review.dropped"))
    assert opened.store.inbound.again(row.id)
    opened.settle()
    assert opened.row(row.id).state == "held"


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"record": "LEAD-1", "opens": "lead"}, "not both"),
        ({"record": "LEAD-99"}, "There is no record LEAD-99"),
        ({"opens": "cow"}, "no_such_record_type: .*expense"),
    ],
)
def test_what_cannot_be_released_so(opened: World, how, words):
    row = opened.deliver(opened.mail(ERIK), "reply@acme.example")
    with pytest.raises(RefusedAct, match=words):
        review.release(opened.store, opened.installation, row.id, **how)
    assert opened.row(row.id).state == "unmatched"


def test_only_what_lies_in_the_review_queue(opened: World):
    with pytest.raises(RefusedAct, match="no_such_inbound"):
        review.release(opened.store, opened.installation, 99)
    with pytest.raises(RefusedAct, match="it is filed"):
        review.discard(opened.store, opened.installation, 1)
    (row,) = opened.accept(opened.mail(), "leads@acme.example")
    opened.store.inbound.fail(row, Phrase("error.fault", {"error": "x"}), "trace", 1)
    with pytest.raises(RefusedAct, match="review_error"):
        review.release(opened.store, opened.installation, row)


def test_a_record_that_went_since(opened: World):
    row = opened.deliver(opened.mail(ERIK), reply_address(opened, 1))
    with pytest.raises(RefusedAct, match="review_record_gone"):
        review.release(store_with(opened.store, records_get=nothing), opened.installation, row.id)


def test_mail_that_belongs_to_no_company_and_several_of_them(world: World):
    world.store.domains.add("shared.example", None, True, 1)
    row = world.deliver(world.mail(ERIK), "reply@shared.example")
    assert row.company_id is None
    assert review.release(world.store, world.installation, row.id, opens="lead").record == "LEAD-1"
    row = world.deliver(world.mail(ERIK), "reply@shared.example")
    world.store.companies.add("Nord", 1)
    with pytest.raises(RefusedAct, match="inbound_of_no_company"):
        review.release(world.store, world.installation, row.id, opens="lead")
    nord = world.store.companies.by_name("Nord")
    world.store.records.open(NewRecord(nord.id, "lead", "Theirs"), 1)
    with pytest.raises(RefusedAct, match=r"several_records: .*Acme, Nord"):
        review.release(world.store, world.installation, row.id, record="LEAD-1")
