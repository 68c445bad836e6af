-- name: message_add$
insert into message (
    company_id, record_id, kind, public, author_user_id, author_contact_id, author_name, author_address, verified,
    proof, subject, text, html, reply_text, rfc_message_id, content_hash, sent_as, answers_id, inbound_id, flag,
    automatic, written_at, created_at
)
values (
    :company_id, :record_id, :kind, :public, :author_user_id, :author_contact_id, :author_name, :author_address,
    :verified, :proof, :subject, :text, :html, :reply_text, :rfc_message_id, :content_hash, :sent_as, :answers_id,
    :inbound_id, :flag, :automatic, :written_at, :now
)
returning id;

-- The Message-ID of what we write holds the number of its row, which is known only now.
-- name: message_name!
update message set rfc_message_id = :rfc_message_id where id = :id;

-- name: message_same$
select id from message
where company_id = :company_id and record_id = :record_id and rfc_message_id = :rfc_message_id
    and content_hash = :content_hash;

-- name: message_id_reused$
select count(*) from message
where company_id = :company_id and rfc_message_id = :rfc_message_id and content_hash <> :content_hash;

-- name: message_by_id^
select
    m.id, m.company_id, m.record_id, m.kind, m.public, m.author_user_id, m.author_contact_id, m.author_name,
    m.author_address, m.verified, m.proof, m.subject, m.text, m.html, m.reply_text, m.rfc_message_id, m.sent_as,
    m.answers_id, m.inbound_id, m.flag, m.automatic, m.token_epoch, m.written_at, m.created_at
from message m
where m.id = :id;

-- What routing asks of a message that a token, a locator or a stored foreign id names.
-- name: message_facts^
select
    m.id, m.company_id, m.record_id, m.kind, m.public, m.author_user_id, m.author_contact_id, m.sent_as,
    m.token_epoch, m.created_at, r.label, r.type, r.alias_id
from message m join record r on r.id = m.record_id
where m.id = :id;

-- name: messages_by_rfc_id
select
    m.id, m.company_id, m.record_id, m.kind, m.public, m.author_user_id, m.author_contact_id, m.sent_as,
    m.token_epoch, m.created_at, r.label, r.type, r.alias_id
from message m join record r on r.id = m.record_id
where m.company_id = :company_id and m.rfc_message_id = :rfc_message_id
order by m.id desc
limit 5;

-- name: thread
select
    m.id, m.company_id, m.record_id, m.kind, m.public, m.author_user_id, m.author_contact_id, m.author_name,
    m.author_address, m.verified, m.proof, m.subject, m.text, m.html, m.reply_text, m.rfc_message_id, m.sent_as,
    m.answers_id, m.inbound_id, m.flag, m.automatic, m.token_epoch, m.written_at, m.created_at
from message m
where m.record_id = :record_id
order by m.id;

-- What moves when a thread does, without its texts: pages that are open ask for it often.
-- name: thread_pulse^
select
    (select count(*) from message where record_id = :record_id) as messages,
    (select count(*) from message where record_id = :record_id and public and kind <> 'event') as public,
    (select count(*) from inbound where record_id = :record_id and state in ('held', 'unrouted', 'stuck')) as held,
    count(d.id) as deliveries,
    coalesce(sum(case when d.state in ('queued', 'delayed', 'unread') then 1 else 0 end), 0) as unsettled,
    coalesce(max(d.changed_at), 0) as changed_at
from message m join delivery d on d.message_id = m.id
where m.record_id = :record_id;

-- Ids that may stand in References of what leaves, newest first: never a note to an outsider.
-- name: references_before
select m.id, m.kind, m.public, m.rfc_message_id
from message m
where m.record_id = :record_id and m.id < :before and m.kind <> 'event'
order by m.id desc
limit :most;

-- name: reference_first^
select m.id, m.kind, m.public, m.rfc_message_id
from message m
where m.record_id = :record_id and m.id < :before and m.public and m.kind <> 'event'
order by m.id
limit 1;

-- name: last_public_message$
select id from message
where record_id = :record_id and public and kind in ('received', 'post') and not automatic
order by id desc
limit 1;

-- name: epoch_raise!
update message set token_epoch = token_epoch + 1 where record_id = :record_id;

-- name: message_address_add!
insert into message_address (company_id, message_id, field, position, name, address, contact_id)
values (:company_id, :message_id, :field, :position, :name, :address, :contact_id);

-- name: message_addresses
select field, position, name, address, contact_id
from message_address
where message_id = :message_id
order by case field when 'to' then 0 else 1 end, position;

-- name: thread_addresses
select a.message_id, a.field, a.name, a.address, a.contact_id
from message_address a join message m on m.id = a.message_id
where m.record_id = :record_id
order by a.message_id, case a.field when 'to' then 0 else 1 end, a.position;

-- name: attachment_add$
insert into attachment (company_id, message_id, blob_id, position, filename, content_type, content_id, inline)
values (:company_id, :message_id, :blob_id, :position, :filename, :content_type, :content_id, :inline)
returning id;

-- name: attachments
select t.id, t.message_id, t.blob_id, t.filename, t.content_type, t.content_id, t.inline, b.size, b.sha256
from attachment t join blob b on b.id = t.blob_id
where t.message_id = :message_id
order by t.position;

