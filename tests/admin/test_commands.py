"""The command at the end of each page is one that the shell knows, with flags that it takes."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.furnished import THEIRS, filled, furnish, routes
from tests.admin.test_access import signed_in
from tests.unit.pasted import Paste, understood
from weftmail.core.failure import UsageError

Opens = Callable[[], Browser]
QUESTIONS = (
    "/where?to=leads%40acme.example&if=forged",
    "/where?if=answer-forged&record=LEAD-1",
    "/log?who=karin&words=a+b&day=2026-11-24&to=2026-11-25&way=left&state=sent&queue=4F2C1",
    "/log?state=bounce",
    "/outbox?state=failed",
    "/review?state=error",
)
"""Pages of a question, whose command says it too."""


def commands(site: Site, browser: Browser, name: str = "") -> list[tuple[str, str]]:
    """Return each command that a browser shows on a page, with the page's route; a type and questions have the name."""
    values = {**THEIRS, "type": quote(name, safe="")} if name else THEIRS
    paths = [path for method, path in routes(site) if method == "GET" and not path.startswith("/live")]
    shown = {path: filled(path, values) for path in paths} | {one: one for one in QUESTIONS}
    shown |= {one: one.replace("{}", quote(name, safe="")) for one in NAMED if name}
    return [(route, one) for route, path in shown.items() for one in on_page(browser.get(path))]


def on_page(answer: Any) -> list[str]:
    """Return each command that stands on a page."""
    said = re.findall(r"<code>(.*?)</code>", answer.text, re.DOTALL)
    return [html.unescape(one) for one in said if "mail-admin" in one]


def complaint(words: list[str]) -> str:
    """Return what mail-admin complains of, "" for nothing; ID, NUMBER and N stand for numbers."""
    try:
        understood([re.sub(r"^(ID|NUMBER|N)$", "1", word) for word in words])
    except (UsageError, SystemExit) as error:
        return f"{words}: {error!r}"
    return ""


@pytest.mark.parametrize("companies", [1, 2])
def test_the_shell_takes_the_command_of_every_page(site: Site, browser: Opens, tmp_path: Path, companies: int) -> None:
    furnish(site)
    if companies == 2:
        site.store.line.appoint(site.world.anna)
    else:
        site.store.connection.execute("delete from membership where company_id <> :id", {"id": site.world.acme})
    visitor = browser()
    visitor.sign_in("anna@acme.example")
    paste = Paste(tmp_path / "paste")
    found = commands(site, visitor)
    assert len({path for path, _ in found}) > 60
    assert [
        path for path, one in found if not one.startswith("WEFTMAIL_CONFIG=var/weftmail.toml bin/mail-admin ")
    ] == []
    assert [said for _, one in found if (said := complaint(paste.words(one)))] == []


def test_who_sees_one_of_several_companies_is_shown_the_same_commands(site: Site, browser: Opens) -> None:
    """Each works as it stands in a shell that knows both; and none says whether there is another company."""
    furnish(site)
    visitor = browser()
    visitor.sign_in("anna@acme.example")
    theirs = {path: one for path, one in commands(site, visitor) if path not in QUESTIONS}
    site.store.connection.execute("delete from membership where company_id = :id", {"id": site.other})
    assert theirs == {path: one for path, one in commands(site, visitor) if path not in QUESTIONS}
    site.store.line.appoint(site.world.anna)
    everybody = dict(commands(site, visitor))
    # An admin of the installation sees the health of all of it.
    assert {path for path, one in theirs.items() if everybody[path] != one} == {"/log", "/overview"}
    assert len([one for one in theirs.values() if one.endswith(" --company Acme")]) > 30


