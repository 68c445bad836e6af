"""Companies: organisations on this installation, each with its own people, addresses and records."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from weftmail.admin.navigation import Item
from weftmail.admin.page import page
from weftmail.admin.pages.history import changes_of
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import company, find, second_factor
from weftmail.flow.setup.act import Done
from weftmail.store.company import Company


def companies(visit: Visit) -> Response:
    """Show all companies, and how much each has."""
    return _list(visit, {})


def add(visit: Visit) -> Response:
    """Add a company; whoever looks after all of them is an admin there."""
    done = company.add(visit.setup, visit.text("name"), language=visit.text("language") or None)
    if isinstance(done, Refusal):
        return _list(visit, {done.field: visit.voice.say(done.phrase)})
    return visit.go(f"/companies/{find.company(visit.store, done.subject).id}", done)


def one(visit: Visit) -> Response:
    """Show one company."""
    return _page(visit, _company_of(visit), {})


def save(visit: Visit) -> Response:
    """Change name and language, and whether a second factor is demanded there."""
    found = _company_of(visit)
    done = company.change(visit.setup, found.name, new_name=visit.text("name"), language=visit.text("language"))
    if isinstance(done, Refusal):
        return _page(visit, found, {done.field: visit.voice.say(done.phrase)})
    return visit.go(f"/companies/{found.id}", done)


def remove(visit: Visit) -> Response:
    """Remove a company that is empty."""
    found = _company_of(visit)
    done = company.remove(visit.setup, found.name)
    if isinstance(done, Refusal):
        return _page(visit, found, {"remove": visit.voice.say(done.phrase)})
    return visit.go("/companies", done)


def demand(visit: Visit) -> Response:
    """Demand a second factor of the company's people, or no longer."""
    found = _company_of(visit)
    done = second_factor.demand(visit.setup, "wanted" in visit.form, found.name)
    return visit.go(f"/companies/{found.id}", done if isinstance(done, Done) else None)


def _company_of(visit: Visit) -> Company:
    found = visit.store.companies.get(visit.request.path_params["other"])
    if found is None or found.removed_at is not None:
        raise nothing_here()
    return found


def _languages(visit: Visit) -> list[tuple[str, str]]:
    return list(visit.site.installation.languages.names.items())


def _list(visit: Visit, wrong: Mapping[str, str]) -> Response:
    return visit.page(
        "companies.html",
        command=Command("mail-admin company list"),
        everywhere=True,
        status=422 if wrong else 200,
        lines=visit.store.members.companies(),
        languages=_languages(visit),
        typed={name: str(value) for name, value in visit.form.items()},
        wrong=wrong,
    )


def _page(visit: Visit, found: Company, wrong: Mapping[str, str]) -> Response:
    chosen = {"name": found.name, "language": found.language}
    return visit.page(
        "company.html",
        command=Command("mail-admin company show {name}", name=found.name),
        everywhere=True,
        status=422 if wrong else 200,
        found=found,
        languages=_languages(visit),
        typed={**chosen, **{name: str(value) for name, value in visit.form.items()}},
        demanded=second_factor.is_demanded(visit.store, found.id),
        wrong=wrong,
        stays=company.in_the_way(visit.store, found),
        history=changes_of(visit, found.name) if found.id == visit.company_id else [],
    )


item = Item(260, "/companies", marked("Companies"), Role.OWNER)
routes = [
    page("/companies", companies, role=Role.OWNER),
    page("/companies/new", add, posts=True, role=Role.OWNER),
    page("/companies/{other:number}", one, role=Role.OWNER),
    page("/companies/{other:number}/save", save, posts=True, role=Role.OWNER),
    page("/companies/{other:number}/remove", remove, posts=True, role=Role.OWNER),
    page("/companies/{other:number}/second-factor", demand, posts=True, role=Role.OWNER),
]
