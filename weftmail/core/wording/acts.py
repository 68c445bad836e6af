"""What was done, by the name of the act: on the bar after it, and in the history."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from weftmail.core.wording.phrase import Phrase, marked

ACTS: Final = {
    "act.activity.add": marked("Activity planned on {subject}"),
    "act.activity.set": marked("Activity on {subject} changed"),
    "act.activity.done": marked("Activity on {subject} done"),
    "act.activity.remove": marked("Activity on {subject} removed"),
    "act.activity.reopen": marked("Activity on {subject} is open again"),
    "act.activity_type.add": marked("Type of activities {subject} added"),
    "act.activity_type.remove": marked("Type of activities {subject} removed"),
    "act.alias.add": marked("Alias {subject} added"),
    "act.alias.import": marked("Aliases read in from {subject}"),
    "act.alias.import_back": marked("Aliases from {subject} taken back"),
    "act.alias.off": marked("Alias {subject} switched off"),
    "act.alias.on": marked("Alias {subject} switched on"),
    "act.alias.remove": marked("Alias {subject} removed"),
    "act.alias.restore": marked("Alias {subject} restored"),
    "act.alias.set": marked("Alias {subject} changed"),
    "act.company.add": marked("Company {subject} added"),
    "act.company.remove": marked("Company {subject} removed"),
    "act.company.restore": marked("Company {subject} restored"),
    "act.company.set": marked("Company {subject} changed"),
    "act.contact.block": marked("{subject} blocked"),
    "act.contact.unblock": marked("{subject} no longer blocked"),
    "act.contact.images": marked("Remote images of {subject} are always loaded"),
    "act.contact.no_images": marked("Remote images of {subject} are loaded by a click alone"),
    "act.contact.add": marked("Contact {subject} added"),
    "act.contact.erase": marked("Contact {subject} erased"),
    "act.contact.remove": marked("Contact {subject} archived"),
    "act.contact.merge": marked("{subject} and another contact are one now"),
    "act.contact.part": marked("{subject} and the other contact are two again"),
    "act.organisation.add": marked("Organisation {subject} added"),
    "act.organisation.remove": marked("Organisation {subject} archived"),
    "act.organisation.set": marked("Organisation {subject} changed"),
    "act.contact.set": marked("Contact {subject} changed"),
    "act.dkim_key.create": marked("Signing keys of {subject} made"),
    "act.dkim_key.rotate": marked("New signing keys for {subject} made"),
    "act.dkim_key.retire": marked("A signing key of {subject} retired"),
    "act.dkim_key.set": marked("Signing keys of {subject} follow the DNS"),
    "act.backup.release": marked("The restored backup of {subject} is released: email leaves again"),
    "act.dkim_key.sign_now": marked("Keys of {subject} sign before the DNS shows them"),
    "act.dns.look": marked("The DNS of {subject} is being asked"),
    "act.dns.send": marked("The records of {subject} sent to whoever keeps the DNS"),
    "act.dns.share": marked("A link to the records of {subject} made"),
    "act.domain.add": marked("Domain {subject} added"),
    "act.domain.remove": marked("Domain {subject} removed"),
    "act.domain.restore": marked("Domain {subject} restored"),
    "act.domain.postmaster": marked("Postmaster of {subject} changed"),
    "act.domain.round": marked("A mail round of {subject} sent"),
    "act.domain.set": marked("Domain {subject} changed"),
    "act.delivery.correct": marked("Corrected, and sent again: {subject}"),
    "act.delivery.take_back": marked("Not sent again, and the address as it was: {subject}"),
    "act.suppression.lift": marked("Email is sent to {subject} again"),
    "act.suppression.restore": marked("Nothing is sent to {subject}"),
    "act.exemption.add": marked("{subject} is exempt from the loop breaker"),
    "act.exemption.remove": marked("{subject} is no longer exempt from the loop breaker"),
    "act.follower.add": marked("{subject}: follower added"),
    "act.follower.add_team": marked("{subject}: followers added"),
    "act.follower.remove_team": marked("{subject}: followers removed"),
    "act.follower.leave_type": marked("No record of the type {subject} is followed any longer"),
    "act.follower.return_type": marked("Records of the type {subject} are followed again"),
    "act.follower.set": marked("{subject}: what a follower is notified of changed"),
    "act.forward.take_back": marked("{subject}: a forwarded email is its forwarder's own"),
    "act.forward.again": marked("{subject}: the author of a forwarded email is its author again"),
    "act.message.leave": marked("{subject}: the message is about to leave"),
    "act.message.schedule": marked("{subject}: the message leaves at its time"),
    "act.message.left": marked("{subject}: the message left"),
    "act.message.back": marked("{subject}: the message did not leave and is a draft again"),
    "act.file.remove": marked("A file of {subject} deleted"),
    "act.mail.import": marked("Email of before read in from {subject}"),
    "act.mail.import_back": marked("Email of before from {subject} moved to the trash"),
    "act.retention.set": marked("How long {subject} is kept was changed"),
    "act.retention.remove": marked("What was old enough went: {subject}"),
    "act.note.edit": marked("{subject}: internal note edited"),
    "act.note.remove": marked("{subject}: internal note deleted"),
    "act.note.restore": marked("{subject}: internal note restored"),
    "act.note.erase": marked("{subject}: earlier text of an internal note erased"),
    "act.participant.add": marked("{subject}: participant added"),
    "act.participant.remove": marked("{subject}: participant removed, and their reply addresses revoked"),
    "act.participant.correct": marked("{subject}: address of a participant corrected"),
    "act.follower.remove": marked("{subject}: follower removed"),
    "act.membership.remove": marked("{subject} left the company"),
    "act.membership.restore": marked("{subject} is a member of the company again"),
    "act.guide.way": marked("How email of {subject} comes was chosen in the guide"),
    "act.guide.close": marked("The guide of {subject} was put away"),
    "act.guide.open": marked("The guide of {subject} is shown again"),
    "act.server.add": marked("Outgoing server {subject} added"),
    "act.server.set": marked("Outgoing server {subject} changed"),
    "act.server.remove": marked("Outgoing server {subject} removed"),
    "act.server.restore": marked("Outgoing server {subject} is back"),
    "act.server.restore_off": marked(
        "Outgoing server {subject} is back and switched off; give its password again, then switch it on"
    ),
    "act.server.test": marked("Outgoing server {subject} tested"),
    "act.reply.add": marked("Saved reply {subject} added"),
    "act.reply.set": marked("Saved reply {subject} changed"),
    "act.reply.remove": marked("Saved reply {subject} removed"),
    "act.reply.restore": marked("Saved reply {subject} is back"),
    "act.layout.set": marked("Layout of messages from {subject} changed"),
    "act.layout.remove": marked("Layout of messages from {subject} removed"),
    "act.signature.set": marked("Signature of {subject} changed"),
    "act.setting.set": marked("Setting {subject} changed"),
    "act.team.add": marked("Team {subject} added"),
    "act.team.remove": marked("Team {subject} removed"),
    "act.team.restore": marked("Team {subject} restored"),
    "act.team.set": marked("Team {subject} changed"),
    "act.user.restore": marked("User {subject} activated again"),
    "act.user.sign_out": marked("{subject} signed out everywhere"),
    "act.user.add": marked("User {subject} added"),
    "act.user.remove": marked("User {subject} deactivated"),
    "act.user.sign_in_link": marked("Sign-in link for {subject} made"),
    "act.inbound.replay": marked("Being read once more: {subject}"),
    "act.inbound.replay_all": marked("Being read once more: {subject}"),
    "act.outbox.cancel": marked("Cancelled: {subject}"),
    "act.outbox.redirect": marked("Sent to another address: {subject}"),
    "act.outbox.revive": marked("Waiting to be sent again: {subject}"),
    "act.outbox.retry": marked("Sending again: {subject}"),
    "act.record.add": marked("{subject} opened"),
    "act.record.set": marked("{subject} changed"),
    "act.record.retype": marked("{subject} has another type"),
    "act.record.snooze": marked("{subject} snoozed"),
    "act.record.snooze_many": marked("{subject} snoozed"),
    "act.record.wake": marked("{subject} is no longer snoozed"),
    "act.record.move": marked("Messages of {subject} moved"),
    "act.record.split": marked("{subject} split off as a new record"),
    "act.record.merge": marked("{subject} merged"),
    "act.record.separate": marked("{subject} separated again"),
    "act.record.many": marked("{subject} changed"),
    "act.filter.add": marked("Filter {subject} saved"),
    "act.filter.remove": marked("Filter {subject} removed"),
    "act.record_type.add": marked("Record type {subject} added"),
    "act.record_type.remove": marked("Record type {subject} removed"),
    "act.record_type.restore": marked("Record type {subject} restored"),
    "act.record_type.set": marked("Record type {subject} changed"),
    "act.session.end": marked("{subject} signed out in one browser"),
    "act.session.end_others": marked("{subject} signed out in all other browsers"),
    "act.review.block": marked("Dropped, and its sender blocked: {subject}"),
    "act.review.back": marked("Back in the review queue: {subject}"),
    "act.review.discard": marked("Dropped: {subject}"),
    "act.review.spam": marked("Marked as spam: {subject}"),
    "act.review.release": marked("Filed from the review queue: {subject}"),
    "act.record.note": marked("Internal note written on {subject}"),
    "act.record.post": marked("Message written on {subject}"),
    "act.record.read_again": marked("An email on {subject} read again"),
    "act.user.invite": marked("{subject} invited"),
    "act.user.invite_again": marked("{subject} invited again"),
    "act.second_factor.add": marked("Second factor of {subject} turned on"),
    "act.second_factor.codes": marked("New recovery codes for {subject}"),
    "act.second_factor.demand": marked("Second factor in {subject}: demand changed"),
    "act.second_factor.remove": marked("Second factor of {subject} removed"),
    "act.user.password": marked("Password of {subject} changed"),
    "act.user.ways": marked("How {subject} works changed"),
    "act.user.away": marked("{subject} is out of office"),
    "act.user.back": marked("{subject} is not out of office"),
    "act.user.set": marked("User {subject} changed"),
}
"""Each sentence by "act." and the name of an act; ``subject`` is what it was about."""

IN_FULL: Final = {
    "went.spam": marked("{subject} is in spam, and its sender is blocked"),
    "went.trash": marked("{subject} is in the trash"),
    "went.lists": marked("{subject} is back in the lists"),
    "went.read": marked("{subject}: marked read"),
    "went.unread": marked("{subject}: marked unread"),
    "went.assigned": marked("{subject} assigned to {name}"),
    "went.unassigned": marked("{subject}: no owner any more"),
    "went.tagged": marked("{subject}: tag {tag} added"),
    "went.untagged": marked("{subject}: tag {tag} removed"),
    "went.answered": marked("{subject} no longer waits for us"),
    "went.awaited": marked("{subject} waits for us again"),
    "went.moved": marked("Messages of {subject} moved to {record}"),
    "went.back": marked("Messages are back on {record}"),
    "went.merged": marked("{subject} is part of {record} now"),
    "went.filed": marked("Filed on {record} from the review queue: {subject}"),
    "went.paused": marked("Sending is paused"),
    "went.resumed": marked("Sending is resumed"),
}
"""What is said where more is known of an act than its name."""


_LABELLED = re.compile(r"[A-Z][A-Z0-9]*-[0-9]+ ")
"""The number of a record before what is said of it, in an act on several."""

FINAL: Final = {
    "final.backup.release": marked("Pause sending instead"),
    "final.activity.reopen": marked("Mark the activity as done instead"),
    "final.contact.erase": marked("What was erased is kept nowhere"),
    "final.contact.part": marked("Merge the two contacts again instead"),
    "final.dkim_key.set": marked("Keys follow what the DNS shows"),
    "final.dns.look": marked("Nothing was changed by it"),
    "final.dns.send": marked("A link that was given away ends by itself after 14 days"),
    "final.dns.share": marked("A link that was given away ends by itself after 14 days"),
    "final.delivery.take_back": marked("Correct the address once more"),
    "final.domain.add": marked("Close the domain on its page instead"),
    "final.domain.round": marked("The email has left"),
    "final.inbound.replay": marked("What was filed stays where it is"),
    "final.inbound.replay_all": marked("What was filed stays where it is"),
    "final.membership.restore": marked("Let the person leave again"),
    "final.user.ways": marked("Choose again in your settings"),
    "final.file.remove": marked("A deleted file is kept nowhere"),
    "final.retention.remove": marked("What went by age is kept nowhere"),
    "final.note.erase": marked("What was erased is kept nowhere"),
    "final.message.back": marked("Send the draft again instead"),
    "final.message.left": marked("The message has left"),
    "final.outbox.retry": marked("The copy has left, or is about to"),
    "final.outbox.revive": marked("Cancel the copy in the outbox"),
    "final.record.note": marked("Edit or delete the note"),
    "final.record.post": marked("The message has left"),
    "final.record.read_again": marked("The words of before were those that could be read then"),
    "final.review.back": marked("Decide anew in the review queue"),
    "final.server.test": marked("The email has left"),
    "final.server.restore": marked("Remove the server again"),
    "final.server.restore_off": marked("Remove the server again"),
    "final.second_factor.add": marked("Turn the second factor off instead"),
    "final.second_factor.codes": marked("Make new codes once more"),
    "final.second_factor.remove": marked("Its owner sets it up again"),
    "final.session.end": marked("Who was signed out signs in again"),
    "final.session.end_others": marked("Who was signed out signs in again"),
    "final.user.invite_again": marked("The link that was sent ends by itself after 7 days"),
    "final.user.password": marked("The password of before is not kept"),
    "final.user.restore": marked("Deactivate the user again"),
    "final.user.sign_in_link": marked("The link ends by itself within minutes"),
    "final.user.sign_out": marked("Who was signed out signs in again"),
}
"""Why an act cannot be undone, or what undoes it instead; for each that has no way back."""


def final(act: str) -> Phrase | None:
    """Return why an act cannot be undone; None for one that says nothing of it."""
    return Phrase(f"final.{act}") if f"final.{act}" in FINAL else None


def done(
    act: str, subject: str, was: Mapping[str, object] | None = None, now: Mapping[str, object] | None = None
) -> Phrase:
    """Return what to say of an act, of which it may be known what stood there and what stands there since."""
    was, now = was or {}, now or {}
    if act in ("record.set", "record.many"):
        return _changed(act, subject, _of_each(was), _of_each(now))
    if act in ("record.move", "record.merge") and "record" in now:
        return _gone(act, subject, str(now["record"]))
    if act == "review.release" and now.get("record"):
        return Phrase("went.filed", {"subject": subject, "record": str(now["record"])})
    if act == "setting.set" and subject == "sending_paused":
        return Phrase("went.paused") if now.get("value") else Phrase("went.resumed")
    return Phrase(f"act.{act}", {"subject": subject})


def _of_each(fields: Mapping[str, object]) -> dict[str, list[object]]:
    """Return what is said of one record, or of each of several, by the name of what it says."""
    said: dict[str, list[object]] = {}
    for name, value in fields.items():
        said.setdefault(name.rpartition(" ")[2] if _LABELLED.match(name) else name, []).append(value)
    return said


def _changed(act: str, subject: str, was: Mapping[str, list[object]], now: Mapping[str, list[object]]) -> Phrase:
    """Return what became of records in the words of that, where it is one thing; else that they changed."""
    differing = {name for name in {*was, *now} if was.get(name) != now.get(name)} - {"changed_at", "owner_address"}
    if "place" in differing:
        return _placed(subject, now.get("place", [""])[0])
    if len(differing) == 1:
        (name,) = differing
        said = _said_of(subject, name, was.get(name, []), now.get(name, []))
        if said is not None:
            return said
    return Phrase(f"act.{act}", {"subject": subject})


def _said_of(subject: str, name: str, was: Sequence[object], now: Sequence[object]) -> Phrase | None:
    if name == "tags":
        return _tagged(subject, was, now)
    if not now or any(one != now[0] for one in now):
        return None
    if name == "read":
        return Phrase("went.read", {"subject": subject}) if now[0] else Phrase("went.unread", {"subject": subject})
    if name == "awaits_us":
        return Phrase("went.awaited", {"subject": subject}) if now[0] else Phrase("went.answered", {"subject": subject})
    if name == "owner":
        if not now[0]:
            return Phrase("went.unassigned", {"subject": subject})
        return Phrase("went.assigned", {"subject": subject, "name": str(now[0])})
    return None


def _tagged(subject: str, was: Sequence[object], now: Sequence[object]) -> Phrase | None:
    before, after = ({tag for tags in some if isinstance(tags, list) for tag in tags} for some in (was, now))
    added, removed = sorted(after - before), sorted(before - after)
    if len(added) + len(removed) != 1:
        return None
    if added:
        return Phrase("went.tagged", {"subject": subject, "tag": str(added[0])})
    return Phrase("went.untagged", {"subject": subject, "tag": str(removed[0])})


def _placed(subject: str, place: object) -> Phrase:
    if place == "spam":
        return Phrase("went.spam", {"subject": subject})
    if place == "trash":
        return Phrase("went.trash", {"subject": subject})
    return Phrase("went.lists", {"subject": subject})


def _gone(act: str, subject: str, record: str) -> Phrase:
    if act == "record.merge":
        return Phrase("went.merged", {"subject": subject, "record": record})
    if record == subject:
        return Phrase("went.back", {"record": record})
    return Phrase("went.moved", {"subject": subject, "record": record})
