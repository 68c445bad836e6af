"""Who wrote it, where From names a program, a list or ourselves."""

from __future__ import annotations

import pytest

from tests.unit.mail import mail
from weftmail.core.address import Mailbox
from weftmail.core.routing.writer import listed, named

OLLE = Mailbox("Olle Berg", "olle@branch.example")
LIST = Mailbox("'Olle Berg' via Acme Leads", "leads@acme.example")
FORM = Mailbox("Acme web", "web@forms.example")


def by(author: Mailbox, *, ours: bool = False, form: bool = False, **fields: object) -> Mailbox | None:
    return named(mail(from_=(author,), **fields), author.address, ours=ours, form=form)


@pytest.mark.parametrize("local", ["noreply", "no-reply", "do_not_reply", "noreply+shop", "No.Reply"])
def test_behind_a_programs_address_is_whom_answers_go_to(local: str) -> None:
    assert by(Mailbox("Shop", f"{local}@shop.example"), reply_to=(OLLE,)) == OLLE


def test_a_lists_author_is_found_in_reply_to_or_in_its_own_field() -> None:
    assert by(LIST, ours=True, reply_to=(OLLE,)) == OLLE
    assert by(LIST, reply_to=(Mailbox("", OLLE.address),)) == OLLE
    named_twice = {"reply_to": (Mailbox("", LIST.address),), "original_from": (OLLE,)}
    assert by(Mailbox("Leads", LIST.address), **named_twice) == OLLE
    assert listed(mail(from_=(LIST,))) and listed(mail(original_from=(OLLE,))) and not listed(mail())


@pytest.mark.parametrize("name", ["Olle Berg via Leads", '"Olle Berg" via Leads', "Olle Berg genom Leads"])
def test_the_name_before_via_is_theirs(name: str) -> None:
    assert by(Mailbox(name, "list@lists.example"), reply_to=(Mailbox("", OLLE.address),)) == OLLE


def test_a_persons_own_address_stays_whoever_stands_in_reply_to() -> None:
    assert by(Mailbox("Karin", "karin@customer.example"), reply_to=(OLLE,)) is None


@pytest.mark.parametrize(
    "reply_to",
    [
        (), (OLLE, Mailbox("", "b@branch.example")), (Mailbox("", "noreply@shop.example"),),
        (Mailbox("", "noreply@branch.example"),), (Mailbox("", "no address"),),
    ],
)  # fmt: skip
def test_nobody_several_and_programs_are_not_one_other_person(reply_to: tuple[Mailbox, ...]) -> None:
    assert by(Mailbox("Shop", "noreply@shop.example"), reply_to=reply_to) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Name: Olle Berg\nEmail: olle@branch.example\nMessage: Hello\n", "Olle Berg"),
        ("Namn: Olle Berg\nE-postadress: <olle@branch.example>\n", "Olle Berg"),
        ("*E-mail address:* olle@branch.example\n", ""),
        ("E-post:\nolle@branch.example\n\nMeddelande:\nHej\n", ""),
        ("> Your name: Olle Berg\n> Reply-to: Olle <olle@branch.example>\n", "Olle Berg"),
    ],
)
def test_a_forms_person_stands_in_a_labelled_line(text: str, name: str) -> None:
    assert by(FORM, form=True, text=text) == Mailbox(name, "olle@branch.example")
    assert by(FORM, text=text) is None


def test_a_form_without_a_person_names_nobody() -> None:
    assert by(FORM, form=True, text="Email: unknown\nWrite to olle@branch.example soon.\n") is None
    assert by(FORM, form=True, text="Email: web@forms.example\n") is None
    assert by(FORM, form=True, reply_to=(OLLE,), text="Email: other@branch.example\n") == OLLE
