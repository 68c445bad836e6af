-- name: message_add$
insert into message (
    company_id, record_id, number, kind, public, author_user_id, author_contact_id, author_name, author_address,
    verified, proof, subject, size, text, html, reply_text, rfc_message_id, content_hash, sent_as, answers_id,
    forwards_id, inbound_id, flag, phrase, via, sent_on_by_id, reply_to, automatic, hops, quotes_id, written_at, created_at
)
values (
    :company_id, :record_id,
    (select coalesce(max(number), 0) + 1 from message where company_id = :company_id and record_id = :record_id),
    :kind, :public, :author_user_id, :author_contact_id, :author_name, :author_address,
    :verified, :proof, :subject, :size, :text, :html, :reply_text, :rfc_message_id, :content_hash, :sent_as, :answers_id,
    :forwards_id, :inbound_id, :flag, :phrase, :via, :sent_on_by_id, :reply_to, :automatic, :hops, :quotes_id,
    :written_at, :now
)
returning id;

-- The Message-ID of what we write holds the number of its row, which is known only now.
-- name: message_name!
update message set rfc_message_id = :rfc_message_id where id = :id and company_id = :company_id;

-- name: message_verify!
update message set verified = true, proof = :proof where id = :id and company_id = :company_id and not verified;

-- name: message_author!
update message
set author_user_id = :author_user_id, author_contact_id = :author_contact_id, author_name = :author_name,
    author_address = :author_address, verified = :verified, via = :via, sent_on_by_id = :sent_on_by_id
where id = :id and company_id = :company_id;

-- name: message_fill!
update message
set size = :size, text = :text, html = :html, reply_text = :reply_text, flag = ''
where company_id = :company_id and id = :id and flag in ('unreadable', 'partly read');

-- One that was moved away since is there still: its second copy goes after it.
-- name: message_same$
select coalesce(
    (
        select id from message
        where company_id = :company_id and record_id = :record_id and rfc_message_id = :rfc_message_id
            and content_hash = :content_hash
    ),
    (
        select m.id from message m
        where m.company_id = :company_id and m.rfc_message_id = :rfc_message_id and m.content_hash = :content_hash
            and exists (
                select 1 from former_place p
                where p.company_id = :company_id and p.message_id = m.id and p.record_id = :record_id
            )
        limit 1
    )
) as id;

-- name: message_id_reused$
select id from message
where company_id = :company_id and rfc_message_id = :rfc_message_id and content_hash <> :content_hash
limit 1;

-- name: message_by_id^
select
    m.id, m.company_id, m.record_id, m.number, m.kind, m.public, m.author_user_id, m.author_contact_id, m.author_name,
    m.author_address, m.verified, m.proof, m.subject, m.text, m.html, m.reply_text, m.rfc_message_id, m.sent_as,
    m.answers_id, m.forwards_id, m.quotes_id, m.inbound_id, m.flag, m.phrase, m.via, m.sent_on_by_id, m.reply_to, m.automatic,
    m.hops, m.token_epoch, m.written_at, m.created_at, m.edited_at, m.deleted_at,
    coalesce(
        (select c.images from contact c where c.company_id = m.company_id and c.id = m.author_contact_id), false
    ) as loads_images
from message m
where m.id = :id and m.company_id = :company_id;

-- name: messages_of_company
select id from message where +company_id = :company_id and id in (:ids);

-- What routing asks of a message that a token, a locator or a stored foreign id names.
-- name: messages_facts
select
    m.id, m.company_id, m.record_id, m.kind, m.public, m.author_user_id, m.author_contact_id, m.sent_as,
    m.token_epoch, m.created_at, r.label, r.type, r.alias_id, m.rfc_message_id, s.counts_as,
    case when coalesce(a.when_closed, 'type') = 'type' then t.when_closed else a.when_closed end as when_closed,
    r.merged_into_id, (select i.alias_id from inbound i where i.id = m.inbound_id) as came_by
from message m join record r on r.id = m.record_id
    join record_type t on t.company_id = r.company_id and t.name = r.type
    join record_state s on s.company_id = r.company_id and s.record_type = r.type and s.name = r.state
    left join alias a on a.id = r.alias_id
where m.id in (:ids);

-- Anybody can give a mail an id that another one has: the messages that the contact takes part in come first, then
-- those that bore the id before others did.
-- name: messages_by_rfc_id
select
    m.id, m.company_id, m.record_id, m.kind, m.public, m.author_user_id, m.author_contact_id, m.sent_as,
    m.token_epoch, m.created_at, r.label, r.type, r.alias_id, m.rfc_message_id, s.counts_as,
    case when coalesce(a.when_closed, 'type') = 'type' then t.when_closed else a.when_closed end as when_closed,
    r.merged_into_id, (select i.alias_id from inbound i where i.id = m.inbound_id) as came_by
from message m join record r on r.id = m.record_id
    join record_type t on t.company_id = r.company_id and t.name = r.type
    join record_state s on s.company_id = r.company_id and s.record_type = r.type and s.name = r.state
    left join alias a on a.id = r.alias_id
    left join participant p on p.company_id = m.company_id and p.record_id = m.record_id
        and p.contact_id = :contact_id and p.removed_at is null and (p.message_id is null or p.message_id = m.id)
