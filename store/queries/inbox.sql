-- name: inbox
select d.id, d.message_id, d.state, m.record_id, r.label, r.title, m.kind, m.author_name, m.subject,
    m.reply_text as text, m.phrase, m.created_at
from delivery d join message m on m.id = d.message_id join record r on r.id = m.record_id
where d.user_id = :user_id and d.channel = 'inbox' and d.company_id = :company_id and d.id < :before
order by d.id desc
limit :most;

-- name: inbox_read!
update delivery set state = 'read', changed_at = :now
where user_id = :user_id and channel = 'inbox' and state = 'unread'
    and message_id in (select id from message where record_id = :record_id);

-- name: inbox_unread$
select
    (
        select count(*) from delivery
        where user_id = :user_id and channel = 'inbox' and state = 'unread' and company_id = :company_id
    )
    + (select count(*) from notice where user_id = :user_id and company_id = :company_id and read_at is null);

-- name: notice_add!
insert into notice (company_id, user_id, inbound_id, record_id, phrase, created_at)
values (:company_id, :user_id, :inbound_id, :record_id, :phrase, :now)
on conflict (company_id, user_id, inbound_id) do nothing;

-- name: notices
select n.id, n.inbound_id, n.record_id, r.label, n.phrase, n.created_at, n.read_at
from notice n left join record r on r.id = n.record_id
where n.user_id = :user_id and (cast(:company_id as bigint) is null or n.company_id = :company_id) and n.id < :before
order by n.id desc
limit :most;

-- name: notices_read!
update notice set read_at = :now where user_id = :user_id and company_id = :company_id and read_at is null;
