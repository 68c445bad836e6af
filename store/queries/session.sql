-- name: session_add!
insert into session (token_hash, user_id, csrf, device, created_at, seen_at, expires_at)
values (:token_hash, :user_id, :csrf, :device, :now, :now, :expires_at);

-- name: session_with_user^
select s.id, s.user_id, s.csrf, s.device, s.created_at, s.seen_at, s.expires_at,
    not exists (select 1 from second_factor f where f.user_id = s.user_id and f.confirmed_at is not null)
    and (
        exists (select 1 from setting d where d.name = 'second_factor' and d.value = '1')
        or exists (
            select 1
            from membership m join setting d on d.name = 'second_factor.' || m.company_id
            where m.user_id = s.user_id
        )
    )
        as lacks_second_factor,
    exists (select 1 from setting where name = 'sending_paused' and value = '1') as sending_paused,
    exists (select 1 from setting where name = 'restored') as restored,
    u.id, u.name, u.prefers, u.email_for, u.language, u.zone, u.active, u.after_send, u.then_show, u.shortcuts, u.digest,
    u.digest_hour, u.undo_seconds,
    u.created_at,
    exists (select 1 from installation_admin i where i.user_id = u.id) as installation_admin
from session s join users u on u.id = s.user_id
where s.token_hash = :token_hash and s.expires_at > :now;

-- name: session_seen!
update session set seen_at = :now where id = :id;

-- name: sessions_of_user
select id, device, created_at, seen_at, expires_at from session
where user_id = :user_id and expires_at > :now
order by seen_at desc, id desc;

-- name: session_remove_by_id!
delete from session where user_id = :user_id and id = :id;

-- name: sessions_remove_others!
delete from session where user_id = :user_id and id <> :id;

-- name: session_remove!
delete from session where token_hash = :token_hash;

-- name: sessions_count$
select count(*) from session where user_id = :user_id and expires_at > :now;

-- name: sessions_remove!
delete from session where user_id = :user_id;

-- name: sessions_expire!
delete from session where expires_at <= :now;

-- name: sign_in_link_add!
insert into sign_in_link (token_hash, user_id, purpose, expires_at)
values (:token_hash, :user_id, :purpose, :expires_at);

-- name: sign_in_link_user$
select user_id from sign_in_link
where token_hash = :token_hash and purpose = :purpose and used_at is null and expires_at > :now;

-- A link works once: of two who open it at the same time, one gets in.
-- name: sign_in_link_use$
update sign_in_link set used_at = :now
where token_hash = :token_hash and purpose = :purpose and used_at is null and expires_at > :now
returning user_id;

-- name: sign_in_links_remove_of!
delete from sign_in_link where user_id = :user_id and purpose = :purpose;

-- name: sign_in_links_remove!
delete from sign_in_link where user_id = :user_id;

-- name: sign_in_failure_add$
insert into sign_in_failure (subject, failed_at) values (:subject, :now) returning id;

-- name: sign_in_failures^
select count(*) as failures, coalesce(max(failed_at), 0) as last_at from sign_in_failure
where subject = :subject and failed_at > :since;

-- name: sign_in_failure_remove!
delete from sign_in_failure where id in (:ids);

-- name: sign_in_failures_clear!
delete from sign_in_failure where subject = :subject;

-- name: sign_in_links_expire!
delete from sign_in_link where expires_at <= :now;

-- name: sign_in_failures_expire!
delete from sign_in_failure where failed_at < :before;
