"""Where somebody reads on who was told by email that something waits."""

from __future__ import annotations

from collections.abc import Sequence

from weftmail.core.wording.phrase import Phrase
from weftmail.store.company import Company


def place_of(says: Sequence[Phrase], company: Company) -> str:
    """Return the page where somebody reads on: the review queue where nothing else is said, else the inbox."""
    if any(one.code != "mail.notice.review" for one in says):
        return "/inbox"
    here = all(one.values["company"] == company.name for one in says)
    return f"/review?company={company.id}" if here else "/review"
