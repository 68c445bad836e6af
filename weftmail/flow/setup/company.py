"""Companies: organisations, each with its own aliases, records and contacts."""

from __future__ import annotations

from collections.abc import Sequence

from weftmail.core.role import Role
from weftmail.flow import vocabulary
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find, record_type
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.audit import AuditRow
from weftmail.store.company import MOST_COUNTED, Company
from weftmail.store.store import Store


def fields(store: Store, company: Company) -> Fields:
    """Return what is said of a company."""
    return {**vocabulary.company(company), "record_types": record_type.prefixes(store, company.id)}


@act
def add(setup: Setup, name: str, *, language: str | None = None) -> Done:
    """Add a company with the usual types of records; its language is English unless told otherwise."""
    wanted = find.line("name", name)
    _free(setup.store, wanted)
    company_id = setup.store.companies.add(wanted, setup.clock())
    if language is not None:
        setup.store.companies.set_language(company_id, find.choice("language", language, setup.languages))
    return Done("company.add", None, wanted, {}, fields(setup.store, find.company_by_id(setup.store, company_id)))


@act
def change(
    setup: Setup,
    name: str,
    *,
    new_name: str | None = None,
    language: str | None = None,
    record_types: Sequence[tuple[str, str]] = (),
) -> Done:
    """Change a company's name or language, or let it keep more types of records, each with its prefix."""
    if new_name is None and language is None and not record_types:
        raise RefusedAct("", "nothing_to_change", noun="company")
    store = setup.store
    found = find.company(store, name)
    was = fields(store, found)
    for type_, prefix in record_types:
        record_type.keep(store, found, type_, prefix)
    if language is not None:
        store.companies.set_language(found.id, find.choice("language", language, setup.languages))
    wanted = found.name if new_name is None else find.line("new_name", new_name)
    if wanted != found.name:
        _free(store, wanted, found.id, field="new_name")
        store.companies.rename(found.id, wanted)
    return Done("company.set", found.id, wanted, was, fields(store, find.company(store, wanted)))


@act
def remove(setup: Setup, name: str) -> Done:
    """Remove a company that has nothing yet: it was made by mistake.  Its types and teams come back with an undo."""
    return _removed(setup, find.company(setup.store, name))


def in_the_way(store: Store, company: Company) -> Refusal | None:
    """Return why a company cannot be removed; None where it can."""
    if len(store.companies.all()) == 1:
        return Refusal("company", "company_last", {"name": company.name})
    found = store.companies.holdings(company.id)
    if found.numbered or found.emails:
        return Refusal("company", "company_used", {"name": company.name})
    if not (found.people or found.domains or found.aliases or found.contacts):
        return None
    return Refusal(
        "company",
        "company_has",
        {
            "name": company.name,
            "people": found.people,
            "domains": found.domains,
            "aliases": _counted(found.aliases),
            "contacts": _counted(found.contacts),
        },
    )


def _counted(count: int) -> str:
    return f"{count}+" if count >= MOST_COUNTED else str(count)


def _removed(setup: Setup, company: Company) -> Done:
    why = in_the_way(setup.store, company)
    if why is not None:
        raise RefusedAct(why.field, why.code, **why.values)
    setup.store.companies.remove(company.id, setup.clock())
    return Done("company.remove", None, company.name, fields(setup.store, company))


def _of_row(store: Store, row: AuditRow) -> Company:
    """Return the company that an act made or removed, whatever it is called now."""
    return find.company_by_id(store, (row.before or row.now)["id"])


@act
def _take_out(setup: Setup, row: AuditRow) -> Done:
    found = _of_row(setup.store, row)
    if found.removed_at is not None:
        raise RefusedAct("", "undone_already", subject=row.subject)
    return _removed(setup, found)


@act
def restore(setup: Setup, row: AuditRow) -> Done:
    """Bring a removed company back, with all that it had."""
    store, found = setup.store, _of_row(setup.store, row)
    if found.removed_at is None:
        raise RefusedAct("", "undone_already", subject=row.subject)
    _free(store, found.name, found.id, field="")
    store.companies.remove(found.id, None)
    return Done("company.restore", None, found.name, {}, fields(store, found))


def _free(store: Store, name: str, own_id: int | None = None, *, field: str = "name") -> None:
    """Refuse a name that another company has; people take *acme* and *Acme* for one."""
    same = [one.name for one in store.companies.all() if one.name.casefold() == name.casefold() and one.id != own_id]
    if same:
        raise RefusedAct(field, "company_there", name=same[0])


@act
def _change_back(setup: Setup, row: AuditRow) -> Done:
    """Give a company the name and the language back that it had; a type that was added goes, unless it is in use."""
    store, before = setup.store, row.before
    whose = find.company_by_id(store, row.company_id or 0)
    was = fields(store, whose)
    check_unchanged(row, was)
    if before["name"] != whose.name:
        _free(store, before["name"], whose.id, field="")
        store.companies.rename(whose.id, before["name"])
    store.companies.set_language(whose.id, before["language"])
    for type_ in row.now["record_types"].keys() - before["record_types"].keys():
        record_type.take_out(store, whose, type_)
    return Done("company.set", whose.id, before["name"], was, fields(store, find.company_by_id(store, whose.id)))


reverses = {
    "company.add": _take_out,
    "company.set": _change_back,
    "company.remove": restore,
    "company.restore": _take_out,
}
undone_by = Role.OWNER
