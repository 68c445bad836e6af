"""What the customer of the demo writes, as the mail server of the demo would hand it over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from weftmail.admin.stage import Cue

SERVER = "mx1.acme.example"
KARIN, LEADS = "karin@customer.example", "leads@acme.example"
WORDS = {
    "reply": "Thank you! That is what I need.\n\nKarin",
    "lost": "My old mail program has answered to the address that it knew.\n\nKarin",
    "another": "I write from home, with my private address.\n\nKarin",
    "friend": "Karin showed me your email. May I have two of them as well?\n\nErik",
    "vacation": "I am away until Monday and will read your email then.",
    "new": "How much would ten more chairs be?\n\nKarin",
}


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail with its envelope."""

    sender: str
    recipient: str
    subject: str
    data: bytes


def mail_of(cue: Cue, number: int, now: int) -> Mail:
    """Return the mail of a cue; ``number`` keeps two apart, ``now`` is in seconds."""
    author, name = _author(cue)
    sender = "" if cue.line == "vacation" else author
    recipient = {"lost": cue.written_from, "vacation": cue.return_path, "new": LEADS}.get(cue.line, cue.reply_to)
    domain = author.rpartition("@")[2]
    mail = EmailMessage(policy=SMTP)
    mail["Authentication-Results"] = (
        f"{SERVER}; dkim=pass header.d={domain} header.s=2026; spf=pass smtp.mailfrom={domain}; "
        f"dmarc=pass header.from={domain}"
    )
    mail["From"] = Address(name, addr_spec=author)
    mail["To"] = recipient
    mail["Subject"] = _subject(cue, number)
    mail["Message-ID"] = f"<demo-{now}-{number}@{domain}>"
    mail["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    if cue.message_id:
        mail["In-Reply-To"] = mail["References"] = f"<{cue.message_id.strip('<>')}>"
    if cue.line == "vacation":
        mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(WORDS[cue.line] + _quoted(cue))
    return Mail(sender, recipient, str(mail["Subject"]), mail.as_bytes().replace(b"\r\n", b"\n"))


_WHEN = re.compile(rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} [+]0000")


def of_now(sample: bytes, now: int) -> bytes:
    """Return a sample mail with the times of its header as of now, in seconds: else it seems to have come for days."""
    head, gap, body = sample.partition(b"\n\n")
    return _WHEN.sub(format_datetime(datetime.fromtimestamp(now, UTC)).encode(), head) + gap + body


def _author(cue: Cue) -> tuple[str, str]:
    match cue.line:
        case "another":
            return f"{cue.address.partition('@')[0]}.private@home.example", cue.name
        case "friend":
            return "erik@friend.example", "Erik Ek"
        case "new":
            return KARIN, "Karin Ek"
        case _:
            return cue.address, cue.name


def _subject(cue: Cue, number: int) -> str:
    if cue.line == "new":
        return f"Ten more chairs, question {number}"
    answered = cue.subject if cue.subject.lower().startswith("re:") else f"Re: {cue.subject}"
    return f"Automatic reply: {cue.subject}" if cue.line == "vacation" else answered


def _quoted(cue: Cue) -> str:
    """The start of what is answered, as mail programs quote it."""
    if not cue.message_id or cue.line == "vacation":
        return "\n"
    lines = "".join(f"> {line}\n" for line in cue.text.strip().splitlines()[:8])
    return f"\n\nOn Monday, {cue.written_from} wrote:\n{lines}"
