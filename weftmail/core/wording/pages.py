"""The sentences of pages that say how something stands: states, who vouches for a sender, and what went wrong."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import Sentence, counted, marked

PAGES: Final[dict[str, Sentence]] = {
    # Who vouches for the author of an email.
    "vouched.login": marked("Sent with a login of your mail server"),
    "vouched.signed": marked("Signed by {domain}"),
    "vouched.server": marked("Sent by a server of {domain}"),
    "vouched.person": marked("Confirmed in the review queue"),
    "vouched.failed": marked("Sender not verified: {check} failed"),
    "vouched.not": marked("Sender not verified"),
    # How far a message got on its way to one person.
    "delivery": marked("{name}: {state}"),
    "delivery.somebody": marked("somebody"),
    "delivery.queued": marked("Waiting to be sent"),
    "delivery.sent": marked("Sent"),
    "delivery.quiet": marked("Sent, no failure reported"),
    "delivery.accepted": marked("Accepted by {host}"),
    "delivery.relayed": marked("Accepted by the relay {host}"),
    "delivery.mailbox": marked("In a mailbox of your mail server"),
    "delivery.delivered": marked("Delivered"),
    "delivery.delayed": marked("Delayed"),
    "delivery.bounced": marked("Bounced"),
    "delivery.failed": marked("Failed"),
    "delivery.cancelled": marked("Cancelled"),
    "delivery.unread": marked("Unread"),
    "delivery.read": marked("Read"),
    # How a colleague was notified, in the folded line under a message.
    "told": marked("{name} {how}"),
    "told.email": marked("by email"),
    "told.unread": marked("unread"),
    "told.read": marked("has read it"),
    # Who sees the records of a type.
    "seen.everybody": marked("everybody in {company}"),
    "seen.teams": marked("{names} and the admins, nobody else"),
    "seen.admins": marked("the admins, nobody else"),
    # How somebody outside came into a conversation.
    "joined.opened": marked("started this conversation"),
    "joined.addressed": marked("addressed in To"),
    "joined.copied": marked("copied in Cc"),
    "joined.added": marked("added by a colleague"),
    # Who decides on what is held.
    "held.people": marked("{people} can decide on it, as can the admins: {admins}."),
    "held.admins": marked("The admins can decide on it: {admins}."),
    # Types of activities.
    "activity.call": marked("Call"),
    "activity.email": marked("Email"),
    "activity.meeting": marked("Meeting"),
    "activity.to-do": marked("To-do"),
    "activity.own": marked("{name}"),
    "activity.a.call": marked("a call"),
    "activity.a.email": marked("an email"),
    "activity.a.meeting": marked("a meeting"),
    "activity.a.to-do": marked("a to-do"),
    # States of a record.
    "record.open": marked("open"),
    "record.closed": marked("closed"),
    "record.waiting": marked("waiting"),
    # The signatures of an email that the demo kept.
    "signed.not": marked("not signed"),
    "signed.broken": counted(
        "{broken} of {count} signature does not verify", "{broken} of {count} signatures do not verify"
    ),
    "signed": counted("signed by {domains}, {count} signature", "signed by {domains}, {count} signatures"),
    # What went wrong.
    "error.signed out": marked("You are signed out"),
    "error.signed out.text": marked("Sign in to see this page."),
    "error.not allowed": marked("Not allowed"),
    "error.not allowed.text": marked("You do not have access to this."),
    "error.not found": marked("Page not found, or you don't have access to it"),
    "error.not found.text": marked("Check the address, or go back to the records."),
    "error.method": marked("Not supported"),
    "error.method.text": marked("This page does not support this kind of request."),
    "error.too large": marked("Too large"),
    "error.too large.text": marked("Files may have {size} MB together. Go back: what you wrote is still there."),
    "error.busy": marked("Too many people are signing in"),
    "error.busy.text": marked("Try again in a few seconds, or use a sign-in link."),
    "error.other": marked("Something went wrong"),
    "error.other.text": marked("Go back and try again."),
    "error.store": marked("The store does not answer now"),
    "error.store.text": marked("{error}. Try again in a moment."),
    "error.ours": marked("We failed at this page"),
    "error.ours.text": marked("The log of the site says why. Go back and try again."),
}
