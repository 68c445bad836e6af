"""At which command of the dialogue a server said no (RFC 5321, 3 and 4.2).

An answer to RCPT is about the recipient.  One to the connection, to EHLO or to MAIL FROM is about whoever sends, and
one to DATA about the message.
"""

from __future__ import annotations

import re
from typing import Literal

Phase = Literal["", "connection", "hello", "sender", "recipient", "data"]

# How Postfix, Exim, qmail, Sendmail, Courier and DragonFly name the command.
_FILLING = "(?:the |our |a |pipelined |sending |final |initial )*"
_BEFORE = rf"(?:>>>|-->|\b(?:after|to|for|our|sending|performing|during|at|on|sent:))\s+{_FILLING}"
_COMMANDS = re.compile(
    rf"(?P<connection>{_BEFORE}(?:connection|connect|server greeting|greeting|banner)\b"
    r"|refused to talk to me|greeting failed)"
    rf"|(?P<hello>{_BEFORE}(?:EHLO|HELO|LHLO)\b|my name was rejected)"
    rf"|(?P<sender>{_BEFORE}MAIL ?FROM\b|sender was rejected)"
    rf"|(?P<recipient>{_BEFORE}RCPT ?TO\b|does not like recipient)"
    rf"|(?P<data>{_BEFORE}(?:end of )?(?:DATA\b|data block|message body)|failed (?:on DATA|after I sent the message))",
    re.I,
)
_REFUSED = re.compile(r"<(?:<<|--) ?[45]\d\d")
_SHOWN = 40
_COMMAND = 200


def of(said: str) -> Phase:
    """Return the command that the words name first, or that a dialogue was refused at; "" where they name none."""
    refused = _REFUSED.search(said)
    asked = max(said.rfind(arrow, 0, refused.start()) for arrow in (">>> ", "--> ")) if refused else -1
    found = _COMMANDS.search(said, max(asked, 0))
    match found.lastgroup if found else None:
        case "connection" | "hello" | "sender" | "recipient" | "data" as phase:
            return phase
    return ""


def in_transcript(letter: str, reply: str) -> Phase:
    """Return the command before this reply in the transcript of a dialogue that a letter shows; "" without one."""
    at = letter.find(f"<<< {reply[:_SHOWN]}") if reply else -1
    asked = letter.rfind(">>> ", 0, at) if at > 0 else -1
    return of(letter[asked : min(at, asked + _COMMAND)]) if asked >= 0 else ""
