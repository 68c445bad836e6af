"""Where an import of email of before goes, what the history says of it, and how it is undone."""

from __future__ import annotations

from weftmail.flow.mail_import import ImportGoal
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.store.audit import AuditRow
from weftmail.store.store import Store


def goal(
    store: Store, record_type: str, *, alias: str | None = None, company: str | None = None, name: str = ""
) -> ImportGoal:
    """Return where the mails go; raises RefusedAct for a type or an alias that the company does not have.

    ``name`` is what the store is to call this import.
    """
    of = find.company(store, company).id
    named = find.record_type(store, of, record_type, field="type")
    if alias is None:
        return ImportGoal(of, named, None, "", name)
    found = find.alias(store, alias, field="alias")
    if found.company_id != of:
        raise RefusedAct("alias", "no_such_alias", address=alias)
    return ImportGoal(of, named, found.id, found.address, name)


@act
def imported(setup: Setup, into: ImportGoal, name: str, filed: int) -> Done:
    """Write into the history that something was read in, with how many emails of it were filed."""
    was, now = ({"type": into.record_type, "emails": count, "id": into.name} for count in (0, filed))
    return Done("mail.import", into.company_id, find.line("name", name), was, now)


@act
def _back(setup: Setup, row: AuditRow) -> Done:
    """Move the records that an import opened to the trash; those on which something was written since stay."""
    at, company_id = setup.clock(), row.company_id or 0
    if not setup.store.mail_imports.hide(company_id, str(row.now["id"]), at):
        raise RefusedAct("", "changed_since", subject=row.subject)
    return Done("mail.import_back", company_id, row.subject, _said(row.now), {**_said(row.before), "hidden_at": at})


@act
def _again(setup: Setup, row: AuditRow) -> Done:
    """Bring back the records that an undone import had opened."""
    company_id, hidden_at = row.company_id or 0, row.now["hidden_at"]
    if not setup.store.mail_imports.show(company_id, str(row.now["id"]), hidden_at):
        raise RefusedAct("", "changed_since", subject=row.subject)
    return Done("mail.import", company_id, row.subject, _said(row.now), _said(row.before))


def _said(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if name != "hidden_at"}


reverses = {"mail.import": _back, "mail.import_back": _again}
