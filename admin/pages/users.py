"""Users: who belongs to the company, as what; invited, changed and taken out with whoever takes over."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from weftmail.admin.navigation import Item
from weftmail.admin.page import page
from weftmail.admin.pages.history import changes_of
from weftmail.admin.people import heirs, may_manage, member_of, substitutes
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.role import Role
from weftmail.core.tokens.link import RANDOM
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import absence, access, handover, membership, second_factor, user
from weftmail.flow.setup.access import Invited
from weftmail.flow.setup.act import Done
from weftmail.store.member import Member

ROLES = {"admin": marked("admin"), "agent": marked("agent"), "reader": marked("reader")}
"""The roles of a member, as people say them."""
PER_PAGE = 200


def users(visit: Visit) -> Response:
    """Show who belongs to the company: those whose name or address holds what was searched for."""
    asked = visit.request.query_params
    words, role = asked.get("q", "").strip().lower(), asked.get("role", "")
    everybody = visit.store.members.all(visit.company_id)
    found = [one for one in everybody if _fits(one, words, role)]
    return visit.page(
        "users.html",
        command=Command("mail-admin user list"),
        lines=found[:PER_PAGE],
        more=len(found) - PER_PAGE,
        count=len(everybody),
        q=asked.get("q", ""),
        role=role,
        roles=ROLES,
        demanded=second_factor.is_demanded(visit.store, visit.company_id),
    )


def _fits(one: Member, words: str, role: str) -> bool:
    return (not role or one.role == role) and words in f"{one.name} {one.address or ''}".lower()


def new(visit: Visit) -> Response:
    """Ask whom to invite."""
    return _new_page(visit, {})


def invite(visit: Visit) -> Response:
    """Invite somebody; where no mail can leave, show the link this once."""
    made = access.invite(
        visit.setup,
        visit.site.installation.keyring,
        visit.site.random(RANDOM),
        visit.text("address"),
        company=visit.company.company,
        name=visit.text("name") or None,
        role=visit.text("role") or None,
        language=visit.text("language") or None,
        hands_on=visit.owner,
    )
    if isinstance(made, Refusal):
        return _new_page(visit, {made.field: visit.voice.say(made.phrase)})
    return invited(visit, made)


def invite_again(visit: Visit) -> Response:
    """Send a new link to somebody who has no password yet."""
    member = member_of(visit)
    made = access.invite_again(
        visit.setup,
        visit.site.installation.keyring,
        visit.site.random(RANDOM),
        member.address or "",
        company=visit.company.company,
        hands_on=visit.owner,
    )
    return _said(visit, member, made) if isinstance(made, Refusal) else invited(visit, made)


def invited(visit: Visit, made: Done, following: str = "/users") -> Response:
    """Go on to the ``following`` page; where no mail can leave, show the link this once, to hand it on."""
    assert isinstance(made, Invited)  # noqa: S101 - both acts answer with one
    if made.mailed or not made.token:
        visit.site.sender.wake()
        return visit.go(following, made)
    link = f"{visit.site.installation.site_url}/password/{made.token}"
    return visit.page(
        "user_link.html",
        command=Command("mail-admin user invite {address} --again", address=made.address),
        link=link,
        name=made.subject,
        days=access.INVITED_DAYS,
        following=following,
    )


def one(visit: Visit) -> Response:
    """Show one member: what they are, what they own, and what can be done."""
    return _page(visit, member_of(visit))


def save(visit: Visit) -> Response:
    """Change the role, and where the person is the company's alone, the name."""
    member = member_of(visit)
    may = may_manage(visit, member)
    name = visit.text("name") if may and "name" in visit.form else None
    admin = None if not visit.owner else "installation_admin" in visit.form
    done = user.change(
        visit.setup,
        member.address or "",
        name=name,
        role=visit.text("role"),
        company=visit.company.company,
        installation_admin=None if admin == member.installation_admin else admin,
    )
    return _said(visit, member, done)


def leave(visit: Visit) -> Response:
    """Let a colleague be away who cannot say so, with somebody who stands in; or be back."""
    member = _managed(visit)
    if visit.text("do") == "back":
        return _said(visit, member, absence.back(visit.setup, member.address or ""))
    done = absence.leave(
        visit.setup,
        member.address or "",
        visit.text("away_until"),
        from_=visit.text("away_from"),
        substitute=visit.text("substitute"),
    )
    return _said(visit, member, done)


