-- name: inbox
select d.id, d.message_id, d.state, m.record_id, r.label, r.title, m.kind, m.author_name, m.author_address, m.author_user_id,
    m.subject, m.reply_text as text, m.phrase, m.answers_id, m.created_at
from delivery d join message m on m.id = d.message_id join record r on r.id = m.record_id
where d.company_id = :company_id and d.user_id = :user_id and d.channel = 'inbox' and d.id < :before
    and d.done_at is null
    and r.hidden_as is null
    and not exists (
        select 1 from hidden_type h
        where h.company_id = :company_id and h.user_id = :user_id and h.record_type = r.type
    )
order by d.id desc
limit :most;

-- A mail is told of once, and anew where it waits for another reason than before.
-- name: notices_add*!
insert into notice (company_id, user_id, inbound_id, record_id, activity_id, due_on, waits, phrase, created_at)
values (:company_id, :user_id, :inbound_id, :record_id, :activity_id, :due_on, :waits, :phrase, :now)
on conflict (company_id, user_id, inbound_id) do update set
    waits = excluded.waits, phrase = excluded.phrase, record_id = excluded.record_id, created_at = excluded.created_at,
    read_at = null, done_at = null
where excluded.waits <> '' and excluded.phrase <> notice.phrase;

-- name: notices
select n.id, n.inbound_id, n.record_id, r.label, n.phrase, n.created_at, n.read_at,
    coalesce(i.state = 'held', false) as waits
from notice n left join record r on r.id = n.record_id left join inbound i on i.id = n.inbound_id
where n.company_id = :company_id and n.user_id = :user_id and n.id < :before and n.done_at is null
    and not exists (
        select 1 from hidden_type h
        where h.company_id = :company_id and h.user_id = :user_id and h.record_type = r.type
    )
order by n.id desc
limit :most;

-- name: notice_by_id^
select n.id, n.inbound_id, n.record_id, r.label, n.phrase, n.created_at, n.read_at,
    coalesce(i.state = 'held', false) as waits
from notice n left join record r on r.id = n.record_id left join inbound i on i.id = n.inbound_id
where n.company_id = :company_id and n.user_id = :user_id and n.id = :id;

-- name: notices_of_user
select n.id, n.inbound_id, n.record_id, r.label, n.phrase, n.created_at, n.read_at,
    coalesce(i.state = 'held', false) as waits
from company c join notice n on n.company_id = c.id left join record r on r.id = n.record_id
    left join inbound i on i.id = n.inbound_id
where n.user_id = :user_id and n.id < :before
order by n.id desc
limit :most;

-- name: gathered_notices_add*!
insert into gathered_notice (company_id, user_id, what, inbound_id, record_id, created_at)
values (:company_id, :user_id, :what, :inbound_id, :record_id, :now)
on conflict (company_id, user_id, inbound_id) do nothing;

-- name: gathered_notices
select g.id, g.company_id, c.name as company, g.what, coalesce(r.label, '') as record,
    g.inbound_id is null or i.state in ('held', 'unmatched', 'error') as waits
from gathered_notice g
    join company c on c.id = g.company_id
    left join inbound i on i.id = g.inbound_id
    left join record r on r.id = g.record_id
where g.user_id = :user_id
order by g.id;

-- name: gathered_notices_remove!
delete from gathered_notice where user_id = :user_id;
