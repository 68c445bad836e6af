"""Search: what is found, and what a mistyped word finds."""

from __future__ import annotations

from tests.unit.world import World
from weftmail.flow.actor import Actor
from weftmail.flow.search import search, within
from weftmail.flow.setup import record
from weftmail.flow.setup.act import Setup
from weftmail.flow.setup.record_change import RecordChanges


def filled(world: World) -> World:
    world.deliver(
        world.mail(text="Smörgåsbord för fyrtio stolar 4711\n", verified=True, files=[("ritning-7.pdf", b"x")]),
        "leads@acme.example",
    )
    world.deliver(
        world.mail("Erik Ek <erik@other.example>", subject="Lamp", text="One lamp.\n"), "support@acme.example"
    )
    return world


def hits(world: World, typed: str, *hidden: str) -> list[tuple[str, int | None]]:
    return [(one.label, one.number) for one in search(world.store, world.acme, typed, hidden).hits]


def test_words_phrases_and_what_narrows_them(world: World) -> None:
    filled(world)
    assert (
        hits(world, "smorgasbord") == hits(world, "STOLAR fyrtio") == hits(world, '"fyrtio stolar"') == [("LEAD-1", 1)]
    )
    assert hits(world, '"stolar fyrtio"') == [] == hits(world, "") == hits(world, "nothing")
    assert (
        hits(world, "ritning") == hits(world, "has:file") == hits(world, "smor from:karin in:LEAD") == [("LEAD-1", 1)]
    )
    assert hits(world, "lamp") == [("TICKET-1", None), ("TICKET-1", 1)] or len(hits(world, "lamp")) == 2
    assert hits(world, "lamp", "ticket") == [] == hits(world, "lamp in:LEAD") == hits(world, "lamp before:2020-01-01")
    assert hits(world, "one after:2020-01-01") == hits(world, "in:TICKET-1") == [("TICKET-1", 1)]
    assert hits(world, "to:nobody") == []


def test_one_letter_is_forgiven_where_nothing_is_exact(world: World) -> None:
    filled(world)
    found = search(world.store, world.acme, "stolra", ())
    assert [one.label for one in found.hits] == ["LEAD-1"] and found.instead == "stolar"
    assert search(world.store, world.acme, "stolar", ()).instead == ""
    assert hits(world, "4712") == [] == hits(world, "xtolra") == hits(world, "stolra", "lead")
    assert search(world.store, world.acme, '"fyrtio stolra"', ()).instead == "fyrtio stolar"


def test_a_number_or_an_address_is_found_as_it_is_or_not_at_all(world: World) -> None:
    """LEAF-1 is not LEAD-1, and one who looks for a customer is not shown another one whose name is a letter away."""
    said = "Call +46 8 123 45 67 on SO-AB-77, or see www.verkstad.example/ritningar and <abc.defgh@relay.example>.\n"
    world.deliver(world.mail(subject="Ritningar", text=said, verified=True), "leads@acme.example")
    exactly = ["LEAD-1", "SO-AB-77", "www.verkstad.example", "<abc.defgh@relay.example>", "Karin@customer.example"]
    for typed in exactly:
        assert hits(world, typed), typed
    for typed in [
        *("LEAF-1", "LEAD-2", "SO-AC-77", "SO-AB-78", "+46 8 123 45 68", "123-4568"),
        *(
            "karin@custoner.example",
            "karim@customer.example",
            "@custoner.example",
            "custoner.example",
            "karin@kustomer",
        ),
        *("www.verkstat.example", "verkstat.example/ritningar", "https://verkstat", "<abc.defgi@relay.example>"),
        *('"karin@custoner.example"', 'ritningar "LEAF-1"', "in:LEAF-1 ritningra", "from:karim ritningra"),
    ]:
        found = search(world.store, world.acme, typed, ())
        assert (found.hits, found.instead) == ((), ""), typed
    for typed in ["ritningra", "verkstda", "custoner", "ritningra LEAD-1", "verkstad.example ritningra"]:
        assert search(world.store, world.acme, typed, ()).instead, typed


def test_the_index_follows_what_changes(world: World) -> None:
    filled(world)
    setup = Setup(world.store, Actor("Anna", world.anna), world.clock, None, lambda _a, _b: "", ("en",), lambda _: True)
    record.change(setup, "LEAD-1", RecordChanges(title="Benches", fields={"colour": "turquoise"}))
    assert hits(world, "benches") == hits(world, "turquoise") == [("LEAD-1", None)]
    record.change(setup, "LEAD-1", RecordChanges(place="trash"))
    assert hits(world, "benches") == [] == hits(world, "smorgasbord")


def test_one_conversation_is_looked_through_alone(world: World) -> None:
    """A message is found once, by its words or a file of its; the title of the record is no message."""
    filled(world)
    lead, ticket = world.record("LEAD-1"), world.record("TICKET-1")

    def found(record_id: int, typed: str) -> list[int | None]:
        return [one.number for one in within(world.store, world.acme, record_id, typed).hits]

    assert found(lead.id, "stolar") == [1] == found(lead.id, "ritning") == found(ticket.id, "lamp")
    assert found(ticket.id, "stolar") == [] == found(lead.id, "stolra") == found(lead.id, " ")


def test_while_somebody_types_nothing_mistyped_is_looked_for(world: World) -> None:
    world.deliver(world.mail(verified=True), "leads@acme.example")
    assert search(world.store, world.acme, "chiars", ()).instead == "chairs"
    typed = search(world.store, world.acme, "chiars", (), slips=False)
    assert (typed.hits, typed.instead) == ((), "")


def test_a_day_that_is_none_is_said_and_nothing_is_looked_for(world: World) -> None:
    world.deliver(world.mail(text="Forty oak chairs\n"), "leads@acme.example")
    for typed in ("oak before:yesterday", "after:2026-13-99 oak"):
        found = search(world.store, world.acme, typed, ())
        assert found.wrong is not None and found.wrong.code == "day_malformed" and not found.hits
    whole = search(world.store, world.acme, "oak after:2000-01-01", ())
    assert whole.wrong is None
