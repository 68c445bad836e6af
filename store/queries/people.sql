-- name: user_add$
insert into users (name, prefers, language, zone, created_at)
values (:name, :prefers, :language, :zone, :now)
returning id;

-- Those that are always there come first.
-- name: channels
select name from channel
order by case name when 'email' then 0 when 'inbox' then 1 else 2 end, name;

-- name: user_set!
update users
set name = :name, prefers = :prefers, email_for = :email_for, language = :language, zone = :zone, active = :active,
    digest = :digest, digest_hour = :digest_hour
where id = :id;

-- name: user_password_hash$
select password from users where id = :id;

-- name: user_password!
update users set password = :password where id = :id;

-- name: user_address_add!
insert into user_address (kind, address, user_id, position)
select :kind, :address, :user_id, coalesce(max(position) + 1, 0) from user_address where user_id = :user_id;

-- name: user_address_remove!
delete from user_address where kind = :kind and address = :address and user_id = :user_id;

-- name: user_addresses
select address from user_address where user_id = :user_id and kind = :kind order by position;

-- name: user_addresses_in
select address from user_address
where kind = 'email' and substr(address, length(address) - length(:domain) + 1) = :domain
order by address;

-- name: user_ways!
update users set after_send = :after_send, then_show = :then_show, shortcuts = :shortcuts, undo_seconds = :undo_seconds
where id = :id;

-- name: user_by_address^
select u.id, u.name, u.password, u.prefers, u.email_for, u.language, u.zone, u.active, u.after_send, u.then_show, u.shortcuts, u.digest,
    u.digest_hour, u.undo_seconds,
    u.created_at,
    exists (select 1 from installation_admin i where i.user_id = u.id) as installation_admin
from user_address a join users u on u.id = a.user_id
where a.kind = :kind and a.address = :address;

-- name: names_of_users
select a.address, u.name
from user_address a join users u on u.id = a.user_id
where a.kind = :kind and a.address in (:addresses);

-- name: addresses_of_users
select address from user_address where kind = :kind and address in (:addresses);

-- name: user_by_id^
select u.id, u.name, u.password, u.prefers, u.email_for, u.language, u.zone, u.active, u.after_send, u.then_show, u.shortcuts, u.digest,
    u.digest_hour, u.undo_seconds,
    u.created_at,
    exists (select 1 from installation_admin i where i.user_id = u.id) as installation_admin
from users u
where u.id = :id;

-- name: users
select u.id, u.name, u.prefers, u.email_for, u.language, u.zone, u.active, u.after_send, u.then_show, u.shortcuts, u.digest,
    u.digest_hour, u.undo_seconds,
    u.created_at,
    exists (select 1 from installation_admin i where i.user_id = u.id) as installation_admin
from users u
order by u.id;

-- name: users_of_company
select u.id, u.name, u.prefers, u.email_for, u.language, u.zone, u.active, u.after_send, u.then_show, u.shortcuts, u.digest,
    u.digest_hour, u.undo_seconds,
    u.created_at,
    exists (select 1 from installation_admin i where i.user_id = u.id) as installation_admin
from membership m join users u on u.id = m.user_id
where m.company_id = :company_id
order by u.id;

-- name: membership_put!
insert into membership (company_id, user_id, role)
values (:company_id, :user_id, :role)
on conflict (company_id, user_id) do update set role = excluded.role;

-- name: membership_invited!
update membership set invited_name = :name, invited_address = :address
where company_id = :company_id and user_id = :user_id;

-- name: membership_remove!
delete from membership where company_id = :company_id and user_id = :user_id;

-- name: memberships
select m.company_id, c.name as company, c.language, m.role, m.invited_name <> '' as pending,
    exists (select 1 from record_type t where t.company_id = m.company_id and t.teams_only) as hides
from membership m join company c on c.id = m.company_id
where m.user_id = :user_id
order by m.company_id;

-- First those of the user, then all others.
-- name: companies_as_admin
select c.id as company_id, c.name as company, c.language, coalesce(m.role, 'admin') as role,
    coalesce(m.invited_name, '') <> '' as pending, false as hides
from company c left join membership m on m.company_id = c.id and m.user_id = :user_id
where c.removed_at is null
order by m.company_id is null, c.id;

