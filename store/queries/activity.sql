-- name: activity_add$
insert into activity (company_id, record_id, type, due_on, user_id, note, created_by, created_at)
values (:company_id, :record_id, :type, :due_on, :user_id, :note, :actor, :now)
returning id;

-- name: activity_by_id^
select a.id, a.company_id, a.record_id, r.label as record, r.title, r.type as record_type, a.type, a.due_on, a.user_id, u.name as user,
    a.note, a.feedback, a.created_by, a.created_at, a.done_at, a.removed_at
from activity a join record r on r.id = a.record_id join users u on u.id = a.user_id
where a.company_id = :company_id and a.id = :id;

-- name: activity_set!
update activity set type = :type, due_on = :due_on, user_id = :user_id, note = :note
where company_id = :company_id and id = :id;

-- name: activity_end!
update activity set done_at = :done_at, feedback = :feedback, removed_at = :removed_at
where company_id = :company_id and id = :id;

-- name: activities_on_record
select a.id, a.company_id, a.record_id, r.label as record, r.title, r.type as record_type, a.type, a.due_on, a.user_id, u.name as user,
    a.note, a.feedback, a.created_by, a.created_at, a.done_at, a.removed_at
from activity a join record r on r.id = a.record_id join users u on u.id = a.user_id
where a.company_id = :company_id and a.record_id = :record_id and a.done_at is null and a.removed_at is null
order by a.due_on, a.id
limit :most;

-- name: activities_of_user
select a.id, a.company_id, a.record_id, r.label as record, r.title, r.type as record_type, a.type, a.due_on, a.user_id, u.name as user,
    a.note, a.feedback, a.created_by, a.created_at, a.done_at, a.removed_at
from activity a cross join record r cross join users u
where a.company_id = :company_id and a.user_id = :user_id and a.done_at is null and a.removed_at is null
    and (a.due_on, a.id) > (:day, :id) and r.id = a.record_id and r.hidden_as is null and r.type not in (:types)
    and u.id = a.user_id
order by a.due_on, a.id
limit :most;

-- name: activities_of_company
select a.id, a.company_id, a.record_id, r.label as record, r.title, r.type as record_type, a.type, a.due_on, a.user_id, u.name as user,
    a.note, a.feedback, a.created_by, a.created_at, a.done_at, a.removed_at
from activity a cross join record r cross join users u
where a.company_id = :company_id and a.done_at is null and a.removed_at is null
    and (a.due_on, a.id) > (:day, :id) and r.id = a.record_id and r.hidden_as is null and r.type not in (:types)
    and u.id = a.user_id
order by a.due_on, a.id
limit :most;

-- What waits for one user: what is overdue or due today, up to a bound, and the mails on which they decide.
-- name: waiting_counts^
select
    (
        select count(*) from (
            select 1
            from activity a cross join record r
            where a.company_id = :company_id and a.user_id = :user_id and a.done_at is null and a.removed_at is null
                and a.due_on <= :day and r.id = a.record_id and r.hidden_as is null and r.type not in (:types)
            limit :most
        ) counted
    ) as due,
    (
        select count(*) from inbound i
        where i.company_id = :company_id and i.state in ('held', 'unmatched', 'error')
            and (
                :all_mail
                or exists (select 1 from decider d where d.inbound_id = i.id and d.user_id = :user_id)
            )
    ) + (
        select count(*) from inbound i
        where :nobodys and i.company_id is null and i.state in ('held', 'unmatched', 'error')
    ) as review;

-- The day by which the next thing is to be done, of some records.
-- name: activities_next
select record_id, min(due_on) as due_on from activity
where company_id = :company_id and record_id in (:ids) and done_at is null and removed_at is null
group by record_id;

-- name: activity_types
select name from activity_type where company_id = :company_id and removed_at is null order by folded;

-- name: activity_type_put!
insert into activity_type (company_id, name, folded, created_at) values (:company_id, :name, :folded, :now)
on conflict (company_id, folded) do update set removed_at = null, name = excluded.name;

-- name: activity_type_remove!
update activity_type set removed_at = :now where company_id = :company_id and folded = :folded;
