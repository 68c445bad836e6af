"""The guide of a new installation: six steps from the company to the first conversation, each done on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from weftmail.admin.page import live, page
from weftmail.admin.pages.users import invited
from weftmail.admin.visit import Visit
from weftmail.core.role import Role
from weftmail.core.tokens.link import RANDOM
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import Phrase, marked
from weftmail.flow import guide as guides
from weftmail.flow.guide import STEPS, WAYS, Guide
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import access, alias, company
from weftmail.flow.setup import guide as acts
from weftmail.flow.setup.act import Done
from weftmail.store.company import Company
from weftmail.store.delivery import Delivery

CHANNELS = {"email": marked("email"), "inbox": marked("inbox")}
"""What the channels that are always there are called."""


@dataclass(frozen=True, slots=True)
class Journey:
    """How far the newest mail to the first address has come."""

    accepted_at: int
    settled_at: int | None
    record: str | None
    state: str
    notified: tuple[Delivery, ...]


def welcome(visit: Visit) -> Response:
    """Show the step that the address names, else the first one that is not done."""
    return _page(visit)


def name_company(visit: Visit) -> Response:
    """Step 1: what the company is called, and in which language it writes."""
    given = {"new_name": visit.text("new_name"), "language": visit.text("language")}
    done = company.change(visit.setup, visit.company.company, new_name=given["new_name"], language=given["language"])
    return _then(visit, done, "company", given)


def choose_way(visit: Visit) -> Response:
    """Step 2: the domain, and how its mail comes here."""
    given = {"way": visit.text("way"), "name": visit.text("name")}
    done = acts.choose(visit.setup, visit.company.company, given["way"], given["name"])
    return _then(visit, done, "mail", given)


def first_address(visit: Visit) -> Response:
    """Step 4: an address that opens records."""
    found = guides.guide(visit.store, visit.company_id)
    names = [one.name for one in found.domains]
    wanted = visit.text("at")
    at = wanted if wanted in names else next(iter(names), "")
    given = {"local": visit.text("local").strip(), "opens": visit.text("opens"), "at": at}
    owner = visit.store.users.addresses(visit.user.id)[0] if _member(visit) else None
    done = alias.add(
        visit.setup, f"{given['local']}@{at}", company=visit.company.company, opens=given["opens"], owner=owner
    )
    return _then(visit, done, "address", given)


def _member(visit: Visit) -> bool:
    return any(one.company_id == visit.company_id for one in visit.store.users.memberships(visit.user.id))


def invite(visit: Visit) -> Response:
    """Step 6: a colleague, by address, and how to notify them; they are sent a link, or it is shown to hand it on."""
    given = {"address": visit.text("address").strip(), "prefers": visit.text("prefers")}
    done = access.invite(
        visit.setup,
        visit.site.installation.keyring,
        visit.site.random(RANDOM),
        given["address"],
        company=visit.company.company,
        prefers=given["prefers"],
    )
    if isinstance(done, Refusal):
        return _then(visit, done, "colleagues", given)
    acts.reopen(visit.setup, visit.company.company)
    return invited(visit, done, "/welcome?step=colleagues")


def close(visit: Visit) -> Response:
    """Put the guide away."""
    done = acts.close(visit.setup, visit.company.company)
    return visit.go("/", done if isinstance(done, Done) else None)


def _then(visit: Visit, done: Done | Refusal, step: str, given: Mapping[str, str]) -> Response:
    """Go on to what is not done yet, or show the step again with what was typed and what is wrong with it."""
    if isinstance(done, Refusal):
        wrong = {_FIELDS.get(done.field, done.field): visit.voice.say(done.phrase)}
        return _page(visit, step=step, given=given, wrong=wrong, status=422)
    acts.reopen(visit.setup, visit.company.company)
    following = STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]
    return visit.go(f"/welcome?step={following}", done)


_FIELDS = {"": "way", "opens": "opens"}
"""Where a form has another name for what an act refuses."""


def _page(
    visit: Visit,
    *,
    step: str = "",
    given: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    found = guides.guide(visit.store, visit.company_id)
    wanted = step or visit.request.query_params.get("step", "")
    here = wanted if wanted in STEPS else (found.left or list(STEPS))[0]
    of = visit.store.companies.get(visit.company_id)
    return visit.page(
        "welcome.html",
        command=Command("mail-admin init"),
        everywhere=True,
        status=status,
        live=visit.path(f"/live/welcome?seen={mark(visit)}") if here == "letter" else "",
        at=visit.path(f"/welcome?step={here}"),
        guide=found,
        steps=[(name, Phrase(f"guide.{name}")) for name in STEPS],
        step=here,
        ways=[(way, Phrase(f"guide.way.{way}"), Phrase(f"guide.good.{way}")) for way in WAYS],
        types=[(one.name, one.name) for one in visit.store.companies.record_types(visit.company_id)],
        domains=[(one.name, one.name) for one in found.domains],
        languages=visit.site.installation.languages.names,
        channels=[(one, visit.voice.gettext(CHANNELS.get(one, one))) for one in visit.store.users.channels()],
        given=_filled(found, of, given or {}),
        wrong=wrong or {},
        state_folder=_state_folder(visit),
        listens=here != "letter" or _listens(visit),
        journey=_journey(visit, found) if here == "letter" else None,
        keys=visit.store.domains.dkim_keys(found.domain.name) if found.domain is not None and here == "dns" else [],
    )


def _state_folder(visit: Visit) -> str:
    """Return where the listener's socket lies, as the settings of this server say."""
    values = (one.value for one in visit.site.file.keys if one.name == "state")
    return next(values, "").strip('"') or "/var/lib/weftmail"


def _filled(found: Guide, of: Company | None, given: Mapping[str, str]) -> Mapping[str, str]:
    """Return what the fields hold: what was typed, else what stands in the store, else a proposal."""
    stands = {
        "new_name": of.name if of is not None else "",
        "language": of.language if of is not None else "en",
        "way": found.way or "subdomain",
        "name": found.domain.name if found.domain is not None else "",
        "local": "support",
        "at": found.domain.name if found.domain is not None else "",
        "opens": "ticket",
        "address": "",
        "prefers": "email",
    }
    return {**stands, **given}


def _journey(visit: Visit, found: Guide) -> Journey | None:
    letter = found.letter
    if letter is None:
        return None
    notified: tuple[Delivery, ...] = ()
    if letter.record_id is not None and letter.message_id is not None:
        of = visit.store.messages.deliveries(visit.company_id, letter.message_id)
        notified = tuple(one for one in of if one.user_id is not None)
    return Journey(letter.accepted_at, letter.settled_at, letter.record, letter.state, notified)


def _listens(visit: Visit) -> bool:
    """Say whether anything takes the mail that somebody is asked to send."""
    return visit.site.machine is None or visit.site.machine.listener_answers()


def mark(visit: Visit) -> str:
    """Return what changes when a mail comes to the first address, or when the listener starts or stops."""
    letter = guides.guide(visit.store, visit.company_id).letter
    came = f"{letter.id}-{letter.state}-{visit.unread}" if letter is not None else "0"
    return f"{came}-{_listens(visit)}"


routes = [
    live("/live/welcome", mark, Role.OWNER),
    page("/welcome", welcome, role=Role.OWNER),
    page("/welcome/company", name_company, posts=True, role=Role.OWNER),
    page("/welcome/mail", choose_way, posts=True, role=Role.OWNER),
    page("/welcome/address", first_address, posts=True, role=Role.OWNER),
    page("/welcome/colleagues", invite, posts=True, role=Role.OWNER),
    page("/welcome/close", close, posts=True, role=Role.OWNER),
]
