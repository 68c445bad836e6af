"""A person is erased: what they wrote, and their name wherever it stands; nothing brings it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from weftmail.core.redaction import INSTEAD, redaction
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.due.sweeping import FIRST, SWEEP
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import contact
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.store.erasure import ErasureCounts
from weftmail.store.people import Contact
from weftmail.store.record import Record
from weftmail.store.store import Store


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What goes and what stays when a person is erased, each as sentences, with the figures behind them."""

    name: str
    addresses: tuple[str, ...]
    counts: ErasureCounts

    @property
    def goes(self) -> tuple[Phrase, ...]:
        """What is erased."""
        counts = self.counts
        return (
            Phrase("erase.card", {"count": len(self.addresses)}),
            Phrase("erase.messages", {"count": counts.messages}),
            Phrase("erase.files", {"count": counts.files}),
            Phrase("erase.mails", {"count": counts.mails}),
            Phrase("erase.places", {"count": counts.places}),
            Phrase("erase.names"),
        )

    @property
    def stays(self) -> tuple[Phrase, ...]:
        """What is kept, and why."""
        return (
            Phrase("erase.stay.records", {"count": self.counts.records}),
            Phrase("erase.stay.answers", {"count": self.counts.answers}),
            Phrase("erase.stay.backups"),
        )


def plan(store: Store, address: str, *, company: str | None = None) -> ErasurePlan:
    """Return what would go and what would stay; raises RefusedAct where nobody has the address."""
    return plan_of(store, contact.named(store, address, company, to_remove=True))


def plan_of(store: Store, whose: Contact) -> ErasurePlan:
    """Return what would go and what would stay if this contact were erased."""
    addresses = store.contacts.addresses(whose.company_id, whose.id)
    counts = store.erasures.counts(whose.company_id, whose.id, addresses)
    return ErasurePlan(whose.name, tuple(addresses), counts)


@act
def erase(setup: Setup, address: str, *, typed: str, company: str | None = None) -> Done:
    """Erase the person with this address from one company, if ``typed`` names one of their addresses.

    Their messages become an event without their words, their emails and files go, their name and their addresses go
    from everything else.  Raises RefusedAct for another address, and where a copy to them leaves at this moment.
    """
    store, now = setup.store, setup.clock()
    whose = contact.named(store, address, company, to_remove=True)
    of, addresses = whose.company_id, store.contacts.addresses(whose.company_id, whose.id)
    if typed.strip().casefold() not in addresses:
        raise RefusedAct("typed", "erase_typed", address=addresses[0])
    counts = store.erasures.counts(of, whose.id, addresses)
    everybody = store.erasures.everybody(of, whose.id)
    names = _names(store, of, everybody)
    store.erasures.overwrite()
    _stop_copies(store, whose, now)
    places = set(store.erasures.places(of, whose.id))
    opened = _take_messages(setup, whose, places, now)
    while mails := store.erasures.mails_from(of, addresses):
        for one in mails:
            store.erasures.remove_mail(of, one)
    store.erasures.forget_places(of, whose.id)
    for record in _records(store, of, places):
        titles = [record.title] if record.id in opened else []
        store.erasures.redact_record(of, record.id, redaction(addresses, [*titles, *names]))
    store.erasures.redact_company(of, redaction(addresses, names), everybody)
    store.erasures.forget_addresses(of, addresses)
    store.erasures.forget_contacts(of, everybody, INSTEAD, now)
    for record in _records(store, of, places):
        store.search.keep_record(record)
        store.records.unheard(of, record.id, now)
    store.due.put(SWEEP, FIRST, now, now)
    left: Fields = {"id": whose.id, **dict.fromkeys(asdict(counts), 0)}
    return Done("contact.erase", of, str(whose.id), {**left, **asdict(counts)}, {**left, "answers": counts.answers})


def _records(store: Store, of: int, places: set[int]) -> Iterator[Record]:
    found = (store.records.get(of, one) for one in sorted(places))
    return (one for one in found if one is not None)


def _names(store: Store, of: int, everybody: list[int]) -> list[str]:
    """Return what the person is called here, unless a colleague is called the same."""
    cards = [store.contact_cards.get(of, one) for one in everybody]
    colleagues = {one.name.casefold() for one in store.members.all(of)}
    return [one.name for one in cards if one is not None and one.name and one.name.casefold() not in colleagues]


def _stop_copies(store: Store, whose: Contact, now: int) -> None:
    for copy in store.erasures.copies(whose.company_id, whose.id):
        if not store.outbox.cancel(whose.company_id, copy, now) and _leaves(store, whose.company_id, copy):
            raise RefusedAct("", "erase_leaving", number=copy)
        store.erasures.forget_error(whose.company_id, copy)


def _leaves(store: Store, company_id: int, copy: int) -> bool:
    return store.outbox.state(company_id, copy) == "waiting"


def _take_messages(setup: Setup, whose: Contact, places: set[int], now: int) -> set[int]:
    """Take out what they wrote; return the records that it opened, whose title is theirs."""
    store, of, opened = setup.store, whose.company_id, set()
    for one in store.erasures.messages(of, whose.id):
        says = Phrase("event.erased", {"actor": setup.actor.name})
        if one.number == 1:
            opened.add(one.record_id)
        places.add(one.record_id)
        store.erasures.unname(of, one.id)
        store.withdrawals.withdraw(of, one.record_id, one.id, says, f"erased {one.id}")
        store.erasures.remove_mail(of, one.inbound_id or 0)
    return opened
