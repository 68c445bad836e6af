"""What bounces and complaints say of an address outside.

A hard bounce and a complaint suppress at once, a full or closed mailbox on the fifth day without a message that it
took.  What a server has against us, the message or itself suppresses nobody.  Three addresses of a domain that refuse
within a day are told to the admins once.
"""

from __future__ import annotations

from typing import Final

from weftmail.core.address import comparable, domain_of
from weftmail.core.limits import BOUNCE_ALARM, BOUNCE_DAYS, QUEUE_LIFETIME
from weftmail.core.parsing.message import Failure
from weftmail.core.reports.about import about
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.notify import notify_admins
from weftmail.store.store import Store

DAY: Final = 24 * 3600_000
_LONGEST: Final = 500


def refused(store: Store, company_id: int, record_id: int, address: str, failure: Failure, now: int) -> None:
    """Write down that an address outside refused a message, and draw the consequences."""
    what, wrong = about(failure), comparable(address)
    kept, domain = store.suppressions, domain_of(comparable(address))
    before = kept.refusing(company_id, domain, now - DAY, BOUNCE_ALARM)
    kept.bounced(company_id, wrong, what, now // DAY, now)
    lasting = what == "mailbox" and _days(store, company_id, wrong, now) >= BOUNCE_DAYS
    if what == "address" or lasting:
        kept.add(company_id, wrong, failure.reason, answer(failure), record_id, now)
    if before < BOUNCE_ALARM <= kept.refusing(company_id, domain, now - DAY, BOUNCE_ALARM):
        says = Phrase("notice.bounces", {"count": BOUNCE_ALARM, "domain": domain, "answer": answer(failure)})
        notify_admins(store, [company_id], says, now)


def complained(store: Store, company_id: int, record_id: int, address: str, name: str, now: int) -> None:
    """Send nothing more to somebody who marked a message as spam, and tell the admins."""
    wrong = comparable(address)
    record = store.records.get(company_id, record_id)
    if store.suppressions.add(company_id, wrong, "complaint", "", record_id, now) and record is not None:
        says = Phrase("notice.complaint", {"name": name, "record": record.label, "address": wrong})
        notify_admins(store, [company_id], says, now)


def answer(failure: Failure) -> str:
    """Return the words of the server, or what its report says of them."""
    return " ".join(filter(None, (failure.status, failure.diagnostic)))[:_LONGEST]


def _days(store: Store, company_id: int, address: str, now: int) -> int:
    """On how many days since it last took a message the mailbox refused one."""
    taken_at = store.suppressions.taken_at(company_id, address, now - QUEUE_LIFETIME)
    return store.suppressions.days(company_id, address, taken_at)
