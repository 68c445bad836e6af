-- Messages that were filed although not all of them could be read, the newest first.
-- name: list_unread
select m.id, m.company_id, c.name as company, r.label as record, m.author_address, m.subject, m.flag, m.inbound_id,
    m.created_at
from message m join record r on r.id = m.record_id join company c on c.id = m.company_id
where m.flag in ('unreadable', 'partly read') and m.id < :before
order by m.id desc
limit :most;

-- name: list_unread_left$
select count(*)
from (select 1 from message where flag in ('unreadable', 'partly read') and id < :before limit :most) following;

-- name: list_unread_of_company
select m.id, m.company_id, c.name as company, r.label as record, m.author_address, m.subject, m.flag, m.inbound_id,
    m.created_at
from message m join record r on r.id = m.record_id join company c on c.id = m.company_id
where m.company_id = :company_id and m.flag in ('unreadable', 'partly read') and m.id < :before
order by m.id desc
limit :most;

-- name: list_unread_of_company_left$
select count(*) from (
        select 1 from message
        where company_id = :company_id and flag in ('unreadable', 'partly read') and id < :before
        limit :most
    ) following;
