"""Nothing that a person wrote disappears, and nobody is left untold, whatever its words are: asserted on rows."""

from __future__ import annotations

import pytest

from tests.unit.flow.test_told import reply_address, who_found
from tests.unit.world import World

SUBJECTS = (
    "Out of office", "Out of office chairs", "Re: Out of office", "Autosvar på er annons", "Frånvaro v. 12",
    "Automatic reply", "Abwesenheitsnotiz der Schule", "Delivery Status Notification (Failure)",
    "Undelivered Mail Returned to Sender", "Mail delivery failed: returning message to sender",
    "Returned mail: see transcript", "Undeliverable: Chairs", "failure notice", "Delivery delayed?", "Auto: Volvo",
    "Re: Automatic reply: Chairs", "SV: Autosvar: Stolar", "Your message could not be delivered", "Read: Chairs",
    "Läst: Stolar", "Abuse report", "Report domain: acme.example Submitter: x Report-ID: 1", "***SPAM*** chairs",
    "unsubscribe", "", "Away: game tickets", "Ledighet: tapeter",
)  # fmt: skip
NAMES = (
    "Mail Delivery Subsystem", "MAILER-DAEMON", "Mail Delivery System", "Postmaster", "noreply", "Auto Reply",
    "System Administrator", "root", "Anna", "postmaster@customer.example",
)  # fmt: skip
LETTERS = (
    "I got this back when I wrote to your sales:\n\n550 5.1.1 <sales@acme.example>: User unknown\n\nWhat is it?\n",
    "The following address failed:\n\n  anna@acme.example\n    550 no such user\n\nCan you check? Karin\n",
    "Your message to anna@acme.example could not be delivered.\nPlease call me. Karin\n",
    "I am out of the office next week, so please send the quote before.\n",
    "> On Monday you wrote:\n> chairs\n\nYes\n",
)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_by_no_words_of_its_subject(world: World, subject: str) -> None:
    """With the null sender a person decides, who is told; else it opens a record."""
    row = world.deliver(world.mail(subject=subject), "leads@acme.example")
    assert (row.state, row.record) == ("filed", "LEAD-1") and who_found(world, row.id) == {world.anna}
    nobodys = world.deliver(world.mail(subject=subject), "leads@acme.example", sender="")
    assert nobodys.state == "held" and who_found(world, nobodys.id) == {world.anna}
    answer = world.deliver(world.mail(subject=subject), reply_address(world, 1, 1))
    assert (answer.state, answer.record) == ("filed", "LEAD-1") and world.anna in who_found(world, answer.id)


@pytest.mark.parametrize("name", NAMES)
def test_by_no_words_of_a_display_name(world: World, name: str) -> None:
    for local in ("karin", "postmaster", "mailer-daemon", "noreply", "bounce"):
        author = f'"{name}" <{local}@customer.example>'
        row = world.deliver(world.mail(author), "leads@acme.example")
        assert row.state == "filed" and row.record and who_found(world, row.id) == {world.anna}, author
        nobodys = world.deliver(world.mail(author), "leads@acme.example", sender="")
        assert nobodys.state == "held" and who_found(world, nobodys.id) == {world.anna}, author


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("author", ["karin", "it", "postmaster"])
def test_by_no_words_about_a_delivery(world: World, letter: str, author: str) -> None:
    """A person's own is filed; what a daemon's address may have written is at least shown, and somebody is told."""
    assert world.deliver(world.mail(), "leads@acme.example").record == "LEAD-1"
    for recipient in (reply_address(world, 1, 1), "leads@acme.example", reply_address(world, 1, purpose="bounce")):
        for sender in ("", f"{author}@customer.example"):
            raw = world.mail(f"{author}@customer.example", subject="Undeliverable: chairs", text=letter)
            row = world.deliver(raw, recipient, sender=sender)
            assert row.state in ("filed", "held", "unmatched") and who_found(world, row.id) == {world.anna}
            if author == "karin" and sender and recipient == reply_address(world, 1, 1):
                message = world.thread("LEAD-1")[-1].id
                assert (row.state, row.record, row.message_id) == ("filed", "LEAD-1", message)


@pytest.mark.parametrize(
    "headers",
    [
        [("Auto-Submitted", "auto-generated")], [("Precedence", "bulk")], [("List-Id", "<shop.customer.example>")],
        [("X-Auto-Response-Suppress", "All")], [("List-Unsubscribe", "<mailto:x@customer.example>")],
    ],
)  # fmt: skip
def test_what_a_machine_sends_opens_a_record_and_its_owner_is_told(
    world: World, headers: list[tuple[str, str]]
) -> None:
    row = world.deliver(world.mail("Shop <no-reply@customer.example>", headers=headers), "leads@acme.example")
    assert (row.state, row.record) == ("filed", "LEAD-1") and who_found(world, row.id) == {world.anna}


def test_one_mail_to_an_alias_under_many_spellings_is_one_record(world: World) -> None:
    spellings = ("leads", "leads+a", "LEADS+b", "Leads+a+b", "leads+")
    rows = world.accept(world.mail(), *(f"{one}@acme.example" for one in spellings))
    world.settle()
    assert [(world.row(one).state, world.row(one).record) for one in rows] == [
        ("filed", "LEAD-1"), *[("duplicate", "LEAD-1")] * 4,
    ]  # fmt: skip


def test_a_colleague_whom_a_stranger_names_is_told_all_the_same(world: World) -> None:
    """In To, Cc or Reply-To, verified or not: what a stranger wrote spares nobody a copy."""
    for headers in ([], [("Cc", "anna@acme.example")], [("Reply-To", "anna@acme.example")]):
        for to in ("leads@acme.example", "anna@acme.example, leads@acme.example"):
            for verified in (False, True):
                raw = world.mail(to=to, headers=headers, verified=verified)
                row = world.deliver(raw, "leads@acme.example")
                assert row.state == "filed" and who_found(world, row.id) == {world.anna}


@pytest.mark.parametrize(
    "name", ["", '""', '"karin@customer.example"', '"KARIN@Customer.example"', "'karin@customer.example'"]
)
def test_the_known_name_stands_where_a_mail_has_none(world: World, name: str) -> None:
    """A name that only says the address once more, as some programs write it, is none."""
    world.deliver(world.mail("Karin Ek <karin@customer.example>"), "leads@acme.example")
    assert world.deliver(world.mail(f"{name} <karin@customer.example>"), "leads@acme.example").record == "LEAD-2"
    (message,) = world.thread("LEAD-2")
    assert (message.author_name, message.author_address) == ("Karin Ek", "karin@customer.example")
