"""The sentences of events, which the program itself writes into a conversation, and of remarks beside a message."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import Sentence, counted, marked

EVENTS: Final[dict[str, Sentence]] = {
    "event.report": marked("A mail server reports on a message that we sent."),
    "event.report.people": marked("A mail server reports on a message that we sent.\n{people}"),
    "event.report.unconfirmed": marked(
        "Unconfirmed, since nothing proves that a mail server of its recipient wrote it. {report}"
    ),
    "event.confirmed": marked("Receipt confirmed to {address}"),
    "event.not carried out": marked("The message of {name} has left; what was to follow was not done: {why}"),
    "event.not left": marked("A message of {name} did not leave and is a draft again: {why}"),
    "event.not left.answered": marked("they answered first"),
    "event.failed": marked("{address} did not get it: {answer}"),
    "event.failed.people": marked("These addresses did not get it:\n{people}"),
    "event.state": marked("{actor} changed the state: {was} → {became}"),
    "event.owner": marked("{actor} changed the owner: {was} → {became}"),
    "event.given.round": marked("{name} got this record: the next one in the round of {team}"),
    "event.given.last": marked("{name} of {team} got this record, having written to this customer last"),
    "event.opened": marked("{actor} opened this record"),
    "event.moved out": counted(
        "{actor} moved {count} message to {record}", "{actor} moved {count} messages to {record}"
    ),
    "event.moved in": counted(
        "{actor} moved {count} message here from {record}", "{actor} moved {count} messages here from {record}"
    ),
    "event.split off": marked("{actor} split messages off into a new record, {record}"),
    "event.split from": marked("{actor} split this record off from {record}"),
    "event.merged into": marked("{actor} merged this record into {record}"),
    "event.merged": counted(
        "{actor} merged {record} into this record: {title} ({count} message)",
        "{actor} merged {record} into this record: {title} ({count} messages)",
    ),
    "event.separated": counted(
        "{actor} separated {record} from this record. {count} message went with it; {since} came later, as answers.",
        "{actor} separated {record} from this record. {count} messages went with it; {since} came later, as answers.",
    ),
    "event.separated from": counted(
        "{actor} separated this record from {record}. {count} message came back; {since} came later, as answers.",
        "{actor} separated this record from {record}. {count} messages came back; {since} came later, as answers.",
    ),
    "event.type": marked("{actor} changed the type: {was} → {became}"),
    "event.team": marked("{actor} changed the team: {was} → {became}"),
    "event.customer": marked("{actor} changed the customer: {was} → {became}"),
    "event.title": marked("{actor} changed the title: {was} → {became}"),
    "event.priority": marked("{actor} changed the priority: {was} → {became}"),
    "event.field": marked("{actor} changed {name}: {was} → {became}"),
    "event.tagged": marked("{actor} added the tag {tag}"),
    "event.untagged": marked("{actor} removed the tag {tag}"),
    "event.no answer": marked("{actor}: no answer needed"),
    "event.snoozed": marked("{actor} snoozed this until {day}"),
    "event.snoozed.answer": marked("{actor} snoozed this until somebody answers"),
    "event.woken": marked("{actor} ended the snooze"),
    "event.woke": marked("The snooze has ended: its day has come"),
    "event.snoozed again": marked("Snoozed again as before: the mail that had ended it was taken back"),
    "event.woke.answer": marked("The snooze has ended: an answer came"),
    "event.activity.planned": marked("{actor} planned {type} for {name} by {day}{note}"),
    "event.activity.done": marked("{actor} has done {type}{note}{feedback}"),
    "event.activity.removed": marked("{actor} removed {type} of {day}"),
    "event.activity.reopened": marked("{actor} opened {type} of {day} again"),
    "event.spam": marked("{actor} marked this as spam"),
    "event.trash": marked("{actor} moved this to the trash"),
    "event.restored": marked("{actor} brought this back to the lists"),
    "event.reopened": marked("{name} answered, so the record is open again: {was} → {became}"),
    "event.followed": marked("{name} answered after the record was closed: the answer opened {record}"),
    "event.follows": marked("{name} answered {record}, which is closed, and so opened this record"),
    "event.came back": marked("{name} wrote, so the record is back in the lists"),
    "event.added": marked("{actor} added {name} as a follower"),
    "event.follower": marked("{name} follows this record"),
    "event.unfollowed": marked("{name} no longer follows this record"),
    "event.muted": marked("{name} muted this record"),
    "event.unmuted": marked("{name} no longer mutes this record"),
    "event.kinds": marked("{name} is now notified of {kinds}"),
    "event.joined": marked("{actor} added {name} to the conversation"),
    "event.removed": marked(
        "{actor} removed {name} from the conversation; the reply addresses that they were given no longer work"
    ),
    "event.corrected": marked("{actor} corrected the address of {name}: {was} → {became}"),
    "event.not mentioned": marked("{name} was mentioned and not notified: {why}"),
    "event.forward undone": marked("{actor} took a forward back: {name} is the author, no longer {author}"),
    "event.forward again": marked("{actor} made {author} the author of the forwarded email again"),
    "event.note edited": marked("{actor} edited internal note {note}"),
    "event.note deleted": marked("{actor} deleted internal note {note}"),
    "event.note restored": marked("{actor} restored internal note {note}"),
    "event.aged": marked("Deleted by age, after {days} days"),
    "event.erased": marked("{actor} erased a message, with whoever wrote it"),
    "event.file deleted": marked("{actor} deleted the file {name} of message {message}"),
    "event.withdrawn": marked("{actor} took an email from {sender} back to the review queue"),
    "event.taken off": marked("{actor} removed {name} from the followers"),
    "flag.unreadable": marked("This message could not be displayed; the original can be downloaded"),
    "flag.partly read": marked("Part of this message could not be displayed; the original can be downloaded"),
    "refused.gone": marked("the message is gone"),
    "refused.address": marked("an address is malformed ({error})"),
    "flag.id reused": marked("another email with different content bears the same Message-ID"),
}
