"""What nothing brings back has a page of its own: it shows first what goes and what stays, and admins alone see it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.admin.conftest import Browser, Site
from weftmail.flow.post import Draft, DraftFile, post

Opens = Callable[[], Browser]
KARIN = "/contacts/1"
FILE = "/records/LEAD-1/2/files/1"


@pytest.fixture
def filed(site: Site) -> Site:
    """LEAD-1 with an answer that brings a file."""
    user = site.store.users.get(site.world.anna)
    assert user is not None
    draft = Draft(text="Here", files=[DraftFile("plan.txt", "text/plain", b"plan")])
    post(site.store, site.installation, site.world.record("LEAD-1"), user, draft)
    return site


def test_a_person_is_erased_once_an_address_is_typed(site: Site, anna: Browser) -> None:
    assert f'href="{KARIN}/erase"' in anna.get(KARIN).text
    page = anna.get(f"{KARIN}/erase").text
    assert "1 message that they wrote" in page and "it cannot be undone" in page and "the company’s letters" in page
    refused = anna.post(f"{KARIN}/erase/now", {"csrf": anna.csrf(), "typed": "karin"})
    assert refused.status_code == 422 and "Type karin@customer.example to erase" in refused.text
    assert 'value="karin"' in refused.text and "Karin" in anna.get("/records/LEAD-1").text
    done = anna.post(f"{KARIN}/erase/now", {"csrf": anna.csrf(), "typed": "Karin@customer.example"})
    after = anna.get(done.headers["location"]).text
    assert "Contact 1 erased" in after and "What was erased is kept nowhere" in anna.get("/history").text
    assert "Erased" in after and f"{KARIN}/act" not in after
    assert "karin" not in anna.get("/records/LEAD-1").text.lower()
    assert "[…]" not in anna.get("/contacts?archived=").text, "who was erased is in no list"
    for path in (f"{KARIN}/erase", f"{KARIN}/erase/now"):
        answer = anna.get(path) if path.endswith("erase") else anna.post(path, {"csrf": anna.csrf(), "typed": ""})
        assert answer.status_code == 404


def test_a_file_is_deleted_from_its_page(filed: Site, anna: Browser, browser: Opens) -> None:
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    assert f'href="{FILE}/delete"' in anna.get("/records/LEAD-1/files").text
    assert f'href="{FILE}/delete"' not in bjorn.get("/records/LEAD-1/files").text
    page = anna.get(f"{FILE}/delete").text
    assert "plan.txt" in page and "the header stays" not in page, "no email brought it"
    done = anna.post(f"{FILE}/delete/now", {"csrf": anna.csrf()})
    assert f'href="{FILE}"' not in anna.get("/records/LEAD-1/files").text
    assert done.status_code == 303 and "Anna deleted the file plan.txt" in anna.get("/records/LEAD-1").text
    assert anna.get(f"{FILE}/delete").status_code == 404


def test_days_are_kept_undone_and_refused_beside_their_field(site: Site, anna: Browser) -> None:
    assert 'href="/retention"' in anna.get("/record-types").text
    assert "Closed records: lead" in anna.get("/retention").text
    done = anna.post("/retention/change", {"csrf": anna.csrf(), "what": "trash", "days": "30"})
    page = anna.get(done.headers["location"]).text
    assert "How long trash is kept was changed" in page and 'value="30"' in page and "Undo" in page
    site.store.records.hide(site.world.acme, site.world.record("LEAD-1").id, "trash", 1)
    assert "1 record would go now:" in anna.get("/retention").text
    for days in ("soon", "99999"):
        refused = anna.post("/retention/change", {"csrf": anna.csrf(), "what": "lead", "days": days})
        assert refused.status_code == 422 and f'value="{days}"' in refused.text and "from 0 to 36500" in refused.text
    assert anna.post("/retention/change", {"csrf": anna.csrf(), "what": "lead", "days": ""}).status_code == 303
