-- Numbers are taken in the settling transaction, so that none is skipped or given twice.
-- name: counter_next^
insert into counter (company_id, record_type, last)
select company_id, name, 1 from record_type where company_id = :company_id and name = :record_type
on conflict (company_id, record_type) do update set last = counter.last + 1, records = counter.records + 1
returning last,
    (select t.prefix from record_type t where t.company_id = :company_id and t.name = :record_type) as prefix,
    (
        select s.name from record_state s
        where s.company_id = :company_id and s.record_type = :record_type
        order by s.position
        limit 1
    ) as state,
    (
        select s.counts_as from record_state s
        where s.company_id = :company_id and s.record_type = :record_type
        order by s.position
        limit 1
    ) as counts_as;

-- name: record_add$
insert into record (
    company_id, type, number, label, title, state, counts_as, fields, owner_id, owner_team_id, customer_id, alias_id,
    reference, reference_url, created_at, changed_at
)
values (
    :company_id, :type, :number, :label, :title, :state, :counts_as, :fields, :owner_id, :owner_team_id, :customer_id, :alias_id,
    :reference, :reference_url, :now, :now
)
returning id;

-- name: record_states
select name, counts_as from record_state
where company_id = :company_id and record_type = :record_type
order by position;

-- name: record_by_id^
select * from record_row
where id = :id and company_id = :company_id;

-- The order is given: by the key of each company, and never through all records.
-- name: records_by_label
select r.*
from company c cross join record_row r
where r.company_id = c.id and r.label = :label
order by r.id;

-- name: record_by_label
select * from record_row where company_id = :company_id and label = :label;

-- A number that a record had before leads on to it.
-- name: record_by_former_label
select r.* from former_label f cross join record_row r
where f.company_id = :company_id and f.label = :label and r.company_id = f.company_id and r.id = f.record_id;

-- name: records_by_former_label
select r.*
from company c cross join former_label f cross join record_row r
where f.company_id = c.id and f.label = :label and r.company_id = f.company_id and r.id = f.record_id
order by r.id;

-- name: former_label_add!
insert into former_label (company_id, label, record_id, created_at) values (:company_id, :label, :record_id, :now);

-- name: former_label_remove!
delete from former_label where company_id = :company_id and label = :label;

-- name: records
select * from record_row
order by changed_at desc, id desc
limit :most offset :skip;

-- name: records_hidden_among
select label from record where company_id = :company_id and label in (:labels) and type in (:types);

-- name: record_by_reference$
select id from record where company_id = :company_id and type = :type and reference = :reference;

-- A record that was of this type when an outside application named it, and has another one since.
-- name: record_by_former_reference$
select r.id
from record_type t cross join record r
where t.company_id = :company_id and r.company_id = :company_id and r.type = t.name and r.reference = :reference
    and exists (
        select 1 from former_label f cross join record_type w
        where f.company_id = :company_id and f.record_id = r.id and w.company_id = :company_id and w.name = :type
            and substr(f.label, 1, length(w.prefix) + 1) = w.prefix || '-'
    )
limit 1;

-- name: records_of_company
select * from record_row
where company_id = :company_id
order by changed_at desc, id desc
limit :most offset :skip;

-- name: records_count$
select coalesce(sum(records), 0) from counter where company_id = :company_id;

-- A message or a note came: one from outside waits for us, and ends a snooze; what we send ends the waiting.
-- name: record_heard!
update record
set changed_at = :now, last_message_id = :message_id,
    awaits_since_at = case :whose when 'outside' then coalesce(awaits_since_at, :now) when 'ours' then null
        else awaits_since_at end,
    snoozed_until_at = case :whose when 'outside' then null else snoozed_until_at end,
    snoozed_by_id = case :whose when 'outside' then null else snoozed_by_id end
where id = :id and company_id = :company_id;

-- name: record_unheard!
update record
set changed_at = :now,
    last_message_id = (
        select m.id from message m
        where m.company_id = :company_id and m.record_id = :id and m.kind <> 'event'
        order by m.id desc
        limit 1
    ),
    awaits_since_at = (
        select case m.kind when 'received' then m.created_at end
        from message m
        where m.company_id = :company_id and m.record_id = :id and m.kind in ('received', 'post') and not m.automatic
        order by m.id desc
        limit 1
    )
where id = :id and company_id = :company_id;

-- name: record_set!
update record
set title = :title, state = :state, owner_id = :owner_id, owner_team_id = :owner_team_id, customer_id = :customer_id,
    priority = :priority, fields = :fields, changed_at = :now,
    counts_as = (
        select s.counts_as from record_state s
        where s.company_id = :company_id and s.record_type = record.type and s.name = :state
    )
where id = :id and company_id = :company_id;

-- name: record_set_state!
update record
set state = :state, changed_at = :now,
    counts_as = (
        select s.counts_as from record_state s
        where s.company_id = :company_id and s.record_type = record.type and s.name = :state
    )
