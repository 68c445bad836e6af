"""Mails as values, for tests that need one and do not care how it was read; and mails that are kept as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from weftmail.core.address import Mailbox
from weftmail.core.parsing.message import Message

PLAIN: dict[str, Any] = {
    "message_id": "<one@customer.example>",
    "subject": "Quote for 40 chairs",
    "from_": (Mailbox("Karin Ek", "karin@customer.example"),),
    "sender": (),
    "reply_to": (),
    "to": (Mailbox("", "leads@acme.example"),),
    "cc": (),
    "date": 1_000,
    "in_reply_to": (),
    "references": (),
    "text": "Could you do 40 chairs?",
    "html": "",
    "reply_text": "Could you do 40 chairs?",
    "attachments": (),
    "forwarded": None,
    "defects": (),
    "kind": "mail",
    "report": None,
    "received": (),
    "stamps": (),
    "auto_submitted": "",
    "loop": (),
    "content_hash": "0" * 64,
}


def mail(**changes: Any) -> Message:
    """Return a plain mail by Karin Ek, with some fields changed."""
    return Message(**{**PLAIN, **changes})


def kept(name: str) -> bytes:
    """Return the mail in the file ``mails/NAME.eml``, byte for byte."""
    return (Path(__file__).parent / "mails" / f"{name}.eml").read_bytes()
