"""Two contacts who are one person: nothing is lost on the way there, nor on the way back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.flow.setup.conftest import Office
from tests.unit.thorough import examples
from tests.unit.world import ERIK, KARIN
from weftmail.flow.post import Draft, post
from weftmail.flow.setup import contact, contact_merge, organisation, undo
from weftmail.store.record import NewParticipant

KARIN_ADDRESS, ERIK_ADDRESS = "karin@customer.example", "erik@other.example"
TABLES = ("contact", "contact_address", "record", "participant", "message", "message_address", "contact_moved")


@pytest.fixture
def both(office: Office) -> Office:
    """Karin and Erik each with a lead; Erik takes part in Karin's, and was written to in it."""
    world = office.world
    world.deliver(world.mail(KARIN, verified=True), "leads@acme.example")
    world.deliver(world.mail(ERIK, verified=True, subject="Lamp"), "leads@acme.example")
    anna = office.store.users.get(world.anna)
    assert anna is not None
    post(office.store, world.installation, world.record("LEAD-1"), anna, Draft(text="Both", cc=[ERIK_ADDRESS]))
    return office


def stands(office: Office) -> dict[str, list[str]]:
    """Return every row that a merge touches, but for when a contact was archived."""
    found = {}
    for table in TABLES:
        columns = [one[1] for one in office.store.connection.execute(f"pragma table_info({table})").rows]
        kept = ", ".join(one for one in columns if one != "archived_at")
        found[table] = sorted(map(str, office.store.connection.execute(f"select {kept} from {table}").rows))
    return found


def number(office: Office, address: str) -> int:
    found = office.store.contacts.by_address(office.world.acme, address)
    assert found is not None
    return found.id


def test_all_that_is_the_ones_becomes_the_others_and_back(both: Office) -> None:
    world, cards = both.world, both.store.contact_cards
    karin, erik, before = number(both, KARIN_ADDRESS), number(both, ERIK_ADDRESS), stands(both)
    done = both.did(contact_merge.merge(both.setup, KARIN_ADDRESS, ERIK_ADDRESS))
    assert (done.subject, done.now["merged"]) == ("Karin Ek", "Erik Ek")
    assert number(both, ERIK_ADDRESS) == karin and both.store.contact_merges.stands_for(world.acme, erik) == karin
    assert [one.label for one in cards.records(world.acme, karin, (), 9)] == ["LEAD-2", "LEAD-1"]
    assert len(cards.messages(world.acme, karin, (), 9)) == 3
    people = both.store.records.participants(world.acme, world.record("LEAD-1").id)
    assert [one.contact_id for one in people] == [karin]
    back = both.did(undo.undo(both.setup, done.trace))
    assert back.act == "contact.part" and stands(both) == before
    assert both.refused(undo.undo(both.setup, done.trace)) == ("", "changed_since")


def test_a_reply_address_that_was_given_before_goes_on_working(both: Office) -> None:
    world = both.world
    token = next(one for one in sent_to(both, ERIK_ADDRESS))
    both.did(contact_merge.merge(both.setup, KARIN_ADDRESS, ERIK_ADDRESS))
    row = world.deliver(world.mail(ERIK, verified=True), token)
    assert (row.state, row.record_id) == ("filed", world.record("LEAD-1").id)
    both.did(contact.remove(both.setup, KARIN_ADDRESS))
    again = world.deliver(world.mail(ERIK, verified=True, subject="Re: more"), token)
    assert again.state != "filed"


def sent_to(office: Office, address: str) -> list[str]:
    """Return the reply address of the last message, as the person with this address was given it."""
    from weftmail.core.tokens.reply_token import Token, mint

    last = office.world.thread("LEAD-1")[-1]
    minted = mint(office.world.installation.keyring, Token("post", last.id, number(office, address)), "acme.example")
    return [f"reply+{minted}@acme.example"]


def test_what_only_the_other_has_is_kept(both: Office) -> None:
    both.did(organisation.add(both.setup, "Other AB", domains=["other.example"]))
    both.did(contact.change(both.setup, ERIK_ADDRESS, note="Calls on Mondays"))
    both.did(contact.change(both.setup, KARIN_ADDRESS, note="Likes oak"))
    both.store.contacts.rename(both.world.acme, number(both, KARIN_ADDRESS), "")
    done = both.did(contact_merge.merge(both.setup, KARIN_ADDRESS, ERIK_ADDRESS))
    card = both.store.contact_cards.get(both.world.acme, number(both, KARIN_ADDRESS))
    assert card is not None and done.subject == KARIN_ADDRESS
    assert (card.name, card.note, card.organisation) == ("Erik Ek", "Likes oak\nCalls on Mondays", "Other AB")
    both.did(undo.undo(both.setup, done.trace))
    card = both.store.contact_cards.get(both.world.acme, number(both, KARIN_ADDRESS))
    assert card is not None and (card.name, card.note, card.organisation) == ("", "Likes oak", None)


def test_who_was_changed_since_stays_so(both: Office) -> None:
    done = both.did(contact_merge.merge(both.setup, KARIN_ADDRESS, ERIK_ADDRESS))
    both.did(contact.change(both.setup, KARIN_ADDRESS, name="Karin Lund", note="New"))
    both.did(undo.undo(both.setup, done.trace))
    card = both.store.contact_cards.get(both.world.acme, number(both, KARIN_ADDRESS))
    assert card is not None and (card.name, card.note) == ("Karin Lund", "New")


