"""mail-admin import odoo, zammad and freescout: a dry run first, then silently, once, and taken back as one act."""

from __future__ import annotations

import io
import json
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.unit.shell import Shell

EXPORTS = Path(__file__).parents[1] / "exports"
BIN = Path(__file__).parents[3] / "bin" / "mail-admin"
PROGRAMS = {"zammad": "zammad", "freescout": "freescout", "odoo": "odoo-json"}


class Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


def words(program: str, *more: str, path: Path | None = None) -> tuple[str, ...]:
    return ("import", program, str(path or EXPORTS / PROGRAMS[program]), "--type", "ticket", *more)


def silent(shell: Shell) -> bool:
    """Say whether nobody was notified and nothing leaves."""
    with closing(sqlite3.connect(shell.folder / "weftmail.db")) as store:
        tables = ("outbox", "delivery", "notice", "unread_record", "gathered_notice")
        return not any(store.execute(f"select count(*) from {one}").fetchone()[0] for one in tables)


def number_of(shell: Shell, reference: str) -> str:
    with closing(sqlite3.connect(shell.folder / "weftmail.db")) as store:
        ((label,),) = store.execute("select label from record where reference = ?", [reference]).fetchall()
    return str(label)


def shown(shell: Shell, reference: str) -> Any:
    return shell.json("record", "show", number_of(shell, reference))


def test_a_dry_run_counts_names_what_cannot_be_taken_and_changes_nothing(shell: Shell) -> None:
    before = shell.everything()
    said = shell.ok(*words("zammad", "--dry-run"))
    assert shell.everything() == before
    assert said == (
        "Zammad: 2 conversations (1 closed, 1 open).\n"
        "5 messages (1 as notes, 3 from outside, 1 of colleagues); 0 are there already, 5 are new.\n"
        "2 files of 0.0 MB; 2 people outside.\n"
        "No user here, so they own and follow nothing: gone@acme.example.\n"
        "Left out: attachments 1, tickets 1.\n"
        "  ticket_articles-17.json, 4: the file lost.pdf is not in attachments/17/44/126, or too large\n"
        "  tickets.json, 3: ticket 19 has no articles\n"
        "Nothing was filed.\n"
    )
    value = shell.json(*words("odoo", "--dry-run"))
    assert (value["conversations"], value["new"], value["filed"]) == ({"open": 1, "closed": 1}, 4, 0)
    assert value["left_out"] == {"messages": 1, "attachments": 1, "notifications": 1}


@pytest.mark.parametrize("program", PROGRAMS)
def test_it_is_filed_once_and_silently(shell: Shell, program: str) -> None:
    new = shell.json(*words(program, "--dry-run"))["new"]
    first = shell.json(*words(program, "--yes"))
    assert (first["filed"], first["there"], silent(shell)) == (new, 0, True)
    before = [one for one in shell.everything() if "sqlite_sequence" not in one]
    again = shell.json(*words(program, "--yes"))
    assert (again["filed"], again["there"], again["new"]) == (0, new, 0)
    assert [one for one in shell.everything() if "sqlite_sequence" not in one] == before


def test_a_ticket_of_zammad_stands_as_it_did(shell: Shell) -> None:
    shell.ok(*words("zammad", "--yes"))
    found = shown(shell, "Zammad 10017")
    record, messages = found["record"], found["messages"]
    assert (record["title"], record["state"], record["owner"]) == ("Chairs for the office", "closed", "Anna")
    assert [(one["kind"], one["author"]["name"]) for one in messages if one["kind"] != "event"] == [
        ("received", "Karin Ek"), ("post", "Anna via Support"), ("note", "Anna"), ("received", "Karin Ek"),
    ]  # fmt: skip
    text = json.dumps(found)
    assert "2024-03-04T09:00:00" in text and "<script>" not in text and "alert(1)" not in text
    files = [file for one in messages for file in one["attachments"]]
    assert [(one["filename"], one["size"]) for one in files] == [("plan.txt", 20), ("order.txt", 5)]
    assert [one["public"] for one in messages] == [True, True, False, True]
    assert [one["name"] for one in found["followers"]] == ["Anna"]
    assert shown(shell, "Zammad 10018")["record"]["state"] == "open"


def test_it_asks_at_a_terminal_and_wants_a_word_elsewhere(shell: Shell) -> None:
    assert "--yes" in shell.refused(*words("freescout"), status=2)
    no = shell.context(stdin=Keyboard("n\n"))
    status, out, err = shell.call(*words("freescout"), context=no)
    assert status == 1 and "File 3 messages?" in out and "nothing was filed" in err
    yes = shell.context(stdin=Keyboard("y\n"))
    said = shell.ok(*words("freescout"), context=yes)
    assert "Filed 3; 0 were there already." in said and shown(shell, "FreeScout 3")["record"]["title"] == "Refund"


