"""The rows of lists that may be long, page by page, as ``listing`` asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.cli.arguments import whole_number
from weftmail.store.audit import AuditRow
from weftmail.store.inbound import InboundLine
from weftmail.store.listing import COUNTED, NEWEST, ContactLine, InboundFilter, OutboxLine
from weftmail.store.record import Record
from weftmail.store.record_list import RecordFilter, RecordSort, place_of
from weftmail.store.store import Store
from weftmail.store.suppression import Suppression
from weftmail.store.unread import UnreadLine


def _id(after: str | None, begin: int) -> int:
    return begin if after is None else whole_number("--after", after)


@dataclass(frozen=True, slots=True)
class SuppressionPages:
    """Addresses of one company to which nothing is sent, by address."""

    store: Store
    company_id: int

    def page(self, after: str | None, most: int) -> Sequence[Suppression]:
        """Return a page."""
        return self.store.suppressions.page(self.company_id, after or "", most)

    def left(self, after: str) -> int:
        """Return how many follow."""
        return len(self.store.suppressions.page(self.company_id, after, COUNTED + 1))


@dataclass(frozen=True, slots=True)
class ContactPages:
    """Contacts by id, of one company or of all."""

    store: Store
    company_id: int | None

    def page(self, after: str | None, most: int) -> Sequence[ContactLine]:
        """Return a page."""
        return self.store.listings.contacts(self.company_id, _id(after, 0), most)

    def left(self, after: str) -> int:
        """Return how many follow."""
        return self.store.listings.contacts_left(self.company_id, int(after))


@dataclass(frozen=True, slots=True)
class RecordPages:
    """Records, what changed last first."""

    store: Store
    company_id: int | None

    def page(self, after: str | None, most: int) -> Sequence[Record]:
        """Return a page."""
        after_id = None if after is None else whole_number("--after", after)
        return self.store.listings.records(self.company_id, after_id, most)

    def left(self, after: str) -> int:
        """Return how many follow."""
        return self.store.listings.records_left(self.company_id, int(after))


@dataclass(frozen=True, slots=True)
class SortedRecordPages:
    """Records of one company, as a filter wants them, in an order of their lists."""

    store: Store
    only: RecordFilter
    sort: RecordSort

    def page(self, after: str | None, most: int) -> Sequence[Record]:
        """Return a page."""
        last = None if after is None else self.store.records.get(self.only.company_id, whole_number("--after", after))
        place = None if last is None else place_of(last, self.sort)
        return self.store.record_lists.page(self.only, self.sort, after=place, most=most)

    def left(self, after: str) -> int:
        """Return how many follow."""
        return len(self.page(after, COUNTED + 1))


@dataclass(frozen=True, slots=True)
class InboundPages:
    """Mails that were handed over, newest first."""

    store: Store
    only: InboundFilter

    def page(self, after: str | None, most: int) -> Sequence[InboundLine]:
        """Return a page."""
        return self.store.listings.inbound(self.only, _id(after, NEWEST), most)

    def left(self, after: str) -> int:
        """Return how many follow."""
        return self.store.listings.inbound_left(self.only, int(after))


@dataclass(frozen=True, slots=True)
class ReviewPages:
    """Mails that wait for a person to decide, oldest first."""

    store: Store
    company_id: int | None

    def page(self, after: str | None, most: int) -> Sequence[InboundLine]:
        """Return a page."""
        return self.store.listings.review(self.company_id, _id(after, 0), most)

    def left(self, after: str) -> int:
        """Return how many follow."""
        return self.store.listings.review_left(self.company_id, int(after))


@dataclass(frozen=True, slots=True)
class OutboxPages:
    """Copies that leave or have left, newest first."""

    store: Store
    company_id: int | None
    state: str | None

    def page(self, after: str | None, most: int) -> Sequence[OutboxLine]:
        """Return a page."""
        return self.store.listings.outbox(self.company_id, self.state, _id(after, NEWEST), most)

    def left(self, after: str) -> int:
        """Return how many follow."""
        return self.store.listings.outbox_left(self.company_id, self.state, int(after))


@dataclass(frozen=True, slots=True)
class AuditPages:
    """Acts of set-up, newest first."""

    store: Store
    company_id: int | None

    def page(self, after: str | None, most: int) -> Sequence[AuditRow]:
        """Return a page."""
        before = None if after is None else whole_number("--after", after)
        return self.store.audit.all(self.company_id, before=before, most=most)

    def left(self, after: str) -> int:
        """Return how many follow."""
        return self.store.audit.count(self.company_id, before=int(after))


@dataclass(frozen=True, slots=True)
class UnreadPages:
    """Messages whose email could not be read to its end, newest first."""

    store: Store
    company_id: int | None

    def page(self, after: str | None, most: int) -> Sequence[UnreadLine]:
        """Return a page."""
        return self.store.listings.unread(self.company_id, _id(after, NEWEST), most)

    def left(self, after: str) -> int:
        """Return how many follow."""
        return self.store.listings.unread_left(self.company_id, int(after))
