-- name: move_add$
insert into move (company_id, kind, from_id, to_id, last_message_id, created_at)
values (
    :company_id, :kind, :from_id, :to_id, (select coalesce(max(id), 0) from message), :now
)
returning id;

-- name: move_by_id^
select id, company_id, kind, from_id, to_id, along, last_message_id, created_at, undone_at
from move
where company_id = :company_id and id = :id;

-- The merges by which other records went into this one, and which stand; the newest first.
-- name: moves_merged_into
select v.id, r.label, r.title, v.created_at
from move v join record r on r.id = v.from_id
where v.company_id = :company_id and v.to_id = :record_id and v.kind = 'merge' and v.undone_at is null
order by v.id desc
limit :most;

-- The merge by which a record went into another one.
-- name: move_of_merged^
select id, company_id, kind, from_id, to_id, along, last_message_id, created_at, undone_at
from move
where company_id = :company_id and from_id = :record_id and kind = 'merge' and undone_at is null
order by id desc
limit 1;

-- Records that a word of a number or a title names, among the newest; and those of the same customer.
-- name: records_to_join
select r.id, r.label, r.title, r.type
from (
        select id, label, title, type, changed_at, hidden_as from record
        where company_id = :company_id
        order by changed_at desc, id desc
        limit :stretch
    ) r
where r.hidden_as is null
    and (replace(lower(r.label), :words, '') <> lower(r.label) or replace(lower(r.title), :words, '') <> lower(r.title))
order by r.changed_at desc, r.id desc
limit :most;

-- name: records_of_customer
select id, label, title, type from record
where company_id = :company_id and customer_id = :customer_id and hidden_as is null and id <> :id
order by id desc
limit :most;

-- name: move_along!
update move set along = :along where company_id = :company_id and id = :id;

-- name: move_undone!
update move set undone_at = :now where company_id = :company_id and id = :id and undone_at is null;

-- The messages of a move that still stand where it brought them, or where that is part of since.
-- name: move_messages
select p.message_id
from former_place p join message m on m.id = p.message_id
where p.company_id = :company_id and p.move_id = :move_id and m.record_id = :record_id
order by p.message_id;

-- name: message_by_former_place$
select message_id from former_place
where company_id = :company_id and record_id = :record_id and number = :number;

-- What moving asks of the messages of a record, oldest first; of those after one.
-- name: messages_to_move
select id, number, kind, public, automatic, author_user_id, author_contact_id, author_name, author_address, answers_id, subject,
    substr(reply_text, 1, 200) as words, created_at
from message
where company_id = :company_id and record_id = :record_id and id > :after
order by id;

-- Of these messages those that the other record has already: one mail that came to both.
-- name: messages_there_already
select m.id
from message m
where +m.company_id = :company_id and m.id in (:ids)
    and exists (
        select 1 from message o
        where o.company_id = :company_id and o.record_id = :to_id and o.rfc_message_id = m.rfc_message_id
            and o.content_hash = m.content_hash
    );

-- name: former_places_add!
insert into former_place (company_id, record_id, number, message_id, move_id, created_at)
select company_id, record_id, number, id, :move_id, :now
from message
where company_id = :company_id and id in (:ids);

-- name: message_highest_number$
select coalesce(max(number), 0) from message where company_id = :company_id and record_id = :record_id;

-- Moved messages are numbered after those of the record, in their order.
-- name: messages_move!
update message
set record_id = :to_id,
    number = :highest + (
        select count(*) from former_place p
        where p.company_id = :company_id and p.move_id = :move_id and p.message_id >= :first and p.message_id <= message.id
    )
where +company_id = :company_id and id in (:ids);

-- Those that stood there before get the number back that they had there.
-- name: messages_number_back!
update message
set number = (
    select p.number from former_place p
    where p.company_id = :company_id and p.message_id = message.id and p.record_id = :to_id
)
where +company_id = :company_id and id in (:ids)
    and exists (
        select 1 from former_place p
        where p.company_id = :company_id and p.message_id = message.id and p.record_id = :to_id
    );

-- name: former_places_remove!
delete from former_place where company_id = :company_id and record_id = :to_id and message_id in (:ids);

-- name: attachments_move!
update attachment set record_id = :to_id where company_id = :company_id and message_id in (:ids);

-- name: deliveries_move!
update delivery set record_id = :to_id where company_id = :company_id and message_id in (:ids);

-- name: deliveries_seen!
update delivery set state = 'read', changed_at = :now
where company_id = :company_id and record_id = :record_id and state = 'unread';

-- name: inbound_move!
update inbound set record_id = :to_id
where company_id = :company_id
    and id in (select inbound_id from message where +company_id = :company_id and id in (:ids));

-- Mail for review that answers one of these messages, or all that waits on a record.
-- name: inbound_held_move!
update inbound set record_id = :to_id
where company_id = :company_id and record_id = :from_id and state in ('held', 'unmatched', 'error')
    and answers_id in (:ids);

-- name: inbound_held_of_record
select id from inbound
where company_id = :company_id and record_id = :record_id and state in ('held', 'unmatched', 'error')
order by id;

-- name: inbound_held_give!
update inbound set record_id = :to_id
where company_id = :company_id and record_id = :from_id and id in (:ids) and state in ('held', 'unmatched', 'error');

