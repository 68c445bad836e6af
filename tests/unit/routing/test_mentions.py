"""Whom a note mentions: names with an @ before them, told apart by whole names and addresses."""

from __future__ import annotations

import pytest

from weftmail.core.routing.mentions import Called, Mentions, handle_of, mentions

ANNA = Called(1, "Anna Berg", "anna@acme.example")
OTHER = Called(2, "Anna Ek", "ae@acme.example")
BJORN = Called(3, "Björn", "bjorn@acme.example")
EVA = Called(4, "Eva-Lena Å", None)
NAMELESS = Called(5, "", "x@acme.example")
ALL = [ANNA, OTHER, BJORN, EVA, NAMELESS]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("@Björn, can you?", (3,)),
        ("Ask @BJÖRN.", (3,)),
        ("Bjo\u0308rn with a mark of its own: @Bjo\u0308rn", (3,)),
        ("(@Anna Berg)", (1,)),
        ("@anna\nek and @björn and @Anna Ek", (2, 3)),
        ("@anna@acme.example", (1,)),
        ("@Eva-Lena has it", (4,)),
        ("@x@acme.example", (5,)),
        ("@Björns chairs", ()),
        ("@Björn-Erik", ()),
        ("@björn@other.example", ()),
        ("write to me@björn", ()),
        ("somebody.@Björn", ()),
        ("@ Björn", ()),
        ("@Carl", ()),
        ("no sign", ()),
    ],
)
def test_a_name_behind_an_at_sign(text: str, ids: tuple[int, ...]) -> None:
    assert mentions(text, ALL) == Mentions(ids)


def test_a_name_of_several_names_nobody_until_it_is_whole() -> None:
    assert mentions("@Anna?", ALL) == Mentions((), ("anna",))
    assert mentions("@Anna? @Björn", [ANNA, BJORN]) == Mentions((1, 3))
    assert mentions("@Anna", [ANNA, Called(9, "Anna", None)]) == Mentions((9,))
    twins = [ANNA, Called(9, "Anna Berg", "berg@acme.example")]
    assert mentions("@Anna Berg", twins) == Mentions((), ("anna berg",))
    assert mentions("@berg@acme.example", twins) == Mentions((9,))


def test_what_to_write_is_the_name_or_where_that_is_not_enough_the_address() -> None:
    assert [handle_of(one, [ANNA, OTHER]) for one in (ANNA, OTHER)] == ["Anna Berg", "Anna Ek"]
    twin = Called(9, "Anna Berg", "berg@acme.example")
    assert handle_of(twin, [ANNA, twin]) == "berg@acme.example"
    assert handle_of(NAMELESS, ALL) == "x@acme.example"
    assert mentions("@", []) == Mentions()


@pytest.mark.parametrize("one", [ANNA, OTHER, BJORN, EVA, NAMELESS])
def test_what_is_written_mentions_exactly_that_person(one: Called) -> None:
    assert mentions(f"Look, @{handle_of(one, ALL)}: yes", ALL) == Mentions((one.user_id,))
