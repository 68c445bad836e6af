"""Turns: what counts as going to and fro, for how long, and under which names."""

from __future__ import annotations

import pytest

from tests.unit.mail import mail
from weftmail.core.address import Mailbox
from weftmail.core.envelope import Envelope
from weftmail.core.limits import ANSWERED, FLOOD, FLOOD_AGAIN, SILENCE, TURNS, TURNS_WITHIN
from weftmail.core.routing import turns
from weftmail.core.routing.facts import Sender
from weftmail.core.routing.turns import Turn

NOW = 1_800_000_000_000
HOUR = TURNS_WITHIN * 1000
KARIN = Sender("Karin", "karin+x@customer.example")
ENVELOPE = Envelope("leads@acme.example", "bounce+1@mailer.example")


def turn(**changes: object) -> Turn:
    usual: dict[str, object] = {
        "who": "karin@customer.example", "place": "record 1", "waiting": False, "times": "", "mails": 0, "since_at": 0,
        "held_at": 0, "alarmed_at": 0,
    }  # fmt: skip
    return Turn(**{**usual, **changes})  # type: ignore[arg-type]


def times(*ago: int) -> str:
    return "".join(f"{NOW - one:013}" for one in ago)


def test_it_is_held_until_an_hour_of_quiet() -> None:
    assert turn(held_at=NOW - HOUR + 1).held(NOW) and not turn(held_at=NOW - HOUR).held(NOW)


def test_it_is_full_with_as_many_turns_within_an_hour_as_may_be() -> None:
    assert turn(times=times(*[HOUR - 1] * TURNS)).full(NOW)
    assert not turn(times=times(*[HOUR - 1] * (TURNS - 1))).full(NOW)
    assert not turn(times=times(HOUR, *[HOUR - 1] * (TURNS - 1))).full(NOW)


def test_it_is_silent_for_a_while_and_crowded_meanwhile() -> None:
    assert turn(held_at=NOW - SILENCE * 1000 + 1).silent(NOW) and not turn(held_at=NOW - SILENCE * 1000).silent(NOW)
    assert turn(held_at=NOW - SILENCE * 1000 + 1).crowded(NOW)
    assert not turn(held_at=NOW - SILENCE * 1000).crowded(NOW)


def test_what_was_told_before_the_silence_counts_no_more() -> None:
    many = times(*[HOUR - 1] * TURNS)
    assert turn(times=many).crowded(NOW)
    assert not turn(times=many, held_at=NOW - SILENCE * 1000).crowded(NOW)
    assert not turn(times=times(HOUR, *[1] * (TURNS - 1))).crowded(NOW)


def test_one_more_turn_is_kept_and_the_oldest_goes() -> None:
    assert turn().one_more(NOW) == str(NOW)
    full = turn(times=times(*range(TURNS, 0, -1))).one_more(NOW)
    assert full == times(*range(TURNS - 1, -1, -1)) and len(full) == TURNS * 13
    assert turn().one_more(5) == "0000000000005"


@pytest.mark.parametrize("who", ["new senders of x.example", "verified new senders of x.example"])
def test_what_came_too_quickly_to_answer_anything_is_no_turn_of_a_crowd(who: str) -> None:
    assert turn(who=who, last_at=NOW - ANSWERED + 1).one_more(NOW) == ""
    assert turn(who=who, last_at=NOW - ANSWERED).one_more(NOW) == str(NOW)
    assert turn(last_at=NOW - 1).one_more(NOW) == str(NOW)


def test_mails_are_counted_for_an_hour() -> None:
    assert turn(mails=4, since_at=NOW - HOUR + 1).counted(NOW) == (5, NOW - HOUR + 1)
    assert turn(mails=4, since_at=NOW - HOUR).counted(NOW) == (1, NOW)


def test_admins_are_told_of_a_flood_once_in_a_while() -> None:
    assert turn(mails=FLOOD, since_at=NOW - 1).floods(NOW)
    assert not turn(mails=FLOOD - 1, since_at=NOW - 1).floods(NOW)
    assert turn(mails=FLOOD, since_at=NOW - 1, alarmed_at=NOW - FLOOD_AGAIN * 1000).floods(NOW)
    assert not turn(mails=FLOOD, since_at=NOW - 1, alarmed_at=NOW - FLOOD_AGAIN * 1000 + 1).floods(NOW)


