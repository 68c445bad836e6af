"""The mail log: where any mail is, that came or left, by what people remember of it; and one mail's whole fate."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from starlette.responses import Response

from weftmail.admin import upload
from weftmail.admin.files import download
from weftmail.admin.mail_way import way_of
from weftmail.admin.navigation import Item
from weftmail.admin.number import whole_number
from weftmail.admin.page import page
from weftmail.admin.pages import outbox
from weftmail.admin.visit import Visit, nothing_here
from weftmail.admin.words import state as state_of
from weftmail.core.role import Role
from weftmail.core.routing.findings import findings
from weftmail.core.tokens.reply_token import mask_addresses
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import Phrase, marked
from weftmail.flow.explain import explanation
from weftmail.flow.forecast import becomes
from weftmail.flow.mail_log import LogPage, Place, as_composed, by_file, differing, log_page, near, queue_id
from weftmail.flow.reading import Unread
from weftmail.flow.refusal import Refusal
from weftmail.flow.replay import replay_later
from weftmail.flow.review import REVIEW_STATES
from weftmail.store.inbound import InboundLine, InboundRow
from weftmail.store.listing import NEWEST, OutboxLine
from weftmail.store.remembered import Remembered

PER_PAGE = 50
DAY = timedelta(days=1)
MOST_SOURCE = 256 * 1024
"""Of a mail as it came, so many bytes are shown; all of it is a download."""
AGAIN = ("held", "unmatched", "error", "discarded")
"""States from which a mail can be routed once more."""
CAME = {
    "accepted": (Phrase("log.accepted"), "look"),
    "filed": (Phrase("log.filed"), "good"),
    "duplicate": (Phrase("log.duplicate"), "open"),
    "held": (Phrase("review.state.held"), "look"),
    "unmatched": (Phrase("review.state.unmatched"), "look"),
    "error": (Phrase("review.state.error"), "broken"),
    "discarded": (Phrase("log.discarded"), "open"),
    "report": (Phrase("log.report"), "open"),
    "bounce": (Phrase("log.bounce"), "look"),
}
"""What each state of what came is called, by its sentence, and its tone."""
STATES = {**CAME, **outbox.STATES}
"""Each state that can be asked for."""
ASKED = ("who", "day", "to", "words", "queue", "state", "way", "since")
"""What an address of the log asks for."""
WAYS = {"came": marked("what came in"), "left": marked("what went out")}


def log(visit: Visit) -> Response:
    """Show a page of the log, or what a search found."""
    asked = visit.request.query_params
    at = Place(*(_start(asked.get(way, "")) for way in ("came", "left")))
    found = log_page(visit.store, _whose(visit), _remembered(visit), at, PER_PAGE)
    return _page(visit, found)


def by_mail(visit: Visit) -> Response:
    """Find a mail that somebody has as a file."""
    raw, wrong = upload.read(visit, "eml")
    if wrong:
        return _page(visit, None, wrong=wrong, status=422)
    try:
        message = visit.site.installation.reader(raw)
    except Unread as unread:
        return _page(visit, None, wrong=visit.voice.say(unread.refusal.phrase), status=422)
    return _page(visit, by_file(visit.store, visit.site.installation, _whose(visit), message, PER_PAGE))


def _whose(visit: Visit) -> int | None:
    """Return whose mail is searched: who looks after the installation sees all of it."""
    return None if visit.owner else visit.company_id


def _start(text: str) -> int:
    """Return from which row to read on; 0 says that nothing is left, and what is no number begins at the newest."""
    number = whole_number(text)
    return NEWEST if number is None else number


def _remembered(visit: Visit) -> Remembered:
    asked = visit.request.query_params
    first, last = (_day(visit, asked.get(name, "")) for name in ("day", "to"))
    state = asked.get("state", "")
    found = Remembered(
        who=asked.get("who", "").strip()[:320] or None,
        words=asked.get("words", "").strip()[:200] or None,
        queue_id=asked.get("queue", "").strip()[:100] or None,
        since=max(first[0] if first else 0, whole_number(asked.get("since", "")) or 0),
        until=last[1] if last else first[1] if first and not asked.get("to") else NEWEST,
        way=way if (way := asked.get("way", "")) in WAYS else None,
        reader=None if visit.may(Role.ADMIN) else visit.user.id,
    )
    return found.in_state(state) if state in STATES else found


def _day(visit: Visit, text: str) -> tuple[int, int] | None:
    """Return when a day begins and ends in the visitor's zone; None for what is no day."""
    try:
        day = date.fromisoformat(text)
        bounds = [datetime.combine(one, time(), tzinfo=visit.voice.calendar.zone) for one in (day, day + DAY)]
        begins, ends = [int(one.timestamp() * 1000) for one in bounds]
    except (ValueError, OverflowError):
        return None
    return begins, ends