where id = :id and company_id = :company_id;

-- name: record_retype!
update record
set type = :type, number = :number, label = :label, state = :state, counts_as = :counts_as, changed_at = :now
where id = :id and company_id = :company_id;

-- name: record_hide!
update record set hidden_as = :state, hidden_at = :at where id = :id and company_id = :company_id;

-- name: record_await!
update record set awaits_since_at = :at where id = :id and company_id = :company_id;

-- name: tombstone_by_record^
select record_id, label, moved_to_id, reason from tombstone
where company_id = :company_id and record_id = :record_id;

-- name: followers_add*!
insert into follower (company_id, record_id, user_id, created_at)
values (:company_id, :record_id, :user_id, :now)
on conflict (company_id, record_id, user_id) do update set
    removed_at = null, created_at = excluded.created_at, messages = true, notes = true, changes = false, muted_at = null
where follower.removed_at is not null;

-- name: follower_set!
update follower set messages = :messages, notes = :notes, changes = :changes, muted_at = :muted_at
where company_id = :company_id and record_id = :record_id and user_id = :user_id and removed_at is null;

-- name: followers_of_changes$
select 1 from follower
where company_id = :company_id and record_id = :record_id and changes and removed_at is null and muted_at is null
limit 1;

-- name: follower_add_by_post!
insert into follower (company_id, record_id, user_id, created_at)
values (:company_id, :record_id, :user_id, :now)
on conflict (company_id, record_id, user_id) do nothing;

-- name: follower_remove!
update follower set removed_at = :now
where company_id = :company_id and record_id = :record_id and user_id = :user_id and removed_at is null;

-- Followers who are still active members of the company, and see records of its type: whoever does not is told nothing.
-- name: followers
select f.user_id, u.name, u.prefers, u.email_for, u.language, m.role in ('admin', 'agent') as may_act, f.messages, f.notes,
    f.changes, f.muted_at, u.away,
    (select a.address from user_address a where a.user_id = u.id and a.kind = 'email' order by a.position limit 1)
        as address,
    (select a.address from user_address a where a.user_id = u.id and a.kind = ch.address_kind order by a.position
        limit 1) as reached_at
from follower f
    join users u on u.id = f.user_id
    join channel ch on ch.name = u.prefers
    join membership m on m.user_id = u.id and m.company_id = f.company_id
    join record r on r.id = f.record_id
where f.company_id = :company_id and f.record_id = :record_id and f.removed_at is null and u.active
    and not exists (
        select 1 from hidden_type h
        where h.company_id = f.company_id and h.user_id = f.user_id and h.record_type = r.type
    )
order by f.created_at, f.user_id;

-- name: participants_add*!
insert into participant (company_id, record_id, contact_id, message_id, alias_id, reason, created_at)
values (:company_id, :record_id, :contact_id, :message_id, :alias_id, :reason, :now)
on conflict (company_id, record_id, contact_id) do update set
    message_id = case when excluded.message_id is null then null else participant.message_id end,
    reason = case
        when participant.reason = 'opened' or excluded.message_id is not null then participant.reason
        else excluded.reason
    end,
    removed_at = case when excluded.message_id is null then null else participant.removed_at end;

-- name: participant_remove!
update participant set removed_at = :now
where company_id = :company_id and record_id = :record_id and contact_id = :contact_id and removed_at is null;

-- name: participants
select q.contact_id, q.name, q.message_id, q.reason, q.address, s.why as refuses
from (
    select p.company_id, p.contact_id, c.name, p.message_id, p.reason, p.created_at,
        (
            select a.address from contact_address a
            where a.company_id = p.company_id and a.contact_id = c.id and a.kind = 'email'
            order by a.created_at, a.address
            limit 1
        )
            as address
    from participant p join contact c on c.id = p.contact_id
    where p.company_id = :company_id and p.record_id = :record_id and p.removed_at is null
) q
left join suppression s on s.company_id = q.company_id and s.address = q.address
order by q.created_at, q.contact_id;

-- The messages of a set that the contact takes part in: with the whole conversation, or with that message alone.
-- name: takes_part
select m.id
from message m
    join participant p on p.company_id = m.company_id and p.record_id = m.record_id and p.contact_id = :contact_id
where +m.company_id = :company_id and m.id in (:message_ids) and p.removed_at is null
    and (p.message_id is null or p.message_id = m.id);

-- name: takes_part_in_record$
select contact_id
from participant
where company_id = :company_id and record_id = :record_id and contact_id = :contact_id and removed_at is null
    and message_id is null;

-- name: takes_part_by_alias$
select contact_id
from participant
where company_id = :company_id and contact_id = :contact_id and alias_id = :alias_id and message_id is null
    and removed_at is null
limit 1;

-- name: participants_of_message_remove!
delete from participant where company_id = :company_id and record_id = :record_id and message_id = :message_id;
