"""The sentences of who gets a message and why, and of who does not."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import Sentence, marked

RECIPIENTS: Final[dict[str, Sentence]] = {
    "notified.email": marked("follows, prefers email"),
    "notified.channel": marked("follows, prefers {channel}"),
    "notified.inbox": marked("follows, prefers the inbox"),
    "notified.no address": marked("follows, has no address"),
    "skipped.author": marked("wrote it"),
    "skipped.automatic": marked("nobody is notified of an automatic email"),
    "skipped.has it": marked("has it already: named in To or Cc of the email"),
    "skipped.inside": marked("nobody outside gets this message"),
    "named.to": marked("named in To"),
    "named.cc": marked("named in Cc"),
}
