"""What everybody has of their own: name, language, time zone, notifications, password, and the browsers they are in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from starlette.responses import Response

from weftmail.admin.entering import begin
from weftmail.admin.number import whole_number
from weftmail.admin.page import Hashed, page
from weftmail.admin.people import substitutes
from weftmail.admin.proof import with_password
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.notification_kind import KINDS
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import Phrase, marked
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import absence, session, signature, user, ways
from weftmail.flow.setup.act import Done, together
from weftmail.locale.dates import zone_names
from weftmail.store.people import User

DIFFER = marked("The two passwords differ.")


def account(visit: Visit) -> Response:
    """Show what is chosen."""
    return _form(visit, saved=visit.request.query_params.get("saved", ""))


def save(visit: Visit) -> Response:
    """Keep what is chosen; what cannot be chosen is shown as such, and nothing changes."""
    done = together(visit.setup, _wanted(visit))
    if isinstance(done, Refusal):
        return _form(visit, wrong={done.field: visit.voice.say(done.phrase)}, status=422)
    return visit.go("/account?saved=settings")


def _wanted(visit: Visit) -> Iterator[Callable[[], Done | Refusal]]:
    """Yield the acts that the form asks for."""
    yield lambda: user.change(
        visit.setup,
        address_of(visit),
        name=visit.text("name"),
        prefers=visit.text("prefers"),
        email_for=[str(one) for one in visit.form.getlist("email_for")] if visit.text("kinds") else None,
        language=visit.text("language"),
        time_zone=visit.text("time_zone"),
        digest=visit.text("digest") if visit.text("digests") else None,
        digest_hour=_hour(visit),
    )
    if not visit.text("ways"):
        return
    undo = whole_number(visit.text("undo_seconds"))
    seconds = ways.LONGEST_UNDO + 1 if undo is None else undo
    yield lambda: ways.change(
        visit.setup, address_of(visit), shortcuts=bool(visit.text("shortcuts")),
        undo_seconds=seconds if "undo_seconds" in visit.form else None,
    )  # fmt: skip


def take_zone(visit: Visit) -> Response:
    """Take the time zone that the browser is in, which was shown; it can be undone, and chosen anew in the settings."""
    done = user.change(visit.setup, address_of(visit), time_zone=visit.text("time_zone"))
    if isinstance(done, Refusal):
        return _form(visit, wrong={done.field: visit.voice.say(done.phrase)}, status=422)
    return visit.go("/account", done)


def _hour(visit: Visit) -> int | None:
    """Return the hour of the digest that is chosen; -1, which is refused, for what is no number."""
    if not visit.text("digests"):
        return None
    found = whole_number(visit.text("digest_hour"))
    return -1 if found is None else found


def leave(visit: Visit) -> Response:
    """Be away, with somebody who stands in; or be back."""
    if visit.text("do") == "back":
        done = absence.back(visit.setup, address_of(visit))
    else:
        done = absence.leave(
            visit.setup,
            address_of(visit),
            visit.text("away_until"),
            from_=visit.text("away_from"),
            substitute=visit.text("substitute"),
        )
    if isinstance(done, Refusal):
        return _form(visit, wrong={done.field: visit.voice.say(done.phrase)}, status=422)
    return visit.go("/account#absence", done)


def sign(visit: Visit) -> Response:
    """Keep the visitor's signature in this company."""
    done = signature.of_person(visit.setup, address_of(visit), visit.text("signature"), company=visit.company.company)
    if isinstance(done, Refusal):
        return _form(visit, wrong={done.field: visit.voice.say(done.phrase)}, status=422)
    return visit.go("/account#signature-card", done)


