-- Two contacts who are one person: what was the one's becomes the other's, and can go back.

-- name: merge_note_addresses!
insert into contact_moved (company_id, contact_id, what, row_id, name)
select company_id, contact_id, 'address', 0, address from contact_address
where company_id = :company_id and contact_id = :gone;

-- name: merge_addresses!
update contact_address set contact_id = :kept where company_id = :company_id and contact_id = :gone;

-- name: merge_note_records!
insert into contact_moved (company_id, contact_id, what, row_id)
select company_id, customer_id, 'record', id from record where company_id = :company_id and customer_id = :gone;

-- name: merge_records!
update record set customer_id = :kept where company_id = :company_id and customer_id = :gone;

-- name: merge_note_messages!
insert into contact_moved (company_id, contact_id, what, row_id)
select company_id, author_contact_id, 'message', id from message
where company_id = :company_id and author_contact_id = :gone;

-- name: merge_messages!
update message set author_contact_id = :kept where company_id = :company_id and author_contact_id = :gone;

-- name: merge_note_addressed!
insert into contact_moved (company_id, contact_id, what, row_id, name)
select company_id, contact_id, 'addressed', message_id, field || ':' || cast(position as text) from message_address
where company_id = :company_id and contact_id = :gone;

-- name: merge_addressed!
update message_address set contact_id = :kept where company_id = :company_id and contact_id = :gone;

-- Where both take part stays one row each, the one of whom is gone taken out.
-- name: merge_note_participants!
insert into contact_moved (company_id, contact_id, what, row_id, name)
select company_id, contact_id, 'participant', record_id, '' from participant p
where company_id = :company_id and contact_id = :gone and not exists (
        select 1 from participant k
        where k.company_id = p.company_id and k.record_id = p.record_id and k.contact_id = :kept
    );

-- name: merge_note_shared!
insert into contact_moved (company_id, contact_id, what, row_id, name)
select g.company_id, g.contact_id, 'participant', g.record_id,
    cast(coalesce(k.message_id, 0) as text) || ':' || cast(coalesce(k.removed_at, 0) as text)
from participant g
    join participant k on k.company_id = g.company_id and k.record_id = g.record_id and k.contact_id = :kept
where g.company_id = :company_id and g.contact_id = :gone and g.removed_at is null;

-- name: merge_participants!
update participant set contact_id = :kept
where company_id = :company_id and contact_id = :gone and record_id in (
        select row_id from contact_moved
        where company_id = :company_id and contact_id = :gone and what = 'participant' and name = ''
    );

-- Whoever was in all of the conversation as one of the two is so as both.
-- name: merge_widen!
update participant set message_id = null, removed_at = null
where company_id = :company_id and contact_id = :kept and record_id in (
        select g.record_id from participant g
        where g.company_id = :company_id and g.contact_id = :gone and g.removed_at is null and g.message_id is null
    );

-- name: merge_take_out!
update participant set removed_at = :now
where company_id = :company_id and contact_id = :gone and removed_at is null;

-- name: merge_end!
update contact set archived_at = :now, merged_into_id = :kept where company_id = :company_id and id = :gone;

-- name: part_addresses!
update contact_address set contact_id = :gone
where company_id = :company_id and contact_id = :kept and address in (
        select name from contact_moved where company_id = :company_id and contact_id = :gone and what = 'address'
    );

-- name: part_records!
update record set customer_id = :gone
where company_id = :company_id and customer_id = :kept and id in (
        select row_id from contact_moved where company_id = :company_id and contact_id = :gone and what = 'record'
    );

-- name: part_messages!
update message set author_contact_id = :gone
where company_id = :company_id and author_contact_id = :kept and id in (
        select row_id from contact_moved where company_id = :company_id and contact_id = :gone and what = 'message'
    );

-- name: part_addressed!
update message_address set contact_id = :gone
where company_id = :company_id and contact_id = :kept and exists (
        select 1 from contact_moved v
        where v.company_id = :company_id and v.contact_id = :gone and v.what = 'addressed'
            and v.row_id = message_address.message_id
            and v.name = message_address.field || ':' || cast(message_address.position as text)
    );

-- name: part_participants!
update participant set contact_id = :gone
where company_id = :company_id and contact_id = :kept and record_id in (
        select row_id from contact_moved
        where company_id = :company_id and contact_id = :gone and what = 'participant' and name = ''
    );

-- name: part_shared
select row_id, name from contact_moved
where company_id = :company_id and contact_id = :gone and what = 'participant' and name <> '';

-- name: part_shared_back!
update participant set message_id = :message_id, removed_at = :removed_at
where company_id = :company_id and contact_id = :contact_id and record_id = :record_id;

-- name: part_shared_in!
update participant set removed_at = null
where company_id = :company_id and contact_id = :contact_id and record_id = :record_id;

-- What came to or from an address since the two became one belongs to whose address it is.
-- name: part_messages_since!
update message set author_contact_id = :gone
where company_id = :company_id and author_contact_id = :kept and created_at >= :since and author_address in (
        select address from contact_address where company_id = :company_id and contact_id = :gone
    );

-- name: part_addressed_since!
update message_address set contact_id = :gone
where company_id = :company_id and contact_id = :kept and address in (
        select address from contact_address where company_id = :company_id and contact_id = :gone
    ) and message_id in (
        select a.message_id from message_address a cross join message m
        where a.company_id = :company_id and a.contact_id = :kept and m.id = a.message_id
            and m.company_id = :company_id and m.created_at >= :since
    );

-- name: part_places
select m.record_id from message m
where m.company_id = :company_id and m.author_contact_id = :contact_id and m.created_at >= :since
union all
select m.record_id from message_address a cross join message m
where a.company_id = :company_id and a.contact_id = :contact_id and m.id = a.message_id
    and m.company_id = :company_id and m.created_at >= :since;

-- name: part_named$
select 1 from message m
where m.company_id = :company_id and m.record_id = :record_id and (
        m.author_contact_id = :contact_id or exists (
            select 1 from message_address a
            where a.company_id = :company_id and a.message_id = m.id and a.contact_id = :contact_id
        )
    )
limit 1;

-- name: part_participant_other!
insert into participant (company_id, record_id, contact_id, message_id, alias_id, reason, created_at, removed_at)
select p.company_id, p.record_id, :other, p.message_id, p.alias_id, p.reason, p.created_at, p.removed_at
from participant p
where p.company_id = :company_id and p.record_id = :record_id and p.contact_id = :contact_id and not exists (
        select 1 from participant o
        where o.company_id = :company_id and o.record_id = :record_id and o.contact_id = :other
    );

-- name: part_participant_leave!
delete from participant
where company_id = :company_id and record_id = :record_id and contact_id = :contact_id and created_at >= :since;

-- name: part_customer!
update record set customer_id = :gone
where company_id = :company_id and id = :record_id and customer_id = :kept and created_at >= :since;

-- name: merged_at$
select archived_at from contact where company_id = :company_id and id = :id;

-- name: part_end!
update contact set archived_at = null, merged_into_id = null where company_id = :company_id and id = :gone;

-- name: part_forget!
delete from contact_moved where company_id = :company_id and contact_id = :gone;

-- name: merged_into$
select merged_into_id from contact where company_id = :company_id and id = :id;
