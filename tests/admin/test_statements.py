"""What a page costs in statements, whatever it lists: 25 at most, and as many for much as for little."""

from __future__ import annotations

import pytest

from tests.admin.conftest import Browser, Site
from weftmail.flow.post import Draft, DraftFile, post

MOST = 25


def fill(site: Site) -> None:
    """Let a long conversation take place on LEAD-1 with files and people, and much be caught, held and notified of."""
    world, store = site.world, site.store
    anna, bjorn = store.users.get(world.anna), store.users.get(world.bjorn)
    assert anna is not None and bjorn is not None
    record = world.record("LEAD-1")
    store.records.follow(world.acme, record.id, world.bjorn, 1)
    for number in range(60):
        file = DraftFile(f"{number}.txt", "text/plain", b"%d" % number)
        people = [f"p{number}-{each}@other.example" for each in range(3)]
        draft = Draft(text=f"Message {number}", files=[file], to=["karin@customer.example"], cc=people)
        post(store, site.installation, record, anna if number % 2 else bjorn, draft)
        world.deliver(world.mail(subject=f"Subject {number}"), "support@acme.example")
        site.catch("LEAD-1", world.mail(), world.acme, "acme.example")
    first = world.thread("LEAD-1")[0].rfc_message_id
    for number in range(5):
        world.deliver(world.mail(author=f"e{number}@evil.example", references=[first]), "leads@acme.example")


def cost(site: Site, anna: Browser, path: str) -> int:
    """Return the statements of a page: the least of some tries, as a thread's first page opens the store, too."""
    tries = []
    for _ in range(20):
        site.statements()
        assert anna.get(path).status_code == 200
        tries.append(site.statements())
    return min(tries)


@pytest.mark.parametrize("path", ["/records", "/records/LEAD-1", "/inbox", "/caught", "/domains/acme.example"])
def test_a_page_costs_few_statements_and_no_more_when_it_lists_much(site: Site, anna: Browser, path: str) -> None:
    site.catch("LEAD-1", site.world.mail(), site.world.acme, "acme.example")
    little = cost(site, anna, path)
    fill(site)
    much = cost(site, anna, path)
    print(f"{path}: {little} statements, {much} of much")
    assert much <= MOST and much <= little
    seen = anna.get(f"/live{path}").json()["seen"]
    assert seen and site.statements() <= MOST
