"""Where would this mail go: answered by what files mail, and by the map that the mail server asks."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from weftmail.admin import upload
from weftmail.admin.page import page
from weftmail.admin.visit import Visit
from weftmail.core.address import comparable
from weftmail.core.role import Role
from weftmail.core.routing.rules import RULES
from weftmail.core.tokens.reply_token import mask
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import Phrase, marked
from weftmail.flow.forecast import ANSWER, CASES, Forecast, Supposed, forecast
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup.alias import check_name, domains_of, near
from weftmail.store.alias import Alias

ANSWERS = (
    ("answer", marked("by its customer")),
    ("answer-stranger", marked("by a stranger")),
    ("answer-forged", marked("in a colleague's name, forged")),
    ("answer-automatic", marked("by a program")),
)
"""Whose answer to a record it may be, and what the button says."""


def ask(visit: Visit) -> Response:
    """Answer what the address asks, or show the empty form."""
    asked = visit.request.query_params
    if not asked.get("to", "").strip() and not asked.get("if", "").startswith(ANSWER):
        return _page(visit, _question(visit, "", "", "stranger", ""))
    case = asked.get("if", "stranger")
    supposed = _question(
        visit,
        asked.get("to", ""),
        asked.get("from", ""),
        case if case in CASES else "stranger",
        asked.get("record", ""),
    )
    return _answered(visit, supposed)


def ask_about(visit: Visit) -> Response:
    """Answer where a mail would go that is handed in as a file."""
    raw, wrong = upload.read(visit, "eml")
    supposed = _question(visit, visit.text("to"), visit.text("from"), "stranger", "", raw or None)
    if wrong:
        return _page(visit, supposed, wrong={"eml": wrong}, status=422)
    if not supposed.recipient.strip():
        said = visit.voice.gettext(marked("Say to which address it came: the file does not tell for certain."))
        return _page(visit, supposed, wrong={"to": said}, status=422)
    return _answered(visit, supposed)


def _question(visit: Visit, to: str, sender: str, case: str, record: str, raw: bytes | None = None) -> Supposed:
    colleague = visit.store.users.addresses(visit.user.id)[0] if case.endswith("forged") else ""
    return Supposed(to, sender, case, record, colleague, raw, visit.company_id)


def _answered(visit: Visit, supposed: Supposed) -> Response:
    site = visit.site
    try:
        found = forecast(visit.store, site.installation, supposed, site.map_file, site.machine)
    except RefusedAct as refused:
        said = visit.voice.say(refused.refusal.phrase)
        return _page(visit, supposed, wrong={refused.refusal.field: said}, status=422)
    if not visit.owner and found.company_id != visit.company_id:
        # What is another company's looks like what is nobody's.
        nothing = Phrase("forecast.not yours", {"address": supposed.recipient, "company": visit.company.company})
        return _page(visit, supposed, headline=nothing)
    return _page(visit, supposed, found, found.headline, meant=_near(visit, found))


def _near(visit: Visit, found: Forecast) -> str:
    """Return the alias that was meant, where the address is none; "" where none is near."""
    for meant in near(visit.store, found.envelope.recipient) if found.taken is False else ():
        alias = visit.store.aliases.by_address(meant)
        if alias is not None and alias.company_id == visit.company_id:
            return meant
    return ""


def _page(
    visit: Visit,
    supposed: Supposed,
    found: Forecast | None = None,
    headline: Phrase | None = None,
    *,
    meant: str = "",
    wrong: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    ours = found is not None and _may_have_an_alias(found) and _ours(visit, found.envelope.recipient)
    switches = _switches(visit, found, ours=ours) if found is not None else {}
    refused = ours and found is not None and found.taken is False
    return visit.page(
        "where.html",
        command=_command(supposed),
        status=status,
        asked=supposed,
        cases=[one for one in CASES.items() if not one[0].startswith(ANSWER)],
        answers=ANSWERS,
        found=found,
        headline=headline,
        near=meant,
        known=_known(visit, found.envelope.recipient) if refused and found is not None else None,
        can_make=refused and found is not None and _can_make(visit, found.envelope.recipient),
        switches=switches,
        notes=_notes(visit, switches),
        shown_to=mask(found.envelope.recipient) if found is not None else "",
        wrong=wrong or {},
    )


def _known(visit: Visit, address: str) -> Alias | None:
    """Return the alias that the company has there, on or off."""
    found = visit.store.aliases.by_address(comparable(address))
    return found if found is not None and found.company_id == visit.company_id and found.state != "removed" else None


def _can_make(visit: Visit, address: str) -> bool:
    """Say whether an alias can be made at the address: it may have one, or be one of those that every domain has."""
    return check_name(visit.setup, address, visit.company.company).refusal is None


def _may_have_an_alias(found: Forecast) -> bool:
    """Say whether an alias at the address would change anything: it has one, or none was found."""
    return found.taken is False or any(one.rule in ("alias", "nowhere") for one in found.explanation.decision.trace)


def _ours(visit: Visit, address: str) -> bool:
    """Say whether the company may have an alias there."""
    domain = comparable(address).rpartition("@")[2]
    return domain in {one.name for one in domains_of(visit.store, visit.company_id)}


def _command(supposed: Supposed) -> Command:
    to, answers = supposed.recipient.strip(), supposed.case.startswith(ANSWER)
    forged = supposed.case.endswith("forged") and supposed.raw is None
    sender = supposed.colleague if forged else supposed.sender
    asked = Command("mail-admin where {to}", to=to or "ADDRESS") if to or not answers else Command("mail-admin where")
    return asked.given(
        from_=sender,
        if_=supposed.case if supposed.case != "stranger" and supposed.raw is None else "",
        record=supposed.record,
        eml="FILE" if supposed.raw is not None else "",
    )


def _switches(visit: Visit, found: Forecast, *, ours: bool) -> dict[str, str]:
    """Return the pages on which the rules can be set that were asked, by their names."""
    to, asked = comparable(found.envelope.recipient), [one.rule for one in found.explanation.decision.trace]
    alias = visit.store.aliases.by_address(to) if ours and "alias" in asked else None
    theirs = alias is not None and alias.company_id == visit.company_id
    record = getattr(found.disposition, "record", "")
    alias_page = f"/aliases/{alias.id}" if alias is not None and theirs else ""
    makes = ours and not theirs and "nowhere" in asked and _can_make(visit, to)
    in_file = {rule: f"/settings#file-{name}" for rule, name in IN_FILE.items()} if visit.owner else {}
    pages = in_file | {
        "blocked": "/review#blocked",
        "automatic answer": alias_page and f"{alias_page}#machines",
        "reply token": f"/records/{record}" if record else "",
        "references": f"/records/{record}" if record else "",
        "alias": alias_page,
        "nowhere": f"/aliases/new?address={quote(to)}" if makes else "",
    }
    if alias_page:
        pages["spam"] = f"{alias_page}#spam"
    return {rule: visit.path(page) for rule, page in pages.items() if page and rule in asked}


IN_FILE = {"report": "complaint_providers", "infected": "clamd", "spam": "spam_field"}
"""Rules for which a setting of the file says what is believed."""


def _notes(visit: Visit, switches: dict[str, str]) -> dict[str, str]:
    """Return what stands at the rules that lead to no page on which they could be set."""
    fixed = visit.voice.gettext(marked("not configurable"))
    elsewhere = visit.voice.gettext(marked("set by whoever looks after the installation"))
    # What leads nowhere and is in no file is changed by nothing.
    notes = {**dict.fromkeys(RULES, fixed), **dict.fromkeys(IN_FILE, elsewhere)}
    return {rule: said for rule, said in notes.items() if rule not in switches}


routes = [page("/where", ask, role=Role.ADMIN), page("/where/mail", ask_about, posts=True, role=Role.ADMIN)]