-- name: thread_attachments
select t.id, t.message_id, t.blob_id, t.filename, t.content_type, t.content_id, t.inline, b.size, b.sha256
from attachment t join blob b on b.id = t.blob_id join message m on m.id = t.message_id
where m.record_id = :record_id
order by t.message_id, t.position;

-- name: attachment_by_id^
select t.id, t.company_id, t.message_id, t.blob_id, t.filename, t.content_type, t.content_id, t.inline, b.size
from attachment t join blob b on b.id = t.blob_id
where t.id = :id;

-- name: attached_before$
select count(*)
from attachment t join message m on m.id = t.message_id
where m.record_id = :record_id and m.id < :before and t.blob_id = :blob_id;

-- name: blob_add$
insert into blob (company_id, sha256, size)
values (:company_id, :sha256, :size)
returning id;

-- name: blob_content_add!
insert into blob_content (blob_id, bytes) values (:blob_id, :bytes);

-- name: blob_by_hash$
select id from blob where company_id = :company_id and sha256 = :sha256;

-- name: blob_by_id^
select id, company_id, sha256, size from blob where id = :id;

-- name: blob_bytes$
select bytes from blob_content where blob_id = :blob_id;

-- name: blob_company!
update blob set company_id = :company_id where id = :id and company_id is null;

-- name: blob_delete!
delete from blob where id = :id;

-- name: blob_content_delete!
delete from blob_content where blob_id = :id;

-- name: delivery_add$
insert into delivery (
    company_id, message_id, person, user_id, contact_id, channel, address, state, reason, outbox_id, not_before_at,
    changed_at
)
values (
    :company_id, :message_id, :person, :user_id, :contact_id, :channel, :address, :state, :reason, :outbox_id,
    :not_before_at, :now
)
on conflict (company_id, message_id, person, channel) do nothing
returning id;

-- name: deliveries
select d.id, d.message_id, d.person, d.user_id, d.contact_id, coalesce(u.name, c.name) as name, d.channel, d.address,
    d.state, d.reason, d.outbox_id, d.changed_at
from delivery d
    left join users u on u.id = d.user_id
    left join contact c on c.id = d.contact_id
where d.message_id = :message_id
order by d.id;

-- name: thread_deliveries
select d.id, d.message_id, d.person, d.user_id, d.contact_id, coalesce(u.name, c.name) as name, d.channel, d.address,
    d.state, d.reason, d.changed_at
from delivery d
    join message m on m.id = d.message_id
    left join users u on u.id = d.user_id
    left join contact c on c.id = d.contact_id
where m.record_id = :record_id
order by d.id;

-- States of a delivery only move forward: what has bounced is not handed over again by a late answer.
-- name: delivery_settle!
update delivery
set state = :state, reason = :reason, changed_at = :now
where outbox_id = :outbox_id and address = :address and state in ('queued', 'delayed');

-- name: deliveries_requeue!
update delivery set state = 'queued', reason = '', changed_at = :now
where outbox_id = :outbox_id and state in ('delayed', 'failed');

-- Whom we sent a message may answer it, unless they were taken out of the conversation since.
-- name: sent_to$
select count(*)
from delivery d join message m on m.id = d.message_id
where d.message_id = :message_id and d.contact_id = :contact_id and d.channel = 'email'
    and not exists (
        select 1 from participant p
        where p.record_id = m.record_id and p.contact_id = :contact_id and p.removed_at is not null
    );

-- name: inbox
select d.id, d.message_id, d.state, m.record_id, r.label, r.title, m.kind, m.author_name, m.subject,
    m.reply_text as text, m.created_at
from delivery d join message m on m.id = d.message_id join record r on r.id = m.record_id
where d.user_id = :user_id and d.channel = 'inbox' and d.company_id = :company_id
order by d.id desc
limit :most;

-- name: inbox_read!
update delivery set state = 'read', changed_at = :now
where user_id = :user_id and channel = 'inbox' and state = 'unread'
    and message_id in (select id from message where record_id = :record_id);

-- name: inbox_unread$
select count(*) from delivery
where user_id = :user_id and channel = 'inbox' and state = 'unread' and company_id = :company_id;

-- name: notice_add!
insert into notice (company_id, user_id, inbound_id, record_id, text, created_at)
values (:company_id, :user_id, :inbound_id, :record_id, :text, :now)
on conflict (company_id, user_id, inbound_id) do nothing;

-- name: notices
select n.id, n.inbound_id, n.record_id, r.label, n.text, n.created_at, n.read_at
from notice n left join record r on r.id = n.record_id
where n.user_id = :user_id and (cast(:company_id as bigint) is null or n.company_id = :company_id)
order by n.id desc
limit :most;

-- name: notices_read!
update notice set read_at = :now where user_id = :user_id and company_id = :company_id and read_at is null;

-- What an outsider may see of a thread: what they wrote, what names them, what we sent them.
-- name: references_seen_by
select m.id, m.kind, m.public, m.rfc_message_id
from message m
where m.record_id = :record_id and m.id < :before and m.public and m.kind <> 'event'
    and (
        m.author_contact_id = :contact_id
        or exists (select 1 from message_address a where a.message_id = m.id and a.contact_id = :contact_id)
        or exists (select 1 from delivery d where d.message_id = m.id and d.contact_id = :contact_id)
    )
order by m.id desc
limit :most;
