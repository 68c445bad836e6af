-- Contacts as pages show them.

-- name: contact_card^
select c.id, c.company_id, c.name, c.note, o.id as organisation_id, o.name as organisation, c.archived_at, c.blocked_at,
    c.blocked_by, c.merged_into_id, c.created_at, c.erased_at
from contact c left join organisation o on o.id = c.organisation_id and o.archived_at is null
where c.company_id = :company_id and c.id = :id;

-- name: contact_note!
update contact set note = :note, organisation_id = :organisation_id where company_id = :company_id and id = :id;

-- name: contacts_sorted
select c.id, c.name, c.sort_name, o.name as organisation, c.blocked_at
from contact c left join organisation o on o.id = c.organisation_id and o.archived_at is null
where c.company_id = :company_id and c.archived_at is null and (c.sort_name, c.id) > (:name, :id)
order by c.sort_name, c.id
limit :most;

-- name: contacts_sorted_back
select c.id, c.name, c.sort_name, o.name as organisation, c.blocked_at
from contact c left join organisation o on o.id = c.organisation_id and o.archived_at is null
where c.company_id = :company_id and c.archived_at is null and (c.sort_name, c.id) < (:name, :id)
order by c.sort_name desc, c.id desc
limit :most;

-- name: contacts_away
select c.id, c.name, c.sort_name, null as organisation, c.blocked_at
from contact c
where c.company_id = :company_id and c.archived_at is not null and c.merged_into_id is null and c.erased_at is null
    and (c.sort_name, c.id) > (:name, :id)
order by c.sort_name, c.id
limit :most;

-- name: contacts_of_organisation
select c.id, c.name, c.sort_name, null as organisation, c.blocked_at
from contact c
where c.organisation_id = :organisation_id and c.company_id = :company_id and c.archived_at is null
    and (c.sort_name, c.id) > (:name, :id)
order by c.sort_name, c.id
limit :most;

-- Those whose name or one of whose addresses holds some words.
-- name: contacts_found
select c.id, c.name, c.sort_name, o.name as organisation, c.blocked_at
from contact c left join organisation o on o.id = c.organisation_id and o.archived_at is null
where c.company_id = :company_id and c.archived_at is null and (c.sort_name, c.id) > (:name, :id)
    and (
        replace(c.sort_name, :words, '') <> c.sort_name
        or c.id in (
            select a.contact_id from contact_address a
            where a.company_id = :company_id and replace(a.address, :words, '') <> a.address
        )
    )
order by c.sort_name, c.id
limit :most;

-- Each address with how the newest copy to it fared.
-- name: contact_address_states
select a.address, a.created_at, d.state, d.reason, d.changed_at, r.label as record, r.type as record_type, m.number
from contact_address a
    left join delivery d on d.id = (
        select e.id from delivery e
        where e.company_id = a.company_id and e.address = a.address and e.contact_id is not null
            and e.state in ('sent', 'accepted', 'relayed', 'delivered', 'delayed', 'bounced', 'failed')
        order by e.changed_at desc, e.id desc
        limit 1
    )
    left join record r on r.id = d.record_id
    left join message m on m.id = d.message_id
where a.company_id = :company_id and a.contact_id = :contact_id and a.kind = 'email'
order by a.created_at, a.address;

-- Whose customer the contact is, and where they take part: what was opened last comes first.
-- name: contact_records
select l.*
from (
        select id from (
            select r.id from record r
            where r.company_id = :company_id and r.customer_id = :contact_id and r.hidden_as is null
                and r.type not in (:types) and r.id < :before
            order by r.id desc
            limit :most
        ) own
        union
        select id from (
            select r.id
            from participant p cross join record r
            where p.company_id = :company_id and p.contact_id = :contact_id and p.removed_at is null
                and p.record_id < :before and r.id = p.record_id and r.hidden_as is null and r.type not in (:types)
            order by p.record_id desc
            limit :most
        ) others
        order by id desc
        limit :most
    ) c
    cross join record_row l
where l.id = c.id and l.company_id = :company_id
order by l.id desc;

-- What the contact wrote, and what was written to them, the newest first.
-- name: contact_messages
select m.id, m.number, m.subject, m.author_name, m.author_address, m.author_user_id, m.author_contact_id, substr(m.reply_text, 1, 300) as text,
    m.created_at, r.label as record, r.title
from (
        select id from (
            select n.id
            from message n cross join record q
            where n.company_id = :company_id and n.author_contact_id = :contact_id and n.id < :before
                and q.id = n.record_id and q.hidden_as is null and q.type not in (:types)
            order by n.id desc
            limit :most
        ) own
        union
        select id from (
            select a.message_id as id
            from message_address a cross join message n cross join record q
            where a.company_id = :company_id and a.contact_id = :contact_id and a.message_id < :before
                and n.id = a.message_id and q.id = n.record_id and q.hidden_as is null and q.type not in (:types)
            order by a.message_id desc
            limit :most
        ) others
        order by id desc
        limit :most
    ) c
    cross join message m
    join record r on r.id = m.record_id
where m.id = c.id and m.company_id = :company_id
order by m.id desc;

-- Addresses of contacts of no organisation in a domain; counted up to a bound.
-- name: contacts_in_domain$
select count(*) from (
        select distinct a.contact_id
        from contact_address a cross join contact c
        where a.company_id = :company_id and a.domain = :domain and c.id = a.contact_id and c.archived_at is null
            and c.organisation_id is null
        limit :most
    ) counted;