def sign_out(visit: Visit) -> Response:
    """End all sessions of somebody."""
    member = _managed(visit)
    return _said(visit, member, user.sign_out(visit.setup, member.address or ""))


def remove_factor(visit: Visit) -> Response:
    """Remove the second factor of somebody who has lost app and codes."""
    member = _managed(visit)
    return _said(visit, member, second_factor.remove(visit.setup, member.address or ""))


def remove(visit: Visit) -> Response:
    """Take somebody out of the company, or of all, with whoever takes over; who belongs to none is deactivated."""
    member, to = member_of(visit), visit.text("to") or None
    if visit.owner and "everywhere" in visit.form:
        done = user.remove(visit.setup, member.address or "", to=to)
    else:
        done = membership.leave(visit.setup, member.address or "", visit.company.company, to=to)
    if isinstance(done, Refusal):
        return _said(visit, member, done)
    return visit.go("/users", done)


def demand(visit: Visit) -> Response:
    """Demand a second factor of the company's people, or no longer."""
    done = second_factor.demand(visit.setup, "wanted" in visit.form, visit.company.company)
    return visit.go("/users", done if isinstance(done, Done) else None)


def _managed(visit: Visit) -> Member:
    member = member_of(visit)
    if not may_manage(visit, member):
        raise nothing_here()
    return member


def _said(visit: Visit, member: Member, answer: Done | Refusal) -> Response:
    if isinstance(answer, Refusal):
        return _page(visit, member, {answer.field: visit.voice.say(answer.phrase)})
    return visit.go(f"/users/{member.id}", answer)


def _page(visit: Visit, member: Member, wrong: Mapping[str, str] | None = None) -> Response:
    person = visit.store.users.get(member.id)
    if person is None:
        raise nothing_here()
    estate = handover.estate(visit.store, person, visit.company_id)
    return visit.page(
        "user.html",
        command=Command("mail-admin user show {address}", address=member.address or "ADDR"),
        everywhere=True,
        status=422 if wrong else 200,
        member=member,
        roles=ROLES,
        may=may_manage(visit, member),
        addresses=[member.address] if member.pending else visit.store.users.addresses(member.id),
        holdings=estate.holdings,
        needs_heir=bool(estate),
        teams=visit.store.teams.of_user(visit.company_id, member.id),
        heirs=heirs(visit, member.address or ""),
        typed={name: str(value) for name, value in visit.form.items()},
        wrong=wrong or {},
        absence=visit.store.absences.get(person.id),
        away={name: visit.text(name) or str(value or "") for name, value in absence.said(visit.store, person).items()},
        substitutes=substitutes(visit, person.id),
        history=changes_of(visit, member.name),
    )


def _new_page(visit: Visit, wrong: Mapping[str, str]) -> Response:
    return visit.page(
        "user_new.html",
        command=Command("mail-admin user invite {address}", address=visit.text("address") or "ADDR"),
        status=422 if wrong else 200,
        typed={name: str(value) for name, value in visit.form.items()},
        wrong=wrong,
        roles=ROLES,
        languages=list(visit.site.installation.languages.names.items()),
    )


item = Item(240, "/users", marked("Users"), Role.ADMIN)
routes = [
    page("/users", users, role=Role.ADMIN),
    page("/users/new", new, role=Role.ADMIN),
    page("/users/invite", invite, posts=True, role=Role.ADMIN),
    page("/users/second-factor", demand, posts=True, role=Role.ADMIN),
    page("/users/{user:number}", one, role=Role.ADMIN),
    page("/users/{user:number}/save", save, posts=True, role=Role.ADMIN),
    page("/users/{user:number}/invite", invite_again, posts=True, role=Role.ADMIN),
    page("/users/{user:number}/absence", leave, posts=True, role=Role.ADMIN),
    page("/users/{user:number}/sign-out", sign_out, posts=True, role=Role.ADMIN),
    page("/users/{user:number}/second-factor", remove_factor, posts=True, role=Role.ADMIN),
    page("/users/{user:number}/remove", remove, posts=True, role=Role.ADMIN),
]
