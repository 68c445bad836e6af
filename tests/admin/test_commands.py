"""The command at the end of each page is one that the shell knows, with flags that it takes."""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import Callable

import pytest

from tests.admin.conftest import Browser, Site
from tests.admin.furnished import THEIRS, filled, furnish, routes
from weftmail.cli.admin import whole_parser
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


def commands(site: Site, browser: Browser) -> dict[str, str]:
    """Return the command at the end of each page that a browser shows."""
    paths = [filled(path, THEIRS) for method, path in routes(site) if method == "GET" and not path.startswith("/live")]
    found = {}
    for path in (*paths, *QUESTIONS):
        shell = re.search(r'<footer class="shell">.*?<code>(.*?)</code>', browser.get(path).text, re.DOTALL)
        if shell is not None:
            found[path] = html.unescape(shell[1])
    return found


@pytest.mark.parametrize("companies", [1, 2])
def test_the_shell_takes_the_command_of_every_page(site: Site, browser: Opens, companies: int) -> None:
    furnish(site)
    if companies == 2:
        site.store.line.appoint(site.world.anna)
    else:
        site.store.connection.execute("delete from membership where company_id <> :id", {"id": site.world.acme})
    visitor = browser()
    visitor.sign_in("anna@acme.example")
    parser, wrong = whole_parser(), []
    found = commands(site, visitor)
    assert len(found) > 30
    for path, command in found.items():
        words = shlex.split(command)
        start = next(place for place, word in enumerate(words) if word.endswith(("mail-admin", "mail-ingest")))
        if words[start].endswith("mail-ingest"):
            continue
        given = [re.sub(r"^(ID|NUMBER|N)$", "1", word) for word in words[start + 1 :]]
        try:
            parser.parse_args(given)
        except (UsageError, SystemExit) as error:
            wrong.append(f"{path}: {command}: {error}")
    assert wrong == []