-- Whom these messages are from, to, or were sent to: contacts alone.
-- name: contacts_of_messages
select author_contact_id from message
where company_id = :company_id and id in (:ids)
union
select contact_id from message_address
where company_id = :company_id and message_id in (:ids)
union
select contact_id from delivery
where company_id = :company_id and message_id in (:ids);

-- The same of all messages of a record.
-- name: contacts_of_record
select author_contact_id from message
where company_id = :company_id and record_id = :record_id
union
select a.contact_id
from message m cross join message_address a
where m.company_id = :company_id and m.record_id = :record_id and a.company_id = m.company_id and a.message_id = m.id
union
select contact_id from delivery
where company_id = :company_id and record_id = :record_id;

-- Who takes part, and whoever was taken out.
-- name: participant_rows
select contact_id, message_id, reason, removed_at is not null as removed
from participant
where company_id = :company_id and record_id = :record_id
order by contact_id;

-- Who takes part in one record takes part in the other, for all of it or for one message; who was taken out there
-- comes back, since a person moved what is theirs.
-- name: participants_copy!
insert into participant (company_id, record_id, contact_id, message_id, alias_id, reason, created_at)
select company_id, :to_id, contact_id, message_id, alias_id, reason, :now
from participant
where company_id = :company_id and record_id = :from_id and contact_id in (:contact_ids) and removed_at is null
on conflict (company_id, record_id, contact_id) do update set
    message_id = case
        when excluded.message_id is null then null
        when participant.removed_at is not null then excluded.message_id
        else participant.message_id
    end,
    removed_at = null;

-- name: participants_drop!
delete from participant where company_id = :company_id and record_id = :record_id and contact_id in (:contact_ids);

-- name: follower_rows
select user_id, removed_at is not null as removed from follower
where company_id = :company_id and record_id = :record_id
order by user_id;

-- Of what they are told stays as they chose it.
-- name: followers_copy!
insert into follower (company_id, record_id, user_id, messages, notes, changes, muted_at, created_at)
select company_id, :to_id, user_id, messages, notes, changes, muted_at, :now
from follower
where company_id = :company_id and record_id = :from_id and removed_at is null
on conflict (company_id, record_id, user_id) do update set removed_at = null
where follower.removed_at is not null;

-- name: followers_drop!
delete from follower where company_id = :company_id and record_id = :record_id and user_id in (:user_ids);

-- Where the record stands since: its newest message, and since when somebody outside waits.
-- name: record_stands!
update record
set changed_at = :now, awaits_since_at = :awaits,
    last_message_id = (
        select m.id from message m
        where m.company_id = :company_id and m.record_id = :id and m.kind <> 'event'
        order by m.id desc
        limit 1
    )
where company_id = :company_id and id = :id;

-- name: record_merge!
update record set hidden_as = 'merged', hidden_at = :now, merged_into_id = :to_id
where company_id = :company_id and id = :id and hidden_as is null;

-- name: record_separate!
update record set hidden_as = null, hidden_at = null, merged_into_id = null
where company_id = :company_id and id = :id and hidden_as = 'merged';

-- What was unread on one record is unread on the other.
-- name: unread_copy!
insert into unread_record (company_id, user_id, record_id, message_id, created_at)
select company_id, user_id, :to_id, message_id, :now
from unread_record
where company_id = :company_id and record_id = :from_id
on conflict (company_id, user_id, record_id) do update set message_id =
    case when excluded.message_id < unread_record.message_id then excluded.message_id else unread_record.message_id end;

-- The same for those alone whose record the other one is.
-- name: unread_share!
insert into unread_record (company_id, user_id, record_id, message_id, created_at)
select n.company_id, n.user_id, r.id, n.message_id, :now
from unread_record n join record r on r.id = :to_id
where n.company_id = :company_id and n.record_id = :from_id and r.company_id = n.company_id
    and (
        n.user_id = r.owner_id
        or exists (
            select 1 from follower f
            where f.company_id = r.company_id and f.record_id = r.id and f.user_id = n.user_id
                and f.removed_at is null and f.muted_at is null
        )
        or exists (
            select 1 from team_member t
            where t.company_id = r.company_id and t.team_id = r.owner_team_id and t.user_id = n.user_id
        )
    )
on conflict (company_id, user_id, record_id) do nothing;

-- Where nothing is left from the first unread message on, nothing is unread.
-- name: unread_settle!
delete from unread_record
where company_id = :company_id and record_id = :record_id
    and not exists (
        select 1 from message m
        where m.company_id = :company_id and m.record_id = :record_id and m.id >= unread_record.message_id
            and m.kind <> 'event'
    );

-- name: unread_drop!
delete from unread_record where company_id = :company_id and record_id = :record_id;

-- name: unread_earlier!
update unread_record set message_id = :message_id
where company_id = :company_id and record_id = :record_id and message_id > :message_id;

-- name: notices_move!
update notice set record_id = :to_id where company_id = :company_id and record_id = :from_id;

-- name: gathered_notices_move!
update gathered_notice set record_id = :to_id where company_id = :company_id and record_id = :from_id;

-- name: activities_of_record
select id from activity where company_id = :company_id and record_id = :record_id;

-- name: activities_move!
update activity set record_id = :to_id where company_id = :company_id and record_id = :from_id and id in (:ids);

-- name: aliases_of_record
select id from alias where company_id = :company_id and record_id = :record_id order by id;

-- name: aliases_move!
update alias set record_id = :to_id where company_id = :company_id and record_id = :from_id and id in (:ids);