NAMES = {
    "company": "update company set name = :name || ' & Co' where id = 1",
    "team": "update team set name = :name where id = 1",
    "organisation": "update organisation set name = :name where id = 1",
    "type": "update record_type set name = :name where name = 'visit'",
    "chosen": "update record_type set name = :name || ' a' where name = 'lead'",
    "server": "update outgoing_server set name = :name where id = 1",
    "contact": "update contact_address set address = :name || '@customer.example' where contact_id = 1",
    "colleague": "update user_address set address = :local || '@acme.example' where user_id = 1",
    "alias": "update alias set address = :local || '@acme.example', local_part = :local where id = 1",
}
"""What may bear a name, with what gives it one: whatever some form refuses, the pages do not lean on it.

Addresses of ours are what ``canonical`` lets through, which is enough for backticks and a dollar sign."""
NAMED = (
    "/log?who={}&words={}&queue={}", "/where?to={}&from={}&if=forged", "/where?to={}@a.example", "/aliases?opens={}",
)  # fmt: skip
"""Addresses that anybody may give somebody to open."""
BEAR = {
    "/account",
    "/account/second-factor",
    "/aliases/{alias:number}",
    "/contacts/{contact:number}",
    "/contacts/{contact:number}/erase",
    "/inbox",
    "/organisations/{organisation:number}",
    "/record-types/{type}",
    "/records/new",
    "/records/{label}/{number:number}/mail/{press}",
    "/servers/{server:number}",
    "/teams/{team:number}",
    "/users/{user:number}",
    "/where?if=answer-forged&record=LEAD-1",
    *NAMED,
}
"""Pages whose command holds a name."""
STRANGE = (
    "`touch a`", "$(touch a); touch b & touch c | touch d > e", "it's \"one\" \\ two", "-x; touch a", "--help", "--",
    "# ~ * ? {c,d} [e] !! (f)",
)  # fmt: skip


@pytest.mark.parametrize("name", STRANGE)
def test_a_command_on_a_page_does_what_it_says_whatever_things_are_called(
    site: Site, browser: Opens, tmp_path: Path, name: str
) -> None:
    """Each is pasted into sh, which runs mail-admin and nothing else; the real parser understands the words."""
    furnish(site)
    site.store.line.appoint(site.world.anna)
    visitor = browser()
    visitor.sign_in("anna@acme.example")
    names = {"name": name, "local": re.sub(r"[^a-z`$&'|?*{}#!~]", "", name) or "$a`b`"}
    for change in NAMES.values():
        assert list(site.store.connection.execute(f"{change} returning 1", names)), change
    paste = Paste(tmp_path / "paste")
    found = commands(site, visitor, name)
    words = {one: paste.words(one) for _, one in found}
    assert [one for one in words if not paste.is_whole(one)] == []
    assert [said for one in words.values() if (said := complaint(one))] == []
    bear = {
        path
        for path, one in found
        if any((name in word or names["local"] in word) and "& Co" not in word for word in words[one])
    }
    assert bear >= BEAR
    assert {f"{name} & Co"} <= {word for path, one in found if path.startswith("/companies/") for word in words[one]}
    assert len({path for path, _ in found}) > 60


@pytest.mark.parametrize("name", STRANGE)
def test_so_does_one_with_what_was_typed(site: Site, browser: Opens, tmp_path: Path, name: str) -> None:
    stranger, visitor = browser(), browser()
    visitor.sign_in("anna@acme.example")
    invited = {"csrf": visitor.csrf(), "address": f"{name}@acme.example", "role": "agent"}
    answers = [stranger.post("/forgotten", {"address": f"{name}@acme.example"}), visitor.post("/users/invite", invited)]
    paste = Paste(tmp_path / "paste")
    for answer in answers:
        (command,) = on_page(answer)
        words = paste.words(command)
        assert complaint(words) == "" and any(f"{name}@acme.example" in one for one in words)


def test_what_is_marked_in_the_browser_is_the_command_with_all_its_blanks(site: Site, tmp_path: Path) -> None:
    site.store.teams.add(site.world.acme, "two  words   here", 1)
    with served(site.app) as home, chromium(tmp_path, width=320) as context:
        page = context.pages[0]
        signed_in(page, home)
        page.goto(f"{home}/teams/1")
        page.locator("footer.shell code").click()
        marked = page.evaluate("getSelection().toString()")
    assert Paste(tmp_path / "paste").words(marked)[:3] == ["team", "show", "two  words   here"]
