-- What goes by age.

-- name: retentions
select id, company_id, what, record_type, days from retention order by id;

-- name: retentions_of_company
select id, company_id, what, record_type, days from retention where company_id = :company_id order by id;

-- name: retention_remove!
delete from retention
where company_id = :company_id and what = :what and coalesce(record_type, '') = :of_type;

-- name: retention_add!
insert into retention (company_id, what, record_type, days) values (:company_id, :what, :record_type, :days);

-- name: aged_hidden
select id, label from record
where company_id = :company_id and hidden_as = :what and hidden_at < :until_at
order by hidden_at, id
limit :most;

-- name: aged_closed
select id, label from record
where company_id = :company_id and type = :record_type and counts_as = 'closed' and hidden_as is null
    and changed_at < :until_at
order by changed_at, id
limit :most;

-- name: aged_messages
select id, inbound_id from message
where company_id = :company_id and record_id = :record_id and kind <> 'event'
order by id
limit :most;

-- name: age_events!
update message set phrase = :phrase, subject = '', rfc_message_id = 'aged ' || cast(id as text)
where company_id = :company_id and record_id = :record_id and kind = 'event';

-- name: age_record!
update record
set title = :title, fields = '{}', customer_id = null, hidden_as = 'aged', hidden_at = :now, snoozed_until_at = null,
    awaits_since_at = null, reference_url = null
where company_id = :company_id and id = :record_id;

-- name: age_participants!
delete from participant where company_id = :company_id and record_id = :record_id;

-- name: age_notices!
delete from notice where company_id = :company_id and record_id = :record_id;

-- name: age_activities!
update activity set note = '', feedback = '', removed_at = coalesce(removed_at, :now)
where company_id = :company_id and record_id = :record_id;

-- name: age_draft_files!
delete from draft_file where company_id = :company_id and draft_id in (
        select id from draft where company_id = :company_id and record_id = :record_id
    );

-- name: age_drafts!
delete from draft where company_id = :company_id and record_id = :record_id;

-- name: age_versions!
delete from message_version where company_id = :company_id and message_id = :message_id;

-- name: age_delivery_words!
update delivery set address = '', reason = '', host = ''
where company_id = :company_id and message_id = :message_id and contact_id is not null;
