"""The review queue: what is held, what fits nowhere, what our code failed on; a person decides, many at once too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from weftmail.admin.files import download
from weftmail.admin.navigation import Item
from weftmail.admin.number import whole_number
from weftmail.admin.page import page
from weftmail.admin.pages.history import PastAct, listed
from weftmail.admin.record_type import usual_type
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.address import in_full
from weftmail.core.parsing.message import Message
from weftmail.core.role import Role
from weftmail.core.routing.disposition import Append, Open
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import Phrase, marked
from weftmail.flow.reading import Unread
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.replay import replay_errors, replay_later
from weftmail.flow.review import REVIEW_STATES, plan
from weftmail.flow.setup import contact, review
from weftmail.flow.setup.act import Done
from weftmail.store.inbound import InboundLine, InboundRow

PER_PAGE = 25
LONGEST = 20_000
"""Of the words of a mail, so many characters are shown."""
DAY = 24 * 3600 * 1000
DECIDED = 20
"""Of the decisions of the last day, so many are shown."""
DECISIONS = ("review.release", "review.discard", "review.spam", "review.block")
QUEUES = {
    "held": Phrase("review.state.held"),
    "unmatched": Phrase("review.state.unmatched"),
    "error": Phrase("review.state.error"),
}
MEANWHILE = marked("Somebody else has decided on some of these meanwhile; the others are done.")
DECIDED_ONE = marked("Somebody else has decided on this email meanwhile; the mail log says what became of it.")
SET_ASIDE = ("automatic.lost.held", "report.lost.held")
"""Reasons of what programs wrote: it waits in the list folded, below what people wrote."""


def queue(visit: Visit) -> Response:
    """Show one part of the queue, oldest first, and what was decided in the last day."""
    return _queue(visit)


def _queue(visit: Visit, *, wrong: str = "", status: int = 200, decided: Sequence[int] = ()) -> Response:
    counts = _counts(visit)
    # Without a word, the first part in which something waits.
    first = next((name for name in QUEUES if counts.get(name)), "held")
    state = visit.request.query_params.get("state", first)
    state = state if state in QUEUES else first
    start = whole_number(visit.request.query_params.get("after", "")) or 0
    found = _lines(visit, state, start)
    shown, types = found[:PER_PAGE], _types(visit)
    aside = [one for one in shown if one.why is not None and one.why.code in SET_ASIDE]
    return visit.page(
        "review.html",
        command=Command("mail-admin review list"),
        status=status,
        state=state,
        queues=QUEUES,
        counts=counts,
        lines=[one for one in shown if one not in aside],
        aside=aside,
        following=found[PER_PAGE - 1].id if len(found) > PER_PAGE else 0,
        decided=_decided(visit),
        just_decided=decided or _numbers(visit, "decided"),
        undone=len(_numbers(visit, "undone")),
        types=types,
        usual=usual_type(visit, [name for name, _ in types]),
        told=visit.store.line.first(visit.company_id),
        progress=_progress(visit),
        blocked=visit.store.contacts.blocked(visit.company_id) if visit.may(Role.ADMIN) else [],
        wrong=wrong,
        typed=visit.text("record"),
    )


def _numbers(visit: Visit, name: str) -> list[int]:
    """Return the acts that the address names, each once."""
    found = (whole_number(one) for one in visit.request.query_params.get(name, "").split("-"))
    return list(dict.fromkeys(one for one in found if one is not None))[:PER_PAGE]


def _types(visit: Visit) -> list[tuple[str, str]]:
    types = visit.store.companies.record_types(visit.company_id)
    return [(one.name, one.name) for one in types if one.name not in visit.hidden_types]


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """How far it is with mails that are read once more: how many of them are done, and how many there are."""

    done: int
    total: int


def _progress(visit: Visit) -> ReadAgain | None:
    """Return how far it is with what the visitor has just let be tried again."""
    found = visit.just_done()
    if found is None or found.row.act != "inbound.replay_all":
        return None
    mails = found.row.now["mails"]
    return ReadAgain(len(mails) - visit.store.inbound.being_read(mails), len(mails))


def _whose(visit: Visit) -> int | None:
    """Return whose mails are shown: those that the view ``decider`` gives them, which for admins are all."""
    return None if visit.may(Role.ADMIN) else visit.user.id


def _lines(visit: Visit, state: str, after: int) -> list[InboundLine]:
    """Return the mails that the visitor may decide on; who looks after the installation sees what is no company's."""
    listings, most = visit.store.listings, PER_PAGE + 1
    found = listings.to_review(visit.company_id, state, _whose(visit), after, most)
    if visit.owner:
        found += listings.to_review_of_nobody(state, after, most)
    return sorted(found, key=lambda one: one.id)[:most]


