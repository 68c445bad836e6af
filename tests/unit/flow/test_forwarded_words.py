"""The words of a message that somebody sends on: whose they are, in which language, and who is named in them."""

from __future__ import annotations

import pytest

from tests.unit.world import ERIK, World
from weftmail.flow.forwarding import forwarded_words


@pytest.mark.parametrize(("language", "from_"), [("en", "From:"), ("sv", "Från:")])
def test_what_is_not_given_is_asked_for_and_comes_out_the_same(world: World, language: str, from_: str) -> None:
    world.deliver(world.mail(verified=True, cc=ERIK), "leads@acme.example")
    (message,) = world.thread("LEAD-1")
    world.store.connection.execute("update company set language = ? where id = ?", (language, world.acme))
    asked = forwarded_words(world.store, world.installation, message)
    named = world.store.messages.addressed(world.acme, message.id)
    assert from_ in asked and "erik@other.example" in asked
    assert forwarded_words(world.store, world.installation, message, named=named, language=language) == asked
    assert "erik@" not in forwarded_words(world.store, world.installation, message, named=(), language=language)
