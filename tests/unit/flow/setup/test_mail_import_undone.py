"""An import of email of before is undone as one act: what was written on since stays, and the undoing is undone."""

from __future__ import annotations

from tests.unit.flow.setup.conftest import Office
from tests.unit.flow.test_mail_import import imported, mail
from tests.unit.world import World
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import mail_import, undo
from weftmail.flow.setup.act import Done, Setup


def undone(setup: Setup, number: int) -> Done | Refusal:
    return undo.undo(setup, number)


def test_it_moves_what_it_opened_to_the_trash_and_brings_it_back(world: World) -> None:
    setup = Office(world).setup
    into = mail_import.goal(world.store, "lead", alias="leads@acme.example", name="first")
    other = mail_import.goal(world.store, "lead", name="second")
    imported(world, mail(), mail(number=2), into=into)
    imported(world, mail(number=3), into=other)
    world.deliver(world.mail(references=["<2@customer.example>"], verified=True), "leads@acme.example")
    done = mail_import.imported(setup, into, "old.mbox", 2)
    assert isinstance(done, Done)
    back = undone(setup, done.trace)
    assert isinstance(back, Done) and (back.act, back.subject) == ("mail.import_back", "old.mbox")
    # The second was written on since, and the third is of another import.
    assert [world.record(f"LEAD-{one}").hidden_as for one in (1, 2, 3)] == ["trash", None, None]
    refused = undone(setup, done.trace)
    assert isinstance(refused, Refusal) and refused.code == "undone_already"
    again = undone(setup, back.trace)
    assert isinstance(again, Done) and world.record("LEAD-1").hidden_as is None
    assert isinstance(undone(setup, back.trace), Refusal)
