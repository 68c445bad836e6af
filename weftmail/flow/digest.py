"""Digests: at an hour of each day or Monday, an email that names what waits for somebody; none where nothing does."""

from __future__ import annotations

from datetime import date, timedelta, tzinfo

from weftmail.core.address import BadAddress, Mailbox, in_full
from weftmail.core.composing import digest
from weftmail.core.composing.digest import Closing, DigestLine, DigestPart
from weftmail.core.composing.mail import ForOneColleague, Letter, compose
from weftmail.core.ports import Refused
from weftmail.core.tokens import unsubscribe
from weftmail.core.wording.language import Language
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow import day
from weftmail.flow.activity import word
from weftmail.flow.copy import Copy
from weftmail.flow.installation import Installation
from weftmail.store.activity import DayPlace, RecordActivity
from weftmail.store.outbox import Claimed
from weftmail.store.people import Membership, User
from weftmail.store.store import Store

KIND = "digest"
"""The kind of what is due when the next digest may leave, with the number of the user as its key."""

EACH = ("none", "day", "week")
"""How often one leaves: never, each day, or each Monday."""

MOST = 20
"""Of each sort of thing so many are named in one company; of more it says how many there are at least."""


def plan(store: Store, user: User, now: int) -> None:
    """Let the next digest of the user be due, or none where they want none."""
    store.due.remove(KIND, str(user.id))
    if user.active and user.digest != "none":
        store.due.put(KIND, str(user.id), next_at(user, now), now)


def next_at(user: User, now: int) -> int:
    """Return when the next digest of the user leaves, in milliseconds since 1970: the hour is that of their zone."""
    there = day.zone(user.zone)
    wanted = day.today(now, there)
    while not _wanted(user, wanted) or day.at(wanted, user.digest_hour, there) <= now:
        wanted += timedelta(days=1)
    return day.at(wanted, user.digest_hour, there)


def _wanted(user: User, one: date) -> bool:
    return user.digest != "week" or one.weekday() == 0


def gathered(store: Store, user: User, now: int) -> list[Phrase]:
    """Return what waits for the user in all companies that they are a member of; nothing where nothing does.

    Each company begins with a phrase that names it.
    """
    found: list[Phrase] = []
    there = day.zone(user.zone)
    for one in store.users.memberships(user.id):
        hidden = store.record_types.hidden_from(one.company_id, user.id)
        in_it = [
            *_waiting(store, one, user, hidden, there),
            *_overdue(store, one, user, hidden, day.today(now, there)),
            *_held(store, one, user),
        ]
        found += [Phrase("mail.digest.company", {"company": one.company}), *in_it] if in_it else []
    return found


def _path(page: str, one: Membership) -> str:
    return f"{page}?company={one.company_id}"


def _more(count: int, path: str) -> list[Phrase]:
    return [Phrase("mail.digest.more", {"path": path})] if count > MOST else []


def _waiting(store: Store, one: Membership, user: User, hidden: tuple[str, ...], there: tzinfo | None) -> list[Phrase]:
    found = store.digests.waiting(one.company_id, user.id, hidden, MOST + 1)
    says = [
        Phrase(
            "mail.digest.waiting",
            {
                "record": each.label,
                "title": each.title,
                "customer": in_full(each.customer or "", each.address or "") or Phrase("mail.digest.nobody"),
                "day": day.today(each.awaits_since_at, there).isoformat(),
                "path": _path(f"/records/{each.label}", one),
            },
        )
        for each in found[:MOST]
    ]
    return says + _more(len(found), f"/records?only=waiting&company={one.company_id}")


def _overdue(store: Store, one: Membership, user: User, hidden: tuple[str, ...], today: date) -> list[Phrase]:
    page = store.activities.page(one.company_id, user.id, hidden, DayPlace(), MOST + 1)
    found = [each for each in page if each.due_on <= today.isoformat()]
    says = [_due(each, _path(f"/records/{each.record}", one), today.isoformat()) for each in found[:MOST]]
    return says + _more(len(found), _path("/activities", one))


def _due(one: RecordActivity, path: str, today: str) -> Phrase:
    type_, record, title = word(one.type), one.record, one.title
    if one.due_on == today:
        return Phrase("mail.digest.today", {"type": type_, "record": record, "title": title, "path": path})
    return Phrase(
        "mail.digest.overdue", {"type": type_, "record": record, "title": title, "day": one.due_on, "path": path}
    )


def _held(store: Store, one: Membership, user: User) -> list[Phrase]:
    counts = store.inbound.review_counts(one.company_id, None if one.role == "admin" else user.id)
    held = sum(counts.values())
    return [Phrase("mail.digest.held", {"count": held, "path": _path("/review", one)})] if held else []


def digest_mail(store: Store, installation: Installation, claimed: Claimed) -> Copy | Refused:
    """Compose a digest to its user's first address; Refused where it cannot be, and trying again cannot help.

    It bears our loop field, and no return path: nothing comes back to it.
    """
    user_id = claimed.user_id or 0
    user, company = store.users.get(user_id), store.companies.get(claimed.company_id)
    domain, address = store.domains.of_company(claimed.company_id), next(iter(store.users.addresses(user_id)), "")
    if user is None or company is None or domain is None or not address:
        return _refused(Phrase("refused.gone"))
    language = installation.languages.of(claimed.language)
    url = f"{installation.site_url}/digest/off/{unsubscribe.mint(installation.keyring, user_id)}"
    closing = Closing(say(Phrase("mail.digest.why"), language), say(Phrase("mail.digest.stop"), language), url)
    parts = _parts(claimed.sentences, installation.site_url, language)
    count = sum(len(one.lines) for one in parts)
    letter = Letter(
        message_id=f"<digest.{claimed.id}.{claimed.created_at}@{domain}>",
        from_=Mailbox(company.name, f"notifications@{domain}"),
        subject=say(Phrase("mail.digest.subject", {"count": count}), language),
        text=digest.as_text(parts, closing),
        html=digest.as_html(parts, closing),
        date=claimed.created_at,
        loop=installation.name,
        automatic=True,
        unsubscribe=url,
    )
    try:
        return Copy(compose(letter, ForOneColleague(Mailbox(user.name, address))), "", domain)
    except BadAddress as error:
        return _refused(Phrase("refused.address", {"error": str(error)}))


def _parts(says: list[Phrase], site_url: str, language: Language) -> list[DigestPart]:
    """Part the phrases by the company that stands before each of them."""
    parts: list[tuple[str, list[DigestLine]]] = []
    for one in says:
        if one.code == "mail.digest.company":
            parts.append((str(one.values["company"]), []))
        else:
            parts[-1][1].append(DigestLine(say(one, language), f"{site_url}{one.values['path']}"))
    return [DigestPart(company, lines) for company, lines in parts]


def _refused(says: Phrase) -> Refused:
    return Refused(say(says), says)
