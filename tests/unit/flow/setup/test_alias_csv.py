"""Aliases as a file: what is written reads back as it was, a bad line undoes all, and no cell is a formula."""

from __future__ import annotations

import csv
import io

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.core.wording.refusals import REFUSALS
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import alias, alias_csv, company, domain, team, undo
from weftmail.flow.setup.act import Done, Fields
from weftmail.flow.setup.alias_csv import Imported, bring_in, written
from weftmail.flow.vocabulary import alias as fields
from weftmail.store.record import NewRecord


def everything(office: Office) -> dict[str, Fields]:
    """What is said of each alias, times aside."""
    found = {one.address: fields(one) for one in office.store.aliases.all()}
    return {name: {key: value for key, value in one.items() if not key.endswith("_at")} for name, one in found.items()}


def file(office: Office) -> bytes:
    return "".join(written(office.store.aliases.all())).encode()


def ran(office: Office, text: str | bytes, **how: object) -> Imported:
    found = bring_in(office.setup, text if isinstance(text, bytes) else text.encode(), **how)  # type: ignore[arg-type]
    assert isinstance(found, Imported), found
    for one in found.bad:
        assert REFUSALS[one.refusal.code].format_map(one.refusal.values)
    return found


def numbers(found: Imported) -> tuple[int, int, int, list[tuple[int, str]], bool]:
    return found.added, found.changed, found.same, [(one.number, one.refusal.code) for one in found.bad], found.done


def test_what_is_written_reads_back_as_it_was(office: Office) -> None:
    setup = office.setup
    office.store.records.open(NewRecord(office.world.acme, "task", "Trade fair"), 1)
    office.did(team.add(setup, "Sales", company="Acme", add_members=["bjorn@acme.example"]))
    office.did(alias.add(setup, "fair@acme.example", record="TASK-1", team="Sales"))
    office.did(alias.add(setup, "=sum@acme.example", opens="lead", defaults={"a": "=1+1", "b": 'x, "y"'}))
    office.did(alias.change(setup, "leads@acme.example", answer_as="Sales <s@acme.example>", accepts="known"))
    office.did(alias.switch_off(setup, "support@acme.example"))
    kept, before = file(office), everything(office)
    assert numbers(ran(office, kept)) == (0, 0, 4, [], True) and everything(office) == before
    for address in before:
        office.did(alias.remove(setup, address))
    assert numbers(ran(office, kept)) == (4, 0, 0, [], True)
    assert everything(office) == before
    assert "support@acme.example" not in office.map.recipients and "fair@acme.example" in office.map.recipients