def _page(visit: Visit, found: LogPage | None, *, wrong: str = "", status: int = 200) -> Response:
    asked = {name: visit.request.query_params.get(name, "") for name in ASKED}
    older = None
    if found is not None and found.older.more:
        kept = {name: value for name, value in asked.items() if value}
        older = "/log?" + urlencode({**kept, "came": found.older.came, "left": found.older.left})
    no_day = {name: _no_day(visit, asked[name]) for name in ("day", "to")}
    return visit.page(
        "log.html",
        command=_command({name: "" if no_day.get(name) else value for name, value in asked.items()}),
        everywhere=visit.owner,
        status=status,
        asked=asked,
        no_day=no_day,
        searched=any(asked.values()) or visit.request.method == "POST",
        lines=[] if found is None else _seen(visit, found.lines),
        older=older,
        states=CAME,
        since=whole_number(asked["since"]),
        ways=[(way, visit.voice.gettext(said)) for way, said in (("", marked("both")), *WAYS.items())],
        choices=[
            ("", visit.voice.gettext(marked("all"))),
            *((name, visit.voice.say(says)) for name, (says, _) in STATES.items()),
        ],
        left=outbox.STATES,
        kind=kind,
        came=lambda line: isinstance(line, InboundLine),
        near=_near(visit, found, asked["who"]),
        wrong=wrong,
    )


def _no_day(visit: Visit, text: str) -> str:
    """Return what is wrong with a day that was asked for; "" where nothing is."""
    if not text or _day(visit, text) is not None:
        return ""
    return visit.voice.say(Phrase("day_malformed", {"day": text}))


def kind(line: InboundLine) -> str:
    """Return how the list calls what came: reports of mail servers are filed, and called what they are."""
    if line.state != "filed" or not line.report:
        return line.state
    return "bounce" if line.report == "bounce" else "report"


def _seen(visit: Visit, lines: Sequence[InboundLine | OutboxLine]) -> list[InboundLine | OutboxLine]:
    """Leave out what belongs to records that do not exist for the visitor."""
    labels = {one: one.record if isinstance(one, InboundLine) else one.row.record for one in lines}
    hidden = visit.store.records.hidden_among(visit.company_id, visit.hidden_types, {*labels.values()})
    mails = [one.id for one in lines if isinstance(one, InboundLine) and visit.hidden_types]
    aside = visit.store.log.hidden(visit.company_id, visit.user.id, mails)
    seen = [one for one in lines if labels[one] not in hidden]
    return [one for one in seen if not (isinstance(one, InboundLine) and one.id in aside)]


def _near(visit: Visit, found: LogPage | None, who: str) -> tuple[str, ...]:
    """Return the addresses that may have been meant, where nothing at all was found."""
    if found is None or found.lines or found.older.more or not who:
        return ()
    return near(visit.store, visit.company_id, who)


def _command(asked: dict[str, str]) -> Command:
    said = {"queue_id" if name == "queue" else name: asked[name] for name in ASKED if name != "since"}
    return Command("mail-admin log").given(**said)


def mail(visit: Visit) -> Response:
    """Show what became of one mail that came: its fate in sentences, its path, and to admins its source."""
    return _mail(visit, _row(visit))


