"""Why a message did not arrive, in a few words, as reports give the reason; and why nothing is sent to an address."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import marked

BOUNCES: Final = {
    "bounce.no such user": marked("no such address"),
    "bounce.no such domain": marked("no such domain"),
    "bounce.moved": marked("the address has moved"),
    "bounce.does not take mail": marked("that domain takes no email"),
    "bounce.suspended": marked("the mailbox is closed for now"),
    "bounce.mailbox full": marked("the mailbox is full"),
    "bounce.too large": marked("the message is too large"),
    "bounce.system": marked("a fault of their mail server"),
    "bounce.network": marked("their mail server could not be reached"),
    "bounce.too many connections": marked("their mail server was too busy"),
    "bounce.expired": marked("their mail server did not take it in time"),
    "bounce.authentication": marked("their mail server does not believe that it comes from us"),
    "bounce.network address refused": marked("their mail server refuses our network address"),
    "bounce.sender refused": marked("their mail server refuses our sender address"),
    "bounce.spam or policy": marked("their mail server takes it for spam, or its rules forbid it"),
    "bounce.unknown": marked("their mail server refused it"),
    "bounce.complaint": marked("they marked an email of yours as spam"),
    "event.bounced": marked("{name} did not get it: {why}.\n{answer}"),
    "event.complained": marked("{name} marked it as spam. Nothing more is sent to that address."),
    "event.not sent": marked("It was not sent to {name}: {why}"),
    "suppressed": marked("nothing is sent to {address}: {why}"),
    "skipped.suppressed": marked("nothing is sent to that address: {why}"),
    "notice.complaint": marked(
        "{name} marked an email of {record} as spam. Nothing more is sent to {address}; lift that on the contact’s "
        "page if they want to hear from you."
    ),
    "notice.bounces": marked(
        "{count} addresses in {domain} refused email within a day, the last one so: {answer} If the domain is right, "
        "something may stand between the two mail servers."
    ),
}