def test_no_cell_starts_a_formula(office: Office) -> None:
    for text in ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "'=1", "＝1", "＋1", "＠1"):
        office.store.connection.execute("update alias set answer_as = ? where local_part = 'leads'", (text,))
        cells = [cell for row in csv.reader(io.StringIO(file(office).decode(), newline="")) for cell in row]
        assert f"'{text}" in cells
        assert not [cell for cell in cells if cell and cell[0] in "=+-@\t\r＝＋＠"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_file_of_any_spreadsheet_adds_and_changes(office: Office, delimiter: str) -> None:
    rows = [
        ["\ufeffAddress", "opens", "defaults", "state"],
        [" Orders@ACME.example ", "order", "currency=SEK\ntag=a", ""],
        ["leads@acme.example", "lead", "", "off"],
        ["", "", "", ""],
        ["support@acme.example", "", "", "on"],
    ]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    before = everything(office)
    assert numbers(ran(office, text.getvalue(), dry_run=True)) == (1, 1, 1, [], False)
    assert everything(office) == before and "orders@acme.example" not in office.map.recipients
    assert numbers(ran(office, text.getvalue(), company="Acme")) == (1, 1, 1, [], True)
    after = everything(office)
    assert after["orders@acme.example"]["defaults"] == {"currency": "SEK", "tag": "a"}
    assert after["leads@acme.example"]["state"] == "off"
    assert "orders@acme.example" in office.map.recipients and "leads@acme.example" not in office.map.recipients


def test_columns_that_a_file_has_not_leave_what_is_there(office: Office) -> None:
    before = everything(office)
    assert numbers(ran(office, "address\nleads@acme.example\n")) == (0, 0, 1, [], True)
    assert numbers(ran(office, "address,accepts\nleads@acme.example,known\n")) == (0, 1, 0, [], True)
    assert everything(office)["leads@acme.example"] == {**before["leads@acme.example"], "accepts": "known"}
    office.setup = alias_csv.replace(office.setup, map_file=None)
    assert numbers(ran(office, "address,accepts\nleads@acme.example,everyone\n")) == (0, 1, 0, [], True)


def test_each_bad_line_is_named_and_nothing_is_done(office: Office) -> None:
    office.did(company.add(office.setup, "Beta"))
    office.did(domain.add(office.setup, "beta.example", company="Beta"))
    office.did(domain.add(office.setup, "shared.example", shared=True))
    office.did(alias.add(office.setup, "theirs@shared.example", company="Beta", opens="lead"))
    before = everything(office)
    text = """address,company,opens,record,owner,state
new@acme.example,,lead,,,on
a b@acme.example,,lead,,,on
new@acme.example,,lead,,,on
other@acme.example,,leed,,,on
both@acme.example,,lead,LEAD-1,,on
who@acme.example,,lead,,nobody@x.example,on
state@acme.example,,lead,,,perhaps
cells@acme.example,,lead
none@acme.example,,,,,
x@beta.example,,lead,,,
x@nowhere.example,,lead,,,
y@acme.example,Beta,lead,,,
theirs@shared.example,,lead,,,
"""
    found = ran(office, text, company="Acme")
    assert numbers(found)[3:] == (
        [
            (3, "address_blank"), (4, "csv_twice"), (5, "no_such_record_type"), (6, "csv_two_goals"),
            (7, "no_such_user"), (8, "no_such_choice"), (9, "csv_cells"), (10, "alias_without_goal"),
            (11, "no_such_domain"), (12, "no_such_domain"), (13, "no_such_company"), (14, "alias_there"),
        ],
        False,
    )  # fmt: skip
    assert "Beta" not in str([one.refusal for one in found.bad if one.number != 13])
    assert everything(office) == before and office.map.recipients.isdisjoint({"new@acme.example"})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "csv_columns"),
        (b"name\nx\n", "csv_columns"),
        (b"address,nonsense\n", "csv_columns"),
        (b"address,address\n", "csv_columns"),
        (b"address\n\xff\xfe\n", "csv_not_text"),
        (b'address\n"open@acme.example\n', "csv_broken"),
        (b"address\n" + b"x@acme.example\n" * (alias_csv.MOST_LINES + 1), "csv_large"),
        (b"address\n" + b" " * alias_csv.MOST_BYTES, "csv_large"),
    ],
)
def test_what_is_no_file_of_aliases(office: Office, data: bytes, code: str) -> None:
    found = bring_in(office.setup, data)
    assert isinstance(found, Refusal) and (found.field, found.code) == ("file", code)
    assert REFUSALS[code].format_map(found.values)


def undone(office: Office, act_id: int) -> Done:
    return office.did(undo.undo(office.setup, act_id))


def test_what_a_file_did_is_taken_back_as_a_whole_and_brought_in_again(office: Office) -> None:
    office.did(alias.add(office.setup, "old@acme.example", opens="task", accepts="known"))
    office.did(alias.remove(office.setup, "old@acme.example"))
    before = everything(office)
    text = (
        "address,opens,accepts,state\nnew@acme.example,lead,known,off\nold@acme.example,order,,\n"
        "leads@acme.example,task,internal,off\nsupport@acme.example,,,\n"
    )
    found = ran(office, text, name="more.csv")
    assert numbers(found) == (2, 1, 1, [], True) and found.act is not None
    after = everything(office)
    back = undone(office, found.act.trace)
    assert (back.act, back.subject) == ("alias.import_back", "more.csv") and everything(office) == before
    assert "new@acme.example" not in office.map.recipients and "leads@acme.example" in office.map.recipients
    again = undone(office, back.trace)
    assert again.act == "alias.import" and everything(office) == after
    undone(office, again.trace)
    assert everything(office) == before


@pytest.mark.parametrize("touch", ["added", "changed", "removed"])
def test_nothing_is_taken_back_where_one_alias_was_changed_since(office: Office, touch: str) -> None:
    found = ran(office, "address,opens\nnew@acme.example,lead\nmore@acme.example,lead\nleads@acme.example,task\n")
    assert found.act is not None
    acts = {
        "added": lambda: alias.change(office.setup, "new@acme.example", accepts="known"),
        "changed": lambda: alias.change(office.setup, "leads@acme.example", accepts="known"),
        "removed": lambda: alias.remove(office.setup, "new@acme.example"),
    }
    office.did(acts[touch]())
    there = everything(office)
    refused = undo.undo(office.setup, found.act.trace)
    assert isinstance(refused, Refusal) and refused.code == (
        "no_such_alias_to_remove" if touch == "removed" else "changed_since"
    )
    assert everything(office) == there and "more@acme.example" in office.map.recipients


def test_a_file_that_changes_nothing_leaves_no_act(office: Office) -> None:
    found = ran(office, file(office))
    assert found.done and found.act is not None and found.act.trace == 0
