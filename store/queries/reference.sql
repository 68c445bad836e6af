-- Ids that a received mail refers to and that are not ours: by them two mails of one talk are known that never met here.
-- name: message_references_add*!
insert into message_reference (company_id, message_id, rfc_message_id)
values (:company_id, :message_id, :rfc_message_id)
on conflict (company_id, rfc_message_id, message_id) do nothing;

-- Of records that the alias opened: messages since a time that share an id with a mail of this sender, and whose people
-- are its people, the newest first.
-- name: messages_sharing
select
    m.id, m.company_id, m.record_id, m.kind, m.public, m.author_user_id, m.author_contact_id, m.sent_as,
    m.token_epoch, m.created_at, r.label, r.type, r.alias_id, m.rfc_message_id, s.counts_as,
    case when coalesce(a.when_closed, 'type') = 'type' then t.when_closed else a.when_closed end as when_closed,
    r.merged_into_id, (select i.alias_id from inbound i where i.id = m.inbound_id) as came_by
from (
        select message_id from message_reference where company_id = :company_id and rfc_message_id in (:rfc_message_ids)
    ) as shared
    join message m on m.id = shared.message_id
    join record r on r.id = m.record_id
    join record_type t on t.company_id = r.company_id and t.name = r.type
    join record_state s on s.company_id = r.company_id and s.record_type = r.type and s.name = r.state
    join alias a on a.id = r.alias_id
where r.alias_id = :alias_id and m.created_at > :since and m.author_address in (:people)
    and (
        m.author_address = :address
        or exists (
            select 1 from message_address e
            where e.company_id = m.company_id and e.message_id = m.id and e.address = :address
        )
    )
order by m.id desc
limit :most;

-- What routing asks of a record whose own address a mail was sent to: of its last public message, of none as 0.
-- name: record_facts^
select
    coalesce(
        (
            select max(m.id) from message m
            where m.company_id = r.company_id and m.record_id = r.id and m.public and m.kind <> 'event'
        ),
        0
    ) as id,
    r.company_id, r.id as record_id, 'received' as kind, 1 = 1 as public, null as author_user_id,
    null as author_contact_id, '' as sent_as, 0 as token_epoch, r.created_at, r.label, r.type, r.alias_id,
    '' as rfc_message_id, s.counts_as,
    case when coalesce(a.when_closed, 'type') = 'type' then t.when_closed else a.when_closed end as when_closed,
    r.merged_into_id, null as came_by
from record r
    join record_type t on t.company_id = r.company_id and t.name = r.type
    join record_state s on s.company_id = r.company_id and s.record_type = r.type and s.name = r.state
    left join alias a on a.id = r.alias_id
where r.id = :record_id;

-- name: record_address_seen$
select address_seen from record where company_id = :company_id and id = :record_id;

-- Somebody outside has seen the record's own address.
-- name: record_address_shown!
update record set address_seen = true where company_id = :company_id and id = :record_id and not address_seen;

-- Who else wrote first after the newest of some messages that a colleague had seen, on a record whose team lets answers
-- wait that cross; what they read on the pages they have seen, too.
-- name: message_crossing$
select m.author_name
from record r
    join team t on t.id = r.owner_team_id
    join message m on m.company_id = r.company_id and m.record_id = r.id
where r.company_id = :company_id and r.id = :record_id and t.holds_crossing
    and m.kind in ('received', 'post') and not m.automatic
    and coalesce(m.author_user_id, 0) <> :user_id
    and m.id > (
        select coalesce(max(s.id), 0) from message s
        where s.company_id = :company_id and s.record_id = :record_id and s.id in (:ids)
    )
    and not exists (
        select 1 from delivery d
        where d.company_id = m.company_id and d.message_id = m.id and d.user_id = :user_id and d.channel = 'inbox'
            and d.state = 'read'
    )
order by m.id
limit 1;

-- Who else answered last on a record, since a time and after what a colleague had seen of it.
-- name: message_answered_meanwhile$
select m.author_name
from message m
where m.company_id = :company_id and m.record_id = :record_id and m.kind = 'post' and not m.automatic
    and m.author_user_id <> :user_id and m.created_at >= :since
    and m.id > (
        select coalesce(max(s.id), 0) from message s
        where s.company_id = :company_id and s.record_id = :record_id and s.id in (:ids)
    )
    and not exists (
        select 1 from delivery d
        where d.company_id = m.company_id and d.message_id = m.id and d.user_id = :user_id and d.channel = 'inbox'
            and d.state = 'read'
    )
order by m.id desc
limit 1;
