"""Documents that can fail: what the code says of itself stands in docs/, and what the documents name is there."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from weftmail import __version__
from weftmail.cli import admin, ingest
from weftmail.cli.arguments import Parser
from weftmail.cli.config import Config, dump, load
from weftmail.core.failure import UsageError
from weftmail.core.routing.disposition import Append, Discard, Hold, Note, Open, Report
from weftmail.store.company import RECORD_STATES
from weftmail.store.migrate import migrations

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def read(name: str) -> str:
    """Return the text of a document, by its path from the top."""
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_routing_page_is_what_the_code_says() -> None:
    spec = importlib.util.spec_from_file_location("make_routing", DOCS / "make_routing.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert read("docs/routing.md") == module.page(), "run docs/make_routing.py"


# --- settings, files, statuses ------------------------------------------------------------------------------------


def rows(text: str) -> list[list[str]]:
    """Return the cells of every row of every table."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def test_every_setting_is_described_with_its_default() -> None:
    described = {cells[0]: cells for cells in rows(read("docs/settings.md")) if len(cells) == 3}
    for field in fields(Config):
        row = described[f"`{field.name}`"]
        assert row[1] == f"`{json.dumps(field.default)}`", field.name
        assert len(row[2]) > 20, field.name


def test_the_example_of_the_settings_names_every_key_and_can_be_read(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", read("docs/settings.md"), re.DOTALL)
    assert example is not None
    assert set(tomllib.loads(example[1])) == {field.name for field in fields(Config)}
    (tmp_path / "weftmail.toml").write_text(example[1])
    config = load({"WEFTMAIL_CONFIG": str(tmp_path / "weftmail.toml")})
    assert config.url == "https://mail.acme.example"
    assert "docs/settings.md" in dump(config)


def test_every_file_of_the_state_folder_is_described() -> None:
    config = Config(state="/state")
    described = read("docs/settings.md")
    for path in (config.store, config.keyring, config.dkim, config.map, config.incoming, config.listener):
        assert f"`{path.relative_to('/state')}" in described, path
    # What the demo makes lies in its own folder, which goes with make clean-run.
    programs = [one for one in (ROOT / "weftmail" / "cli").glob("*.py") if not one.name.startswith("demo")]
    sources = "\n".join(path.read_text() for path in programs)
    for name in re.findall(r'folder / "([a-z.]+)"', sources):
        assert f"`{name}`" in described or f"`{name}/`" in described, name


def test_every_environment_variable_is_described() -> None:
    described = read("docs/settings.md")
    sources = [*(ROOT / "weftmail" / "cli").rglob("*.py"), ROOT / "bin" / "mail-ingest"]
    found = {name for path in sources for name in re.findall(r"\bWEFTMAIL_[A-Z]+\b", path.read_text())}
    assert found == {"WEFTMAIL_CONFIG", "WEFTMAIL_DEBUG"}
    assert all(f"| `{name}` |" in described for name in found)


def test_every_exit_status_is_described() -> None:
    text = read("docs/settings.md").partition("## Exit statuses")[2]
    described: dict[str, set[int]] = {}
    program = ""
    for cells in rows(text)[2:]:
        program = cells[0] or program
        described.setdefault(program, set()).add(int(cells[1]))
    assert described == {
        "`mail-ingest` with a mail": {0, 75},
        "`mail-ingest --listen`, `--drain`, `--explain`": {0, 1, 2, 75, 130},
        "`mail-send`": {0, 1, 2},
        "`mail-admin`": {0, 1, 2, 130},
    }
    assert {0, ingest.TEMPFAIL} == described["`mail-ingest` with a mail"]
    for name, program in (("admin", "`mail-admin`"), ("send", "`mail-send`")):
        returned = {int(one) for one in re.findall(r"\breturn (\d+)$", read(f"weftmail/cli/{name}.py"), re.M)}
        assert returned <= described[program]
    assert {UsageError("").status, UsageError("", 2).status} <= described["`mail-admin`"]
    assert set(re.findall(r"posix\._exit\((\d+)\)", read("bin/mail-ingest"))) == {"0", "75"}


# --- commands -----------------------------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield every command of mail-admin, with its verb where it has verbs, and its parser."""
    for noun in admin.NOUNS:
        parser = Parser(prog=noun)
        admin.module_of(noun).build(parser)
        verbs = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
        if not verbs:
            yield noun, parser
        for action in verbs:
            for verb, inner in action.choices.items():
                yield f"{noun} {verb}", inner


# Lines such as "mail-admin company list | show NAME" name two verbs of one noun.
_CALL = re.compile(r"^mail-admin ([a-z][a-z-]*)(.*(?:\n {4,}.*)*)", re.M)


def documented() -> set[str]:
    """Return every command that docs/cli.md shows."""
    found: set[str] = set()
    blocks = "\n".join(re.findall(r"```\n(.*?)```", read("docs/cli.md"), re.DOTALL))
    shown = [(noun, re.split(r" \| (?=[a-z]+\b(?! ?[A-Z]*[|)]))", rest)) for noun, rest in _CALL.findall(blocks)]
    shown += [(noun, [rest]) for noun, rest in re.findall(r"`mail-admin ([a-z][a-z-]*)([^`]*)`", read("docs/cli.md"))]
    for noun, parts in shown:
        if noun == "help":
            continue
        for part in parts:
            verb = re.match(r"\s*([a-z][a-z-]+)(?=\s|$)", part)
            found.add(f"{noun} {verb[1]}" if verb else noun)
    return found


def test_every_command_is_documented_and_none_that_is_not_there() -> None:
    assert documented() == {name for name, _ in commands()}


def test_every_flag_is_documented() -> None:
    page = read("docs/cli.md")
    for name, parser in commands():
        for action in parser._actions:
            for flag in action.option_strings:
                if flag not in ("-h", "--help"):
                    assert re.search(rf"{flag}(?![a-z-])", page), f"{name} {flag}"


# --- words --------------------------------------------------------------------------------------------------------


def glossary() -> dict[str, str]:
    """Return every word of the glossary with what it means."""
    return dict(re.findall(r"^\*\*([a-zA-Z -]+)\*\*[:,] ((?:.+\n?)+)", read("docs/glossary.md"), re.M))


_WANTED = {
    "company", "domain", "alias", "record type", "record", "thread", "message", "contact", "user", "follower",
    "colleague", "outsider", "participant", "delivery", "outbox", "inbound log", "review queue", "listener", "locator",
    "reply token", "token epoch",
    "due", "channel", "entrance", "team", "dedicated domain", "domain with mailboxes", "owner", "pipe program", "drain",
    "accept", "settle", "envelope",
    "facts", "disposition", "trace", "verified", "notice", "blob", "lease", "map", "release", "replay",
}  # fmt: skip


def test_the_glossary_has_the_words_of_the_program() -> None:
    words = glossary()
    assert words.keys() >= _WANTED
    assert all(len(text.split()) >= 5 for text in words.values())


# Tables that only hold other words together, or that are our own bookkeeping.
_PARTS = {
    "setting", "counter", "session", "sign_in_link", "sign_in_failure", "recovery_code", "tombstone", "dkim_key",
    "user_address", "contact_address", "message_address", "message_reference", "blob_piece",
}  # fmt: skip


def test_every_table_has_its_word() -> None:
    words = glossary()
    schema = "\n".join(one.sql for one in migrations())
    for table in set(re.findall(r"^create table (\w+)", schema, re.M)) - _PARTS:
        word = table.replace("_", " ")
        assert word in words or any(f"`{table}`" in text for text in words.values()), table


@pytest.mark.parametrize(
    ("table", "column", "word"),
    [
        ("inbound", "state", "inbound log"),
        ("delivery", "state", "delivery"),
        ("outbox", "state", "outbox"),
        ("domain", "state", "domain"),
        ("message", "kind", "message"),
        ("alias", "accepts", "alias"),
        ("participant", "reason", "participant"),
        ("membership", "role", "membership"),
    ],
)
def test_every_state_of_the_store_stands_beside_its_word(table: str, column: str, word: str) -> None:
    schema = "\n".join(one.sql for one in migrations())
    body = re.search(rf"^create table {table} \((.*?)^\);", schema, re.M | re.DOTALL)
    assert body is not None
    check = re.search(rf"check \({column} in\s*\(([^)]*)\)", body[1])
    assert check is not None
    for state in re.findall(r"'([^']+)'", check[1]):
        assert f"`{state}`" in glossary()[word], f"{state} is missing under {word}"


@pytest.mark.parametrize("table", ["entrance", "channel", "address_kind"])
def test_every_member_of_a_set_stands_beside_its_word(table: str) -> None:
    schema = "\n".join(one.sql for one in migrations())
    rows = re.search(rf"^insert into {table} \([^)]*\) values (.*);", schema, re.M)
    assert rows is not None
    members = re.findall(r"\('(\w+)'", rows[1])
    assert members and all(f"`{one}`" in glossary()[table.replace("_", " ")] for one in members)


def test_every_state_that_a_record_begins_with_stands_beside_its_word() -> None:
    assert all(f"`{state}`" in glossary()["record"] for state in RECORD_STATES)


def test_the_words_for_what_becomes_of_a_mail_are_those_of_the_code() -> None:
    said = glossary()["disposition"]
    assert all(f"`{one.__name__}`" in said for one in (Append, Open, Note, Report, Hold, Discard))
    assert all(f"`{queue}`" in glossary()["review queue"] for queue in ("held", "unmatched", "error"))


# --- what the documents name --------------------------------------------------------------------------------------


def anchors(text: str) -> set[str]:
    """Return the anchors of the headings of a page, as they are made of their words."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_resolves(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name) if name else page
        assert there.exists(), f"{page.name} links {target}"
        assert not anchor or anchor in anchors(there.read_text(encoding="utf-8")), f"{page.name} links {target}"


@pytest.mark.parametrize("page", [one for one in PAGES if one.parent != DOCS / "decisions"], ids=lambda page: page.name)
def test_every_file_that_is_named_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:weftmail|store|admin|mta|tests|docs|samples|bin|bench|packaging)/[\w./*-]+)`", text)
    for name in named:
        assert list(ROOT.glob(name.rstrip("/"))) or "NNNN" in name, f"{page.name} names {name}"


def test_every_document_and_every_decision_is_linked_from_the_overview() -> None:
    overview = read("docs/index.md")
    for page in DOCS.rglob("*.md"):
        if page.name != "index.md":
            assert f"]({page.relative_to(DOCS)})" in overview, page


def test_every_decision_says_context_choice_and_price() -> None:
    for page in sorted((DOCS / "decisions").glob("*.md")):
        assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", page.name)
        text = page.read_text(encoding="utf-8")
        assert all(word in text for word in ("Context", "Choice", "Price")) or page.name[:4] in ("0010", "0020"), page
    numbers = [page.name[:4] for page in (DOCS / "decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))


def test_the_commands_of_make_that_documents_name_are_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", read("Makefile"), re.M))
    named = {name for page in PAGES for name in re.findall(r"`(?:sudo )?make ([a-z-]+)", page.read_text("utf-8"))}
    assert {"run", "test"} <= named <= targets
    assert targets - {"help"} <= named


def test_the_readme_shows_the_page_and_the_licence() -> None:
    text = read("README.md")
    assert "(docs/thread.png)" in text and (DOCS / "thread.png").stat().st_size > 10_000
    assert "(LICENSE)" in text and "Apache License" in read("LICENSE")
    assert f"**{__version__}, the round trip.**" in text
    assert f"## {__version__} " in read("CHANGELOG.md")


def test_the_architecture_page_names_every_folder_and_every_room() -> None:
    text = read("docs/architecture.md")
    folders = {"bin", "store", "admin", "mta", "tests", "bench", "samples", "docs", "packaging"}
    rooms = {str(path.parent.relative_to(ROOT)) for path in (ROOT / "weftmail/core").glob("*/__init__.py")}
    parts = {f"weftmail/{name}" for name in ("core", "flow", "transport", "cli")}
    named = set(re.findall(r"`([\w/]+)/`", text))
    assert named >= folders | parts | rooms


def test_the_readme_keeps_its_order() -> None:
    """What it is, what one can do, instead of what, how to start: a stranger decides in a minute."""
    assert re.findall(r"^## (.+)$", read("README.md"), re.M) == [
        "What you can do with it",
        "Instead of what",
        "Install and first run",
        "The DNS records you need",
        "Behind your own Postfix",
        "What is missing",
        "Licence",
    ]


def test_hacking_explains_accept_and_settle_first() -> None:
    begins = read("HACKING.md")[:400]
    assert "**Accept**" in begins and "**Settle**" in begins


RETIRED = (
    "e-mail", "tray", "trays", "unrouted", "stuck", "proven", "unproven", "let in", "handed over", "house", "laid out",
    "whole domain", "beside mailboxes", "told inside", "it wants", "by whatever", "of which",
)  # fmt: skip
"""Words that have others today.  Code, names of tests, decisions and the changelog are outside it."""


@pytest.mark.parametrize(
    "page",
    [one for one in PAGES if one.parent != DOCS / "decisions" and one.name != "CHANGELOG.md"],
    ids=lambda page: page.name,
)
def test_documents_use_the_words_of_today(page: Path) -> None:
    prose = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)", "", page.read_text(encoding="utf-8"), flags=re.DOTALL).lower()
    assert [word for word in RETIRED if re.search(rf"(?<![\w-]){word}(?![\w-])", prose)] == []
