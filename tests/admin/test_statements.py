"""What a page costs in statements, whatever it lists: 25 at most, and as many for much as for little.

Tried in the company of a test for each role that reads it, and over the store that ``python -m bench site`` measures:
what is large there, every filter and every kind of mail, is asked here as well, small.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.grown import ANNA, Grown, Looked, make
from bench.site import HEAVY, STATEMENTS, heavy, more_aliases, paths
from tests.admin.conftest import Browser, Site
from tests.admin.test_fields import FIELDS, GIVEN, setup_of
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.post import Draft, DraftFile, post
from weftmail.flow.setup import record, record_type
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.flow.setup.record_type import TypeChanges
from weftmail.flow.thread import PER_PAGE

MOST = STATEMENTS
PEOPLE = {f"person {number}": "person" for number in range(5)}
PATHS = [
    "/records", "/records?type=ticket", "/records/LEAD-1", "/records/TICKET-2", "/inbox", "/caught",
    "/where?if=answer&record=LEAD-1",
]  # fmt: skip
OF_ADMINS = ["/where?if=answer&record=LEAD-1", "/domains/acme.example"]


def fill(site: Site) -> None:
    """Let a long conversation take place on LEAD-1 with files and people, and much be caught, held and notified of."""
    world, store = site.world, site.store
    anna, bjorn = store.users.get(world.anna), store.users.get(world.bjorn)
    assert anna is not None and bjorn is not None
    lead = world.record("LEAD-1")
    store.records.follow(world.acme, lead.id, world.bjorn, 1)
    for number in range(60):
        file = DraftFile(f"{number}.txt", "text/plain", b"%d" % number)
        people = [f"p{number}-{each}@other.example" for each in range(3)]
        draft = Draft(text=f"Message {number}", files=[file], to=["karin@customer.example"], cc=people)
        post(store, site.installation, lead, anna if number % 2 else bjorn, draft)
        world.deliver(world.mail(subject=f"Subject {number}"), "support@acme.example")
        site.catch("LEAD-1", world.mail(), world.acme, "acme.example")
    first = world.thread("LEAD-1")[0].rfc_message_id
    for number in range(5):
        world.deliver(world.mail(author=f"e{number}@evil.example", references=[first]), "leads@acme.example")
    values = {**GIVEN, **dict.fromkeys(PEOPLE, "anna@acme.example")}
    for number in range(2, 30):
        done = record.change(setup_of(site), f"TICKET-{number}", RecordChanges(fields=values))
        assert isinstance(done, Done), done


def cost(site: Site, browser: Browser, path: str) -> int:
    """Return the statements of a page: the least of some tries, as a thread's first page opens the store, too."""
    tries = []
    for _ in range(12):
        site.statements()
        assert browser.get(path).status_code == 200, path
        tries.append(site.statements())
    return min(tries)


@pytest.mark.parametrize("who", ["admin of all", "admin of the company", "agent"])
def test_a_page_costs_few_statements_and_no_more_when_it_lists_much(
    site: Site, browser: Callable[[], Browser], who: str
) -> None:
    site.catch("LEAD-1", site.world.mail(), site.world.acme, "acme.example")
    kinds = FIELDS | PEOPLE
    assert isinstance(record_type.change(setup_of(site), "Acme", "ticket", TypeChanges(fields=kinds)), Done)
    for subject in ("One", "Two"):
        site.world.deliver(site.world.mail(subject=subject), "support@acme.example")
    values = {**GIVEN, "person 0": "anna@acme.example"}
    assert isinstance(record.change(setup_of(site), "TICKET-2", RecordChanges(fields=values)), Done)
    # What is held is looked at by who may decide on it: that is asked once, too.
    first = site.world.thread("LEAD-1")[0].rfc_message_id
    site.world.deliver(site.world.mail(author="e@evil.example", references=[first]), "leads@acme.example")
    # An agent is asked for the types that do not exist for them.
    site.store.record_types.limit(site.world.acme, "order", teams_only=True)
    site.follow()
    if who == "admin of all":
        site.store.line.appoint(site.world.anna)
    reader = browser()
    assert reader.sign_in(("bjorn" if who == "agent" else "anna") + "@acme.example").status_code == 303
    asked = [one for one in (*PATHS, *OF_ADMINS) if who != "agent" or one not in OF_ADMINS]
    little = {path: cost(site, reader, path) for path in asked}
    fill(site)
    much = {path: cost(site, reader, path) for path in asked}
    print(f"{who}: {much}")
    assert max(much.values()) <= MOST
    assert {path: count for path, count in much.items() if count > little[path]} == {}
    assert reader.get("/live/records/LEAD-1").json()["seen"] and site.statements() <= MOST


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grown]:
    """The store of the bench, with fewer mails and aliases, as an admin of all sees it."""
    folder: Path = tmp_path_factory.mktemp("bench")
    make(folder)
    grown = Grown(folder)
    grown.fill(120)
    more_aliases(grown, 60)
    anna = grown.store.users.by_address(ANNA)
    assert anna is not None
    grown.store.line.appoint(anna.id)
    yield grown
    grown.close()


