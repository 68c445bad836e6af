-- What lists show, a page at a time: of one company, or of all, which is for the shell alone.
-- What follows a page is counted up to a bound: a full store must not make each page slow.

-- name: list_contacts
select p.id, p.company_id, o.name as company, p.name, p.created_at, p.archived_at, p.blocked_at, a.address
from (
        select id, company_id, name, created_at, archived_at, blocked_at from contact
        where id > :after and archived_at is null
        order by id
        limit :most
    ) p
    join company o on o.id = p.company_id
    left join contact_address a on a.company_id = p.company_id and a.contact_id = p.id and a.kind = 'email'
order by p.id, a.created_at, a.address;

-- name: list_contacts_left$
select count(*)
from (select 1 from contact where id > :after and archived_at is null limit :most) following;

-- name: list_contacts_of_company
select p.id, p.company_id, o.name as company, p.name, p.created_at, p.archived_at, p.blocked_at, a.address
from (
        select id, company_id, name, created_at, archived_at, blocked_at from contact
        where company_id = :company_id and id > :after and archived_at is null
        order by id
        limit :most
    ) p
    join company o on o.id = p.company_id
    left join contact_address a on a.company_id = p.company_id and a.contact_id = p.id and a.kind = 'email'
order by p.id, a.created_at, a.address;

-- name: list_contacts_of_company_left$
select count(*)
from (select 1 from contact where company_id = :company_id and id > :after and archived_at is null limit :most) following;

-- name: list_record_key^
select changed_at, id from record where id = :id;

-- name: list_records
select * from record_row
where (changed_at, id) < (:changed_at, :id)
order by changed_at desc, id desc
limit :most;

-- name: list_records_left$
select count(*)
from (select 1 from record where (changed_at, id) < (:changed_at, :id) limit :most) following;

-- name: list_records_of_company
select * from record_row
where company_id = :company_id and (changed_at, id) < (:changed_at, :id)
order by changed_at desc, id desc
limit :most;

-- name: list_records_of_company_left$
select count(*)
from (select 1 from record where company_id = :company_id and (changed_at, id) < (:changed_at, :id) limit :most) following;

-- Those whose number or title holds some words, what changed last first: a stretch of the newest is looked through.
-- name: list_records_named
select r.label, r.title
from (
        select label, title, changed_at, id from record
        where company_id = :company_id
        order by changed_at desc, id desc
        limit :stretch
    ) r
where replace(lower(r.label), :named, '') <> lower(r.label) or replace(lower(r.title), :named, '') <> lower(r.title)
    or replace(r.title, :words, '') <> r.title
order by r.changed_at desc, r.id desc
limit :most;

-- name: list_inbound
select * from inbound_line
where id < :before
    and (cast(:state as text) is null or state = :state)
    and (cast(:sender as text) is null or lower(from_address) = :sender or lower(sender) = :sender)
    and (cast(:recipient as text) is null or lower(recipient) = :recipient)
order by id desc
limit :most;

-- name: list_inbound_left$
select count(*) from (
        select 1 from inbound
        where id < :before
            and (cast(:state as text) is null or state = :state)
            and (cast(:sender as text) is null or lower(from_address) = :sender or lower(sender) = :sender)
            and (cast(:recipient as text) is null or lower(recipient) = :recipient)
        limit :most
    ) following;

-- name: list_inbound_of_company
select * from inbound_line
where company_id = :company_id and id < :before
    and (cast(:state as text) is null or state = :state)
    and (cast(:sender as text) is null or lower(from_address) = :sender or lower(sender) = :sender)
    and (cast(:recipient as text) is null or lower(recipient) = :recipient)
order by id desc
limit :most;

-- name: list_inbound_of_company_left$
select count(*) from (
        select 1 from inbound
        where company_id = :company_id and id < :before
            and (cast(:state as text) is null or state = :state)
            and (cast(:sender as text) is null or lower(from_address) = :sender or lower(sender) = :sender)
            and (cast(:recipient as text) is null or lower(recipient) = :recipient)
        limit :most
    ) following;

-- name: list_review
select * from inbound_line
where state in ('held', 'unmatched', 'error') and id > :after
order by id
limit :most;

-- name: list_review_left$
select count(*)
from (select 1 from inbound where state in ('held', 'unmatched', 'error') and id > :after limit :most) following;

-- What belongs to no company yet is everybody's.
-- name: list_review_of_company
select * from (
        select * from (
            select * from inbound_line
            where company_id = :company_id and state in ('held', 'unmatched', 'error') and id > :after
            order by id
            limit :most
        ) own
        union all
        select * from (
            select * from inbound_line
            where company_id is null and state in ('held', 'unmatched', 'error') and id > :after
            order by id
            limit :most
        ) nobodys
    ) waiting
order by id
limit :most;

-- name: list_review_of_company_left$
select count(*) from (
        select 1 from inbound
        where (company_id = :company_id or company_id is null) and state in ('held', 'unmatched', 'error') and id > :after
        limit :most
    ) following;

-- name: list_outbox
select * from outbox_line
where id in (
        select id from outbox
        where id < :before and (cast(:state as text) is null or state = :state)
        order by id desc
        limit :most
    )
order by id desc, delivery_id;

-- name: list_outbox_left$
select count(*) from (
        select 1 from outbox
        where id < :before and (cast(:state as text) is null or state = :state)
        limit :most
    ) following;

-- name: list_outbox_of_company
select * from outbox_line
where id in (
        select id from outbox
        where company_id = :company_id and id < :before and (cast(:state as text) is null or state = :state)
        order by id desc
        limit :most
    )
order by id desc, delivery_id;

-- name: list_outbox_of_company_left$
select count(*) from (
        select 1 from outbox
        where company_id = :company_id and id < :before and (cast(:state as text) is null or state = :state)
        limit :most
    ) following;

-- name: list_to_review
select * from inbound_line
where company_id = :company_id and state = :state and state in ('held', 'unmatched', 'error') and id > :after
order by id
limit :most;

-- Mail that belongs to no company is decided on by who looks after the installation.
-- name: list_to_review_of_nobody
select * from inbound_line
where company_id is null and state = :state and state in ('held', 'unmatched', 'error') and id > :after
order by id
limit :most;

-- name: list_to_review_of_user
select i.* from inbound_line i
where i.company_id = :company_id and i.state = :state and i.state in ('held', 'unmatched', 'error') and i.id > :after
    and exists (select 1 from decider d where d.inbound_id = i.id and d.user_id = :user_id)
order by i.id
limit :most;