where m.company_id = :company_id and m.rfc_message_id in (:rfc_message_ids)
order by case when p.contact_id is null then 1 else 0 end, case m.flag when 'id reused' then 1 else 0 end, m.id desc
limit :most;

-- name: thread
select
    m.id, m.company_id, m.record_id, m.number, m.kind, m.public, m.author_user_id, m.author_contact_id, m.author_name,
    m.author_address, m.verified, m.proof, m.subject, m.text, m.html, m.reply_text, m.rfc_message_id, m.sent_as,
    m.answers_id, m.forwards_id, m.quotes_id, m.inbound_id, m.flag, m.phrase, m.via, m.sent_on_by_id, m.reply_to, m.automatic,
    m.hops, m.token_epoch, m.written_at, m.created_at, m.edited_at, m.deleted_at,
    coalesce(
        (select c.images from contact c where c.company_id = m.company_id and c.id = m.author_contact_id), false
    ) as loads_images
from message m
where m.company_id = :company_id and m.record_id = :record_id
order by m.id;

-- A page of a thread, the newest of those before a message first.  It ends before it holds too much.
-- name: messages_before
with page as (
    select id, size
    from message
    where company_id = :company_id and record_id = :record_id and id < :before
    order by id desc
    limit :most
)
select
    m.id, m.company_id, m.record_id, m.number, m.kind, m.public, m.author_user_id, m.author_contact_id, m.author_name,
    m.author_address, m.verified, m.proof, m.subject, substr(m.text, 1, :words) as text,
    substr(m.html, 1, 4 * :words) as html, substr(m.reply_text, 1, :words) as reply_text, m.rfc_message_id, m.sent_as,
    m.answers_id, m.forwards_id, m.quotes_id, m.inbound_id, m.flag, m.phrase, m.via, m.sent_on_by_id, m.reply_to, m.automatic,
    m.hops, m.token_epoch, m.written_at, m.created_at, m.edited_at, m.deleted_at,
    coalesce(
        (select c.images from contact c where c.company_id = m.company_id and c.id = m.author_contact_id), false
    ) as loads_images
from (
        select id
        from (select id, size, sum(size) over (order by id desc) as total from page) as counted
        where total - size < :budget
    ) as chosen
    cross join message m
where m.id = chosen.id and m.company_id = :company_id
order by m.id desc;

-- A page of a thread, the oldest of those after a message first.
-- name: messages_after
with page as (
    select id, size
    from message
    where company_id = :company_id and record_id = :record_id and id > :after
    order by id
    limit :most
)
select
    m.id, m.company_id, m.record_id, m.number, m.kind, m.public, m.author_user_id, m.author_contact_id, m.author_name,
    m.author_address, m.verified, m.proof, m.subject, substr(m.text, 1, :words) as text,
    substr(m.html, 1, 4 * :words) as html, substr(m.reply_text, 1, :words) as reply_text, m.rfc_message_id, m.sent_as,
    m.answers_id, m.forwards_id, m.quotes_id, m.inbound_id, m.flag, m.phrase, m.via, m.sent_on_by_id, m.reply_to, m.automatic,
    m.hops, m.token_epoch, m.written_at, m.created_at, m.edited_at, m.deleted_at,
    coalesce(
        (select c.images from contact c where c.company_id = m.company_id and c.id = m.author_contact_id), false
    ) as loads_images
from (
        select id
        from (select id, size, sum(size) over (order by id) as total from page) as counted
        where total - size < :budget
    ) as chosen
    cross join message m
where m.id = chosen.id and m.company_id = :company_id
order by m.id;

-- name: message_by_number^
select
    m.id, m.company_id, m.record_id, m.number, m.kind, m.public, m.author_user_id, m.author_contact_id, m.author_name,
    m.author_address, m.verified, m.proof, m.subject, m.text, m.html, m.reply_text, m.rfc_message_id, m.sent_as,
    m.answers_id, m.forwards_id, m.quotes_id, m.inbound_id, m.flag, m.phrase, m.via, m.sent_on_by_id, m.reply_to, m.automatic,
    m.hops, m.token_epoch, m.written_at, m.created_at, m.edited_at, m.deleted_at,
    coalesce(
        (select c.images from contact c where c.company_id = m.company_id and c.id = m.author_contact_id), false
    ) as loads_images
from message m
where m.company_id = :company_id and m.record_id = :record_id and m.number = :number;

-- name: message_last_number$
select max(number) from message where company_id = :company_id and record_id = :record_id;

-- Numbers do not say it: a message that was moved has another one where it stands now.
-- name: messages_around^
select
    (
        select count(*) from message where company_id = :company_id and record_id = :record_id and id < :first
    ) as earlier,
    (
        select count(*) from message where company_id = :company_id and record_id = :record_id and id > :last
    ) as later;

-- name: message_some_before$
select id from message
where company_id = :company_id and record_id = :record_id and id < :before
order by id desc
limit 1 offset :some;