def test_places_and_users_have_names() -> None:
    assert turns.places(3, 4) == ["record 3", "alias 4"]
    assert (
        turns.places(None, 4) == ["alias 4"]
        and turns.places(3, None) == ["record 3"]
        and turns.places(None, None) == []
    )
    assert (turns.record_place(3), turns.alias_place(4), turns.user(5)) == ("record 3", "alias 4", "user 5")


def test_a_mail_counts_under_its_author_and_where_answers_would_go() -> None:
    message = mail(
        reply_to=(Mailbox("", "erik+7@other.example"), Mailbox("", "karin@customer.example"), Mailbox("", "?"))
    )
    assert turns.names_of(ENVELOPE, message, KARIN) == (
        "karin@customer.example", "bounce@mailer.example", "erik@other.example",
    )  # fmt: skip
    anna = Sender("Anna", "anna@acme.example", user_id=7, verified=True)
    assert turns.names_of(ENVELOPE, mail(), anna) == (
        "verified anna@acme.example", "verified user 7", "bounce@mailer.example",
    )  # fmt: skip
    assert turns.names_of(Envelope("a@b.example", ""), mail(), Sender("", "")) == ()


def test_four_names_are_enough() -> None:
    many = tuple(Mailbox("", f"a{one}@b.example") for one in range(9))
    named = turns.names_of(ENVELOPE, mail(reply_to=many), KARIN)
    assert named == ("karin@customer.example", "bounce@mailer.example", "a0@b.example", "a1@b.example")


@pytest.mark.parametrize(
    ("sender", "known", "ours", "group"),
    [
        (KARIN, False, False, "new senders of customer.example"),
        (Sender("", "a@x.y.Customer.Example"), False, False, "new senders of customer.example"),
        (Sender("", "a@x.shop.co.uk"), False, False, "new senders of shop.co.uk"),
        (Sender("", "a@shop.uk"), False, False, "new senders of shop.uk"),
        (Sender("", "a@x.shop.com.example"), False, False, "new senders of com.example"),
        (Sender("", "a@x.shop.info.se"), False, False, "new senders of info.se"),
        (Sender("", "a@x.co.com"), False, False, "new senders of co.com"),
        (KARIN, True, False, "mail of karin@customer.example"),
        (KARIN, True, True, "our own words from customer.example"),
        (KARIN, False, True, "our own words from customer.example"),
        (Sender("", "leads@acme.example", ours=True), True, False, "our own words from acme.example"),
        (Sender("", "k@customer.example", verified=True), False, False, "verified new senders of customer.example"),
        (Sender("", ""), False, False, "new senders of mailer.example"),
    ],
)
def test_new_senders_and_our_own_words_count_by_domain(sender: Sender, known: bool, ours: bool, group: str) -> None:
    assert turns.group_of(ENVELOPE, sender, known=known, ours=ours) == group
    assert turns.named_by_group(group) == group.split(" ")[-1]


def test_nobody_has_a_group_as_well() -> None:
    nobody = turns.group_of(Envelope("a@b.example", ""), Sender("", ""), known=False, ours=False)
    assert nobody == "new senders of nobody" and turns.named_by_group(nobody) == "nobody"


def test_the_author_is_the_first_of_the_names() -> None:
    assert turns.author_of(("verified anna@acme.example", "x@y.example")) == "anna@acme.example"
    assert turns.author_of(("karin@customer.example",)) == "karin@customer.example" and turns.author_of(()) == ""


def test_what_goes_to_somebody_answers_each_of_their_names() -> None:
    assert list(turns.names_sent_to("anna+a@acme.example", 7)) == [
        "anna@acme.example", "user 7", "verified anna@acme.example", "verified user 7",
    ]  # fmt: skip
    assert list(turns.names_sent_to("karin@customer.example")) == [
        "karin@customer.example", "verified karin@customer.example",
    ]  # fmt: skip
    assert list(turns.names_sent_to("?")) == []


def test_an_allow_list_names_the_address_or_its_domain() -> None:
    assert turns.exempt_by("karin@customer.example") == ("karin@customer.example", "@customer.example")


def test_mail_is_held_under_those_that_are_held_or_full() -> None:
    held, full, free = turn(held_at=NOW - 1), turn(times=times(*[1] * TURNS)), turn()
    assert turns.tripped([held, free, full], NOW) == [held, full]
