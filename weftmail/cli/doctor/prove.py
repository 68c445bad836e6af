"""doctor --prove: a real mail to somebody who answers it, followed from its leaving to where the answer is filed.

The mail is a message on a record of its own, so that it takes the way of every other.  Nothing but the record is kept:
the steps are read from the store each time, and a proof that was left is gone on with by the record's number.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal, TextIO

from weftmail.cli.context import Context
from weftmail.cli.output import shown
from weftmail.cli.refusals import carried_out
from weftmail.cli.this_server import ThisServer
from weftmail.core.failure import UsageError
from weftmail.core.routing.findings import findings
from weftmail.core.tokens import reply_token
from weftmail.core.wording.command import Command
from weftmail.core.wording.sentences import say
from weftmail.flow.identity import identity_of
from weftmail.flow.mail_log import queue_id
from weftmail.flow.post import Draft
from weftmail.flow.setup import find
from weftmail.flow.setup.opening import Opening, open_record
from weftmail.store.delivery import Delivery
from weftmail.store.inbound import InboundRow
from weftmail.store.listing import InboundFilter
from weftmail.store.message import ThreadMessage
from weftmail.store.record import Record

State = Literal["done", "waiting", "wrong", "unknown"]
MARKS: Final[dict[State, str]] = {"done": "●", "waiting": "○", "wrong": "✕", "unknown": "○"}
TAKEN: Final = ("accepted", "relayed", "delivered")
LEFT: Final = ("sent", "delayed", *TAKEN)
LOST: Final = ("bounced", "failed", "cancelled")
LOOKED_AT: Final = 500
"""So many of the newest mails are looked through for the answer."""
LOG_LAG: Final = 10_000
"""Milliseconds by which the mail server's log may be read later than an answer comes."""
EACH: Final = 0.5
"""Seconds between two looks."""
TEXT: Final = (
    "Please answer this email; a single word is enough. Leave the address in To as it is.\n\nIt was sent by "
    "mail-admin doctor --prove, to see that email leaves this server and that answers come back to it.\n"
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the proof: what it is, how it stands, and what to do where it does not come about."""

    name: str
    state: State
    said: str
    next_step: str = ""

    def line(self) -> str:
        """Return it for people."""
        step = f"    Next: {self.next_step}" if self.next_step else ""
        return f"{MARKS[self.state]} {self.name:14} {self.said}{step}"


@dataclass(frozen=True, slots=True)
class Trial:
    """A proof under way: the message on its record, and to whom it went."""

    record: Record
    message: ThreadMessage
    address: str


def begin(context: Context, text: str, company: str | None) -> Trial:
    """Send a mail to an address, or take up the proof on a record.

    Raises UsageError where there is no such proof, nobody could have written the mail, or it may not go there.
    """
    if "@" not in text:
        return _again(context, find.record(context.store, text, company))
    store = context.store
    address, whose = find.address("prove", text), find.company(store, company)
    author = next(iter(store.users.admins(whose.id)), None)
    found = store.users.get(author.id) if author is not None else None
    if found is None:
        raise UsageError(f"{whose.name} has no admin in whose name a mail could go; see: mail-admin user add")
    types = [one.name for one in store.companies.record_types(whose.id) if not one.teams_only]
    if not types:
        raise UsageError(f"{whose.name} has no type of records for everybody; see: mail-admin record-type add")
    opened = carried_out(
        open_record(
            context.setup,
            context.installation,
            Opening("task" if "task" in types else types[0], f"Mail to {address} and back", customer=address),
            found,
            Draft(text=TEXT, subject="Please answer this email", new=True),
            company=whose.name,
        )
    )
    context.wake_sender()
    return _again(context, find.record(store, opened.subject, whose.name))


def _again(context: Context, record: Record) -> Trial:
    thread = context.store.messages.thread(record.company_id, record.id)
    sent = next((one for one in thread if one.public and one.author_user_id is not None), None)
    copies = [] if sent is None else _copies(context, sent)
    if sent is None or not copies:
        raise UsageError(f"no mail went from {record.label} that could be followed; name an address: --prove ADDR")
    return Trial(record, sent, copies[0].address)


def _copies(context: Context, message: ThreadMessage) -> list[Delivery]:
    found = context.store.messages.deliveries(message.company_id, message.id)
    return [one for one in found if one.contact_id is not None and one.channel == "email"]


def steps(context: Context, trial: Trial) -> list[Step]:
    """Return how each step stands now, in their order."""
    answer = _answer(context, trial)
    return [*_out(context, trial, answer), *_back(context, trial, answer)]


def _out(context: Context, trial: Trial, answer: InboundRow | None) -> Iterator[Step]:
    copy = next(one for one in _copies(context, trial.message) if one.address == trial.address)
    at = shown(copy.changed_at)
    if copy.state in LOST:
        name = "left" if copy.state != "bounced" else "accepted"
        yield Step(name, "wrong", f"{copy.state}: {copy.reason or 'no reason was given'}", _DO["lost"])
        return
    if copy.state not in LEFT:
        said = f"waits in the outbox{f': {copy.reason}' if copy.reason else ''}"
        yield Step("left", "waiting", said, _DO["left"])
        return
    queued = queue_id(copy.reason)
    yield Step("left", "done", f"{at}, queue id {queued}" if queued else "the mail server has it")
    by = f" by {copy.host}" if copy.host else ""
    if copy.state in TAKEN:
        relay = ", which passes it on" if copy.state == "relayed" else ""
        yield Step("accepted", "done", f"{at}{by}{relay}: {copy.reason}")
    elif copy.state == "delayed":
        yield Step("accepted", "waiting", f"put off{by}: {copy.reason}", _DO["delayed"])
    elif _log_is_silent(context, answer):
        yield Step("accepted", "unknown", "the mail server's log was not read", _DO["log"])
    else:
        yield Step("accepted", "waiting", f"{trial.address} is not reached yet", _DO["accepted"])


def _log_is_silent(context: Context, answer: InboundRow | None) -> bool:
    """Say whether the log will tell no more: nobody may read it, or it lags behind the answer."""
    if answer is not None and context.clock() - answer.accepted_at > LOG_LAG:
        return True
    return not ThisServer(context.config).mail_log_readable()


def _back(context: Context, trial: Trial, row: InboundRow | None) -> Iterator[Step]:
    if row is None:
        check = Command("mail-admin dns check {domain}", domain=identity_of(context.store, trial.record).domain)
        yield Step("answer", "waiting", f"none from {trial.address} yet", _DO["answer"].format(check=check))
        return
    server = f" from {row.client_address}" if row.client_address else ""
    queued = f", queue id {row.queue_id}" if row.queue_id else ""
    yield Step("answer", "done", f"{shown(row.accepted_at)} by {row.entrance}{server}{queued}, to {_kind(row)}")
    if _names(context, row.recipient, trial.message.id):
        yield Step("reply address", "done", "whole, and its signature is ours")
    elif reply_token.find(row.recipient.partition("@")[0]) is not None:
        yield Step("reply address", "wrong", "its signature is not ours, or it is another's", _DO["token"])
    else:
        yield Step(
            "reply address", "unknown", "not in the envelope: forwarded, or written to another", _DO["lost_token"]
        )
    if row.state == "accepted":
        yield Step("filed", "waiting", "not read yet", _DO["filed"])
        return
    checked = "; ".join(say(one) for one in findings(json.loads(row.proof)))
    why = f": {say(row.why)}" if row.why is not None else ""
    if row.state == "filed":
        seconds = ((row.settled_at or row.accepted_at) - row.accepted_at) / 1000
        said = f"on {row.record}, {seconds:.1f} s after the mail server had it"
        yield Step("filed", "done", f"{said}. {checked}".rstrip(". ") + ".")
        return
    look = Command("mail-admin inbound show {id}", id=row.id)
    yield Step("filed", "wrong", f"{row.state}{why}. {checked}".rstrip(". ") + ".", str(look))


_DO: Final = {
    "left": "systemctl status weftmail-sender; mail-admin outbox list --state waiting",
    "lost": "put right what the mail server says; mail-admin dns check DOMAIN says what others see of us",
    "delayed": "it is tried again by itself; mailq shows the queue",
    "accepted": "mailq shows whether it still waits in the mail server's queue",
    "log": "mail-admin doctor says whether the log is followed",
    "answer": "answer the email; if you have, {check}, and the log of the mail server",
    "token": "answer the email itself, with its address as it is",
    "lost_token": "mail-admin inbound show says by which rule it was found; see docs/forwarding.md",
    "filed": "systemctl status weftmail-listener",
}
"""What to do where a step does not come about."""


def _kind(row: InboundRow) -> str:
    return "a reply address" if reply_token.find(row.recipient.partition("@")[0]) is not None else row.recipient


def _names(context: Context, recipient: str, message_id: int) -> bool:
    local, _, domain = recipient.partition("@")
    token = reply_token.resolve(context.installation.keyring, local, domain)
    return token is not None and token.message == message_id


def _answer(context: Context, trial: Trial) -> InboundRow | None:
    """Return the newest mail that answers the message; a report of its mail server is none."""
    store = context.store
    for line in store.listings.inbound(InboundFilter(), most=LOOKED_AT):
        if line.accepted_at < trial.message.created_at:
            return None
        answers = line.answers_id == trial.message.id or _names(context, line.recipient, trial.message.id)
        if answers and not line.recipient.startswith("bounce"):
            return store.inbound.get(line.id)
    return None


def watch(context: Context, trial: Trial, seconds: int) -> Iterator[Sequence[Step]]:
    """Yield the steps each time that one of them stands otherwise, until all is done, one is wrong or time is over."""
    until, last = time.monotonic() + seconds, list[Step]()
    bar = WaitingLine(sys.stderr)
    while True:
        found = steps(context, trial)
        if found != last:
            bar.end()
            yield found
        last = found
        left = until - time.monotonic()
        if left <= 0 or finished(found):
            bar.end()
            return
        bar.at(found, left)
        context.wait(EACH)


def finished(found: Sequence[Step]) -> bool:
    """Say whether nothing more will happen: all is done, or one step went wrong."""
    wrong = any(one.state == "wrong" and one.name != "reply address" for one in found)
    return wrong or not any(one.state == "waiting" for one in found)


class WaitingLine:
    """At a terminal, one line that says what is waited for, and how long yet."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = stream.isatty()

    def at(self, found: Sequence[Step], left: float) -> None:
        """Say it anew."""
        what = next((one.name for one in found if one.state == "waiting"), "")
        self._write(f"\r  waiting: {what}, {left:.0f} s more; Ctrl-C leaves it  ")

    def end(self) -> None:
        """Take the line away."""
        self._write(f"\r{'':70}\r")

    def _write(self, text: str) -> None:
        if self._shown:
            self._stream.write(text)
            self._stream.flush()


def value(trial: Trial, found: Sequence[Step]) -> dict[str, object]:
    """Return the proof for JSON."""
    return {
        "record": trial.record.label,
        "to": trial.address,
        "works": all(one.state in ("done", "unknown") for one in found),
        "steps": [asdict(one) for one in found],
    }
