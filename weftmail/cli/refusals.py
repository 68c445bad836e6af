"""What the command line says of a refusal: its sentence on one line, and the command that comes next."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from weftmail.core.failure import UsageError
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import Phrase, Value
from weftmail.core.wording.refusals import REFUSALS
from weftmail.core.wording.sentences import say
from weftmail.flow.refusal import Refusal

Answer = TypeVar("Answer")
Naming = Callable[[Command], Command]

STEPS = {
    "nothing_to_change": "see: mail-admin {noun} set --help",
    "company_there": "see: mail-admin company show {name}",
    "no_such_company": "add it: mail-admin company add {name}",
    "no_company": "add one: mail-admin company add NAME",
    "company_last": "mail-admin company set {name} --name NEW",
    "company_used": "mail-admin company set {name} --name NEW",
    "company_has": "see: mail-admin company show {name}",
    "record_type_last": "mail-admin record-type add NAME PREFIX",
    "record_type_used": "mail-admin record-type set {name} --name NEW",
    "record_type_has": "see: mail-admin alias list --opens {name}",
    "domain_without_company": "add it anew: mail-admin domain add {name} --company NAME",
    "company_wanted": "name one: --company NAME",
    "domain_there": "see: mail-admin domain show {name}",
    "domain_open": "see: mail-admin domain show {name}",
    "domain_closed": "take it back: mail-admin domain restore {name}",
    "no_such_domain": "add it: mail-admin domain add {name}",
    "no_such_domain_but_near": "add it: mail-admin domain add {name}",
    "no_such_domain_to_remove": "see: mail-admin domain list",
    "alias_has_mailbox": "remove it: mail-admin alias remove {address}",
    "no_such_alias": "add it: mail-admin alias add {address} --opens TYPE",
    "no_such_alias_but_near": "add it: mail-admin alias add {address} --opens TYPE",
    "no_such_alias_to_remove": "see: mail-admin alias list",
    "alias_there": "change it: mail-admin alias set {address}",
    "alias_without_goal": "--opens TYPE, or --record NUMBER",
    "answer_as_foreign": "add it: mail-admin domain add {domain}",
    "no_such_record": "see: mail-admin record list",
    "move_hidden": "mail-admin record restore {number}",
    "not_forwarded_in": "see: mail-admin record show {number}",
    "no_such_message": "see: mail-admin record show {number}",
    "event_stays": "see: mail-admin record show {number}",
    "several_records": "name one: --company NAME",
    "snooze_closed": "open it first: mail-admin record set {number} --state open",
    "not_snoozed": "see: mail-admin record show {number}",
    "no_such_user": "add them: mail-admin user add {address} --name NAME",
    "user_inactive": "bring them back: mail-admin user set {address} --active",
    "not_away": "see: mail-admin user show ADDR",
    "no_member": "make them one: mail-admin user set {address} --company {company} --role agent",
    "no_such_contact": "add one: mail-admin contact add {address} --name NAME",
    "no_such_contact_to_remove": "see: mail-admin contact list",
    "user_there": "change: mail-admin user set {address}",
    "user_address_taken": "see: mail-admin user show {address}",
    "only_address": "with --add-address ADDR",
    "only_installation_admin": "make somebody else one first: mail-admin user set ADDR --installation-admin yes",
    "only_admin": "make somebody else one first: mail-admin user set ADDR --company {company} --role admin",
    "no_mail_leaves": "mail-admin domain add NAME --company {company}",
    "no_invitation": "mail-admin user sign-in-link ADDR",
    "no_such_reply_word": "add it: mail-admin saved-reply add NAME --word {word} --text T",
    "no_such_reply": "see: mail-admin saved-reply list",
    "no_such_team": "see: mail-admin team list",
    "team_there": "see: mail-admin team show {name}",
    "team_empty": "add somebody: mail-admin team set {name} --add-member ADDR",
    "team_owns": "--hand-over-to ADDR, or a team by its name",
    "team_needs_member": "add somebody else: --add-member ADDR",
    "heir_wanted": "--hand-over-to ADDR, or a team by its name",
    "not_archived": "see: mail-admin contact show {address}",
    "no_such_organisation": "add it: mail-admin organisation add {name}",
    "organisation_there": "see: mail-admin organisation show {name}",
    "merge_blocked": "mail-admin contact unblock {address}",
    "no_such_activity": "see: mail-admin activity list",
    "activity_over": "see: mail-admin activity list",
    "activity_type_there": "see: mail-admin activity types",
    "assignee_wanted": "--assignee ADDR",
    "contact_there": "see: mail-admin contact show {address}",
    "contact_is_colleague": "see: mail-admin follower add NUMBER {address}",
    "several_contacts": "name one: --company NAME",
    "reference_taken": "see: mail-admin record show {number}",
    "no_participant": "see: mail-admin record show {number}",
    "no_such_note": "see: mail-admin record show {number}",
    "note_deleted": "see: mail-admin note versions {number} {note}",
    "no_follower": "see: mail-admin follower list {number}",
    "no_such_exemption": "see: mail-admin exemption list",
    "no_such_act": "see: mail-admin audit list",
    "undone_already": "see: mail-admin audit list",
    "changed_since": "see: mail-admin audit list",
    "no_such_inbound": "see: mail-admin inbound list",
    "no_such_copy": "see: mail-admin outbox list",
    "copy_left": "see: mail-admin outbox list",
    "review_error": "try: mail-admin inbound replay {id}",
    "review_infected": "take it out of the queue: mail-admin review discard {id}",
    "not_in_review": "see: mail-admin inbound show {id}",
    "review_with_two_goals": "--record NUMBER or --opens TYPE",
    "review_without_goal": "mail-admin review release {id} --record NUMBER, or --opens TYPE",
    "review_record_gone": "mail-admin review release {id} --record NUMBER",
    "inbound_of_no_company": "--record NUMBER",
    "post_empty": "give a text: --text T or --html FILE",
    "note_with_recipients": "leave out --to and --cc, or leave out --note",
    "note_not_scheduled": "leave out --at, or leave out --note",
    "draft_unsent": "send or discard that first, on the page of the record",
    "forward_to_nobody": "name somebody: --to ADDR",
    "nothing_to_answer": "name somebody: --to ADDR, or write a --note",
    "nobody_to_answer": "name somebody: --to ADDR, or write a --note",
    "post_suppressed": "mail-admin suppression lift {address}",
    "no_such_server": "see: mail-admin server list",
    "not_suppressed": "see: mail-admin suppression list",
    "post_to_colleague": "mail-admin follower add {number} {address}",
    "no_domain_to_write_from": "add one: mail-admin domain add NAME",
    "not_for_replay": "see: mail-admin inbound show {id}",
}
"""The command that comes next, by code; a code that is not here says all in its sentence."""

MEANINGLESS = frozenset(
    {
        "address_malformed", "address_blank", "address_hyphen", "address_unusual", "address_long", "address_domain",
        "domain_malformed",
        "domain_one_label", "text_break", "text_empty", "text_long", "url_malformed", "no_such_choice",
        "nothing_to_change", "company_wanted", "record_type_malformed", "prefix_malformed", "no_such_record_type",
        "alias_without_goal", "owner_and_team", "record_wanted", "assignee_wanted", "day_malformed",
        "back_too_early", "substitute_self", "substitute_elsewhere",
        "csv_broken", "csv_columns", "csv_large",
        "csv_not_text", "note_with_recipients", "note_not_scheduled", "review_with_two_goals",
        "review_without_goal", "several_records", "no_such_time_zone", "several_contacts",
    }
)  # fmt: skip
"""Words that make no sense, whatever the store holds: a command ends with 2 for them."""

CALL = re.compile(r"mail-admin [^,;]+")
_OF_A_FIELD = ("text_", "no_such_choice")


class RefusedCall(UsageError):
    """What an act refused: the program that knows what else was typed says it anew, with ``refusal``."""

    def __init__(self, refusal: Refusal, text: str, status: int) -> None:
        super().__init__(text, status)
        self.refusal = refusal


def carried_out(answer: Answer | Refusal) -> Answer:
    """Return what an act did; raise UsageError, with the next step, where it was refused."""
    if isinstance(answer, Refusal):
        raise failure(answer)
    return answer


def failure(refusal: Refusal, name: Naming = lambda command: command) -> RefusedCall:
    """Return the refusal as the one line that the command line ends with; ``name`` lets a command name the company."""
    shown = {name: _shown(value) for name, value in refusal.values.items()}
    sentence = REFUSALS[refusal.code]
    text = say(Phrase(refusal.code, shown))
    if not sentence.startswith("{"):
        text = text[0].lower() + text[1:]
    if refusal.code.startswith(_OF_A_FIELD):
        text = f"{refusal.field.replace('_', ' ')}: {text}"
    step = _step(refusal, name, asked=text.endswith("?"))
    return RefusedCall(refusal, text + step, 2 if refusal.code in MEANINGLESS else 1)


def _step(refusal: Refusal, name: Naming, *, asked: bool) -> str:
    """Return what comes next, after a sentence that ends with a question or with nothing."""
    if refusal.code not in STEPS:
        return ""
    values = {name: _shown(value) for name, value in refusal.values.items()}
    step = CALL.sub(lambda found: str(name(Command(found[0], **values))), STEPS[refusal.code])
    return f" {step[0].upper()}{step[1:]}" if asked else f"; {step}"


def _shown(value: Value) -> str:
    """Return the value as a terminal may have it: what it would obey, or what would turn the text, is spelt out."""
    text = say(value) if isinstance(value, Phrase) else str(value)
    return text if text.isprintable() else ascii(text)