def test_every_page_that_the_bench_measures_costs_few_statements(measured: Grown) -> None:
    asked = paths(measured)
    large = heavy(measured, messages=120, held=120, size=200_000)
    asked += [(name, path.format(**large)) for name, path in HEAVY.items()]
    found: Counter[str] = Counter()
    with Looked(measured) as looked:
        for name, path in asked:
            tries = []
            for _ in range(12):
                looked.statements()
                looked.page(path)
                tries.append(looked.statements())
            found[name] = min(tries)
    print("\n".join(f"{name}: {count}" for name, count in found.most_common()))
    assert len(found) >= 43 and {name: count for name, count in found.items() if count > MOST} == {}


def long_record(site: Site) -> None:
    """Let LEAD-1 have a mail of the customer with a file, and then so many notes that no page shows both."""
    world, store = site.world, site.store
    lead, anna = world.record("LEAD-1"), store.users.get(world.anna)
    assert anna is not None
    first = world.thread("LEAD-1")[0].rfc_message_id
    for user in (world.anna, world.bjorn):
        store.records.follow(world.acme, lead.id, user, 1)
    world.deliver(world.mail(references=[first], files=[("plan.pdf", b"%PDF")], verified=True), "leads@acme.example")
    for number in range(PER_PAGE + 10):
        post(store, site.installation, lead, anna, Draft(text=f"Note {number}", note=True))


def something_new(site: Site, kind: str, *, notice: bool) -> None:
    """Let a mail or a note come that nobody has read, or a mail that is held, and a notice of the record."""
    world, lead = site.world, site.world.record("LEAD-1")
    first = world.thread("LEAD-1")[0].rfc_message_id
    eva = site.store.users.get(site.eva)
    assert eva is not None
    if kind == "mail":
        world.deliver(world.mail(references=[first], verified=True), "leads@acme.example")
    elif kind == "held":
        world.deliver(world.mail(author="e@evil.example", references=[first]), "leads@acme.example")
    else:
        post(site.store, site.installation, lead, eva, Draft(text="Look at this", note=True))
    if notice:
        says = Phrase("notice.assigned", {"record": "LEAD-1", "by": "Eva"})
        site.store.inbox.notify(world.acme, [world.anna, world.bjorn], says, 1, record_id=lead.id)


@pytest.mark.parametrize("query", ["", "?reply=2", "?all=2", "?forward=2", "?new=1", "?at=2", "?before=40"])
@pytest.mark.parametrize("who", ["admin of all", "admin of the company", "agent"])
def test_the_first_opening_of_a_long_record_costs_few_statements(
    site: Site, browser: Callable[[], Browser], who: str, query: str
) -> None:
    long_record(site)
    if who == "admin of all":
        site.store.line.appoint(site.world.anna)
    site.store.users.join(site.world.acme, site.eva, "agent")
    reader = browser()
    assert reader.sign_in(("bjorn" if who == "agent" else "anna") + "@acme.example").status_code == 303
    reader.get("/records/LEAD-1?newest=1")
    found = {}
    for kind in ("note", "mail", "held"):
        tries = []
        for _ in range(4):
            reader.get("/records/LEAD-1?newest=1")
            something_new(site, kind, notice=not query)
            site.statements()
            assert reader.get(f"/records/LEAD-1{query}").status_code == 200
            tries.append(site.statements())
        found[kind] = min(tries)
    print(f"{who} {query}: {found}")
    assert max(found.values()) <= MOST
