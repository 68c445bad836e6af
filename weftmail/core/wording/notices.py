"""The sentences of notices: what a user is told in the inbox that is no message of a conversation."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import Sentence, counted, marked

NOTICES: Final[dict[str, Sentence]] = {
    "notice.held": marked(
        "An email with your address as its sender was held on {record}, because nothing proves that it is yours. "
        "If you wrote it, release it from the review queue. So that your next one is verified, send it through your "
        "company's mail server with your login, or have your domain sign its email (DKIM)."
    ),
    "notice.held.own": marked(
        "Your answer on {record} was not sent: it holds a line of our notification, such as its foot or a link for you "
        "alone. Send it again without that, or release it from the review queue."
    ),
    "notice.held.crossing": marked(
        "Your answer on {record} was not sent: {name} wrote meanwhile, and you had not seen it. Read that first; then "
        "send your answer anyway from the record, or write another."
    ),
    "notice.unfollowed": marked(
        "You asked by email to unfollow {record}, and follow it no longer: {title}. Your email was sent to nobody."
    ),
    "notice.unfollowed.type": counted(
        "You asked by email to unfollow records of type {type}, and follow {count} of them no longer. Your email was "
        "sent to nobody.",
        "You asked by email to unfollow records of type {type}, and follow {count} of them no longer. Your email was "
        "sent to nobody.",
    ),
    "notice.unfollowed.already": marked(
        "You asked by email to unfollow {what}, which you did not follow: nothing changed. "
        "Your email was sent to nobody."
    ),
    "notice.unfollowed.unverified": marked(
        "An email in your name asked to unfollow {what}, and nothing changed, because nothing proves that it is yours: "
        "{why}. To unfollow, open {record}."
    ),
    "notice.unfollow.type": marked("all records of type {type}"),
    "notice.unreadable": marked(
        "An email to {recipient} from {sender} could not be displayed; it is kept, and the original can be downloaded: "
        "{subject}"
    ),
    "notice.turns": marked(
        "More than {turns} times within an hour {sender} wrote to {place} and got something back. It looks like a loop "
        "of two programs, so further email from there is held for review until an hour has passed without any. If it "
        "is none, exempt the sender: {command}"
    ),
    "notice.flood": marked(
        "More than {mails} emails came from {sender} to {place} within an hour. Nothing is held, because nothing is "
        "sent back to that sender. If this is usual, exempt the sender: {command}"
    ),
    "notice.crowd": marked(
        "Very many emails of {domain} came to {place} within an hour, and each of them notified somebody by mail: it "
        "may be a program that answers its own notifications. For {minutes} minutes they are told in the inbox alone; "
        "nothing is held. If they are no such program, exempt them: {command}"
    ),
    "notice.not sent": marked("A notification could not be sent to you; the message is on {record}: {subject}"),
    "notice.woke": marked("{record} was snoozed until today: {title}"),
    "notice.woke.answer": marked("{record} was snoozed, and an answer came: {title}"),
    "notice.activity": marked("{actor} planned {type} on {record} for you by {day}{note}"),
    "notice.activity.due": marked("Due today on {record}, {title}: {type}{note}"),
    "notice.waits": marked("An email to {recipient} from {sender} is in the review queue under {state}: {subject}"),
    "notice.waits.record": marked("An email from {sender} is held for review on {record}: {subject}"),
    "notice.set aside": marked(
        "An email to {recipient} from {sender} was set aside: {why}. "
        "If a person wrote it, file it. Its subject: {subject}"
    ),
    "notice.dns.worse": marked("The DNS of {domain} needs you. {reason}"),
    "notice.dns.changed": marked("The record at {name} was changed in the DNS of {domain}. {reason}"),
    "notice.dns.good": marked("The DNS of {domain} is as it should be again"),
    "notice.assigned": marked("{actor} assigned {record} to you: {title}"),
    "notice.for": marked("For {name}, who is away: {says}"),
    "notice.crossed": marked(
        "{name} answered on {record} shortly before you, and you had not seen it. Both answers have gone out."
    ),
    "notice.assigned.stands in": marked("{actor} assigned {record} to {name}, who is away: {title}"),
    "notice.away": marked("{name} is away until {day}, and you stand in"),
    "notice.added": marked("{actor} added you as a follower of {record}: {title}"),
    "notice.passed on": marked(
        "{actor} passed {name}'s work on to you. Records: {records}. Aliases: {aliases}. Records followed: {follows}"
    ),
    "notice.second factor on": marked("A second factor was turned on for your sign-in"),
    "notice.second factor off": marked("The second factor of your sign-in was removed by {actor}"),
    "notice.error": marked(
        "An email to {recipient} is in the review queue under Error, because weftmail failed on it. "
        "The original is kept"
    ),
    # What leaves by mail says nothing that came from outside.
    "mail.notice.review": counted(
        "{company}: {count} email is in the review queue", "{company}: {count} emails are in the review queue"
    ),
    "mail.notice.failed": marked("{company}: a message on {record} did not reach everybody"),
    "mail.notice.assigned": marked("{company}: {record} was assigned to you"),
    "mail.notice.stands in": marked("{company}: {record} waits for a colleague who is away; you stand in"),
    "mail.notice.crossed": marked("{company}: your answer on {record} went out shortly after another one; read both"),
    "mail.notice.added": marked("{company}: you were added to {record}"),
    "mail.notice.dns": marked("{company}: the records of a domain in the DNS have changed"),
    "mail.notice.due": marked("{company}: something is due on {record}"),
    "mail.notice.passed on": marked("{company}: the work of a colleague was passed on to you"),
    "mail.digest.subject": counted("{count} thing waits for you", "{count} things wait for you"),
    "mail.digest.company": marked("{company}"),
    "mail.digest.waiting": marked("{record} {title}: {customer} has waited for an answer since {day}"),
    "mail.digest.nobody": marked("somebody"),
    "mail.digest.overdue": marked("{type} on {record} {title} was due on {day}"),
    "mail.digest.today": marked("{type} on {record} {title} is due today"),
    "mail.digest.held": counted("{count} email is held for review", "{count} emails are held for review"),
    "mail.digest.more": marked("and more"),
    "mail.digest.why": marked("You get this digest because you chose it in your settings; replies are not read."),
    "mail.digest.stop": marked("Stop it"),
    "mail.notices.subject": counted("{count} notification", "{count} notifications"),
    "mail.notices.why": marked(
        "You get such an email at most once in 15 minutes. What it tells of is in your inbox; replies are not read."
    ),
}