def _counts(visit: Visit) -> dict[str, int]:
    """Return how many mails wait for the visitor, by state."""
    if visit.owner:
        return visit.store.inbound.review_counts_with_nobodys(visit.company_id)
    return visit.store.inbound.review_counts(visit.company_id, _whose(visit))


def _decided(visit: Visit) -> list[PastAct]:
    """Return the decisions of the last day that the visitor may see, newest first."""
    rows = visit.store.audit.of_acts(visit.company_id, DECISIONS, visit.now - DAY, DECIDED)
    return listed(visit, [row for row in rows if visit.may(Role.ADMIN) or row.user_id == visit.user.id])


def mail(visit: Visit) -> Response:
    """Show one mail of the queue: why it is there, its words, and what can be done with it.

    Of one that is decided already the log knows what became of it.
    """
    if _decided_already(visit, visit.request.path_params["mail"]):
        return visit.go(f"/log/{visit.request.path_params['mail']}")
    row = _row(visit)
    if visit.unread and not visit.looked_ahead and row.company_id is not None:
        visit.store.inbox_lists.read_mail(row.company_id, visit.user.id, row.id, visit.now)
    return _mail(visit, row)


def _mail(visit: Visit, row: InboundRow, *, wrong: str = "", status: int = 200) -> Response:
    message, types = _read(visit, row), _types(visit)
    return visit.page(
        "review_mail.html",
        command=Command("mail-admin inbound show {id}", id=row.id),
        everywhere=True,
        status=status,
        row=row,
        queue=QUEUES[row.state],
        message=message,
        words=message.text[:LONGEST] if message is not None else "",
        colleague=_colleague(visit, row),
        infected=row.scanned is not None and row.scanned.verdict == "infected",
        likely=_likely(visit, row, message) if row.state != "error" else "",
        types=types,
        deciders=_names(visit, row),
        on=_on(visit),
        wrong=wrong,
        typed=visit.text("record"),
        chosen=visit.text("opens") or usual_type(visit, [name for name, _ in types]),
    )


def _read(visit: Visit, row: InboundRow) -> Message | None:
    """Read the mail; None where our code fails on reading it, which is why it is an error."""
    try:
        return visit.site.installation.reader(visit.store.blobs.open(row.blob_id, row.size))
    except Unread:
        if row.state != "error":
            raise
        return None


def _names(visit: Visit, row: InboundRow) -> list[str]:
    """Return who else may decide; who looks after the installation is named where the company has no admin."""
    found = visit.store.deciders.of(row.company_id, [row.id]) if row.company_id is not None else []
    here = [one for one in found if one.why != "installation"]
    return list(dict.fromkeys(one.name for one in here or found))


def _on(visit: Visit) -> str:
    """Return the record from whose page the mail is decided on, and to which its decision leads back; "" for none."""
    label = visit.text("on") or visit.request.query_params.get("on", "")
    found = visit.store.records.by_label(label, visit.company_id)
    return label if found and found[0].type not in visit.hidden_types else ""


def _likely(visit: Visit, row: InboundRow, message: Message | None) -> str:
    """Return what the first button says: where the mail goes by one click; "" where a person has to say where."""
    if message is None:
        return ""
    try:
        planned = plan(visit.store, visit.site.installation, row.id, message=message)
    except RefusedAct:
        return ""
    name, say = _colleague(visit, row), visit.voice.gettext
    # Anybody can bear any name.
    people = ", ".join(in_full(one.name, one.address) for one in planned.recipients.outsiders)
    crosses = row.why is not None and row.why.code == "held.crossing"
    match planned.disposition:
        case Append(post=True) if people and crosses:
            return say(marked("Send anyway to {people} as {name}")).format(people=people, name=name)
        case Append(post=True) if people:
            return say(marked("Send to {people} as {name}")).format(people=people, name=name)
        case Append(post=True):
            return say(marked("Send as {name}")).format(name=name)
        case Append():
            return say(marked("Add to conversation"))
        case Open(record_type=opens) if name:
            return say(marked("Open a {type} as {name}")).format(type=opens, name=name)
        case Open(record_type=opens):
            return say(marked("Open a {type}")).format(type=opens)
    return say(marked("File as note"))


def _row(visit: Visit) -> InboundRow:
    """Return the mail of the address, if it waits and is the visitor's to decide on."""
    return _to_decide(visit, visit.request.path_params["mail"])


def _to_decide(visit: Visit, number: int | None) -> InboundRow:
    row = visit.store.inbound.get(number) if number is not None else None
    theirs = row is not None and visit.store.deciders.decides_on(visit.company_id, visit.user.id, [row.id])
    if row is None or row.state not in REVIEW_STATES or not theirs:
        raise nothing_here()
    return row