-- What moves when a thread does, without its texts: pages that are open ask for it often.
-- name: thread_pulse^
select
    (select max(number) from message where company_id = :company_id and record_id = :record_id) as messages,
    (
        select max(id) from message
        where company_id = :company_id and record_id = :record_id and public and kind <> 'event'
    ) as public,
    (
        select max(id) from message
        where company_id = :company_id and record_id = :record_id and public and kind in ('received', 'post')
            and not automatic and forwards_id is null
    ) as answerable,
    (
        select count(*) from inbound
        where company_id = :company_id and record_id = :record_id and state in ('held', 'unmatched', 'error')
    ) as held,
    (select max(changed_at) from delivery where company_id = :company_id and record_id = :record_id) as changed_at,
    (
        select message_id from unread_record
        where company_id = :company_id and user_id = :user_id and record_id = :record_id
    ) as unread_from,
    (
        select m.number
        from unread_record u join message m on m.id = u.message_id
        where u.company_id = :company_id and u.user_id = :user_id and u.record_id = :record_id
    ) as unread_number,
    exists (
        select 1 from delivery
        where user_id = :user_id and record_id = :record_id and state = 'unread' and company_id = :company_id
    ) as unread_messages,
    exists (
        select 1 from notice
        where user_id = :user_id and record_id = :record_id and read_at is null and done_at is null
            and company_id = :company_id
    ) as unread_notices;

-- Ids that may stand in References of what leaves, newest first: never a note to an outsider.
-- name: references_before
select m.id, m.kind, m.public, m.rfc_message_id
from message m
where m.company_id = :company_id and m.record_id = :record_id and m.id < :before and m.kind <> 'event'
order by m.id desc
limit :most;

-- name: reference_first^
select m.id, m.kind, m.public, m.rfc_message_id
from message m
where m.company_id = :company_id and m.record_id = :record_id and m.id < :before and m.public and m.kind <> 'event'
order by m.id
limit 1;

-- name: last_public_message$
select id from message
where company_id = :company_id and record_id = :record_id and public and kind in ('received', 'post') and not automatic
    and forwards_id is null
order by id desc
limit 1;

-- name: epoch_raise!
update message set token_epoch = token_epoch + 1 where company_id = :company_id and record_id = :record_id;

-- name: message_addresses_add*!
insert into message_address (company_id, message_id, field, position, name, address, contact_id)
values (:company_id, :message_id, :field, :position, :name, :address, :contact_id);

-- name: message_addresses
select field, position, name, address, contact_id
from message_address
where company_id = :company_id and message_id = :message_id
order by case field when 'to' then 0 when 'cc' then 1 else 2 end, position;

-- The same of a page of a thread.
-- name: page_addresses
select a.message_id, a.field, a.name, a.address, a.contact_id
from (
        select id, company_id from message
        where company_id = :company_id and record_id = :record_id and id >= :first and id <= :last
        union all
        select id, company_id from message
        where id = :elsewhere and company_id = :company_id and record_id = :record_id
    ) as m
    cross join message_address a
where a.company_id = m.company_id and a.message_id = m.id
order by a.message_id, case a.field when 'to' then 0 when 'cc' then 1 else 2 end, a.position;

-- What an outsider may see of a thread: what they wrote, what names them, what we sent them.
-- name: references_seen_by
select m.id, m.kind, m.public, m.rfc_message_id
from (
        select id, company_id, kind, public, rfc_message_id, author_contact_id
        from message
        where company_id = :company_id and record_id = :record_id and id < :before
        order by id desc
        limit 200
    ) as m
where m.public and m.kind <> 'event'
    and (
        m.author_contact_id = :contact_id
        or exists (
            select 1 from message_address a
            where a.company_id = m.company_id and a.message_id = m.id and a.contact_id = :contact_id
        )
        or exists (
            select 1 from delivery d
            where d.company_id = m.company_id and d.message_id = m.id and d.contact_id = :contact_id
        )
    )
order by m.id desc
limit :most;

-- A message that was taken off its record stays as an event, which says so: its number stands in mails.
-- name: message_withdraw!
update message
set kind = 'event', public = false, author_user_id = null, author_contact_id = null, author_name = 'weftmail',
    author_address = '', verified = false, proof = '{}', subject = '', size = 0, text = '', html = '', reply_text = '',
    rfc_message_id = :once, content_hash = '', sent_as = '', answers_id = null, inbound_id = null, flag = '',
    phrase = :phrase, automatic = true, via = '', reply_to = '', sent_on_by_id = null, quotes_id = null
where company_id = :company_id and id = :id and kind <> 'event';

-- name: message_addresses_remove!
delete from message_address where company_id = :company_id and message_id = :message_id;

-- name: attachment_blobs
select blob_id from attachment where company_id = :company_id and message_id = :message_id;

-- name: attachments_remove!
delete from attachment where company_id = :company_id and message_id = :message_id;

-- name: message_spoken$
select id from message
where company_id = :company_id and record_id = :record_id and kind <> 'event'
limit 1;
