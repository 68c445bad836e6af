"""An address that leads nowhere: said in the language of whoever is signed in, with the menu beside it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.admin.conftest import Browser, Site

Opens = Callable[[], Browser]


@pytest.mark.parametrize("path", ["/nonsense", "/records/LEAD-999", "/log/abc"])
@pytest.mark.parametrize("language", ["en", "sv"])
def test_who_is_signed_in_reads_their_language_and_keeps_the_menu(
    site: Site, anna: Browser, path: str, language: str
) -> None:
    site.store.connection.execute("update users set language = :language", {"language": language})
    answer = anna.get(path)
    assert answer.status_code == 404 and f'<html lang="{language}">' in answer.text
    assert '<nav class="side"' in answer.text and 'href="/log' in answer.text
    # Nothing shows the same in the shell.
    assert "mail-admin" not in answer.text


def test_a_stranger_reads_that_of_the_browser_without_a_menu(browser: Opens) -> None:
    answer = browser().get("/nonsense", headers={"accept-language": "sv"})
    assert answer.status_code == 404 and '<html lang="sv">' in answer.text and '<nav class="side"' not in answer.text


def test_a_store_that_does_not_answer_holds_nobody_up(site: Site, anna: Browser) -> None:
    """The session stands in a store that cannot be asked: the page is that of a stranger."""
    site.store.connection.execute("alter table session rename to elsewhere")
    answer = anna.get("/nonsense")
    site.store.connection.execute("alter table elsewhere rename to session")
    assert answer.status_code == 404 and '<nav class="side"' not in answer.text
