"""Exports of other programs: what each reader finds in ours, and what it makes of a stranger's."""

from __future__ import annotations

import base64
import json
import random
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from weftmail.core.address import Mailbox
from weftmail.core.composing.imported import compose_imported, made_id
from weftmail.core.failure import UsageError
from weftmail.core.imported import ImportedConversation
from weftmail.core.limits import IMPORT_FILE, IMPORT_FILES, IMPORT_FOLDER, IMPORT_NAMED
from weftmail.transport.exports import fields
from weftmail.transport.exports.folder import DEPTH, ExportFolder, Missed
from weftmail.transport.exports.freescout import FreeScout
from weftmail.transport.exports.odoo import Odoo
from weftmail.transport.exports.zammad import Zammad

EXPORTS = Path(__file__).parents[1] / "exports"
Program = type[Zammad | FreeScout | Odoo]
ALL: dict[Program, tuple[str, ...]] = {
    Zammad: ("zammad",), FreeScout: ("freescout",), Odoo: ("odoo-json", "odoo-csv"),
}  # fmt: skip
KARIN = Mailbox("Karin Ek", "karin@customer.example")


def read(program: Program, path: Path) -> tuple[list[ImportedConversation], Missed]:
    missed = Missed()
    return [one for one in program(ExportFolder(path, missed)).conversations() if one is not None], missed


