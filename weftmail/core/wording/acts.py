"""What was done, by the name of the act: on the bar after it, and in the history."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import Phrase, marked

ACTS: Final = {
    "act.alias.add": marked("Alias {subject} added"),
    "act.alias.import": marked("Aliases read in from {subject}"),
    "act.alias.import_back": marked("Aliases from {subject} taken back"),
    "act.alias.off": marked("Alias {subject} switched off"),
    "act.alias.on": marked("Alias {subject} switched on"),
    "act.alias.remove": marked("Alias {subject} removed"),
    "act.alias.restore": marked("Alias {subject} restored"),
    "act.alias.set": marked("Alias {subject} changed"),
    "act.company.add": marked("Company {subject} added"),
    "act.company.set": marked("Company {subject} changed"),
    "act.contact.block": marked("{subject} blocked"),
    "act.contact.unblock": marked("{subject} no longer blocked"),
    "act.contact.add": marked("Contact {subject} added"),
    "act.contact.remove": marked("Contact {subject} archived"),
    "act.contact.set": marked("Contact {subject} changed"),
    "act.dkim_key.create": marked("Signing keys of {subject} made"),
    "act.dkim_key.rotate": marked("New signing keys for {subject} made"),
    "act.dkim_key.retire": marked("A signing key of {subject} retired"),
    "act.dkim_key.set": marked("Signing keys of {subject} follow the DNS"),
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
    "act.exemption.add": marked("{subject} is exempt from the loop breaker"),
    "act.exemption.remove": marked("{subject} is no longer exempt from the loop breaker"),
    "act.follower.add": marked("{subject}: follower added"),
    "act.follower.remove": marked("{subject}: follower removed"),
    "act.membership.remove": marked("{subject} left the company"),
    "act.membership.restore": marked("{subject} is a member of the company again"),
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
    "act.record_type.add": marked("Record type {subject} added"),
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
    "act.user.set": marked("User {subject} changed"),
}
"""Each sentence by "act." and the name of an act; ``subject`` is what it was about."""


FINAL: Final = {
    "final.company.add": marked("A company stays; rename it instead"),
    "final.contact.add": marked("Archive the contact instead"),
    "final.contact.remove": marked("Add the contact again instead"),
    "final.contact.set": marked("Change the contact once more"),
    "final.dkim_key.set": marked("Keys follow what the DNS shows"),
    "final.dns.look": marked("Nothing was changed by it"),
    "final.dns.send": marked("A link that was given away ends by itself after 14 days"),
    "final.dns.share": marked("A link that was given away ends by itself after 14 days"),
    "final.domain.add": marked("Close the domain on its page instead"),
    "final.domain.round": marked("The email has left"),
    "final.inbound.replay": marked("What was filed stays where it is"),
    "final.inbound.replay_all": marked("What was filed stays where it is"),
    "final.membership.restore": marked("Let the person leave again"),
    "final.outbox.redirect": marked("Send the copy to the first address again"),
    "final.outbox.retry": marked("The copy has left, or is about to"),
    "final.outbox.revive": marked("Cancel the copy in the outbox"),
    "final.record.add": marked("A record stays; close it instead"),
    "final.record.note": marked("A note stays; write another one"),
    "final.record.post": marked("The message has left"),
    "final.record.read_again": marked("The words of before were those that could be read then"),
    "final.record.set": marked("Change the record back on its page"),
    "final.record_type.add": marked("A type of records stays; rename it instead"),
    "final.review.back": marked("Decide anew in the review queue"),
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


def done(act: str, subject: str) -> Phrase:
    """Return what to say of an act."""
    return Phrase(f"act.{act}", {"subject": subject})
