"""What somebody chooses in the guide of a new installation: how email comes, and whether the guide is shown."""

from __future__ import annotations

from weftmail.core.role import Role
from weftmail.flow.guide import CLOSED, DOMAIN, WAY, WAYS, closed
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import domain, find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.audit import AuditRow

undone_by = Role.OWNER


def choose(setup: Setup, company: str, way: str, name: str) -> Done | Refusal:
    """Let mail come this way: the domain is added, or changed where it is there already."""
    try:
        find.choice("way", way, WAYS)
        wanted = find.domain_name("name", name)
        if way == "subdomain" and wanted.count(".") < 2:
            raise RefusedAct("name", "subdomain_wanted", name=wanted)
        there = setup.store.domains.by_name(wanted)
        if there is not None and there.company not in (None, company):
            raise RefusedAct("name", "domain_of_another", name=wanted, company=there.company)
    except RefusedAct as refused:
        return refused.refusal
    dedicated = way in ("dedicated", "subdomain")
    if there is None:
        done = domain.add(setup, wanted, company=company, dedicated=dedicated)
    else:
        # Whoever forwards names addresses of a domain that takes mail already.
        done = domain.change(setup, wanted, dedicated=there.dedicated if way == "forwarded" else dedicated)
    if isinstance(done, Refusal):
        return done
    chosen = _say_way(setup, wanted, way)
    return done if done.trace else chosen


@act
def _say_way(setup: Setup, name: str, way: str) -> Done:
    was = _said(setup)
    _put(setup, {"way": way, "domain": name})
    return Done("guide.way", None, name, was, _said(setup))


_SETTINGS = {"way": WAY, "domain": DOMAIN}


def _said(setup: Setup) -> Fields:
    return {name: setup.store.settings.get(key) or "" for name, key in _SETTINGS.items()}


def _put(setup: Setup, said: Fields) -> None:
    for name, key in _SETTINGS.items():
        if said[name]:
            setup.store.settings.put(key, str(said[name]))
        else:
            setup.store.settings.remove(key)


@act
def close(setup: Setup, company: str) -> Done:
    """Put the guide away; what was done in it stays, and it can be opened again."""
    return _shown(setup, company, shown=False)


@act
def reopen(setup: Setup, company: str) -> Done:
    """Show the guide again."""
    return _shown(setup, company, shown=True)


def _shown(setup: Setup, company: str, *, shown: bool) -> Done:
    was = not closed(setup.store)
    if shown:
        setup.store.settings.remove(CLOSED)
    else:
        setup.store.settings.put(CLOSED, "1")
    return Done("guide.open" if shown else "guide.close", None, company, {"shown": was}, {"shown": shown})


@act
def _way_back(setup: Setup, row: AuditRow) -> Done:
    check_unchanged(row, _said(setup))
    _put(setup, row.before)
    return Done("guide.way", None, row.subject, row.now, row.before)


@act
def _back(setup: Setup, row: AuditRow) -> Done:
    check_unchanged(row, {"shown": not closed(setup.store)})
    return _shown(setup, row.subject, shown=bool(row.before["shown"]))


reverses = {"guide.way": _way_back, "guide.close": _back, "guide.open": _back}
