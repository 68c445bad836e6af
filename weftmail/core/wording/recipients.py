"""The sentences of who gets a message and why, and of who does not."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import Sentence, marked

RECIPIENTS: Final[dict[str, Sentence]] = {
    "notified.follows": marked("follows, {how}"),
    "notified.mentioned": marked("mentioned, {how}"),
    "notified.stands in": marked("stands in for {name}, who is away; {how}"),
    "notified.in line": marked("in charge, as nobody follows who may answer; {how}"),
    "notified.automatic": marked("in the inbox alone, as nothing proves that a person wrote it"),
    "prefers.email": marked("prefers email"),
    "prefers.channel": marked("prefers {channel}"),
    "prefers.inbox": marked("prefers the inbox"),
    "prefers.no address": marked("has no address"),
    # Of what people choose to be notified beyond the inbox.
    "notified.of.assigned": marked("what is assigned or passed on to you"),
    "notified.of.mentioned": marked("notes that mention you"),
    "notified.of.message": marked("messages on records that you follow"),
    "notified.of.note": marked("internal notes on them"),
    "notified.of.new": marked("new records of your teams"),
    "notified.of.held": marked("email that waits for review"),
    "notified.of.failed": marked("messages that did not arrive"),
    "notified.of.due": marked("activities that are due"),
    "notified.of.other": marked("your domains"),
    "skipped.author": marked("wrote it"),
    "skipped.automatic": marked("nobody is notified of an automatic email"),
    "skipped.muted": marked("muted this record"),
    "skipped.messages": marked("follows without messages"),
    "skipped.notes": marked("follows without notes"),
    "skipped.changes": marked("follows without changes"),
    "skipped.hidden": marked("records of type {type} are for named teams only"),
    "skipped.unclear": marked("several colleagues are called that"),
    "skipped.has it": marked("has it already: the colleague sent it there"),
    "skipped.inside": marked("nobody outside gets this message"),
    "kinds.none": marked("nothing"),
    "kinds.messages": marked("messages"),
    "kinds.notes": marked("notes"),
    "kinds.changes": marked("changes"),
    "kinds.messages notes": marked("messages and notes"),
    "kinds.messages changes": marked("messages and changes"),
    "kinds.notes changes": marked("notes and changes"),
    "kinds.all": marked("messages, notes and changes"),
    "named.to": marked("named in To"),
    "named.bcc": marked("named in Bcc"),
    "named.cc": marked("named in Cc"),
}
