"""The layout of a company, set up: what is refused, what stays, versions that are only looked at, and undo."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.core.limits import LAYOUT_FOOTER, LAYOUT_LOGO
from weftmail.flow.copy import Copy, copy_of
from weftmail.flow.post import Draft, post
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import layout, undo
from weftmail.flow.setup.layout import LayoutChange
from weftmail.flow.signing_off import layout_of, preview

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


def used(office: Office) -> Any:
    return office.store.layouts.used(office.world.acme)


def test_what_is_not_given_stays_and_each_version_comes_back(office: Office) -> None:
    assert used(office) is None and layout.current(office.store, office.world.acme) == {"layout": None, "text": ""}
    first = office.did(
        layout.change(office.setup, LayoutChange(colour=" #AA3300 ", footer=" Acme AB \n Storgatan 1 \n", logo=PNG))
    )
    assert (used(office).colour, used(office).footer, used(office).logo_bytes) == (
        "#aa3300",
        "Acme AB\n Storgatan 1",
        PNG,
    )
    second = office.did(layout.change(office.setup, LayoutChange(template="<b>x</b>{{ content }}")))
    assert (used(office).colour, used(office).logo_type, used(office).template) == (
        "#aa3300", "image/png", "<b>x</b>{{ content }}",
    )  # fmt: skip
    assert layout.current(office.store, office.world.acme)["template"] == "own"
    third = office.did(layout.change(office.setup, LayoutChange(template="", logo=b"", footer="")))
    assert (used(office).template, used(office).logo, used(office).footer) == ("", "", "")
    # The last first: each gives back the whole of what was there, the logo as well.
    assert office.refused(undo.undo(office.setup, second.trace)) == ("", "changed_since")
    office.did(undo.undo(office.setup, third.trace))
    assert used(office).logo_bytes == PNG
    gone = office.did(layout.remove(office.setup))
    assert used(office) is None
    office.did(undo.undo(office.setup, gone.trace))
    assert used(office).footer == "Acme AB\n Storgatan 1"
    office.did(undo.undo(office.setup, second.trace))
    office.did(undo.undo(office.setup, first.trace))
    assert used(office) is None
    assert not office.did(layout.remove(office.setup)).changes


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"colour": "red"}, ("colour", "layout_colour")),
        ({"colour": "#12345g"}, ("colour", "layout_colour")),
        ({"colour": "#0f6b5c;background:url(x)"}, ("colour", "layout_colour")),
        ({"footer": "x" * (LAYOUT_FOOTER + 1)}, ("footer", "layout_footer_long")),
        ({"template": "no words"}, ("template", "layout_without_words")),
        ({"template": "{% for x in y %}{{ content }}"}, ("template", "layout_syntax")),
        ({"template": "x" * 20_001 + "{{ content }}"}, ("template", "layout_long")),
        ({"template": "{{ range(9) }}{{ content }}"}, ("template", "layout_node")),
        ({"template": "{{ token }}{{ content }}"}, ("template", "layout_name")),
        ({"template": "{{ company|safe }}{{ content }}"}, ("template", "layout_filter")),
        ({"logo": b"<svg onload=alert(1)>"}, ("logo", "layout_logo_kind")),
        ({"logo": PNG + bytes(LAYOUT_LOGO)}, ("logo", "layout_logo_large")),
    ],
)
def test_what_is_refused_changes_nothing(office: Office, given: dict[str, Any], refused: tuple[str, str]) -> None:
    assert office.refused(layout.change(office.setup, LayoutChange(**given))) == refused
    with pytest.raises(RefusedAct):
        layout.draft(office.setup, LayoutChange(**given))
    assert used(office) is None


def test_a_version_that_is_only_looked_at_is_not_used(office: Office) -> None:
    world, store = office.world, office.store
    number = layout.draft(replace(office.setup, store=store), LayoutChange(colour="#123456", footer="Below"))
    assert used(office) is None and layout_of(store, world.acme) is None
    found = store.layouts.get(world.acme, number)
    whole = layout_of(store, world.acme, found)
    assert whole is not None and (whole.company, whole.colour, whole.logo) == ("Acme", "#123456", None)
    anna = store.users.get(world.anna)
    assert anna is not None
    html, text = preview(store, whole, None, anna)
    assert "#123456" in html and text == "…\n\n-- \nAnna\n\nBelow\n"
    world.deliver(world.mail(text="Forty <b>chairs</b>?\n"), "leads@acme.example")
    html, text = preview(store, whole, world.record("LEAD-1"), anna)
    assert "Forty &lt;b&gt;chairs" in html and text.startswith("Forty <b>chairs</b>?\n\n-- \nAnna\n")
    assert store.layouts.get(world.acme + 1, number) is None and layout_of(store, 99, found) is None


@pytest.mark.parametrize("note", [False, True])
def test_what_leaves_bears_it_and_what_stays_does_not(office: Office, note: bool) -> None:
    """A message to the customer bears it in both parts; the copies of colleagues, and notes, never."""
    world, store = office.world, office.store
    world.deliver(world.mail(verified=True), "leads@acme.example")
    store.records.follow(world.acme, world.record("LEAD-1").id, world.bjorn, 1)
    office.did(layout.change(office.setup, LayoutChange(colour="#abcdef", footer="Acme AB, Storgatan 1", logo=PNG)))
    anna = store.users.get(world.anna)
    assert anna is not None
    post(store, world.installation, world.record("LEAD-1"), anna, Draft("Here it is", note=note))
    audiences = []
    for claimed in store.outbox.claim("test", world.clock() + 1, 2**50, 1000):
        made = copy_of(store, world.installation, claimed)
        assert isinstance(made, Copy)
        audiences.append(claimed.audience)
        bears = [one in made.data for one in (b"Storgatan", b"logo@weftmail", b"#abcdef")]
        assert bears == [claimed.audience == "outsider"] * 3, claimed.audience
    assert ("outsider" in audiences) != note and "colleagues" in audiences