def test_a_later_export_adds_what_is_new(shell: Shell, tmp_path: Path) -> None:
    shell.ok(*words("zammad", "--yes"))
    later = tmp_path / "later"
    shutil.copytree(EXPORTS / "zammad", later)
    articles = json.loads((later / "ticket_articles" / "18.json").read_text())
    more = articles[0] | {"id": 52, "created_at": "2024-04-02T12:00:00Z", "body": "Or is it?"}
    (later / "ticket_articles" / "18.json").write_text(json.dumps([*articles, more]))
    done = shell.json(*words("zammad", "--yes", path=later))
    assert (done["filed"], done["there"]) == (1, 5)
    assert len([one for one in shown(shell, "Zammad 10018")["messages"] if one["kind"] != "event"]) == 2


def test_two_installations_of_one_program_have_two_names(shell: Shell) -> None:
    shell.ok(*words("freescout", "--yes"))
    assert shell.json(*words("freescout", "--yes", "--name", "Old desk"))["filed"] == 3
    assert shown(shell, "Old desk 3")["record"]["title"] == "Refund"


def test_an_import_is_undone_as_one_act_and_the_undoing_too(shell: Shell) -> None:
    shell.ok(*words("zammad", "--yes"))
    act = shell.json("audit", "list")[0]
    assert act["act"] == "mail.import"
    shell.ok("audit", "undo", str(act["id"]))
    assert shell.json("record", "list") == []
    back = shell.json("audit", "list")[0]
    assert back["act"] == "mail.import_back"
    shell.ok("audit", "undo", str(back["id"]))
    assert len(shell.json("record", "list")) == 2
    with closing(sqlite3.connect(shell.folder / "weftmail.db")) as store:
        assert store.execute("select count(*) from record where hidden_at is not null").fetchone() == (0,)


def test_what_was_written_on_since_stays(shell: Shell) -> None:
    shell.ok(*words("zammad", "--yes"))
    kept = number_of(shell, "Zammad 10018")
    shell.ok("post", kept, "--note", "--as", "anna@acme.example", "--text", "We look.")
    act = next(one for one in shell.json("audit", "list") if one["act"] == "mail.import")
    shell.ok("audit", "undo", str(act["id"]))
    assert [one["number"] for one in shell.json("record", "list")] == [kept]


def many(folder: Path, count: int) -> Path:
    folder.mkdir()
    one = json.loads((EXPORTS / "zammad" / "ticket_articles" / "18.json").read_text())[0]
    tickets = [{"id": n, "number": str(9000 + n), "title": f"Ticket {n}", "state_id": 4} for n in range(1, count + 1)]
    articles = [one | {"id": n, "ticket_id": n, "created_at": "2024-01-01T00:00:00Z"} for n in range(1, count + 1)]
    (folder / "tickets.json").write_text(json.dumps(tickets))
    (folder / "ticket_articles.json").write_text(json.dumps(articles))
    return folder


def test_one_that_was_killed_goes_on_and_files_nothing_twice(shell: Shell, tmp_path: Path) -> None:
    count = 400
    command = words("zammad", "--yes", path=many(tmp_path / "many", count))
    began = subprocess.Popen([BIN, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 90
    while (before := filed_in(shell)) < 20 and time.monotonic() < until:
        time.sleep(0.01)
    began.kill()
    assert began.wait(30) == -signal.SIGKILL, "it had ended before it was killed"
    before = filed_in(shell)
    assert 20 <= before < count
    done = shell.json(*command)
    assert (done["filed"], done["there"], filed_in(shell)) == (count - before, before, count)
    # Both parts are one import, and are undone as one.
    shell.ok("audit", "undo", str(shell.json("audit", "list")[0]["id"]))
    assert shell.json("record", "list") == []


def filed_in(shell: Shell) -> int:
    """Return how many messages are filed; none is filed twice."""
    with closing(sqlite3.connect(shell.folder / "weftmail.db")) as store:
        (ids, rows) = store.execute("select count(distinct rfc_message_id), count(*) from message").fetchone()
    assert ids == rows
    return int(ids)


def test_what_is_no_export_is_refused_in_one_line(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "holds no file" in shell.refused(*words("zammad", path=tmp_path / "empty"), status=2)
    assert "there is no folder or file" in shell.refused(*words("odoo", path=tmp_path / "gone"), status=2)