def written(folder: Path, **files: Any) -> Path:
    """Write files, each with what is to stand in it; two underscores stand for a dot, and bytes as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        (folder / f"{name.replace('__', '.')}.json").write_bytes(data)
    return folder


def test_zammad_in_full() -> None:
    (first, second), missed = read(Zammad, EXPORTS / "zammad")
    assert (first.number, first.title, first.state, first.customer) == (
        "10017",
        "Chairs for the office",
        "closed",
        KARIN,
    )
    assert (first.owner, first.followers) == ("anna@acme.example", ["anna@acme.example", "gone@acme.example"])
    assert [(one.key, one.kind, one.author.name) for one in first.messages] == [
        ("article 41", "received", "Karin Ek"), ("article 42", "post", "Anna via Support"),
        ("article 43", "note", "Anna"), ("article 44", "received", "Karin Ek"),
    ]  # fmt: skip
    mail, answer, note, _ = first.messages
    assert (mail.message_id, answer.references) == ("<a41@customer.example>", ("<a41@customer.example>",))
    assert (mail.at, mail.cc) == (1709542800000, (Mailbox("Erik Dal", "erik@other.example"),))
    assert note.text == "She pays late.\nAsk Erik first." and not note.page and "<script>" in mail.page
    assert [(one.filename, one.content) for one in mail.files] == [("plan.txt", b"Twelve chairs. Plan.")]
    assert (second.state, second.messages[0].author) == ("open", Mailbox("Erik Dal", "erik@other.example"))
    assert missed.counts == {"attachments": 1, "tickets": 1}


@pytest.mark.parametrize(
    ("ticket", "state"),
    [
        ({"state_id": 1}, "open"), ({"state_id": 2}, "open"), ({"state_id": 3}, "waiting"), ({"state_id": 4}, "closed"),
        ({"state": "closed"}, "closed"), ({"state": "pending close"}, "waiting"), ({"state": "merged"}, "closed"),
        ({"state_id": 21}, "waiting"), ({"state_id": 22}, "closed"), ({"state_id": 99}, "open"), ({}, "open"),
    ],
)  # fmt: skip
def test_a_state_of_zammad_is_known_by_its_type_its_name_or_its_number(
    tmp_path: Path, ticket: dict[str, Any], state: str
) -> None:
    states = [{"id": 21, "name": "at lunch", "state_type_id": 4}, {"id": 22, "name": "done", "state_type_id": 5}]
    articles = [{"id": 1, "ticket_id": 1, "created_at": "2024-01-01T00:00:00Z", "body": "x"}]
    folder = written(tmp_path, tickets=[{"id": 1, **ticket}], ticket_articles=articles, ticket_states=states)
    assert [one.state for one in read(Zammad, folder)[0]] == [state]


def test_freescout_in_full() -> None:
    (found,), missed = read(FreeScout, EXPORTS / "freescout")
    assert (found.number, found.title, found.state) == ("3", "Refund", "closed")
    assert (found.customer, found.owner) == (KARIN, "anna@acme.example")
    assert [(one.key, one.kind, one.author.name) for one in found.messages] == [
        ("thread 15", "received", "Karin Ek"), ("thread 16", "post", "Anna"), ("thread 17", "note", "Anna"),
    ]  # fmt: skip
    assert [one.content for one in found.messages[0].files] == [b"receipt", b"Note."]
    assert found.messages[1].cc == (Mailbox("", "erik@other.example"),)
    assert missed.counts == {"line items": 1, "conversations": 1}


def test_one_conversation_by_itself_and_what_is_left_out_of_freescout(tmp_path: Path) -> None:
    thread = {"id": 1, "type": "customer", "createdAt": "2024-01-01T00:00:00Z", "body": "x"}
    one = {"id": 8, "number": 8, "status": "pending", "customer": {"email": "x"}, "_embedded": {"threads": [thread]}}
    folder = written(tmp_path, conversations=one)
    assert [(each.number, each.state) for each in read(FreeScout, folder)[0]] == [("8", "waiting")]
    many = [one, one, {"number": 9, "state": "draft"}, {"number": 10}, {"subject": "none"}, "text"]
    threads = [thread | {"state": "draft"}, thread | {"id": None}, thread | {"createdAt": None}, thread | {"type": []}]
    many.append({"number": 11, "_embedded": {"threads": threads}})
    found, missed = read(FreeScout, written(tmp_path / "many", conversations=many))
    assert len(found) == 1 and missed.counts == {"conversations": 5, "threads": 4}


def test_odoo_by_xml_rpc() -> None:
    (lead, ticket), missed = read(Odoo, EXPORTS / "odoo-json")
    assert (lead.number, lead.title, lead.state) == ("crm.lead 45", "Chairs for the office", "open")
    assert (lead.customer, lead.owner) == (KARIN, "anna@acme.example")
    assert lead.followers == ["anna@acme.example", "karin@customer.example"]
    assert [(one.key, one.kind, one.author.name, one.message_id) for one in lead.messages] == [
        ("message 901", "received", "Karin Ek", "<o901@customer.example>"),
        ("message 902", "post", "Anna", "<123.openerp-45-crm.lead@odoo.example>"),
        ("message 903", "note", "Anna", ""),
    ]  # fmt: skip
    assert [one.content for one in lead.messages[0].files] == [b"Twelve chairs"]
    assert (ticket.title, ticket.state, ticket.customer.address) == ("Hello", "closed", "erik@other.example")
    assert missed.counts == {"messages": 1, "attachments": 1, "notifications": 1}


def test_odoos_own_export_as_csv_and_as_a_workbook(tmp_path: Path) -> None:
    (lead,), missed = read(Odoo, EXPORTS / "odoo-csv")
    assert [(one.key, one.kind, one.author.address) for one in lead.messages] == [
        ("message 901", "received", "karin@customer.example"), ("message 903", "note", "anna@acme.example"),
    ]  # fmt: skip
    # The files of a message stand on lines of their own below it.
    assert [one.content for one in lead.messages[0].files] == [b"Twelve chairs", b"order"]
    assert not missed.counts
    names = ("id", "date", "body", "email_from", "model", "res_id", "message_type")
    message = ("901", "45355.375", "<p>How much?</p>", "karin@customer.example", "crm.lead", "45", "email")
    workbook(tmp_path / "mail.message.xlsx", [names, message])
    (again,), missed = read(Odoo, tmp_path)
    assert again.messages[0].at == lead.messages[0].at and again.messages[0].page == "<p>How much?</p>"
    assert read(Odoo, tmp_path / "mail.message.xlsx")[0] == [again]


def workbook(file: Path, lines: Sequence[tuple[str, ...]], *, head: str = "", sheet: bytes | None = None) -> None:
    """Write a workbook as Odoo does: texts are shared, numbers stand in their cells."""
    texts = sorted({one for line in lines for one in line if not one.replace(".", "").isdigit()})
    escape = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}

    def cell(place: int, row: int, value: str) -> str:
        at = f'r="{chr(65 + place)}{row}"'
        if value in texts:
            return f'<c {at} t="s"><v>{texts.index(value)}</v></c>'
        return f"<c {at}><v>{value}</v></c>"

    rows = "".join(
        f'<row r="{number}">{"".join(cell(place, number, one) for place, one in enumerate(line))}</row>'
        for number, line in enumerate(lines, start=1)
    )
    shared = "".join(f"<si><t>{''.join(escape.get(one, one) for one in text)}</t></si>" for text in texts)
    made = f'<?xml version="1.0"?>{head}<worksheet><sheetData>{rows}</sheetData></worksheet>'.encode()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", made if sheet is None else sheet)
        archive.writestr("xl/sharedStrings.xml", f'<?xml version="1.0"?><sst>{shared}</sst>')


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def test_a_workbook_of_a_stranger_is_left_out_and_named(tmp_path: Path) -> None:
    lines = [("id", "model"), ("1", "crm.lead")]
    workbook(tmp_path / "mail.message-1.xlsx", lines, head=BOMB)
    workbook(tmp_path / "mail.message-2.xlsx", lines, sheet=b"<worksheet><row>")
    workbook(tmp_path / "mail.message-3.xlsx", lines, sheet=b"<a>" + b" " * (IMPORT_FILE + 1) + b"</a>")
    (tmp_path / "mail.message-4.xlsx").write_bytes(b"PK no archive")
    with zipfile.ZipFile(tmp_path / "mail.message-5.xlsx", "w") as archive:
        archive.writestr("other.xml", "<a/>")
    (tmp_path / "mail.message-6.csv").write_bytes(b"")
    (tmp_path / "mail.message-7.csv").write_bytes(b'id,body\n1,"' + b"x" * 70_000_000 + b'"\n')
    found, missed = read(Odoo, tmp_path)
    assert found == [] and missed.counts == {"files": 7}
    for text in ("declares a document type", "no workbook", "unpacks to more than 256 MB", "it is empty", "no CSV"):
        assert any(text in one for one in missed.named), (text, missed.named)


def test_cells_that_point_nowhere_are_empty_and_rows_may_have_gaps(tmp_path: Path) -> None:
    sheet = (
        '<x:worksheet xmlns:x="x"><x:row><x:c t="inlineStr"><x:is><x:t>model</x:t></x:is></x:c>'
        '<x:c r="C1" t="str"><x:v>res_id</x:v></x:c><x:c r="ZZZ1"><x:v>far</x:v></x:c></x:row>'
        '<x:row><x:c t="s"><x:v>7</x:v></x:c><x:c r="C2"><x:v>5</x:v></x:c></x:row></x:worksheet>'
    )
    workbook(tmp_path / "mail.message.xlsx", [("a",)], sheet=sheet.encode())
    folder = ExportFolder(tmp_path, Missed())
    assert [dict(one) for _, one in folder.objects("mail.message")] == [{"model": "", "": "", "res_id": "5"}]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"{", "it is no JSON from line 1 on"),
        (b"[1, 2\n, ", "it is no JSON from line 2 on"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b"[" * 100_000, "it nests too deep"),
        (b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1), "it nests too deep"),
        (b'[{"id": NaN}]', "NaN is no number of JSON"),
        (b"9" * 5000, "integer string conversion"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path: Path, data: bytes, why: str) -> None:
    good = (EXPORTS / "freescout" / "conversations-1.json").read_bytes()
    folder = written(tmp_path, **{"conversations-1": good, "conversations-2": data})
    found, missed = read(FreeScout, folder)
    assert len(found) == 1 and missed.counts["files"] == 1
    assert any(one.startswith("conversations-2.json: ") for one in missed.named)
    assert why == "cannot be read" or any(why in one for one in missed.named), missed.named


def test_too_much_is_refused_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "tickets.json").write_bytes(b"[]")
    with (tmp_path / "tickets-2.json").open("wb") as file:
        file.truncate(IMPORT_FILE + 1)
    assert read(Zammad, tmp_path)[1].named == ["tickets-2.json: it has more than 256 MB"]
    with (tmp_path / "tickets-2.json").open("wb") as file:
        file.truncate(IMPORT_FOLDER + 1)
    with pytest.raises(UsageError, match="several folders"):
        read(Zammad, tmp_path)


def test_attachments_stay_in_their_folder_and_in_their_measure(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    folder = tmp_path / "export"
    file = base64.b64encode(bytes(IMPORT_FILES // 2 + 1)).decode()
    large = {"id": 1, "filename": "large", "data": "A" * (IMPORT_FILES * 2)}
    halves = [{"id": number, "filename": f"half {number}", "data": file} for number in (2, 3)]
    away = {"id": "../../secret", "filename": "away"}
    articles = [{"id": 1, "ticket_id": 1, "created_at": "2024-01-01", "attachments": [large, *halves, away, 5, None]}]
    written(folder, tickets=[{"id": 1}], ticket_articles=articles)
    ((found,), missed) = read(Zammad, folder)
    assert [one.filename for one in found.messages[0].files] == ["half 2"] and missed.counts == {"attachments": 3}
    reader = ExportFolder(folder, Missed())
    assert reader.content("..", "..", "secret") is None and reader.content("../../secret") is None
    (folder / "attachments").mkdir()
    with (folder / "attachments" / "9").open("wb") as huge:
        huge.truncate(IMPORT_FILES + 1)
    assert reader.content(9) is None


WRONG: list[Any] = [None, True, -1, 0, 2**70, 1.5, "", "x", "\x00\ud800", [], [[]], [None], {}, {"a": {}}, "2024-13-45"]


@pytest.mark.parametrize("program", ALL)
def test_values_of_wrong_types_never_end_it(tmp_path: Path, program: Program) -> None:
    """Each value of ours is taken away, or becomes another, one after the other."""
    for name in ALL[program]:
        for file in sorted((EXPORTS / name).rglob("*.json")):
            value = json.loads(file.read_text())
            for number, change in enumerate(_changes(value)):
                folder = tmp_path / f"{name}-{file.stem}-{number}"
                folder.mkdir()
                for other in (EXPORTS / name).rglob("*.json"):
                    data = json.dumps(change()) if other == file else other.read_text()
                    (folder / other.name).write_text(data)
                found, missed = read(program, folder)
                assert len(missed.named) <= IMPORT_NAMED
                for one in found:
                    assert one.messages and all(each.at > 0 and each.key for each in one.messages)
                    assert "\n" not in one.title and "\x00" not in repr(one)
                    for each in one.messages:
                        assert compose_imported(each, one.title, made_id(each, "x")).isascii()


def _changes(value: Any) -> list[Callable[[], Any]]:
    """Return ways to spoil a value: each place in it takes one of the wrong ones, chosen by chance."""
    chance = random.Random(3)

    def at(place: tuple[Any, ...], new: Any) -> Callable[[], Any]:
        def make() -> Any:
            made = json.loads(json.dumps(value))
            inner = made
            for step in place[:-1]:
                inner = inner[step]
            inner[place[-1]] = new
            return made

        return make

    return [at(place, new) for place in _places(value) for new in chance.sample(WRONG, 1)]


def _places(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for step, inner in steps for found in [(*before, step), *_places(inner, (*before, step))]]


def test_what_is_left_out_is_named_up_to_a_number_and_counted(tmp_path: Path) -> None:
    tickets = [{"id": number} for number in range(1, 301)]
    _, missed = read(
        Zammad,
        written(tmp_path, tickets=[*tickets, {"id": 1}, {}], ticket_articles=[{"id": 1}, {"ticket_id": 999, "id": 4}]),
    )
    assert missed.counts == {"tickets": 302, "articles": 2} and len(missed.named) == IMPORT_NAMED


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2024-03-04 09:00:00", 1709542800000), ("2024-03-04T09:00:00Z", 1709542800000),
        ("2024-03-04T10:00:00.000+01:00", 1709542800000), ("0001-01-01", None),
        ("9999-12-31T23:59:59-23:59", 253402387139000),
        ("", None), (None, None), ("yesterday", None), ([], None),
    ],
)  # fmt: skip
def test_times(value: object, at: int | None) -> None:
    assert fields.when(value) == at


def test_names_of_files_are_those_of_their_kind(tmp_path: Path) -> None:
    for name in ("tickets", "tickets-2", "ticket_states", "tickets_of_others", "x-tickets"):
        written(tmp_path, **{name: [{"id": 1}]})
    written(tmp_path / "tickets", **{"7": {"id": 7}})
    (tmp_path / "tickets.csv").write_text("id;name\n4;x\n;\n")
    where = [at for at, _ in ExportFolder(tmp_path, Missed()).objects("tickets")]
    assert where == ["tickets/7.json, 1", "tickets-2.json, 1", "tickets.csv, 1", "tickets.json, 1"]
