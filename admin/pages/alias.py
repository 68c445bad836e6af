"""One alias: made, changed, switched on and off, removed; and who changed what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.responses import JSONResponse, Response

from weftmail.admin import alias_form
from weftmail.admin.page import page
from weftmail.admin.pages.history import changes_of
from weftmail.admin.record_type import usual_type
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.failure import TempFail
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import alias
from weftmail.flow.setup.act import Done
from weftmail.store.alias import Alias
from weftmail.store.listing import RecordName

NEAR = marked("Beside it there is %(addresses)s: people may write to the one and mean the other.")


def new(visit: Visit) -> Response:
    """Ask for a new alias."""
    return _new_page(visit, {})


def add(visit: Visit) -> Response:
    """Add an alias, and go to its page; or offer records to pin it to."""
    if alias_form.looks_for_record(visit):
        return _new_page(visit, {}, alias_form.found_records(visit, visit.text("record")))
    refusal = _foreign(visit, _address(visit))
    done = refusal or alias.add(visit.setup, _address(visit), company=visit.company.company, **alias_form.given(visit))
    if isinstance(done, Refusal):
        return _new_page(visit, alias_form.wrong(visit, done))
    found = visit.store.aliases.by_address(done.subject)
    return visit.go(f"/aliases/{found.id}" if found is not None else "/aliases", done)


def name(visit: Visit) -> Response:
    """Say what is to say of a name while it is typed."""
    asked = visit.request.query_params
    address = _joined(asked.get("name", ""), asked.get("domain", ""))
    refusal = _foreign(visit, address)
    if refusal is not None:
        return JSONResponse({"address": address, "wrong": visit.voice.say(refusal.phrase), "near": ""})
    check = alias.check_name(visit.setup, address, visit.company.company)
    wrong = visit.voice.say(check.refusal.phrase) if check.refusal is not None else ""
    return JSONResponse({"address": check.address, "wrong": wrong, "near": _near(visit, check.near)})


def records(visit: Visit) -> Response:
    """Return the records that somebody may mean who types."""
    words = visit.request.query_params.get("q", "")
    return JSONResponse([[each.label, each.title] for each in alias_form.found_records(visit, words)])


def one(visit: Visit) -> Response:
    """Show one alias."""
    return _page(visit, _alias_of(visit), {})


def save(visit: Visit) -> Response:
    """Change an alias; or offer records to pin it to."""
    found = _alias_of(visit)
    if alias_form.looks_for_record(visit):
        return _page(visit, found, {}, alias_form.found_records(visit, visit.text("record")))
    given = alias_form.given(visit, found.record or "")
    # What is written here is all of them: what is not any more is taken away.
    given["defaults"] = {**dict.fromkeys(found.default_fields, ""), **given["defaults"]}
    done = alias.change(visit.setup, found.address, **given)
    if isinstance(done, Refusal):
        return _page(visit, found, alias_form.wrong(visit, done))
    return visit.go(f"/aliases/{found.id}", done)


def switch_on(visit: Visit) -> Response:
    """Let the alias take mail."""
    return _said(visit, alias.switch_on(visit.setup, _alias_of(visit).address))


def switch_off(visit: Visit) -> Response:
    """Refuse mail to the alias."""
    return _said(visit, alias.switch_off(visit.setup, _alias_of(visit).address))


def remove(visit: Visit) -> Response:
    """Remove the alias; the bar on the list brings it back."""
    found = _alias_of(visit)
    done = alias.remove(visit.setup, found.address)
    return (
        _page(visit, found, alias_form.wrong(visit, done)) if isinstance(done, Refusal) else visit.go("/aliases", done)
    )


def _said(visit: Visit, done: Done | Refusal) -> Response:
    found = _alias_of(visit)
    if isinstance(done, Refusal):
        return _page(visit, found, alias_form.wrong(visit, done))
    return visit.go(f"/aliases/{found.id}", done)


def _alias_of(visit: Visit) -> Alias:
    found = visit.store.aliases.get(visit.company_id, visit.request.path_params["alias"])
    if found is None or found.state == "removed":
        raise nothing_here()
    return found


# --- what was typed -------------------------------------------------------------------------------------------------


def _joined(name_: str, domain: str) -> str:
    """Return the address that a name and a domain make; a name that is an address already is one."""
    return name_.strip() if "@" in name_ else f"{name_.strip()}@{domain}"


def _address(visit: Visit) -> str:
    return _joined(visit.text("address"), visit.text("domain"))


def _foreign(visit: Visit, address: str) -> Refusal | None:
    return alias.foreign(visit.store, visit.company_id, address)


# --- pages ----------------------------------------------------------------------------------------------------------


def _new_page(visit: Visit, wrong: Mapping[str, str], found: Sequence[RecordName] | None = None) -> Response:
    typed = {**dict.fromkeys((*alias_form.FIELDS, "domain"), ""), **alias_form.typed(visit)}
    typed["accepts"] = typed["accepts"] or "everyone"
    types = [one_.name for one_ in visit.store.companies.record_types(visit.company_id)]
    typed["opens"] = typed["opens"] or usual_type(visit, types)
    meant = visit.request.query_params.get("address", "")
    if meant and not typed["address"]:
        typed["address"], _, typed["domain"] = meant[:320].rpartition("@")
    domains = _domains_by_use(visit)
    typed["domain"] = typed["domain"] or next(iter(domains), "")
    near = () if wrong else alias.near(visit.store, _address(visit)) if typed["address"] else ()
    return visit.page(
        "alias_new.html",
        command=Command("mail-admin alias add ADDR --opens TYPE"),
        status=422 if wrong else 200,
        typed=typed,
        wrong=wrong,
        found=found,
        near=_near(visit, near),
        domains=[(each, each) for each in domains],
        **alias_form.choices(visit, typed),
    )


def _domains_by_use(visit: Visit) -> list[str]:
    """Return the domains that an alias can be in, the one with the most aliases first."""
    used = visit.store.domains.aliases_of(visit.company_id)
    found = alias.domains_of(visit.store, visit.company_id)
    return [one_.name for one_ in sorted(found, key=lambda each: (-used.get(each.id, 0), not each.dedicated, each.id))]


def _page(visit: Visit, alias_: Alias, wrong: Mapping[str, str], found: Sequence[RecordName] | None = None) -> Response:
    sent = visit.text("accepts") and (wrong or found is not None)
    typed = {**alias_form.stored(alias_), **(alias_form.typed(visit) if sent else {})}
    return visit.page(
        "alias.html",
        command=Command("mail-admin alias show {address}", address=alias_.address),
        everywhere=True,
        status=422 if wrong else 200,
        alias=alias_,
        typed=typed,
        wrong=wrong,
        found=found,
        live_since=_live_since(visit, alias_),
        near=_near(visit, alias.near(visit.store, alias_.address)),
        history=changes_of(visit, alias_.address),
        **alias_form.choices(visit, typed),
    )


def _near(visit: Visit, near: tuple[str, ...]) -> str:
    return visit.voice.gettext(NEAR) % {"addresses": ", ".join(near)} if near else ""


def _live_since(visit: Visit, found: Alias) -> int | None:
    """Return since when the mail server knows the alias as it is; 0 where it does not yet, None where nobody knows."""
    if visit.site.map_file is None:
        return None
    try:
        followed = visit.site.map_file.generation()
    except TempFail:
        return None
    return found.changed_at if followed >= found.generation else 0


routes = [
    page("/aliases/new", new, role=Role.ADMIN),
    page("/aliases/add", add, posts=True, role=Role.ADMIN),
    page("/aliases/name", name, role=Role.ADMIN),
    page("/aliases/records", records, role=Role.ADMIN),
    page("/aliases/{alias:number}", one, role=Role.ADMIN),
    page("/aliases/{alias:number}/save", save, posts=True, role=Role.ADMIN),
    page("/aliases/{alias:number}/on", switch_on, posts=True, role=Role.ADMIN),
    page("/aliases/{alias:number}/off", switch_off, posts=True, role=Role.ADMIN),
    page("/aliases/{alias:number}/remove", remove, posts=True, role=Role.ADMIN),
]
