"""What each page of the site takes: python -m bench site.  A store of 200,000 mails and 20,000 aliases, one worker.

Each page is fetched by an admin of all, as often as ``ROUNDS`` says; p50 and p95 of the time, and the statements that
the store ran for it.  A goal is that of a page with a list, 100 ms, or of the page of a record, 200 ms.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import quantiles

from bench.grown import ANNA, RECIPIENT, Grown, Looked, customer, mail, make
from bench.multiplied import multiply
from weftmail.admin.navigation import Item
from weftmail.admin.page import PAGES
from weftmail.core.envelope import Envelope
from weftmail.core.members import members
from weftmail.core.wording.phrase import Phrase
from weftmail.flow import inbox as inboxes
from weftmail.flow.accept import AcceptQueue, accept_group
from weftmail.flow.events import event
from weftmail.store.alias import AliasSettings
from weftmail.store.inbox_list import InboxPlace, Whose

FILLED = 2000
"""So many mails go through accept and settle; the others are copies of them."""
ROUNDS = 40
LIST, RECORD, LONGEST = 100.0, 200.0, 300.0
STATEMENTS = 25
ASKED = {
    "a record of one message": "/records/LEAD-{newest}",
    "the long conversation": "/records/LEAD-1",
    "records: mine": "/records?only=mine&state=active",
    "records: unread": "/records?only=unread",
    "records: waiting for us": "/records?only=waiting&sort=waiting",
    "records: a filter that fits none": "/records?state=closed&type=lead&priority=urgent",
    "records: another order": "/records?sort=opened&state=active",
    "aliases: a search": "/aliases?q=team777",
    "aliases: a search that finds nothing": "/aliases?q=zzzz",
    "aliases: last used first": "/aliases?sort=use",
    "aliases: a filter and another order": "/aliases?opens=ticket&sort=change",
    "where: an alias": "/where?to=leads@acme.example&from=karin@customer.example",
    "where: an answer to a record": "/where?if=answer&record=LEAD-{newest}",
    "where: no such address": "/where?to=team77@acme.exampel",
    "log: by an address": "/log?who=customer777",
    "log: by words": "/log?words=pumps+site",
    "log: one that nobody has": "/log?who=nobody@nowhere.example&words=zzzz",
    "log: what left and failed": "/log?state=failed",
    "log: one that came": "/log/{mail}",
    "log: what would become of it now": "/log/{mail}/again",
    "log: one that left": "/log/out/{copy}",
    "review: No match": "/review?state=unmatched",
    "outbox: what was sent": "/outbox?state=sent",
}
"""Pages beside those of the navigation."""
HEAVY = {
    "a record of 5,000 messages": "/records/LEAD-1",
    "its oldest messages": "/records/LEAD-1?after=1",
    "a mail with 36 MB of text": "/records/LEAD-{big}",
    "a mail with 1.9 MB of HTML": "/records/LEAD-{html}",
    "that HTML in its frame": "/records/LEAD-{html}/1/html",
    "a record with 3,000 held mails": "/records/LEAD-{held}",
    "inbox, 3,000 of them told": "/inbox",
    "inbox, its next page by records": "/inbox?before={happened_at}.{place}",
}
"""Pages over what is large in one way; no request may hold a thread for longer than ``LONGEST``."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one page took: milliseconds, and statements without those that a thread runs now and then."""

    name: str
    path: str
    p50: float
    p95: float
    longest: float
    statements: int
    heavy: bool = False

    @property
    def goal(self) -> float:
        """The milliseconds that p95 should stay below."""
        if self.heavy:
            return LONGEST
        return RECORD if self.path.startswith("/records/") else LIST

    @property
    def met(self) -> bool:
        """Whether it does, with few statements."""
        return self.p95 <= self.goal and self.statements <= STATEMENTS