-- name: company_admins
select u.id, u.name
from membership m join users u on u.id = m.user_id
where m.company_id = :company_id and m.role = 'admin' and u.active
order by u.id;

-- name: company_users
select u.id, u.name, m.role
from membership m join users u on u.id = m.user_id
where m.company_id = :company_id and u.active
order by u.name;

-- name: contacts_add*!
insert into contact (company_id, name, sort_name, created_at)
values (:company_id, :name, :sort_name, :now)
returning id;

-- name: contact_rename!
update contact set name = :name, sort_name = :sort_name where id = :id and company_id = :company_id;

-- name: contact_archive!
update contact set archived_at = :now where id = :id and company_id = :company_id;

-- name: contact_addresses_add*!
insert into contact_address (company_id, kind, address, domain, contact_id, created_at)
values (:company_id, :kind, :address, :domain, :contact_id, :now)
on conflict (company_id, kind, address) do nothing;

-- name: contact_address_remove!
delete from contact_address where company_id = :company_id and kind = :kind and address = :address;

-- name: contacts_by_address
select a.address, c.id, c.company_id, c.name, c.created_at, c.archived_at, c.blocked_at
from contact_address a join contact c on c.id = a.contact_id
where a.company_id = :company_id and a.kind = :kind and a.address in (:addresses);

-- name: contact_by_id^
select id, company_id, name, created_at, archived_at, blocked_at
from contact
where id = :id and company_id = :company_id;

-- name: contact_block!
update contact
set blocked_at = :now, blocked_by = :by, stopped = 0
where id = :id and company_id = :company_id;

-- name: contact_images!
update contact set images = :loads where id = :id and company_id = :company_id;

-- name: contact_loads_images$
select images from contact where id = :id and company_id = :company_id;

-- name: contact_stopped!
update contact set stopped = stopped + 1 where id = :id and company_id = :company_id;

-- name: contacts_blocked
select c.id, c.name, c.blocked_by, c.blocked_at, c.stopped,
    (select min(a.address) from contact_address a
        where a.company_id = c.company_id and a.contact_id = c.id and a.kind = 'email') as address
from contact c
where c.company_id = :company_id and c.blocked_at is not null
order by c.id;

-- name: contact_addresses
select contact_id, address from contact_address
where company_id = :company_id and contact_id in (:contact_ids) and kind = :kind
order by contact_id, created_at, address;

-- name: contacts
select c.id, c.company_id, o.name as company, c.name, c.created_at, c.archived_at, c.blocked_at
from contact c join company o on o.id = c.company_id
where c.archived_at is null
order by c.id;

-- name: contacts_of_company
select c.id, c.company_id, o.name as company, c.name, c.created_at, c.archived_at, c.blocked_at
from contact c join company o on o.id = c.company_id
where c.archived_at is null and c.company_id = :company_id
order by c.id;

-- name: user_as_follower^
select u.id as user_id, u.name, u.prefers, u.email_for, u.language, true as may_act,
    (select a.address from user_address a where a.user_id = u.id and a.kind = 'email' order by a.position limit 1)
        as address,
    (select a.address from user_address a where a.user_id = u.id and a.kind = ch.address_kind order by a.position
        limit 1) as reached_at
from membership m join users u on u.id = m.user_id join channel ch on ch.name = u.prefers
where m.company_id = :company_id and m.user_id = :user_id and u.active and m.role in ('admin', 'agent');

-- Whom a note can mention: active members who have come, with whether records of a type are there for them.
-- name: mentionable
select u.id as user_id, u.name, u.prefers, u.email_for, u.language, m.role in ('admin', 'agent') as may_act,
    (select a.address from user_address a where a.user_id = u.id and a.kind = 'email' order by a.position limit 1)
        as address,
    (select a.address from user_address a where a.user_id = u.id and a.kind = ch.address_kind order by a.position
        limit 1) as reached_at,
    exists (
        select 1 from hidden_type h
        where h.company_id = m.company_id and h.user_id = u.id and h.record_type = :record_type
    ) as hidden
from membership m join users u on u.id = m.user_id join channel ch on ch.name = u.prefers
where m.company_id = :company_id and u.active and m.invited_name = ''
order by u.name, u.id;
