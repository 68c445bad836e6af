-- A person is erased: what they wrote, and wherever they are named.

-- name: erase_merged
select id from contact where merged_into_id in (:ids) and company_id = :company_id;

-- name: erase_counts^
select
    (select count(*) from message where company_id = :company_id and author_contact_id = :contact_id) as messages,
    (
        select count(*) from message m cross join attachment t
        where m.company_id = :company_id and m.author_contact_id = :contact_id
            and t.company_id = m.company_id and t.message_id = m.id
    ) as files,
    (
        select count(*) from (
            select id from inbound
            where lower(from_address) in (:addresses) and from_address <> '' and +company_id = :company_id
            union
            select inbound_id from message
            where company_id = :company_id and author_contact_id = :contact_id and inbound_id is not null
        ) counted
    ) as mails,
    (select count(*) from record where company_id = :company_id and customer_id = :contact_id) as records,
    (select count(*) from participant where company_id = :company_id and contact_id = :contact_id) as places,
    (
        select count(distinct message_id) from delivery
        where contact_id = :contact_id and company_id = :company_id
    ) as answers;

-- name: erase_messages
select id, record_id, number, inbound_id from message
where company_id = :company_id and author_contact_id = :contact_id and id > :after
order by id
limit :most;

-- name: erase_inbounds
select id from inbound
where lower(from_address) in (:addresses) and from_address <> '' and +company_id = :company_id
limit :most;

-- name: erase_mail^
select i.id, i.blob_id, i.company_id from inbound i where i.id = :id and i.company_id = :company_id;

-- name: erase_mail_notices!
delete from notice where inbound_id = :id and +company_id = :company_id;

-- name: erase_mail_gathered!
delete from gathered_notice where inbound_id = :id and +company_id = :company_id;

-- name: erase_mail_messages!
update message set inbound_id = null where inbound_id = :id and +company_id = :company_id;

-- name: erase_mail_row!
delete from inbound where id = :id and company_id = :company_id;

-- name: erase_references!
delete from message_reference where message_id = :message_id and +company_id = :company_id;

-- name: erase_quoting!
update message set quotes_id = null where quotes_id = :message_id and company_id = :company_id;

-- Where they are the customer, take part, or were sent something.
-- name: erase_places
select id from record where company_id = :company_id and customer_id = :contact_id
union
select record_id from participant where company_id = :company_id and contact_id = :contact_id
union
select record_id from delivery where contact_id = :contact_id and company_id = :company_id
union
select m.record_id from message_address a cross join message m
where a.company_id = :company_id and a.contact_id = :contact_id and m.id = a.message_id;

-- name: erase_copies
select distinct outbox_id from delivery
where contact_id = :contact_id and company_id = :company_id and outbox_id is not null;

-- name: erase_copy_error!
update outbox set error = '' where id = :id and company_id = :company_id;

-- name: erase_deliveries!
update delivery set address = '', reason = '', host = ''
where contact_id = :contact_id and company_id = :company_id;

-- name: erase_addressed!
delete from message_address where company_id = :company_id and contact_id = :contact_id;

-- name: erase_participants!
delete from participant where company_id = :company_id and contact_id = :contact_id;

-- name: erase_customer!
update record set customer_id = null where company_id = :company_id and customer_id = :contact_id;

-- name: erase_contact_addresses!
delete from contact_address where contact_id in (:ids) and company_id = :company_id;

-- name: erase_contact_moved!
delete from contact_moved where company_id = :company_id and contact_id in (:ids);

-- name: erase_contacts!
update contact
set name = :name, sort_name = '', note = '', organisation_id = null, images = false, blocked_at = null, blocked_by = '',
    archived_at = coalesce(archived_at, :now), erased_at = :now
where id in (:ids) and company_id = :company_id;

-- name: erase_suppression!
delete from suppression where company_id = :company_id and address in (:addresses);

-- name: erase_bounces!
delete from bounce where company_id = :company_id and address in (:addresses);

-- name: erase_confirmations!
delete from confirmation where company_id = :company_id and address in (:addresses);

-- name: erase_exemptions!
delete from exemption where company_id = :company_id and address in (:addresses);

-- name: erase_turns!
delete from turn where company_id = :company_id and who in (:names);

-- Texts in which somebody may be named, a portion at a time, each with the number by which it is written back.

-- name: texts_of_record
select title, fields from record where company_id = :company_id and id = :record_id;

-- name: text_of_record!
update record set title = :first_text, fields = :second_text where company_id = :company_id and id = :id;

-- name: texts_of_messages
select id, phrase, subject, via from message
where company_id = :company_id and record_id = :record_id and id > :after
order by id
limit :most;

-- name: text_of_message!
update message set phrase = :first_text, subject = :second_text, via = :third_text where company_id = :company_id and id = :id;

-- name: texts_of_mails
select i.id, i.reason, i.trace, i.undecided
from message m cross join inbound i
where m.company_id = :company_id and m.record_id = :record_id and m.id > :after and i.id = m.inbound_id
order by m.id
limit :most;

-- name: text_of_mail!
update inbound set reason = :first_text, trace = :second_text, undecided = :third_text where company_id = :company_id and id = :id;

-- name: texts_of_notices
select id, phrase from notice
where company_id = :company_id and record_id = :record_id and id > :after
order by id
limit :most;

-- name: text_of_notice!
update notice set phrase = :first_text where company_id = :company_id and id = :id;

-- name: texts_of_drafts
select id, body, coalesce(aside, '') from draft
where company_id = :company_id and record_id = :record_id and id > :after
order by id
limit :most;

-- name: text_of_draft!
update draft set body = :first_text, aside = case when aside is null then null else :second_text end
where company_id = :company_id and id = :id;

-- name: texts_of_copies
select id, says from outbox
where company_id = :company_id and message_id is null and id > :after
order by id
limit :most;

-- name: text_of_copy!
update outbox set says = :first_text where company_id = :company_id and id = :id;

-- name: texts_of_audit
select id, subject, was, became from audit
where company_id = :company_id and id > :after
order by id
limit :most;

-- What was done to contacts: their cards as they were.
-- name: texts_of_cards
select id, subject, was, became from audit
where company_id = :company_id and id > :after
    and act in ('contact.add', 'contact.set', 'contact.remove', 'contact.merge', 'contact.part')
order by id
limit :most;

-- name: text_of_audit!
update audit set subject = :first_text, was = :second_text, became = :third_text where company_id = :company_id and id = :id;

-- name: file_blob$
select blob_id from attachment where company_id = :company_id and message_id = :message_id and id = :id;

-- name: file_remove!
delete from attachment where company_id = :company_id and message_id = :message_id and id = :id;

-- The email of several recipients is one blob.
-- name: shorten_mails!
update inbound set blob_id = :became where blob_id = :blob_id and company_id = :company_id;