def main(words: list[str]) -> int:
    """Fill, fetch and print; return 1 where a page misses its goal."""
    parser = argparse.ArgumentParser(prog="python -m bench site", description="What each page of the site takes.")
    parser.add_argument("--mails", type=int, default=200_000, help="200,000 by default")
    parser.add_argument("--aliases", type=int, default=20_000, help="20,000 by default")
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="weftmail-site-") as folder:
        make(Path(folder))
        grown = Grown(Path(folder))
        print(f"  filling {options.mails} mails, {options.aliases} aliases", flush=True)
        grown.fill(min(FILLED, options.mails))
        multiply(grown.store, max(1, options.mails // FILLED))
        more_aliases(grown, options.aliases)
        anna = grown.store.users.by_address(ANNA)
        assert anna is not None
        with grown.store.transaction():
            grown.store.line.appoint(anna.id)
        with Looked(grown) as looked:
            found = [_fetched(looked, name, path) for name, path in paths(grown)]
            large = heavy(grown)
            found += [replace(_fetched(looked, name, path.format(**large)), heavy=True) for name, path in HEAVY.items()]
        grown.close()
    print(_table(found))
    return 0 if all(one.met for one in found) else 1


def more_aliases(grown: Grown, count: int) -> None:
    """Add so many aliases, of every type in turn."""
    store = grown.store
    (domain,) = [one for one in store.domains.all() if one.name == "acme.example"]
    (company,) = [one for one in store.companies.all() if one.name == "Acme"]
    kinds = [one.name for one in store.companies.record_types(company.id)]
    store.connection.execute("pragma synchronous = off")
    with store.transaction():
        for number in range(count):
            settings = AliasSettings(kinds[number % len(kinds)], None, None, "everyone", "", "{}")
            store.aliases.add(company.id, domain.id, f"team{number}", settings, number)
    store.connection.execute("pragma synchronous = full")


def paths(grown: Grown) -> list[tuple[str, str]]:
    """Return the pages to be measured with their names: those of the navigation, and those of ``ASKED``."""
    items: list[Item] = sorted(members(PAGES, "item").values(), key=lambda one: one.order)
    newest = grown.store.connection.execute("select max(number) from record").rows[0][0]
    # The caught mails are the demo's alone.
    stand = [(one.label, one.path) for one in items if one.path != "/caught"]
    mail, copy = (grown.store.connection.execute(f"select max(id) from {t}").rows[0][0] for t in ("inbound", "outbox"))
    return stand + [(name, path.format(newest=newest, mail=mail, copy=copy)) for name, path in ASKED.items()]


def _fetched(looked: Looked, name: str, path: str) -> Fetched:
    looked.page(path)
    times, counts = [], []
    for _ in range(ROUNDS):
        looked.statements()
        began = time.perf_counter()
        looked.page(path)
        times.append((time.perf_counter() - began) * 1000)
        counts.append(looked.statements())
    cuts = quantiles(times, n=100, method="inclusive")
    return Fetched(name, path, cuts[49], cuts[94], max(times), min(counts))


def heavy(grown: Grown, *, messages: int = 5000, held: int = 3000, size: int = 36_000_000) -> dict[str, int]:
    """Let there be what is large in one way; return the numbers of its records."""
    store = grown.store
    (company,) = [one for one in store.companies.all() if one.name == "Acme"]
    record = store.records.by_label("LEAD-1", company.id)[0]
    with store.transaction():
        for number in range(messages):
            store.messages.add(
                event(company.id, record.id, "", Phrase("event.report"), number, f"<{number}@x>"), number
            )
    line = "A line of a long mail, å ä ö, again and again.\n"
    big = _opened(grown, company.id, "text/plain; charset=utf-8", line * (size // len(line.encode())))
    html = _opened(grown, company.id, "text/html; charset=utf-8", f"<p>{line}</p>" * (size // 19 // (len(line) + 10)))
    waiting = _opened(grown, company.id, "text/plain; charset=utf-8", "Hello")
    of = store.records.by_label(f"LEAD-{waiting}", company.id)[0]
    columns = [row[1] for row in store.connection.execute("pragma table_info(inbound)").rows]
    for _ in range(held):
        own = {"id": "null", "state": "'held'", "record_id": str(of.id), "delivery_key": "null", "message_id": "null"}
        values = ", ".join(own.get(column, column) for column in columns)
        words = f"insert into inbound ({', '.join(columns)}) select {values} from inbound order by id desc limit 1"
        store.connection.execute(words)
    anna = store.users.by_address(ANNA)
    assert anna is not None
    rows = store.connection.execute("select id from inbound where state = 'held'").rows
    with store.transaction():
        for (inbound_id,) in rows:
            says = Phrase("notice.held", {"record": "LEAD-1"})
            store.inbox.notify(company.id, [anna.id], says, 1, inbound_id=inbound_id, waits="held")
    next_ = inboxes.page(store.inbox_lists, Whose(anna.id, (company.id,)), InboxPlace(), 50).following or InboxPlace()
    place = {"happened_at": next_.happened_at, "place": next_.place}
    return {"big": big, "html": html, "held": waiting, **place}


def _opened(grown: Grown, company_id: int, kind: str, text: str) -> int:
    """Let a mail with this text open a record; return its number."""
    (number,) = grown.numbers(1)
    head = mail(number, None).partition(b"\n\n")[0].decode()
    raw = f"{head}\nMIME-Version: 1.0\nContent-Type: {kind}\nContent-Transfer-Encoding: 8bit\n\n{text}".encode()
    queue = AcceptQueue()
    queue.accept([Envelope(RECIPIENT, customer(number), RECIPIENT, f"Q{number}", "192.0.2.9", "lmtp")], raw)
    accept_group(grown.store, grown.installation.clock, queue.take())
    grown.settle()
    # The copies are younger than the clock, so the list of records would begin with them.
    words = "select max(number) from record where company_id = ?"
    number_of_record: int = grown.store.connection.execute(words, (company_id,)).rows[0][0]
    return number_of_record


def met(one: Fetched) -> str:
    """Say whether a page met its goal."""
    return "yes" if one.met else "NO"


def _table(found: list[Fetched]) -> str:
    heads = ("p50 ms", "p95 ms", "longest", "goal", "statements", "met")
    rows = [
        (f"{one.p50:.1f}", f"{one.p95:.1f}", f"{one.longest:.1f}", f"{one.goal:.0f}", str(one.statements), met(one))
        for one in found
    ]
    lines = [
        f"{name:38}" + "".join(f"{cell:>11}" for cell in row)
        for name, row in zip(["page", *(one.name for one in found)], [heads, *rows], strict=True)
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
