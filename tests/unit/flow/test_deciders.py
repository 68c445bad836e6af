"""Who may not decide is told who may, by name."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.flow.setup.conftest import Office
from tests.unit.world import ERIK, World
from weftmail.core.wording.sentences import say
from weftmail.flow.deciders import deciders
from weftmail.flow.setup import user
from weftmail.flow.setup.act import Done
from weftmail.store.record import Record


def held_on(world: World, author: str = ERIK) -> Record:
    if not world.store.records.by_label("LEAD-1", world.acme):
        world.deliver(world.mail(), "leads@acme.example")
    first = world.thread("LEAD-1")[0].rfc_message_id
    row = world.deliver(world.mail(author, references=[first]), "leads@acme.example")
    assert row.state == "held"
    return world.record("LEAD-1")


def said(world: World, record: Record) -> str:
    return say(deciders(world.store, record, world.store.threads.held(record.company_id, record.id)))


def test_the_owner_is_named_and_the_admins(world: World) -> None:
    record = held_on(world)
    assert said(world, record) == "The admins can decide on it: Anna."
    world.store.records.set(replace(record, owner_id=world.bjorn), 1)
    assert said(world, world.record("LEAD-1")) == "Björn can decide on it, as can the admins: Anna."


def test_mail_in_a_colleagues_name_is_for_that_colleague(world: World) -> None:
    made = user.add(Office(world).setup, "nina@acme.example", company="Acme")
    assert isinstance(made, Done)
    record = held_on(world, "Nina <nina@acme.example>")
    world.store.records.set(replace(record, owner_id=world.bjorn), 1)
    assert said(world, world.record("LEAD-1")) == "Nina can decide on it, as can the admins: Anna."
    held_on(world)
    assert said(world, world.record("LEAD-1")) == "Björn, Nina can decide on it, as can the admins: Anna."


def test_where_the_company_has_no_admin_those_of_the_installation_are_named(world: World) -> None:
    record = held_on(world)
    world.store.users.join(world.acme, world.anna, "agent")
    assert said(world, record) == "The admins can decide on it: Anna."
    made = user.add(Office(world).setup, "nina@acme.example", company="Acme", role="admin")
    assert isinstance(made, Done)
    assert said(world, record) == "Anna can decide on it, as can the admins: Nina."