def test_what_came_since_is_whose_address_it_came_from(both: Office) -> None:
    """An answer to what Erik wrote while he was taken for Karin is never sent to Karin afterwards."""
    world = both.world
    karin, erik = number(both, KARIN_ADDRESS), number(both, ERIK_ADDRESS)
    anna = both.store.users.get(world.anna)
    assert anna is not None
    done = both.did(contact_merge.merge(both.setup, KARIN_ADDRESS, ERIK_ADDRESS))
    for author in (ERIK, KARIN):
        world.deliver(world.mail(author, verified=True, subject="Since"), "leads@acme.example")
    answer = world.mail(KARIN, verified=True, subject="Re: Lamp", references=[world.thread("LEAD-2")[0].rfc_message_id])
    world.deliver(answer, "leads@acme.example")
    post(both.store, world.installation, world.record("LEAD-3"), anna, Draft(text="Yes", to=[ERIK_ADDRESS]))
    both.did(undo.undo(both.setup, done.trace))

    def people(label: str) -> list[int]:
        found = both.store.records.participants(world.acme, world.record(label).id)
        return sorted(one.contact_id for one in found)

    assert [world.record(f"LEAD-{one}").customer_id for one in range(1, 5)] == [karin, erik, erik, karin]
    assert {label: people(label) for label in ("LEAD-1", "LEAD-2", "LEAD-3", "LEAD-4")} == {
        "LEAD-1": [karin, erik], "LEAD-2": [karin, erik], "LEAD-3": [erik], "LEAD-4": [karin],
    }  # fmt: skip
    written = {one.author_contact_id for one in world.thread("LEAD-3") if one.kind == "received"}
    assert written == {erik} and [
        one.contact_id for one in both.store.messages.addressed(world.acme, world.thread("LEAD-3")[-1].id)
    ] == [erik]


def test_what_cannot_be(both: Office) -> None:
    merge, setup = contact_merge.merge, both.setup
    assert both.refused(merge(setup, KARIN_ADDRESS, KARIN_ADDRESS)) == ("other", "same_contact")
    assert both.refused(merge(setup, KARIN_ADDRESS, "nobody@other.example")) == ("other", "no_such_contact")
    both.did(contact.block(setup, ERIK_ADDRESS))
    assert both.refused(merge(setup, KARIN_ADDRESS, ERIK_ADDRESS)) == ("other", "merge_blocked")
    assert both.refused(merge(setup, ERIK_ADDRESS, KARIN_ADDRESS)) == ("other", "merge_blocked")


@settings(max_examples=examples(25), deadline=None)
@given(st.data())
def test_back_is_back_whatever_stood_there(data: st.DataObject) -> None:
    """Who takes part where, whole or in one message, taken out or not: the way back leads to the same rows."""
    import tempfile
    from pathlib import Path

    from tests.unit.world import World

    with tempfile.TemporaryDirectory() as folder:
        office = Office(World(Path(folder)))
        world = office.world
        for author in (KARIN, ERIK, KARIN):
            world.deliver(world.mail(author, verified=True, subject=author[:3]), "leads@acme.example")
        for label in ("LEAD-1", "LEAD-2", "LEAD-3"):
            record = world.record(label)
            for address in (KARIN_ADDRESS, ERIK_ADDRESS):
                how = data.draw(st.sampled_from(["not", "whole", "one message", "taken out"]))
                person, first = number(office, address), world.thread(label)[0].id
                if how != "not":
                    scope = first if how == "one message" else None
                    office.store.records.add_participants(record, [NewParticipant(person, "added", scope)], 5)
                if how == "taken out":
                    office.store.records.remove_participant(world.acme, record.id, person, 6)
        before = stands(office)
        done = office.did(contact_merge.merge(office.setup, KARIN_ADDRESS, ERIK_ADDRESS))
        erik = re.escape("erik@other.example")
        assert not [one for one in stands(office)["contact_address"] if re.search(rf"{erik}.*, 2, ", one)]
        office.did(undo.undo(office.setup, done.trace))
        assert stands(office) == before
        world.store.close()


@pytest.mark.parametrize("whose", [KARIN_ADDRESS, ERIK_ADDRESS])
def test_the_choice_to_load_images_passes_over_and_goes_back(both: Office, whose: str) -> None:
    contacts, acme = both.store.contacts, both.world.acme
    karin, erik = number(both, KARIN_ADDRESS), number(both, ERIK_ADDRESS)
    contacts.set_images(acme, number(both, whose), on=True)
    done = both.did(contact_merge.merge(both.setup, KARIN_ADDRESS, ERIK_ADDRESS))
    assert contacts.loads_images(acme, karin)
    both.did(undo.undo(both.setup, done.trace))
    assert (contacts.loads_images(acme, karin), contacts.loads_images(acme, erik)) == (
        whose == KARIN_ADDRESS, whose == ERIK_ADDRESS,
    )  # fmt: skip


def test_what_was_chosen_of_images_since_stays(both: Office) -> None:
    contacts, acme, karin = both.store.contacts, both.world.acme, number(both, KARIN_ADDRESS)
    contacts.set_images(acme, number(both, ERIK_ADDRESS), on=True)
    done = both.did(contact_merge.merge(both.setup, KARIN_ADDRESS, ERIK_ADDRESS))
    contacts.set_images(acme, karin, on=False)
    both.did(undo.undo(both.setup, done.trace))
    assert not contacts.loads_images(acme, karin)
