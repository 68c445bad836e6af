"""An export of another program on its way in: looked through first, then filed conversation by conversation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from weftmail.cli.context import Context
from weftmail.cli.progress import Progress
from weftmail.core.imported import ImportedConversation, ImportedMessage
from weftmail.core.limits import MESSAGE_SIZE
from weftmail.flow.conversation_import import NewMail, colleague, import_conversation, look, outside
from weftmail.flow.mail_import import ImportGoal, ReadMail
from weftmail.flow.reading import Reader, Unread
from weftmail.transport.exports.folder import Missed

KINDS = {"received": "from outside", "post": "of colleagues", "note": "as notes"}


class Export(Protocol):
    """What every reader of another program's export offers."""

    name: str

    @property
    def size(self) -> int:
        """How many conversations there are."""
        ...

    def conversations(self) -> Iterator[ImportedConversation | None]:
        """Yield them, None for one that is left out."""
        ...


@dataclass(slots=True)
class Plan:
    """What an export holds, and what of it is there already."""

    conversations: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    there: int = 0
    files: int = 0
    size: int = 0
    people: set[str] = field(default_factory=set)
    strangers: set[str] = field(default_factory=set)
    """Owners and followers who are no users here."""

    @property
    def new(self) -> int:
        """How many messages are not there yet."""
        return self.messages.total() - self.there

    def lines(self, source: str, missed: Missed) -> list[str]:
        """Return what there is to say, in lines."""
        states = _listed(self.conversations)
        kinds = _listed(Counter({KINDS[kind]: count for kind, count in self.messages.items()}))
        news = f"{self.there} are there already, {self.new} are new"
        lines = [
            f"{source}: {self.conversations.total()} conversations ({states or 'none'}).",
            f"{self.messages.total()} messages ({kinds or 'none'}); {news}.",
            f"{self.files} files of {self.size / 1e6:.1f} MB; {len(self.people)} people outside.",
        ]
        if self.strangers:
            some = ", ".join(sorted(self.strangers)[:10])
            more = f" and {len(self.strangers) - 10} more" if len(self.strangers) > 10 else ""
            lines.append(f"No user here, so they own and follow nothing: {some}{more}.")
        return lines + left_out(missed)

    def value(self, missed: Missed) -> dict[str, object]:
        """Return the same as JSON has it."""
        return {
            "conversations": dict(self.conversations), "messages": dict(self.messages), "there": self.there,
            "new": self.new, "files": self.files, "bytes": self.size, "people": len(self.people),
            "no_users": sorted(self.strangers), "left_out": dict(missed.counts), "not_read": missed.named,
        }  # fmt: skip


def left_out(missed: Missed) -> list[str]:
    """Return what is left out, counted and named."""
    if not missed.counts:
        return []
    counts = ", ".join(f"{name} {count}" for name, count in sorted(missed.counts.items()))
    lines = [f"Left out: {counts}.", *(f"  {one}" for one in missed.named)]
    more = missed.counts.total() - len(missed.named)
    return [*lines, f"  and {more} more"] if more else lines


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


def planned(context: Context, into: ImportGoal, source: str, export: Export, progress: Progress) -> Plan:
    """Look through an export, and change nothing."""
    plan, now = Plan(), context.clock()
    for done, one in enumerate(export.conversations(), start=1):
        if one is not None:
            with context.store.snapshot():
                _count(context, into, source, plan, one, now)
        progress.at(done, plan.messages.total())
    progress.end()
    return plan


def _count(context: Context, into: ImportGoal, source: str, plan: Plan, one: ImportedConversation, now: int) -> None:
    plan.conversations[one.state] += 1
    plan.messages.update(message.kind for message in one.messages)
    plan.there += look(context.store, into, source, one, now).there
    files = [file for message in one.messages for file in message.files]
    plan.files += len(files)
    plan.size += sum(len(file.content) for file in files)
    authors = (message.author for message in one.messages if message.kind == "received")
    found = (outside(context.store, box) for box in (one.customer, *authors))
    plan.people |= {author.address for author in found if author is not None}
    named = {one.owner, *one.followers} - {""}
    plan.strangers |= {address for address in named if colleague(context.store, into.company_id, address) is None}


def filed(
    context: Context, into: ImportGoal, source: str, export: Export, missed: Missed, progress: Progress
) -> tuple[int, int]:
    """File what is new; return how many messages that were, and how many were there already."""
    # Taken once: each installation that is made has readers of its own.
    installation, now, new, there = context.installation, context.clock(), 0, 0
    for done, one in enumerate(export.conversations(), start=1):
        if one is not None:
            ahead = look(context.store, into, source, one, now)
            read = (_read(installation.reader, mail, source, one, missed) for mail in ahead.new)
            mails = [mail for mail in read if mail is not None]
            new += import_conversation(context.store, installation, into, source, one, mails, now)
            there += ahead.there
        progress.at(done, new + there)
    progress.end()
    return new, there


def _read(
    reader: Reader, mail: NewMail, source: str, conversation: ImportedConversation, missed: Missed
) -> tuple[ImportedMessage, ReadMail] | None:
    """Have a message read by a process of its own; one that is too large, or on which our code fails, is named."""
    try:
        if len(mail.raw) > MESSAGE_SIZE:
            raise Unread(f"it has more than {MESSAGE_SIZE // 1024**2} MB")
        return mail.message, ReadMail(mail.raw, reader(mail.raw), mail.message.at)
    except Unread as error:
        where = f"{source} {conversation.number}, {mail.message.key}"
        missed.add("messages", where, error.detail.strip().splitlines()[-1])
        return None
