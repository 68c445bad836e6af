"""The command at the end of a list shows the same records as the list: both are put to the real parser and store."""

from __future__ import annotations

import html
import re
import shlex
from pathlib import Path

import pytest

from tests.admin.conftest import Browser, Site
from tests.unit.pasted import understood
from weftmail.cli.commands import record as command_of_records
from weftmail.flow.setup import record
from weftmail.flow.setup.act import Actor, Setup
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.store.record import NewRecord

LABEL = re.compile(r'class="label" href="/records/([A-Z]+-\d+)[?"]')


@pytest.fixture
def many(site: Site) -> Site:
    """Records that differ in all that a list asks for."""
    world, store = site.world, site.store
    world.deliver(world.mail(subject="Lamp", author="Erik Ek <erik@other.example>"), "support@acme.example")
    for title in ("Call the bank", "Book a room", "Old one"):
        store.records.open(NewRecord(world.acme, "task", title), world.clock())
    setup = Setup(store, Actor("Anna", world.anna), world.clock, None, lambda *_: "", ("en",), lambda _: True)
    changes = {
        "LEAD-1": RecordChanges(owner="anna@acme.example", priority="high"),
        "TASK-1": RecordChanges(state="closed", add_tags=["to call"]),
        "TASK-3": RecordChanges(place="trash"),
    }
    for label, one in changes.items():
        record.change(setup, label, one, company="Acme")
    return site


def shown_command(page: str) -> list[str]:
    """Return the words of the command at the end of a page; none where there is none."""
    found = re.findall(r"<code>[^<]*?mail-admin (.*?)</code>", page, re.DOTALL)
    return shlex.split(html.unescape(found[-1])) if found else []


@pytest.mark.parametrize(
    ("query", "flags"),
    [
        ("", []),
        ("?only=mine", ["--owner", "anna@acme.example"]),
        ("?only=unassigned", ["--unassigned"]),
        ("?only=waiting&state=open", ["--waiting", "--state", "open"]),
        ("?in=trash", ["--in", "trash"]),
        ("?state=closed", ["--state", "closed"]),
        ("?state=active&type=task", ["--state", "active", "--type", "task"]),
        ("?tag=to+call", ["--tag", "to call"]),
        (
            "?priority=high&customer=karin%40customer.example",
            ["--customer", "karin@customer.example", "--priority", "high"],
        ),
        (
            "?since=2027-01-01&until=2028-01-01&sort=first",
            ["--since", "2027-01-01", "--until", "2028-01-01", "--sort", "first"],
        ),
    ],
)
def test_the_command_lists_what_the_page_lists(
    many: Site, anna: Browser, tmp_path: Path, query: str, flags: list[str]
) -> None:
    many.store.connection.execute("delete from membership where company_id <> :id", {"id": many.world.acme})
    page = anna.get(f"/records{query}").text
    words = shown_command(page)
    assert words[:2] == ["record", "list"]
    company = words.index("--company") if "--company" in words else len(words)
    said = [*words[2:company], *words[company + 2 :]]
    assert sorted(said) == sorted(flags)
    arguments = understood([*words, *([] if "--company" in words else ["--company", "Acme"])])
    listed = command_of_records._listing(many.store, arguments)
    labels = [one.label for one in listed.rows.page(None, 100)]
    assert labels and labels == list(dict.fromkeys(LABEL.findall(page)))


@pytest.mark.parametrize(
    "query", ["?only=unread", "?only=teams", "?only=drafts", "?activity=today", "?only=mine&owner=1"]
)
def test_what_is_the_reader_s_alone_has_no_command(many: Site, anna: Browser, query: str) -> None:
    assert shown_command(anna.get(f"/records{query}").text) == []


def test_a_search_is_the_same_search(many: Site, anna: Browser) -> None:
    page = anna.get("/search", params={"q": 'chairs "40"'}).text
    words = shown_command(page)
    assert words[:4] == ["record", "list", "--search", 'chairs "40"']
    listed = command_of_records._listing(many.store, understood([*words, "--company", "Acme"]))
    labels = [one.label for one in listed.rows.page(None, 100)]
    assert "LEAD-1" in labels and labels == list(dict.fromkeys(re.findall(r'<span class="label">(.*?)</span>', page)))
