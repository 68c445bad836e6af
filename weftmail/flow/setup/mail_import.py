"""Where an import of email of before goes, and what the history says of it."""

from __future__ import annotations

from weftmail.flow.mail_import import ImportGoal
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Setup, act
from weftmail.store.store import Store


def goal(store: Store, record_type: str, *, alias: str | None = None, company: str | None = None) -> ImportGoal:
    """Return where the mails go; raises RefusedAct for a type or an alias that the company does not have."""
    of = find.company(store, company).id
    named = find.record_type(store, of, record_type, field="type")
    if alias is None:
        return ImportGoal(of, named, None, "")
    found = find.alias(store, alias, field="alias")
    if found.company_id != of:
        raise RefusedAct("alias", "no_such_alias", address=alias)
    return ImportGoal(of, named, found.id, found.address)


@act
def imported(setup: Setup, into: ImportGoal, name: str, filed: int) -> Done:
    """Write into the history that a folder was read in, with how many mails of it were filed."""
    subject = find.line("name", name)
    was, now = ({"type": into.record_type, "emails": count} for count in (0, filed))
    return Done("mail.import", into.company_id, subject, was, now)