def new_password(visit: Visit) -> Response | Hashed:
    """Choose another password; all other browsers are signed out, and this one begins anew."""
    wanted, site = visit.text("password"), visit.site
    refusal = user.password_refused(wanted)
    if refusal is not None:
        return _form(visit, wrong={"password": visit.voice.say(refusal.phrase)}, status=422)
    if wanted != visit.text("again"):
        return _form(visit, wrong={"again": visit.voice.gettext(DIFFER)}, status=422)

    def keep(again: Visit, hash_: str) -> Response:
        done = user.set_password(again.setup, address_of(again), wanted, lambda _password: hash_)
        if isinstance(done, Refusal):
            return _form(again, wrong={"password": again.voice.say(done.phrase)}, status=422)
        target = again.path("/account?saved=password")
        with again.store.transaction():
            return begin(site, again.store, again.request, again.user, target)

    return with_password(visit, visit.text("current"), _not_theirs, keep, lambda: site.passwords.hash(wanted))


def _not_theirs(visit: Visit, why: str) -> Response:
    return _form(visit, wrong={"current": visit.voice.gettext(why)}, status=422)


def end_session(visit: Visit) -> Response:
    """Sign out in one other browser."""
    done = session.end(visit.setup, address_of(visit), visit.request.path_params["session"])
    if isinstance(done, Refusal):
        raise nothing_here()
    return visit.go("/account#sessions", done)


def end_others(visit: Visit) -> Response:
    """Sign out in all other browsers."""
    done = session.end_others(visit.setup, address_of(visit), visit.visitor.session.id)
    return visit.go("/account#sessions", None if isinstance(done, Refusal) else done)


def address_of(visit: Visit) -> str:
    """Return the visitor's first address, by which acts name them."""
    return visit.store.users.addresses(visit.user.id)[0]


def _form(visit: Visit, *, saved: str = "", wrong: Mapping[str, str] | None = None, status: int = 200) -> Response:
    typed = {name: str(value) for name, value in visit.form.items() if isinstance(value, str)}
    return visit.page(
        "account.html",
        command=Command("mail-admin user show {address}", address=address_of(visit)),
        everywhere=True,
        status=status,
        languages=list(visit.site.installation.languages.names.items()),
        zones=zone_names(),
        channels=visit.store.users.channels(),
        kinds=[(one, Phrase(f"notified.of.{one}")) for one in KINDS],
        email_for=_kinds(visit),
        hours=[(str(hour), f"{hour:02}:00") for hour in range(24)],
        chosen={**_chosen(visit.user), **typed},
        absence=visit.store.absences.get(visit.user.id),
        away={**{k: v or "" for k, v in absence.said(visit.store, visit.user).items()}, **typed},
        substitutes=substitutes(visit, visit.user.id),
        sessions=visit.store.sessions.of_user(visit.user.id, visit.now),
        factor=visit.store.second_factors.get(visit.user.id),
        least=user.SHORTEST,
        has_password=visit.store.users.password(visit.user.id) is not None,
        signature=visit.text("signature")
        if "signature" in visit.form
        else visit.store.signatures.below(visit.company_id, visit.user.id, None).person,
        saved=saved,
        wrong=wrong or {},
    )


def _kinds(visit: Visit) -> list[str]:
    """Return the kinds that are ticked: as sent, or as they were chosen."""
    if visit.text("kinds"):
        return [str(one) for one in visit.form.getlist("email_for")]
    return visit.user.email_for.split()


def _chosen(one: User) -> dict[str, str]:
    return {
        "name": one.name, "language": one.language, "time_zone": one.zone, "prefers": one.prefers,
        "undo_seconds": str(one.undo_seconds), **_digest(one),
    }  # fmt: skip


def _digest(one: User) -> dict[str, str]:
    return {"digest": one.digest, "digest_hour": str(one.digest_hour)}


routes = [
    page("/account", account),
    page("/account/save", save, posts=True),
    page("/account/zone", take_zone, posts=True),
    page("/account/absence", leave, posts=True),
    page("/account/signature", sign, posts=True, role=Role.AGENT),
    page("/account/password", new_password, posts=True),
    page("/account/sessions/{session:number}/end", end_session, posts=True),
    page("/account/sessions/end", end_others, posts=True),
]
