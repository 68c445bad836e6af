"""The search of the mail log: the same in both databases, bounded by what it looks through, and by its index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import product

import pytest

from tests.store.conftest import Office
from tests.store.test_growth import LARGE, MOST, SMALL, filled
from tests.store.test_record_list import steps
from weftmail.core.envelope import Envelope
from weftmail.store import log_search, postgresql
from weftmail.store.connection import SqliteConnection, connect
from weftmail.store.listing import NEWEST
from weftmail.store.remembered import Remembered
from weftmail.store.sets import expanded

DAY = 86_400_000
ASKED = [
    Remembered(),
    Remembered(who="Karin", words='quote "for 40"', queue_id="Q1", since=DAY, until=2 * DAY, state="filed", report=""),
    Remembered(words="100% %", rfc_message_id="<a@b>", left_state="sent"),
    Remembered(words="100%", message_id=1, report="any"),
]


def statements(of: Remembered, company_id: int | None, *, lite: bool) -> list[log_search.Statement]:
    found = []
    for stretch, rows in (
        (log_search.came_stretch, log_search.came), (log_search.left_stretch, log_search.left),
    ):  # fmt: skip
        found.append(stretch(company_id, of, NEWEST, 50, lite=lite))
        found.append(rows(company_id, of, 1, NEWEST, 50, lite=lite))
    return found


@pytest.fixture(scope="module")
def prepared(postgresql_server: str) -> Iterator[postgresql.PostgresqlConnection]:
    connection = postgresql.connect(f"host={postgresql_server} user=postgres dbname=prepared")
    yield connection
    connection.close()


@pytest.mark.parametrize(("of", "company_id"), [*product(ASKED, (1, None))], ids=str)
def test_postgresql_takes_every_search(
    prepared: postgresql.PostgresqlConnection, of: Remembered, company_id: int | None
) -> None:
    for sql, words in statements(of, company_id, lite=False):
        names = set(re.findall(r"(?<![:\w]):([a-z]\w*)", sql))
        assert names <= set(words), sql
        prepared.execute(*expanded(sql, words))


def came(office: Office, at: int, **changes: str) -> int:
    """Let a mail come and be filed with the words ``text``; return its number."""
    store, sender = office.store, changes.get("sender", "karin@customer.example")
    envelope = Envelope("leads@acme.example", sender, queue_id=changes.get("queue_id", "Q"), entrance="lmtp")
    number = store.inbound.accept([envelope], b"x", at)[0]
    record = office.record(changes.get("subject", "Hello"))
    message = office.message(record, text=changes.get("text", ""), subject=record.title, author_address=sender)
    store.connection.execute(
        "update inbound set company_id = :company, state = 'filed', from_address = :sender, subject = :subject,"
        " record_id = :record, message_id = :message where id = :id",
        {"company": office.acme, "sender": sender, "subject": record.title, "record": record.id,
         "message": message, "id": number},
    )  # fmt: skip
    return number


def test_a_mail_is_found_by_what_is_remembered(office: Office) -> None:
    first = came(office, DAY, subject="Quote for 40 chairs", text="The pump in Malmö is broken, 100%", queue_id="4F2")
    second = came(office, 9 * DAY, subject="Off_now", text="Pumps again", sender="Erik.EK@other.example")
    log = office.store.log
    for of, found in (
        (Remembered(), [second, first]),
        (Remembered(words="pump"), [second, first]),
        (Remembered(words="malmo BROKEN"), [first]),
        (Remembered(words='"pump in malmö"'), [first]),
        (Remembered(words='"in pump"'), []),
        (Remembered(words="hairs"), [first]),  # Within a word of the subject.
        (Remembered(words="roken"), []),
        (Remembered(words="100%"), [first]),
        (Remembered(words="100_"), []),
        (Remembered(words="off_"), [second]),
        (Remembered(words="%"), []),
        (Remembered(who="erik.ek@"), [second]),
        (Remembered(who="example", words="quote"), [first]),
        (Remembered(queue_id="4F2"), [first]),
        (Remembered(until=DAY + 1), [first]),
        (Remembered(since=2 * DAY), [second]),
        (Remembered(since=2 * DAY, until=8 * DAY), []),
        (Remembered(since=20 * DAY), []),
    ):
        for whose in (office.acme, None):
            assert [one.id for one in log.came(whose, of, NEWEST, 9).lines] == found, (of, whose)


def test_a_day_long_ago_is_found_without_looking_through_what_came_since(office: Office) -> None:
    numbers = [came(office, day * DAY) for day in range(1, 8)]
    of = Remembered(since=2 * DAY, until=3 * DAY)
    for whose in (office.acme, None):
        found = office.store.log.came(whose, of, NEWEST, 5, 3)
        assert [one.id for one in found.lines] == [numbers[1]] and found.go_on == 0


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[SqliteConnection]]:
    made = []
    for mails in (SMALL, LARGE):
        path = tmp_path_factory.mktemp("store") / "weftmail.db"
        office = filled(Office(partial(connect, path)), mails)
        office.store.close()
        made.append(connect(path))
    yield made
    for one in made:
        one.close()


@pytest.mark.parametrize("company_id", [1, None])
@pytest.mark.parametrize(
    "of", [Remembered(), Remembered(who="nobody@nowhere"), Remembered(words="zzzz"), Remembered(since=1, until=DAY)],
    ids=str,
)  # fmt: skip
def test_a_search_costs_what_it_looks_through(
    sizes: list[SqliteConnection], of: Remembered, company_id: int | None
) -> None:
    for stretch, rows in (
        (log_search.came_stretch, log_search.came), (log_search.left_stretch, log_search.left),
    ):  # fmt: skip
        costs = []
        for one in sizes:
            sql, words = stretch(company_id, of, NEWEST, 100, lite=True)
            _, first, last = one.execute(*expanded(sql, words)).rows[0]
            found, more = rows(company_id, of, first, last + 1, 50, lite=True)
            costs.append(steps(one, sql, {**words, "most": 100}) + steps(one, found, more))
        small, large = costs
        assert large <= max(small * MOST, small + 5), (stretch.__name__, costs)


@pytest.mark.parametrize("company_id", [1, None])
def test_who_and_words_are_looked_for_in_their_index(sizes: list[SqliteConnection], company_id: int | None) -> None:
    for of in (Remembered(who="karin"), Remembered(words="quote")):
        sql, words = log_search.came(company_id, of, 1, NEWEST, 50, lite=True)
        plan = [str(row[3]) for row in sizes[1].execute(f"explain query plan {sql}", words).rows]
        assert [one for one in plan if " i USING COVERING INDEX inbound_company (company_id=? AND id>" in one], plan
