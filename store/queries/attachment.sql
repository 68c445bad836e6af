-- name: attachments_add*!
insert into attachment (
    company_id, record_id, message_id, blob_id, position, filename, content_type, content_id, inline, card
)
values (
    :company_id, :record_id, :message_id, :blob_id, :position, :filename, :content_type, :content_id, :inline, :card
)
returning position, id;

-- name: attachments
select
    t.id, t.message_id, t.blob_id, t.filename, t.content_type, t.content_id, t.inline, t.card, b.size, b.sha256
from attachment t join blob b on b.id = t.blob_id
where t.company_id = :company_id and t.message_id = :message_id
order by t.position;

-- name: page_attachments
select
    t.id, t.message_id, t.blob_id, t.filename, t.content_type, t.content_id, t.inline, t.card, b.size, b.sha256
from (
        select id, company_id from message
        where company_id = :company_id and record_id = :record_id and id >= :first and id <= :last
        union all
        select id, company_id from message
        where id = :elsewhere and company_id = :company_id and record_id = :record_id
    ) as m
    cross join attachment t
    cross join blob b
where t.company_id = m.company_id and t.message_id = +m.id and b.id = t.blob_id
order by m.id, t.position;

-- All files of a record but the images inside its mails, the newest message's first.
-- name: record_files
select
    t.id, t.message_id, t.filename, t.content_type, t.card, b.size, m.number, m.author_name, m.author_address,
    m.author_user_id, m.created_at,
    (
        select count(*) from attachment o
        where o.company_id = t.company_id and o.message_id = t.message_id and o.position <= t.position
    ) as file
from attachment t
    join blob b on b.id = t.blob_id
    join message m on m.id = t.message_id
where t.company_id = :company_id and t.record_id = :record_id and t.id < :before and not t.inline
order by t.id desc
limit :most;

-- name: attachment_by_id^
select
    t.id, t.company_id, t.message_id, t.blob_id, t.filename, t.content_type, t.content_id, t.inline, t.card, b.size,
    b.sha256
from attachment t join blob b on b.id = t.blob_id
where t.id = :id and t.company_id = :company_id;

-- name: attached_before$
select t.id from attachment t
where t.company_id = :company_id and t.record_id = :record_id and t.blob_id = :blob_id and +t.message_id < :before
limit 1;
