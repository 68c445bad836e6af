"""Where an email of notices leads."""

from __future__ import annotations

from tests.unit.world import World
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.notice_place import place_of
from weftmail.flow.setup.find import company_by_id


def test_what_waits_in_the_queue_alone_leads_there(world: World) -> None:
    acme = company_by_id(world.store, world.acme)
    queue = Phrase("mail.notice.review", {"company": acme.name, "count": 1})
    assert place_of([queue], acme) == f"/review?company={acme.id}"
    assert place_of([queue, Phrase("mail.notice.review", {"company": "Beta", "count": 2})], acme) == "/review"
    assert place_of([queue, Phrase("mail.notice.dns", {"company": acme.name})], acme) == "/inbox"