def _mail(visit: Visit, row: InboundRow, *, wrong: str = "", status: int = 200) -> Response:
    admin = visit.may(Role.ADMIN)
    raw = visit.store.blobs.open(row.blob_id, row.size)
    start = (raw if isinstance(raw, bytes) else raw.read(MOST_SOURCE))[:MOST_SOURCE] if admin else b""
    return visit.page(
        "log_mail.html",
        command=Command("mail-admin inbound show {id}", id=row.id),
        everywhere=True,
        status=status,
        row=row,
        state=CAME[row.state],
        **way_of(visit, row),
        findings=findings(json.loads(row.proof)),
        source=mask_addresses(start.decode("utf-8", "replace")),
        cut=row.size > MOST_SOURCE,
        may_source=admin,
        again=admin and row.state in AGAIN,
        decides=row.state in REVIEW_STATES
        and bool(visit.store.deciders.decides_on(visit.company_id, visit.user.id, [row.id])),
        wrong=wrong,
    )


def _row(visit: Visit) -> InboundRow:
    row = visit.store.inbound.get(visit.request.path_params["mail"])
    if row is None or (row.company_id != visit.company_id and not visit.owner):
        raise nothing_here()
    if visit.hidden_types and visit.store.log.hidden(visit.company_id, visit.user.id, [row.id]):
        raise nothing_here()
    if row.record_id is not None and visit.hidden_types:
        record = visit.store.records.get(visit.company_id, row.record_id)
        if record is not None and record.type in visit.hidden_types:
            raise nothing_here()
    return row


def source(visit: Visit) -> Response:
    """Give out a mail as it came."""
    row = _row(visit)
    return download(visit, row.blob_id, row.size, f"mail-{row.id}.eml", "message/rfc822")


def before_again(visit: Visit) -> Response:
    """Show what would become of a mail now, before it is routed once more."""
    row = _row(visit)
    raw = visit.store.blobs.open(row.blob_id, row.size)
    try:
        found = explanation(visit.store, visit.site.installation, row.envelope, raw)
    except Unread as unread:
        return _mail(visit, row, wrong=visit.voice.say(unread.refusal.phrase), status=422)
    return visit.page(
        "log_again.html",
        command=Command("mail-admin inbound replay {id}", id=row.id),
        everywhere=True,
        row=row,
        state=CAME[row.state],
        rules=found.decision.trace,
        would=becomes(found.decision.disposition),
        differing=differing(row.rules, found.decision.trace),
        again=row.state in AGAIN,
    )


def again(visit: Visit) -> Response:
    """Route a mail once more."""
    row = _row(visit)
    done = replay_later(visit.setup, row.id)
    if isinstance(done, Refusal):
        return _mail(visit, row, wrong=visit.voice.say(done.phrase), status=422)
    return visit.go(f"/log/{row.id}", done)


def copy(visit: Visit) -> Response:
    """Show what became of one copy that leaves or left: whom it goes to, what the server said, and how it looks."""
    line = visit.store.log.copy(visit.request.path_params["copy"])
    if line is None or (line.row.company_id != visit.company_id and not visit.owner) or not _seen(visit, [line]):
        raise nothing_here()
    row, admin = line.row, visit.may(Role.ADMIN)
    raw = as_composed(visit.store, visit.site.installation, row.id) if admin else None
    return visit.page(
        "log_copy.html",
        command=Command("mail-admin outbox show {id}", id=row.id),
        everywhere=True,
        row=row,
        line=line,
        state=outbox.STATES[row.state],
        people=visit.store.log.people(row.company_id, row.id),
        delivered=state_of,
        queue_id=queue_id(row.error),
        source=mask_addresses(raw[:MOST_SOURCE].decode("utf-8", "replace")) if raw is not None else None,
        cut=raw is not None and len(raw) > MOST_SOURCE,
        acts=admin and row.company_id == visit.company_id and row.state in OPEN,
    )


OPEN = ("waiting", "delayed", "failed")
"""States of a copy with which something can be done."""
item = Item(120, "/log", marked("Mail log"))
routes = [
    page("/log", log),
    page("/log/mail", by_mail, posts=True),
    page("/log/out/{copy:number}", copy),
    page("/log/{mail:number}", mail),
    page("/log/{mail:number}/source", source, role=Role.ADMIN),
    page("/log/{mail:number}/again", before_again, role=Role.ADMIN),
    page("/log/{mail:number}/replay", again, posts=True, role=Role.ADMIN),
]
