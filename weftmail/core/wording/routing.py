"""The sentences of routing: why a rule decided or did not, why a mail is held or discarded, who may post."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import Sentence, counted, marked

RULE_NAMES: Final = {
    "loop": marked("loop"),
    "report": marked("report"),
    "blocked": marked("blocked sender"),
    "infected": marked("infected"),
    "spam": marked("spam"),
    "dmarc report": marked("DMARC report"),
    "unfollow": marked("unfollow"),
    "automatic answer": marked("automatic answer"),
    "unreadable": marked("unreadable"),
    "reply token": marked("reply address"),
    "references": marked("the email that it answers"),
    "alias": marked("alias"),
    "nowhere": marked("nowhere"),
    "ceiling": marked("ceiling"),
    "turns": marked("turns"),
    "own lines": marked("own lines"),
    "crossing": marked("crossing"),
    "review": marked("review"),
    "handed over before": marked("handed over before"),
}
"""What the rules are called on pages; ``review`` is a person who decided."""

ROUTING: Final[dict[str, Sentence]] = {
    # The rule of blocked senders.
    "blocked.none": marked("nobody blocked its sender"),
    "blocked.found": marked("its sender was blocked"),
    "blocked.discarded": marked("its sender is blocked"),
    # The rules of the virus scanner and the spam filter.
    "infected.none": marked("no virus scanner objects to it"),
    "infected.held": marked("the virus scanner found {virus}; it is never delivered"),
    "infected.unknown": marked("the virus scanner could not look through it; open it with care"),
    "spam.none": marked("no spam filter of yours marks it"),
    "spam.let": marked("your spam filter marks it by {field}, which does nothing here"),
    "spam.found": marked("your spam filter marks it by {field}"),
    "spam.dropped": marked("your spam filter marked it by {field}, and the alias drops spam"),
    # The loop rule.
    "loop.own": marked("it bears our own loop header"),
    "loop.own.discarded": marked("an email of our own came back"),
    "loop.hops": counted(
        "{count} Received field: it may go round in circles", "{count} Received fields: it may go round in circles"
    ),
    "loop.passed on": counted(
        "{count} installation of weftmail has passed it on, each because of the one before: a loop",
        "{count} installations of weftmail have passed it on, each because of the one before: a loop",
    ),
    "loop.turns": marked(
        "more than {turns} times within an hour {sender} wrote to {place} and got something back: a loop; held until "
        "an hour has passed without email from there"
    ),
    "loop.flood": marked(
        "a program, and more than {mails} emails from {sender} within an hour: notified in the inbox alone"
    ),
    "loop.crowd": marked(
        "very many emails of {domain} to {place} notified somebody by mail within an hour: notified in the inbox alone "
        "for a while"
    ),
    "loop.none": marked("not one of our own, no loop"),
    # DMARC reports.
    "dmarc report.none": marked("no DMARC report to dmarc@"),
    "dmarc report.found": marked("a DMARC report on a domain of yours"),
    "dmarc report.counted": marked("DMARC report of {organisation}, added to the page of {domain}"),
    "dmarc report.other": marked("a DMARC report on a domain that is not used here"),
    "dmarc report.other.discarded": marked("DMARC report of {organisation} on {domain}, which is not used here"),
    # Bounces and other reports.
    "report.none": marked("no bounce or other report"),
    "report.found": marked("{kind} by the return path of a message on {record}"),
    "report.unconfirmed": marked("{kind} that names a message on {record} without proof: shown, and nothing changes"),
    "report.lost": marked("reports count only by the return path that we gave out"),
    "report.lost.held": marked("{kind} without a return path of ours"),
    "report.kind.bounce": marked("a bounce"),
    "report.kind.delay": marked("a report of a delay"),
    "report.kind.receipt": marked("a receipt"),
    "report.kind.complaint": marked("a complaint"),
    # Automatic answers.
    "automatic.none": marked("no automatic answer"),
    "automatic.filed": marked("an automatic answer on {record}: nobody is notified; {how}"),
    "automatic.shown": marked(
        "an automatic answer on {record}, by its words or from nobody: notified in the inbox; {how}"
    ),
    "automatic.title": marked("{record} bears the words itself that an automatic answer would begin with"),
    "automatic.lost": marked("automatic answers open nothing"),
    "automatic.lost.held": marked("an automatic answer that belongs to no conversation"),
    "automatic.nobody": marked("it has no return path, and nothing says that a program wrote it"),
    # One mail opens so many records and no more.
    "ceiling.records": counted(
        "this email has opened {count} record, as many as one may",
        "this email has opened {count} records, as many as one may",
    ),
    # What could not be read.
    "unreadable.none": marked("its words could be read"),
    "unreadable.outside": marked("its words could not be read; nobody of ours wrote it"),
    "unreadable.held": marked("a colleague's mail that could not be read: held, never sent on"),
    # The addresses by which a colleague unfollows.
    "unfollow.none": marked("it did not come to an address for unfollowing"),
    "unfollow.record": marked("{name} unfollows {record}"),
    "unfollow.type": marked("{name} unfollows all records of type {type}"),
    "unfollow.unverified": marked("it asks to unfollow, and changes nothing: {why}"),
    "unfollow.automatic": marked("a program wrote to the address by which a colleague unfollows"),
    "unfollow.stranger": marked("it came to the address by which a colleague unfollows, from somebody who is none"),
    # The reply token, and references.
    "token.none": marked("the recipient is no reply address of ours"),
    "token.good": marked("the reply address is that of a message that is gone"),
    "token.bad": marked("the recipient looks like a reply address, and is not one of ours"),
    "token.revoked": marked("the reply address was revoked"),
    "token.found": marked("the address that it came to is that of a message on {record}"),
    "token.record": marked("the address is that of {record} itself"),
    "references.shared id": marked(
        "an email on {record}, of the same people and within a week, names the same Message-ID"
    ),
    "references.none": marked("it answers no message that we know, by In-Reply-To or References"),
    "references.forwarded": marked("sent on from {record} to another alias in To, which opens its own record"),
    "references.locator": marked("it answers what we sent of a message on {record}"),
    "references.foreign id": marked("it answers an email that is on {record}"),
    # Who may post, once the conversation is found.
    "judged": marked("{how}; {then}"),
    "who.note": marked("not verified as a colleague, and the note that it answers is internal: held, never public"),
    "who.colleague": marked("a verified colleague: filed as a message or a note, and sent to whom its footer said"),
    "who.unverified colleague": marked(
        "a colleague's address, not verified: held on the record; the colleague is notified in the inbox, not by email"
    ),
    "who.owner": marked("the person whom this reply address was given to: filed; marked where not verified"),
    "who.participant": marked(
        "somebody who is in the conversation, or was sent that message: filed; marked where not verified"
    ),
    "who.other": marked("somebody else: held on the record until a person adds them to the conversation"),
    "held.note": marked("an answer to an internal note, not verified as a colleague's"),
    "held.unverified": marked("it bears a colleague's address and is not verified"),
    "held.signed.not meant": marked(
        "a colleague's domain signed it, but nothing says that it was meant for {address}: it may have been passed on."
        " Write to this address in To or Cc, or send through your company's own mail server"
    ),
    "held.signed.elsewhere": marked(
        "the mail server reports a signature of {domain} that does not stand in the email."
        " Keep DKIM-Signature fields in what the mail server hands over"
    ),
    "held.signed.control": marked(
        "a control character in its header can be read in two ways, although a colleague's domain signed it."
        " Send it again from another mail program"
    ),
    "held.signed.stray": marked(
        "a line in its header belongs to no field, although a colleague's domain signed it."
        " Send it again from another mail program"
    ),
    "held.signed.many": marked(
        "its header has too many fields to be sure of them, although a colleague's domain signed it."
        " Send it again from another mail program"
    ),
    "held.signed.twice": marked(
        "{field} stands in it more than once, although a colleague's domain signed it."
        " It may have been added on the way; ask the colleague to send it again"
    ),
    "held.signed.mended": marked(
        "{field} is not written as it should be, although a colleague's domain signed the email."
        " It may have been added on the way; ask the colleague to send it again"
    ),
    "held.signed.partial": marked(
        "the signature of {domain} leaves the end of the text out (l=), so that anybody may have added to it."
        " Have the mail server of {domain} sign without l="
    ),
    "held.signed.uncovered": marked(
        "the signature of {domain} does not cover {fields}, so that anybody may have changed that."
        " Have the mail server of {domain} sign From, Date and Subject"
    ),
    "held.signed.body": marked(
        "the signature of {domain} does not cover how the text is to be read, and the text does not show it."
        " Have the mail server of {domain} sign Content-Type and Content-Transfer-Encoding"
    ),
    "held.crossing": marked("{name} wrote on {record} meanwhile, and the author of this answer had not seen it"),
    "held.ours": marked("an answer with a line of our notification in it, which the customer must not get"),
    "held.pinned closed": marked("for {record}, which is closed"),
    "held.closed": marked("an answer to {record}, which is closed"),
    "held.other": marked("new participant: the sender is not in this conversation"),
    # Aliases.
    "alias.none": marked("no alias has this address"),
    "alias.removed": marked("{alias} was removed"),
    "alias.empty": marked("it has no author and no words"),
    "alias.empty.held": marked("the email is empty"),
    "alias.pinned": marked("{alias} is pinned to {record}"),
    "alias.opens": marked("{alias} opens records of type {type}"),
    "alias.internal": marked("{alias} accepts email from colleagues only"),
    "alias.known": marked("{alias} accepts email from known people only"),
    "alias.participants": marked("{alias} accepts email from participants of its conversations only"),
    "alias.machines": marked("{alias} holds what programs send"),
    "alias.expense": marked("{alias} takes expenses of colleagues alone, and {sender} is not verified as one"),
    "alias.writer": marked(
        "{alias} accepts only whom it knows; that {writer} wrote this, nothing but the email itself says"
    ),
    "via.from": marked("From: {from}"),
    "via.forwarded": marked("forwarded by {name}"),
    # Mail that fits nowhere.
    "nowhere.role": marked("{role} is read by an admin"),
    "nowhere.role.held": marked("email to {role}"),
    "nowhere": marked("{recipient} names no conversation and is no alias"),
    # What became of a mail beside the rules.
    "again": marked("it is the same delivery as number {number}"),
    "again.discarded": marked("filed already"),
    "review.released": marked("released by a person, {when}; it was under {state} because: {reason}"),
    "log.accepted": marked("Being read"),
    "log.filed": marked("Filed"),
    "log.duplicate": marked("Handed over before"),
    "log.discarded": marked("Dropped"),
    "log.report": marked("Report of a mail server"),
    "log.bounce": marked("Bounce"),
    "review.state.held": marked("Held"),
    "review.state.unmatched": marked("No match"),
    "review.state.error": marked("Error"),
    "review.dropped": marked("dropped by a person"),
    "review.spam": marked("marked as spam by a person"),
    "error.died": counted(
        "the settling process died {count} time on this email",
        "the settling process died {count} times on this email",
    ),
    "error.fault": marked("a fault in the program: {error}"),
}