def _colleague(visit: Visit, row: InboundRow) -> str:
    """Return the name of the colleague in whose name a mail comes, "" where it comes in nobody's."""
    user = visit.store.users.by_address(row.from_address) if row.from_address else None
    return user.name if user is not None and user.active else ""


def source(visit: Visit) -> Response:
    """Give out a mail as it came."""
    row = _row(visit)
    return download(visit, row.blob_id, row.size, f"mail-{row.id}.eml", "message/rfc822")


def decide(visit: Visit) -> Response:
    """Carry out what was pressed on the page of one mail."""
    if _decided_already(visit, visit.request.path_params["mail"]):
        return _queue(visit, wrong=visit.voice.gettext(DECIDED_ONE), status=422)
    row = _row(visit)
    done = _carried_out(visit, row, visit.text("do"))
    if isinstance(done, Refusal):
        return _mail(visit, row, wrong=visit.voice.say(done.phrase), status=422)
    visit.site.sender.wake()
    on = _on(visit)
    return visit.go(f"/records/{on}" if on else _queue_of(visit, row.state), done)


def _queue_of(visit: Visit, state: str) -> str:
    """Return where the decisions go on: the part that is shown, another one where nothing waits in that any more."""
    return f"/review?state={state}" if _counts(visit).get(state) else "/review"


def decide_many(visit: Visit) -> Response:
    """Carry out what was pressed for all that are ticked; what cannot be done stays, and the last reason is said.

    What somebody else decided since the page was opened is none of these.
    """
    numbers = dict.fromkeys(whole_number(one) for one in visit.form.getlist("mail") if isinstance(one, str))
    rows = [_to_decide(visit, one) for one in [*numbers][:PER_PAGE] if not _decided_already(visit, one)]
    done: list[Done] = []
    refused = "" if len(rows) == len(numbers) else visit.voice.gettext(MEANWHILE)
    for row in rows:
        made = _carried_out(visit, row, visit.text("do"))
        if isinstance(made, Refusal):
            refused = visit.voice.say(made.phrase)
        else:
            done.append(made)
    visit.site.sender.wake()
    # Each of several is an act of its own, and can be undone alone where it stands in the list below.
    acts = [one.trace for one in done]
    if refused or not numbers:
        said = refused or visit.voice.gettext(marked("Tick at least one email."))
        return _queue(visit, wrong=said, status=422, decided=acts)
    back = _queue_of(visit, visit.request.query_params.get("state", "held"))
    if len(done) == 1:
        return visit.go(back, done[0])
    return visit.go(f"{back}{'&' if '?' in back else '?'}decided={'-'.join(map(str, acts))}")


def _decided_already(visit: Visit, number: int | None) -> bool:
    row = visit.store.inbound.get(number) if number is not None else None
    return row is not None and row.company_id == visit.company_id and row.state not in REVIEW_STATES


def _carried_out(visit: Visit, row: InboundRow, act: str) -> Done | Refusal:
    setup, installation = visit.setup, visit.site.installation
    match act:
        case "again":
            return replay_later(setup, row.id)
        case "add":
            return review.release(setup, installation, row.id)
        case "note":
            return review.release(setup, installation, row.id, note=True)
        case "open":
            return review.release(setup, installation, row.id, opens=visit.text("opens"))
        case "file":
            return review.release(setup, installation, row.id, record=visit.text("record").strip().upper())
        case "block":
            return review.block(setup, installation, row.id)
        case "spam":
            return review.spam(setup, installation, row.id)
        case "drop":
            return review.discard(setup, installation, row.id)
    raise nothing_here()


def again_all(visit: Visit) -> Response:
    """Let everything that our code failed on be read once more, after a repair."""
    done = replay_errors(visit.setup, visit.company_id, nobodys=visit.owner)
    return visit.go("/review?state=error", None if isinstance(done, Refusal) else done)


def unblock(visit: Visit) -> Response:
    """Take the mail of a sender again."""
    done = contact.unblock(visit.setup, visit.text("address"), company=visit.company.company)
    return visit.go("/review", None if isinstance(done, Refusal) else done)


item = Item(110, "/review", marked("Review queue"), Role.AGENT, lambda _, waiting: waiting.review)
routes = [
    page("/review", queue, role=Role.AGENT),
    page("/review/many", decide_many, posts=True, role=Role.AGENT),
    page("/review/again", again_all, posts=True, role=Role.ADMIN),
    page("/review/unblock", unblock, posts=True, role=Role.ADMIN),
    page("/review/{mail:number}", mail, role=Role.AGENT),
    page("/review/{mail:number}/source", source, role=Role.ADMIN),
    page("/review/{mail:number}/decide", decide, posts=True, role=Role.AGENT),
]
