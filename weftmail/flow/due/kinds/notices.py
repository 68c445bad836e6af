"""Notices by mail: what was gathered for one user leaves as one mail; its key is the user's number.

The row stands for as long as no other mail may leave to them, so that one leaves in 15 minutes at most.
"""

from __future__ import annotations

from collections import Counter
from typing import assert_never

from weftmail.core.routing.recipients import EMAIL
from weftmail.core.wording.phrase import Phrase
from weftmail.flow import notices
from weftmail.flow.installation import Installation
from weftmail.flow.running import NOTICES, number
from weftmail.store.due import Due
from weftmail.store.inbox import GatheredNotice, What
from weftmail.store.people import User
from weftmail.store.store import Store


class Notices:
    """Lets one mail leave with all that was gathered, and keeps the next one waiting."""

    name = notices.KIND
    standing = False

    def farthest(self, store: Store) -> int | None:
        """Return the time between two mails to one person."""
        return number(store, NOTICES) * 60_000

    def run(self, store: Store, installation: Installation, due: Due, now: int) -> int | None:
        """Put the mail into the outbox; what was decided on meanwhile is left out, and for nothing no mail leaves."""
        user_id = int(due.key)
        found = store.inbox.take_gathered(user_id)
        waiting = [one for one in found if one.waits]
        user = store.users.get(user_id)
        company_id = next((one.company_id for one in waiting if store.domains.of_company(one.company_id)), None)
        if user is None or not _by_mail(store, user) or company_id is None:
            return None
        store.outbox.add_words(company_id, "notices", _sentences(waiting), user.language, now, user_id=user_id)
        return now + number(store, NOTICES) * 60_000


def _by_mail(store: Store, user: User) -> bool:
    return user.active and user.prefers == EMAIL and bool(store.users.addresses(user.id))


def _sentences(found: list[GatheredNotice]) -> list[Phrase]:
    """What is said of them: the same once, with how often it was to be said."""
    counted = Counter((one.company, one.what, one.record if one.what != "review" else "") for one in found)
    return [_sentence(what, company, record, count) for (company, what, record), count in counted.items()]


def _sentence(what: What, company: str, record: str, count: int) -> Phrase:
    match what:
        case "review":
            return Phrase("mail.notice.review", {"company": company, "count": count})
        case "failed":
            return Phrase("mail.notice.failed", {"company": company, "record": record})
        case "assigned":
            return Phrase("mail.notice.assigned", {"company": company, "record": record})
        case "added":
            return Phrase("mail.notice.added", {"company": company, "record": record})
        case "dns":
            return Phrase("mail.notice.dns", {"company": company})
        case "due":
            return Phrase("mail.notice.due", {"company": company, "record": record})
        case "stands in":
            return Phrase("mail.notice.stands in", {"company": company, "record": record})
        case "crossed":
            return Phrase("mail.notice.crossed", {"company": company, "record": record})
        case "passed on":
            return Phrase("mail.notice.passed on", {"company": company})
        case _:
            assert_never(what)


kind = Notices()
