"""Who gets a message: what is listed before Send is who gets it, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.limits import ANSWER_COPIED
from weftmail.core.routing.recipients import (
    Following,
    Kind,
    Named,
    Notified,
    Outsider,
    Recipients,
    Skipped,
    audience,
    recipients,
)
from weftmail.core.wording.phrase import Phrase

ANNA = Following(1, "Anna", "anna@acme.example", "email")
BJORN = Following(2, "Björn", "bjorn@acme.example", "inbox")
NOBODY = Following(3, "Eva", None, "email", "sv")
KARIN = Outsider(10, "Karin Ek", "karin@customer.example")
ERIK = Outsider(11, "Erik Ek", "erik@other.example", "cc")


def test_colleagues_are_told_as_they_prefer():
    who_gets = recipients([ANNA, BJORN, NOBODY])
    assert [(one.name, one.channel, one.address) for one in who_gets.notified] == [
        ("Anna", "email", "anna@acme.example"),
        ("Björn", "inbox", ""),
        ("Eva", "inbox", ""),
    ]
    assert who_gets.notified[2].why == Phrase("notified.follows", {"how": Phrase("prefers.no address")})


def test_who_stands_in_line_is_told_why():
    who_gets = recipients([replace(ANNA, follows=False)])
    assert [one.why for one in who_gets.notified] == [Phrase("notified.in line", {"how": Phrase("prefers.email")})]


def test_the_author_gets_no_copy():
    who_gets = recipients([ANNA, BJORN], author_user_id=1)
    assert [one.name for one in who_gets.notified] == ["Björn"]
    assert who_gets.skipped == (Skipped("Anna", Phrase("skipped.author")),)


def test_an_outsider_to_whom_a_colleague_sent_it_has_it_and_no_colleague_has():
    who_gets = recipients([ANNA, BJORN], [KARIN, ERIK], have_it={"anna@acme.example", "erik@other.example"})
    assert [one.name for one in who_gets.notified] == ["Anna", "Björn"]
    assert who_gets.outsiders == (KARIN,)
    assert [one.name for one in who_gets.skipped] == ["Erik Ek"]


def test_an_automatic_answer_disturbs_nobody():
    who_gets = recipients([ANNA, BJORN], [KARIN], reach="nobody")
    assert (who_gets.notified, who_gets.outsiders) == ((), ())
    assert len(who_gets.skipped) == 3


def test_what_may_be_automatic_is_told_in_the_inbox_alone():
    who_gets = recipients([ANNA, BJORN], [KARIN], reach="inbox")
    assert [(one.name, one.channel) for one in who_gets.notified] == [("Anna", "inbox"), ("Björn", "inbox")]
    assert who_gets.outsiders == ()


def test_a_note_reaches_no_outsider_whoever_is_named():
    who_gets = recipients([ANNA], [KARIN, ERIK], kind="notes")
    assert who_gets.outsiders == ()
    assert [one.name for one in who_gets.notified] == ["Anna"]


def test_somebody_named_twice_gets_one_copy_and_two_unknown_people_get_two():
    again = Outsider(10, "Karin", "karin@customer.example", "cc")
    new = [Outsider(0, "", "a@new.example"), Outsider(0, "", "b@new.example"), Outsider(0, "", "a@new.example")]
    assert recipients([ANNA, ANNA], [KARIN, again, *new]).outsiders == (KARIN, new[0], new[1])
    assert len(recipients([ANNA, ANNA]).notified) == 1


def test_an_answer_goes_to_the_author_with_those_they_named_in_copy():
    named = [Named("to", "Erik Ek", "erik@other.example", 11), Named("cc", "Mia", "mia@other.example", None)]
    found = audience(KARIN, named, {10, 11})
    assert [(one.contact_id, one.field) for one in found] == [(10, "to"), (11, "cc")]


def test_an_answer_to_a_colleagues_message_goes_to_the_people_it_went_to():
    named = [Named("to", "Karin Ek", "karin@customer.example", 10), Named("cc", "Erik Ek", "erik@other.example", 11)]
    assert [(one.contact_id, one.field) for one in audience(None, named, {10, 11})] == [(10, "to"), (11, "cc")]


def test_whom_an_unverified_mail_named_gets_nothing():
    named = [Named("cc", "Mallory", "mallory@evil.example", 66)]
    assert [one.contact_id for one in audience(KARIN, named, {10})] == [10]
    assert audience(KARIN, named, set()) == ()


PEOPLE = st.builds(
    Following,
    st.integers(1, 6),
    st.sampled_from(["A", "B", "C"]),
    st.sampled_from([None, "a@acme.example", "b@acme.example", "c@acme.example"]),
    st.sampled_from(["email", "inbox"]),
    hears=st.frozensets(st.sampled_from(["messages", "notes", "changes"])),
    muted=st.booleans(),
    mentioned=st.booleans(),
)
OUTSIDERS = st.builds(
    Outsider,
    st.integers(0, 4),
    st.just("O"),
    st.sampled_from(["k@x.example", "l@x.example", "m@y.example"]),
    st.sampled_from(["to", "cc"]),
)


@given(
    st.lists(PEOPLE, max_size=8),
    st.lists(OUTSIDERS, max_size=6),
    st.one_of(st.none(), st.integers(1, 6)),
    st.sets(st.sampled_from(["a@acme.example", "k@x.example", "l@x.example"])),
    st.sampled_from(["everybody", "inbox", "nobody"]),
    st.sampled_from(["messages", "notes", "changes"]),
)
def test_nobody_twice_nobody_unasked_and_every_one_left_out_has_a_reason(
    following, outsiders, author, have_it, reach, kind
):
    who_gets = recipients(following, outsiders, author_user_id=author, have_it=have_it, reach=reach, kind=kind)
    notified = [one.user_id for one in who_gets.notified]
    first = {one.user_id: one for one in reversed(following)}
    wanted = {number for number, one in first.items() if one.mentioned or (kind in one.hears and not one.muted)}
    assert set(notified) == (set() if reach == "nobody" else wanted - {author})
    assert len(set(notified)) == len(notified)
    assert author not in notified
    assert set(notified) <= {one.user_id for one in following}
    assert set(who_gets.outsiders) <= set(outsiders)
    assert not {one.address for one in who_gets.outsiders} & have_it
    if reach == "nobody":
        assert not notified
    if reach == "inbox":
        assert all(one.channel == "inbox" for one in who_gets.notified)
    if reach != "everybody" or kind != "messages":
        assert not who_gets.outsiders
    reasons = {one.name for one in who_gets.skipped}
    assert {one.name for one in first.values() if one.user_id not in notified} <= reasons
    assert all(one.why for one in (*who_gets.notified, *who_gets.skipped))


def test_of_a_long_list_that_somebody_outside_named_twenty_are_copied() -> None:
    named = [Named("cc", "", f"p{number}@other.example", number) for number in range(100, 199)]
    taking_part = {KARIN.contact_id, *range(100, 199)}
    found = audience(KARIN, named, taking_part)
    assert (found[0].contact_id, len(found)) == (KARIN.contact_id, 1 + ANSWER_COPIED)
    assert [one.contact_id for one in found[1:]] == [*range(100, 120)]
    assert len(audience(KARIN, named, range(100, 199))) == ANSWER_COPIED
    # Whom a colleague chose, they all get it.
    assert len(audience(None, named, taking_part)) == 99
    # And twenty people are nobody's list.
    assert len(audience(KARIN, named[:20], taking_part)) == 21


@pytest.mark.parametrize("kind", ["messages", "notes", "changes"])
def test_who_muted_it_or_wants_none_of_a_kind_is_not_told_and_why_is_said(kind: Kind) -> None:
    others = frozenset({"messages", "notes", "changes"}) - {kind}
    muted, other = replace(ANNA, muted=True), replace(BJORN, hears=others)
    all_ = replace(NOBODY, hears=frozenset({kind}))
    who_gets = recipients([muted, other, all_], kind=kind)
    assert [one.name for one in who_gets.notified] == ["Eva"]
    assert [(one.name, one.why.code) for one in who_gets.skipped] == [
        ("Anna", "skipped.muted"), ("Björn", f"skipped.{kind}"),
    ]  # fmt: skip


def test_who_is_mentioned_is_told_whatever_they_chose_and_by_their_channel() -> None:
    muted = replace(ANNA, muted=True, hears=frozenset())
    who_gets = recipients([replace(muted, mentioned=True), muted, BJORN], kind="notes")
    (anna, bjorn) = who_gets.notified
    assert (anna.channel, anna.why.code, anna.mentioned) == ("email", "notified.mentioned", True)
    assert (bjorn.mentioned, who_gets.skipped) == (False, ())


EACH: list[tuple[Following, dict[str, Any], Notified]] = [
    (
        replace(ANNA, language="sv", mentioned=True),
        {},
        Notified(
            1,
            "Anna",
            "email",
            "anna@acme.example",
            "sv",
            Phrase("notified.mentioned", {"how": Phrase("prefers.email")}),
            mentioned=True,
        ),
    ),
    (
        replace(ANNA, language="sv", mentioned=True, stands_in_for="Eva"),
        {"reach": "inbox"},
        Notified(1, "Anna", "inbox", "", "sv", Phrase("notified.automatic"), mentioned=True, stands_in_for="Eva"),
    ),
    (
        replace(ANNA, email_for="new note"),
        {},
        Notified(1, "Anna", "inbox", "", "en", Phrase("notified.follows", {"how": Phrase("prefers.inbox")})),
    ),
    (
        replace(ANNA, email_for="note"),
        {"kind": "notes"},
        Notified(
            1, "Anna", "email", "anna@acme.example", "en", Phrase("notified.follows", {"how": Phrase("prefers.email")})
        ),
    ),
    (
        replace(ANNA, email_for="message"),
        {},
        Notified(
            1, "Anna", "email", "anna@acme.example", "en", Phrase("notified.follows", {"how": Phrase("prefers.email")})
        ),
    ),
    (
        replace(ANNA, email_for="new", by_team=True),
        {},
        Notified(
            1, "Anna", "email", "anna@acme.example", "en", Phrase("notified.follows", {"how": Phrase("prefers.email")})
        ),
    ),
    (
        replace(ANNA, email_for="assigned", by_team=True, given=True),
        {},
        Notified(
            1, "Anna", "email", "anna@acme.example", "en", Phrase("notified.follows", {"how": Phrase("prefers.email")})
        ),
    ),
    (
        replace(ANNA, email_for="message", given=True),
        {},
        Notified(1, "Anna", "inbox", "", "en", Phrase("notified.follows", {"how": Phrase("prefers.inbox")})),
    ),
    (
        replace(BJORN, prefers="sms", reached_at="+46700000000", stands_in_for="Eva"),
        {},
        Notified(
            2,
            "Björn",
            "sms",
            "+46700000000",
            "en",
            Phrase("notified.stands in", {"name": "Eva", "how": Phrase("prefers.channel", {"channel": "sms"})}),
            stands_in_for="Eva",
        ),
    ),
    (
        BJORN,
        {},
        Notified(2, "Björn", "inbox", "", "en", Phrase("notified.follows", {"how": Phrase("prefers.inbox")})),
    ),
]


@pytest.mark.parametrize(("one", "how", "expected"), EACH)
def test_exactly_how_and_why_a_colleague_is_notified(one: Following, how: dict[str, Any], expected: Notified):
    assert recipients([one], **how).notified == (expected,)


@pytest.mark.parametrize("outsider", [KARIN, replace(KARIN, name="")])
def test_exactly_why_somebody_outside_is_passed_over(outsider: Outsider):
    name, why = outsider.name or outsider.address, Phrase("suppressed.bounced")
    address = outsider.address
    cases: list[tuple[dict[str, Any], Phrase]] = [
        ({"kind": "notes"}, Phrase("skipped.inside")),
        ({"reach": "inbox"}, Phrase("skipped.inside")),
        ({"have_it": {address}}, Phrase("skipped.has it")),
        ({"suppressed": {address: why}}, Phrase("skipped.suppressed", {"why": why})),
    ]
    for how, said in cases:
        assert recipients([], [outsider], **how) == Recipients(skipped=(Skipped(name, said),))
    assert recipients([ANNA], reach="nobody").skipped == (Skipped("Anna", Phrase("skipped.automatic")),)


def test_nobody_of_a_bcc_is_answered_and_the_author_stands_in_to():
    hidden = Named("bcc", "Nils", "nils@new.example", 12)
    copied = Named("cc", "Erik Ek", "erik@other.example", 11)
    author = replace(KARIN, field="cc")
    assert audience(author, [hidden, copied], {10, 11, 12}) == (KARIN, ERIK)
