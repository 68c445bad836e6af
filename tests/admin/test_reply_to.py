"""Both addresses of an author who asks for answers elsewhere stand in the composer."""

from __future__ import annotations

import re

import pytest

from tests.admin.conftest import Browser, Site
from tests.unit.world import KARIN


@pytest.mark.parametrize("verified", [True, False])
def test_both_are_offered_and_what_is_proven_is_ticked(site: Site, anna: Browser, verified: bool) -> None:
    world = site.world
    raw = world.mail(KARIN, verified=verified, headers=[("Reply-To", "office@customer.example")])
    label = world.deliver(raw, "leads@acme.example").record
    page = anna.get(f"/records/{label}").text
    assert "Answers to office@customer.example" in page
    ticked = re.findall(r'name="to" value="[^"]*&lt;([^&]+)&gt;[^"]*"( checked)?', page)
    to_office = ("office@customer.example", " checked" if verified else "")
    assert to_office in ticked and ("karin@customer.example", "" if verified else " checked") in ticked
