-- What somebody has not seen of a record, from which message on: for its owner, their team and its followers, but not for
-- whoever wrote it.
-- name: unread_came!
insert into unread_record (company_id, user_id, record_id, message_id, created_at)
select m.company_id, m.user_id, :record_id, :message_id, :now
from (
        select r.owner_id as user_id from record r where r.company_id = :company_id and r.id = :record_id
        union
        select t.user_id
        from record r join team_member t on t.company_id = r.company_id and t.team_id = r.owner_team_id
        where r.company_id = :company_id and r.id = :record_id
        union
        select f.user_id
        from follower f
        where f.company_id = :company_id and f.record_id = :record_id and f.removed_at is null and f.muted_at is null
    ) p
    join membership m on m.company_id = :company_id and m.user_id = p.user_id
where m.user_id <> :user_id
on conflict (company_id, user_id, record_id) do nothing;

-- name: unread_mark!
insert into unread_record (company_id, user_id, record_id, message_id, created_at)
select r.company_id, :user_id, r.id, coalesce(r.last_message_id, 0), :now
from record r
where r.company_id = :company_id and r.id in (:ids)
on conflict (company_id, user_id, record_id) do nothing;

-- name: unread_read!
delete from unread_record where company_id = :company_id and user_id = :user_id and record_id in (:ids);

-- name: unread_from$
select message_id from unread_record where company_id = :company_id and user_id = :user_id and record_id = :record_id;

-- name: unread_among
select record_id from unread_record where company_id = :company_id and user_id = :user_id and record_id in (:ids);
