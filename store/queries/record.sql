-- Numbers are taken in the settling transaction, so that none is skipped or given twice.
-- name: counter_next$
insert into counter (company_id, record_type, last)
values (:company_id, :record_type, 1)
on conflict (company_id, record_type) do update set last = counter.last + 1
returning last;

-- name: record_add$
insert into record (
    company_id, type, number, label, title, state, fields, owner_id, owner_team_id, customer_id, alias_id,
    reference, reference_url, created_at, changed_at
)
values (
    :company_id, :type, :number, :label, :title, :state, :fields, :owner_id, :owner_team_id, :customer_id, :alias_id,
    :reference, :reference_url, :now, :now
)
returning id;

-- name: record_states
select name, counts_as from record_state
where company_id = :company_id and record_type = :record_type
order by position;

-- name: record_by_id^
select * from record_row
where id = :id;

-- name: records_by_label
select * from record_row
where label = :label and (cast(:company_id as bigint) is null or company_id = :company_id)
order by id;

-- name: records
select * from record_row
order by changed_at desc, id desc
limit :most offset :skip;

-- name: record_by_reference$
select id from record where company_id = :company_id and type = :type and reference = :reference;

-- name: records_of_company
select * from record_row
where company_id = :company_id
order by changed_at desc, id desc
limit :most offset :skip;

-- A page of a company's records, most recent first: those that changed before a moment, or then and with a lower id.
-- name: records_before
select * from record_row
where company_id = :company_id
    and (changed_at, id) < (:changed_at, :id)
order by changed_at desc, id desc
limit :most;

-- The same the other way, oldest first.
-- name: records_after
select * from record_row
where company_id = :company_id
    and (changed_at, id) > (:changed_at, :id)
order by changed_at, id
limit :most;

-- name: records_count$
select count(*) from record where company_id = :company_id;

-- name: record_touch!
update record set changed_at = :now where id = :id;

-- name: record_set!
update record
set title = :title, state = :state, owner_id = :owner_id, owner_team_id = :owner_team_id, fields = :fields, changed_at = :now
where id = :id;

-- name: tombstone_by_record^
select record_id, label, moved_to_id, reason from tombstone
where company_id = :company_id and record_id = :record_id;

-- name: follower_add!
insert into follower (company_id, record_id, user_id, created_at)
values (:company_id, :record_id, :user_id, :now)
on conflict (company_id, record_id, user_id) do nothing;

-- name: follower_remove!
delete from follower where record_id = :record_id and user_id = :user_id;

-- Followers who are still active members of the company: whoever left it is told nothing.
-- name: followers
select f.user_id, u.name, u.prefers, u.language,
    (select a.address from user_address a where a.user_id = u.id and a.kind = 'email' order by a.position limit 1)
        as address,
    (select a.address from user_address a where a.user_id = u.id and a.kind = ch.address_kind order by a.position
        limit 1) as reached_at
from follower f
    join users u on u.id = f.user_id
    join channel ch on ch.name = u.prefers
    join membership m on m.user_id = u.id and m.company_id = f.company_id
where f.record_id = :record_id and u.active
order by f.created_at, f.user_id;

-- name: participant_add!
insert into participant (company_id, record_id, contact_id, message_id, reason, created_at)
values (:company_id, :record_id, :contact_id, :message_id, :reason, :now)
on conflict (company_id, record_id, contact_id) do update set
    message_id = case when excluded.message_id is null then null else participant.message_id end,
    reason = case
        when participant.reason = 'opened' or excluded.message_id is not null then participant.reason
        else excluded.reason
    end,
    removed_at = case when excluded.message_id is null then null else participant.removed_at end;

-- name: participant_remove!
update participant set removed_at = :now
where record_id = :record_id and contact_id = :contact_id and removed_at is null;

-- name: participants
select p.contact_id, c.name, p.message_id, p.reason,
    (select a.address from contact_address a where a.contact_id = c.id and a.kind = 'email' order by a.created_at, a.address limit 1)
        as address
from participant p join contact c on c.id = p.contact_id
where p.record_id = :record_id and p.removed_at is null
order by p.created_at, p.contact_id;

-- name: participates$
select count(*)
from participant
where record_id = :record_id and contact_id = :contact_id and removed_at is null
    and (message_id is null or message_id = :message_id);

-- name: participates_by_alias$
select count(*)
from participant p join record r on r.id = p.record_id
where r.alias_id = :alias_id and p.contact_id = :contact_id and p.message_id is null and p.removed_at is null;
