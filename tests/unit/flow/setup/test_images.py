"""Images elsewhere: by a sender's word for good, and taken back."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.setup import contact, images, undo


@pytest.mark.parametrize("address", ["karin@customer.example", "news@shop.example"])
def test_images_are_loaded_for_one_sender_and_asked_for_again(office: Office, address: str) -> None:
    setup = office.setup
    office.did(contact.add(setup, address, name="Karin"))
    office.did(contact.add(setup, "erik@other.example", name="Erik"))
    whose = setup.store.contacts.by_address(1, address)
    erik = setup.store.contacts.by_address(1, "erik@other.example")
    assert whose is not None and erik is not None
    done = office.did(images.load(setup, address))
    assert (done.act, done.was, done.now) == ("contact.images", {"remote images": False}, {"remote images": True})
    assert setup.store.contacts.loads_images(1, whose.id) and not setup.store.contacts.loads_images(1, erik.id)
    assert office.did(images.load(setup, address, company="Acme")).trace == 0
    office.did(undo.undo(setup, done.trace))
    assert not setup.store.contacts.loads_images(1, whose.id)
    again = office.did(images.load(setup, address))
    asked = office.did(images.ask(setup, address))
    assert again.now == asked.was and not setup.store.contacts.loads_images(1, whose.id)
    office.did(undo.undo(setup, asked.trace))
    assert setup.store.contacts.loads_images(1, whose.id)


def test_a_sender_nobody_knows(office: Office) -> None:
    assert office.refused(images.load(office.setup, "nobody@shop.example")) == ("address", "no_such_contact")
