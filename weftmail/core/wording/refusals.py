"""The sentences of refusals: why an act of set-up cannot be carried out, by code.

A form shows one beside its field; the command line adds the next step, which is a command.
"""

from __future__ import annotations

from weftmail.core.wording.phrase import marked
from weftmail.core.wording.servers import SERVER_REFUSALS

REFUSALS = {
    **SERVER_REFUSALS,
    "not_restored": marked("This store was not restored from a backup, or it has been released"),
    "erase_typed": marked("Type {address} to erase this person"),
    "erase_leaving": marked("Copy {number} to this person is leaving at this moment; try again in a minute"),
    "no_such_file": marked("Message {message} on {number} has no file {file}"),
    # What is malformed.
    "address_malformed": marked("{address} is not an address; enter one such as name@example.com"),
    "address_blank": marked("{address} is not an address: it holds a blank or a control character"),
    "address_hyphen": marked("{address} begins with a hyphen; programs would read it as an option"),
    "address_unusual": marked("{address} is not an address: the part before the @ holds something unusual"),
    "address_long": marked("{address} is too long before the @; 64 octets are allowed"),
    "address_domain": marked("{address} is not an address: what follows the @ is not a domain name"),
    "domain_malformed": marked("{address} is not a domain name; enter one such as acme.example"),
    "subdomain_wanted": marked("{name} is no subdomain; write one such as in.{name}"),
    "domain_one_label": marked("{name} is not a whole domain name; write it with its last part, as {name}.example"),
    "text_break": marked("This holds a line break or another control character; give one line of text"),
    "text_empty": marked("This is empty"),
    "text_long": marked("This is too long; {most} characters are allowed"),
    "neither_on_nor_off": marked("Say on or off"),
    "number_out_of_range": marked("Enter a whole number from {least} to {most}"),
    "url_malformed": marked("{url} is not the address of a page; it begins with https:// or http://"),
    "no_such_hour": marked("There is no hour {hour}; choose one from 0 to 23"),
    "no_such_choice": marked("{choice} cannot be chosen here; there are {choices}"),
    "no_number": marked("{name}: {value} is no number; enter one such as 23500 or 0.5"),
    "number_ambiguous": marked("{name}: {value} can be read in two ways; enter it without marks between thousands"),
    "no_amount": marked("{name}: {value} is no amount; enter a number and a currency, such as 23500 SEK"),
    "no_date": marked("{name}: {value} is no date; enter year, month and day, such as 2026-05-31"),
    "no_choice": marked("{name}: {value} cannot be chosen; there are {choices}"),
    "nothing_to_change": marked("Nothing to change was given"),
    # Companies and the types of records that they keep.
    "company_there": marked("There is a company {name} already"),
    "company_last": marked("{name} is the only company; rename it instead"),
    "company_used": marked("Email came to {name}, or numbers were given to its records: that stays. Rename it instead"),
    "company_has": marked(
        "{name} is not empty (people: {people}, domains: {domains}, aliases: {aliases}, contacts: {contacts}); "
        "remove them first, or rename the company"
    ),
    "no_such_company": marked("Unknown company {name} (known: {names})"),
    "no_company": marked("There is no company yet"),
    "company_wanted": marked("Several companies could be meant ({names})"),
    "record_type_malformed": marked("{name} is no name of a type: small letters, digits and hyphens, as contract"),
    "prefix_malformed": marked("{prefix} is no prefix of record numbers: capital letters and digits, as CON"),
    "record_type_there": marked("{company} keeps records of type {name} already, as {prefix}-1"),
    "prefix_there": marked("Another type of {company} has the prefix {prefix}; choose another"),
    "state_there": marked("There is a state {name} already"),
    "state_in_use": marked("Records are in the state {name}; move them to another one first"),
    "states_wanted": marked("The first state has to count as open, and another one as closed"),
    "choices_wanted": marked("{name}: say what can be chosen, as choice: small, large"),
    "choices_idle": marked("{name}: only a field of the kind choice has values to choose from"),
    "record_type_last": marked("{name} is the only type of {company}; add another one first"),
    "record_type_used": marked(
        "Records of type {name} were opened, and their numbers, such as {prefix}-1, stand in emails; rename the type "
        "instead"
    ),
    "record_type_has": marked(
        "The type {name} is named by others (aliases: {aliases}, saved replies: {replies}); let them name another one "
        "first"
    ),
    "no_such_record_type": marked("Unknown type of record {name} (known: {names})"),
    # Domains.
    "domain_there": marked("There is a domain {name} already"),
    "domain_closed": marked("{name} is being removed"),
    "domain_without_company": marked("{name} belonged to {company}, which was removed"),
    "domain_open": marked("{name} is in use; there is nothing to restore"),
    "no_such_domain": marked("Unknown domain {name} (known: {names})"),
    "no_such_domain_but_near": marked("Unknown domain {name} (known: {names}). Did you mean {near}?"),
    "no_such_domain_to_remove": marked("Unknown domain {name} (known: {names})"),
    "domain_of_another": marked("{name} belongs to {company} alone; name no company, or take another domain"),
    "domain_has_others": marked("{names} has aliases in {name}; remove them first, or leave the domain shared"),
    "alias_has_mailbox": marked("{address} is an alias, and there is a mailbox of that name ({where})"),
    # Aliases.
    "pattern_braces": marked("Put the name of a field into each pair of braces, as Order {{order}}"),
    "pattern_fields": marked("Name one field in braces at least, and {most} at most, as Order {{order}}"),
    "pattern_twice": marked("{name} stands twice; name each field once"),
    "pattern_adjacent": marked("Put a word, a mark or a blank between two fields, or nobody knows where the one ends"),
    "switch_of_pinned": marked("This is for aliases that open records; this one is pinned to a record"),
    "no_such_alias": marked("Unknown alias {address}"),
    "no_such_alias_but_near": marked("Unknown alias {address}. Did you mean {near}?"),
    "no_such_alias_to_remove": marked("Unknown alias {address}"),
    "alias_there": marked("{address} is an alias already"),
    "alias_of_user": marked("{address} is the address of somebody who signs in; their mail would open records"),
    "alias_without_goal": marked("Say where its mail goes: it opens records of a type, or is added to one record"),
    "catch_all_beside_mailboxes": marked("{name} has mailboxes of its own: their mail would no longer arrive"),
    "catch_all_in_the_way": marked("{address} takes all mail of the domain; remove it before mailboxes are there"),
    "catch_all_of_users": marked(
        "Somebody who signs in has an address in {name} ({addresses}); their mail would open records"
    ),
    "csv_broken": marked("Line {line} is no CSV: a quote is open or stands where none may, or a cell is too long"),
    "csv_cells": marked("The number of cells differs: {cells} in this line, {wanted} in the first"),
    "csv_columns": marked(
        "The first line has to name the columns, address among them (known: {names}; unknown: {unknown})"
    ),
    "csv_large": marked("The file is too large; {most} lines are allowed"),
    "csv_not_text": marked("The file is not UTF-8 text; save it as CSV UTF-8"),
    "csv_twice": marked("{address} stands in line {line} already"),
    "csv_two_goals": marked("Name a type of records that it opens, or a record; not both"),
    "owner_and_team": marked("Name a colleague or a team; one of them owns it"),
    "name_reserved": marked("{name}@ is reserved in every domain, as are {names}; choose another name"),
    "name_with_plus": marked(
        "Leave out the plus sign of {address} and what follows it: email with any plus part comes"
    ),
    "name_unroutable": marked(
        "{address} holds a letter that mail servers read as a route and refuse, such as % or !; choose another name"
    ),
    "name_has_mailbox": marked("{address} exists already: {where}. Its mail would no longer arrive; choose another"),
    "answer_as_person": marked(
        "{address} is {name}'s own address: everybody's mail would go out in that name. Name an address of the team"
    ),
    "answer_as_foreign": marked(
        "{address} is in a domain that you have not added; mail in its name would be a forgery"
    ),
    # Users and their memberships.
    "no_such_user": marked("Nobody who signs in has the address {address}"),
    "user_there": marked("{name} is a member of {company} already"),
    "user_inactive": marked("{name} is no longer active"),
    "type_already": marked("{number} is of the type {type} already"),
    "nothing_ticked": marked("Tick at least one record"),
    "no_such_tag": marked("{number} does not have the tag {tag}"),
    "filter_of_another": marked("This filter belongs to {name}"),
    "no_such_filter": marked("There is no such filter"),
    "not_in_named_team": marked("{name} is in none of the teams that see records of type {type}, such as {number}"),
    "no_member": marked("{name} is not a member of {company}"),
    "user_address_ours": marked("{address} is an alias or a system address; a user has a mailbox of their own"),
    "user_address_taken": marked("Somebody who signs in has {address} already"),
    "only_address": marked("{address} is the only address of {name}; add another one first"),
    "not_their_address": marked("{name} does not have {address}, but {addresses}"),
    "only_installation_admin": marked("{name} is the only active admin of this installation"),
    "only_admin": marked("{name} is the only admin of {company}"),
    "no_such_time_zone": marked("Unknown time zone {name}; write its name as Europe/Stockholm"),
    "password_short": marked("A password has at least {least} characters; four words from a dictionary do well"),
    "no_such_session": marked("This browser is signed out already"),
    "link_gone": marked("This link has expired"),
    "no_invitation": marked("{name} has a password already; an invitation is for a first one"),
    "no_mail_leaves": marked(
        "No email of {company} can leave yet, so no invitation would arrive; "
        "whoever looks after the installation adds a domain"
    ),
    "second_factor_there": marked("{name} has a second factor already"),
    "no_second_factor": marked("{name} has no second factor"),
    "second_factor_not_begun": marked("Start again: the key for the app is no longer kept"),
    "code_wrong": marked("This code is not right, or was used already"),
    # Teams, and who takes over what somebody leaves.
    "no_such_team": marked("Unknown team {name} (known: {names})"),
    "team_there": marked("{company} has a team {name} already"),
    "team_name_address": marked("{name} would be read as the address of a person; leave out the @"),
    "team_empty": marked("The team {name} has no member who is active"),
    "team_owns": marked("The team {name} owns records or aliases; name the person or the team that takes them over"),
    "team_needs_member": marked("The team {name} owns records or aliases, and would have no member"),
    "no_team_member": marked("{name} is not a member of the team {team}"),
    "heir_wanted": marked(
        "{name} has work in {company} (records owned: {records}, aliases: {aliases}, records followed: {follows}); "
        "name the person or the team that takes it over"
    ),
    "heir_reads": marked("{name} has read-only access in {company}, and cannot take anything over"),
    "heir_same": marked("{name} cannot take over from themselves"),
    # Contacts.
    "no_such_contact": marked("No contact has the address {address}"),
    "no_such_contact_to_remove": marked("No contact has the address {address}"),
    "not_blocked": marked("{address} is not blocked"),
    "contact_there": marked("{name} has {address} already"),
    "contact_address_ours": marked("{address} is an alias or a system address; a contact has an address outside"),
    "contact_is_colleague": marked("{address} is the address of a colleague, who follows a record instead"),
    "contact_address_taken": marked("{name} has {address}; remove it there first"),
    "several_contacts": marked("Several companies have a contact {address} ({names})"),
    "same_contact": marked("{address} is an address of {name} already"),
    "merge_blocked": marked("{address} is blocked; take email from there again first"),
    "not_archived": marked("No archived contact has the address {address}"),
    "no_such_organisation": marked("There is no organisation {name}; there are: {names}"),
    "organisation_there": marked("There is an organisation {name} already"),
    "domain_of_anybody": marked("Anybody can have an address in {domain}; it says nothing of an organisation"),
    "domain_of_organisation": marked("{domain} belongs to {name}; remove it there first"),
    "not_their_domain": marked("{domain} does not belong to {name}"),
    "no_such_activity": marked("There is no activity {number}"),
    "activity_over": marked("Activity {number} is done or removed already"),
    "activity_type_there": marked("There is a type of activities {name} already"),
    "assignee_wanted": marked("Say who is to do it"),
    # Days, and what waits for one.
    "day_malformed": marked("{day} is no day; write it as 2026-11-30"),
    "back_too_early": marked("{day} is too early; somebody who is away is back on a later day"),
    "not_away": marked("{name} is not out of office"),
    "substitute_self": marked("Nobody stands in for themselves; name a colleague"),
    "substitute_elsewhere": marked("{name} may not answer in any company in which they would stand in"),
    "day_over": marked("{day} has begun already; choose a later day"),
    "snooze_closed": marked("{number} is closed, so nothing waits there"),
    "not_snoozed": marked("{number} is not snoozed"),
    # Records and who follows them.
    "no_such_record": marked("There is no record {number}"),
    "record_wanted": marked("Choose a record, or type its number"),
    "move_same": marked("It is on {number} already"),
    "move_hidden": marked("{number} is in the trash or in spam; bring it back to the lists first"),
    "move_of_another": marked("{number} is a record of {company}; nothing moves from {other} into another company"),
    "move_seen_by_others": marked(
        "Records of type {limited} are for the team {names} only: not everybody who sees {number} would see the "
        "messages on a record of type {type}, or the other way round; give one of the two another type first"
    ),
    "not_merged": marked("{number} is a record of its own"),
    "no_message_chosen": marked("Choose a message"),
    "no_such_message": marked("{number} has no message {message}"),
    "event_stays": marked("Number {message} of {number} says what was changed there, and stays"),
    "message_there": marked("{number} has this email already"),
    "moved_together": marked("Both are part of {number} now; separate the records first"),
    "several_records": marked("Several companies have a record {number} ({names})"),
    "alias_of_another": marked("{address} is an alias of {company}; choose one of the record's own company"),
    "reference_taken": marked("{number} has the reference {reference} already"),
    "no_participant": marked("{address} does not take part in {number}"),
    "no_follower": marked("{name} does not follow {number}"),
    "no_such_copy": marked("There is no copy {id} in the outbox"),
    "copy_of_colleagues": marked("This copy goes to colleagues; change their address under Users"),
    "copy_left": marked("This copy has left already, or is on its way now"),
    "no_member_but": marked("{name} is not a member of {company}, but of {companies}"),
    # What is written on a record.
    "post_not_allowed": marked("{name} may not write in the records of {company}"),
    "message_left": marked("The message has left already"),
    "message_of_others": marked("{name} wrote this message; only they can take it back"),
    "time_skipped": marked(
        "{time} does not exist there: the clocks go forward then; choose an earlier or a later time"
    ),
    "time_malformed": marked("{time} is not a time such as 2026-11-30 08:00"),
    "time_past": marked("{time} is past, or more than a year away"),
    "undo_seconds_out": marked("Choose from 0 to {most} seconds"),
    "layout_colour": marked("{colour} is no colour. Write it as #0f6b5c"),
    "layout_footer_long": marked("The lines below have at most {letters} characters"),
    "layout_logo_kind": marked("The logo is no PNG, JPEG or GIF"),
    "layout_logo_large": marked("The logo has more than {size} KB, and goes with each message; make it smaller"),
    "layout_long": marked("The template is too long"),
    "layout_syntax": marked("Line {line} of the template cannot be read: {word}"),
    "layout_node": marked(
        "Line {line} of the template: {word} is not possible there; it may show values, and ask with if"
    ),
    "layout_name": marked(
        "Line {line} of the template: {word} is unknown; known are content, company, colour, logo, footer"
    ),
    "layout_filter": marked("Line {line} of the template: the filter {word} is not possible there"),
    "layout_without_words": marked("The template has to show the words of the message once: {{{{ content }}}}"),
    "signature_long": marked("A signature has at most {lines} lines and {letters} characters"),
    "placeholder_empty": marked("Nothing stands for {names} on this record; write it yourself, or take it out"),
    "no_such_placeholder": marked("There is no placeholder {names}; there are {known}"),
    "no_such_reply": marked("There is no saved reply {id}"),
    "no_such_reply_word": marked("The company has no saved reply with the word {word}; there are {words}"),
    "reply_of_another": marked("This saved reply is a colleague's own; only they can change it"),
    "reply_of_team": marked("Saved replies of {team} are changed by its members and by admins"),
    "reply_of_company": marked("Saved replies of {company} are changed by admins"),
    "reply_word_malformed": marked("{word} is no word to type; use letters, digits, - and _, such as thanks"),
    "reply_word_taken": marked("/{word} is {name} already, for the same people, type and language"),
    "reply_tags_many": marked("Choose at most {most} tags"),
    "text_control": marked("This holds a control character; write it without"),
    "post_empty": marked("There is nothing to send"),
    "note_not_scheduled": marked("An internal note is logged at once and leaves at no time"),
    "draft_unsent": marked("{name} has begun a message on {number} and not sent it; another one would take its place"),
    "note_with_recipients": marked("An internal note has nobody in To or Cc"),
    "forward_to_nobody": marked("Name somebody to forward it to"),
    "not_forwarded_in": marked("Message {message} on {number} is no email that a colleague forwarded"),
    "note_not_sent": marked("Message {message} on {number} is internal; it cannot be forwarded"),
    "nothing_to_answer": marked("There is no public message to answer yet"),
    "nobody_to_answer": marked("Nobody outside wrote or got the message that this answers"),
    "post_to_colleague": marked("{address} is a colleague; let them follow the record instead"),
    "mention_unclear": marked("Several colleagues are called {name}; write the whole name, or the address"),
    "no_such_colleague": marked("Nobody in {company} is called {name}"),
    "follows_none": marked("{name} follows no record of the type {type}"),
    "muted_by_others": marked("{name} alone can mute a record for themselves; remove them from the followers instead"),
    "no_such_note": marked("There is no internal note {note} on {number}"),
    "note_of_others": marked("{name} wrote note {note}; only its author can change it"),
    "note_deleted": marked("Note {note} on {number} is deleted already"),
    "nothing_to_erase": marked("Note {note} on {number} has no earlier text"),
    "post_suppressed": marked(
        "Nothing is sent to {address}: {why}. Correct the address, leave it out, or lift this on the contact’s page"
    ),
    "not_suppressed": marked("{address} is not suppressed"),
    "post_twice": marked("{address} and {other} both belong to {name}, who gets it once; choose one"),
    "post_to_ours": marked("{address} is one of your own addresses; name somebody outside"),
    "no_domain_to_write_from": marked("{company} has no domain to write from"),
    # The review queue.
    "review_error": marked("Number {id} is under Error: the program failed on it, and may do better now"),
    "review_infected": marked("Number {id} holds {virus}; what is infected is never delivered"),
    "mail_not_read": marked(
        "weftmail fails on reading this email: a fault of ours. Its log says where; please report it"
    ),
    "not_in_review": marked("Number {id} is not in the review queue, it is {state}"),
    "review_with_two_goals": marked("Name a record or a type of records, not both"),
    "review_without_goal": marked("Say where it belongs"),
    "mail_leaving": marked("A copy of it is leaving right now; try again in a few seconds"),
    "review_record_gone": marked("The record is gone; name another one"),
    "inbound_of_no_company": marked("The email belongs to no company yet; name one of its records"),
    "message_by_no_email": marked("Message {id} did not come by email"),
    "nothing_missing": marked("All of this message is here already; there is nothing to read again"),
    # Taking an act back.
    "no_such_act": marked("There is no change number {number}"),
    "undone_already": marked("This change of {subject} is undone already"),
    "not_undoable": marked("A change of this kind cannot be undone"),
    "not_undoable_but": marked("It cannot be undone. {why}"),
    "changed_since": marked("{subject} has been changed since; undo the later change first"),
    # Keys.
    "dkim_key_lost": marked("The private key {selectors} is missing in {folder}; restore it from your backup"),
    "postmaster_elsewhere": marked(
        "{name} has mailboxes, and the mail server delivers postmaster's email to one of them"
    ),
    "round_refused": marked("The mail server did not take the email: {answer}"),
    "dkim_key_waiting": marked(
        "The new keys {selectors} are not in the DNS yet; they take over once every server shows them"
    ),
    "no_domain_to_send": marked("{company} has no domain yet that email could leave from; copy the link instead"),
    "dkim_key_deleted": marked("The private key {selector} is deleted; make new keys instead"),
    "dkim_keys_sign": marked("{selectors} is in use; retire the key, or make new ones to take its place"),
    "dkim_key_retired": marked("The key {selector} is retired already"),
    "no_such_dkim_key": marked("Unknown key {selector} (known: {selectors})"),
    "dkim_key_broken": marked("A private key cannot be read: {why}; restore it from your backup"),
    # Incoming mail.
    "no_such_exemption": marked("{address} is not exempt"),
    "no_such_inbound": marked("There is no email number {id}"),
    "not_for_replay": marked("Number {id} is {state}; only email in the review queue, or dropped, can be replayed"),
}
"""Each sentence by its code."""
