"""The sentences that stand in mails beside what their author wrote."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import Sentence, marked

MAILS: Final[dict[str, Sentence]] = {
    "mail.quote": marked("On {day}, {name} wrote:"),
    "quote.off": marked("Answers to {alias} quote nothing."),
    "quote.not verified": marked("Nothing is quoted: it was not verified that {names} wrote the email."),
    "quote.not had": marked("Nothing is quoted: as far as we know, {names} did not have the message."),
    "mail.confirmed": marked(
        "Thank you for your message. It has reached {company} and has the number {number}.\n\n"
        "This is an automatic confirmation; a person reads your message and answers it."
    ),
    "mail.forwarded": marked("Forwarded message"),
    "mail.forwarded.from": marked("From: {value}"),
    "mail.forwarded.date": marked("Date: {value}"),
    "mail.forwarded.subject": marked("Subject: {value}"),
    "mail.forwarded.to": marked("To: {value}"),
    "mail.cut": marked("This is the beginning of the message; all of it is on the record."),
    "message.encrypted smime": marked(
        "This message is encrypted (S/MIME). Open {name} in a mail program that has the recipient's key."
    ),
    "message.encrypted pgp": marked(
        "This message is encrypted (PGP). Only a program that has the recipient's key can read it."
    ),
    "message.no text": marked("This message has no text and no files."),
    "message.files alone": marked("This message has no text. It holds: {names}"),
    "file.signature smime": marked("digital signature (S/MIME), not checked"),
    "file.signature pgp": marked("digital signature (PGP), not checked"),
    "file.key pgp": marked("public key (PGP)"),
    "file.email": marked("email"),
    "record.untitled": marked("(no subject)"),
    # About somebody's own account.
    "mail.invitation.subject": marked("You are invited to {company}"),
    "mail.invitation": marked(
        "{actor} invites you to work in {company} with weftmail. Choose a password within 7 days; the link works once:"
    ),
    "mail.joined.subject": marked("You are now in {company}"),
    "mail.joined": marked("{actor} added you to {company}. Sign in as always:"),
    "mail.reset.subject": marked("Choose a new password"),
    "mail.reset": marked(
        "Somebody, probably you, asked for a new password. Choose one within 30 minutes; the link works once:"
    ),
    "mail.reset.why": marked("If it was not you, do nothing: your password stays as it is."),
    "mail.account.why": marked("This email was sent by weftmail; replies are not read."),
    # To whoever keeps the DNS of a domain.
    "mail.dns.subject": marked("DNS records for {domain}"),
    "mail.dns": marked(
        "{actor} ({company}) asks you to put records into the DNS of {domain}, so that its email works. "
        "This page shows which, and what is there now. It needs no sign-in, and works for 14 days:"
    ),
    "mail.dns.questions": marked("If you have questions, write to {address}."),
    "mail.left out": marked("Too large to send with this email: {names}."),
}
