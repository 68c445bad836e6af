"""Exemptions: senders whose mail is never taken for a loop, however much goes to and fro."""

from __future__ import annotations

from weftmail.core.address import split, without_plus
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.vocabulary import iso
from weftmail.store.audit import AuditRow
from weftmail.store.exemption import Exemption


def value(one: Exemption) -> Fields:
    """Return an exemption as JSON has it."""
    return {"address": one.address, "company": one.company, "created_at": iso(one.created_at)}


def sender(text: str) -> str:
    """Return a sender as exemptions name it: an address without its plus part, or @ and a domain.

    Raises RefusedAct for what is neither.
    """
    if text.startswith("@"):
        return "@" + find.domain_name("address", text[1:])
    local, domain = split(find.address("address", text))
    return f"{without_plus(local)}@{domain}"


@act
def add(setup: Setup, address: str, *, company: str | None = None) -> Done:
    """Exempt a sender; one who is exempt already stays so."""
    of, wanted, now = find.company(setup.store, company), sender(address), setup.clock()
    before = next((one for one in setup.store.exemptions.all(of.id) if one.address == wanted), None)
    made = before or Exemption(of.id, of.name, wanted, now)
    setup.store.exemptions.add(of.id, wanted, now)
    return Done("exemption.add", of.id, wanted, {} if before is None else value(before), value(made))


@act
def remove(setup: Setup, address: str, *, company: str | None = None) -> Done:
    """Take an exemption back."""
    of, wanted = find.company(setup.store, company), sender(address)
    before = next((one for one in setup.store.exemptions.all(of.id) if one.address == wanted), None)
    if before is None:
        raise RefusedAct("address", "no_such_exemption", address=wanted)
    setup.store.exemptions.remove(of.id, wanted)
    return Done("exemption.remove", of.id, wanted, value(before))


def _back_out(setup: Setup, row: AuditRow) -> Done | Refusal:
    return remove(setup, row.subject, company=row.company)


def _back_in(setup: Setup, row: AuditRow) -> Done | Refusal:
    return add(setup, row.subject, company=row.company)


reverses = {"exemption.add": _back_out, "exemption.remove": _back_in}
