-- The people of a company as its admins see them.
-- name: company_members
select u.id, u.name, m.role, u.prefers, u.language, u.active, u.password is not null as has_password,
    exists (select 1 from second_factor f where f.user_id = u.id and f.confirmed_at is not null) as second_factor,
    exists (select 1 from installation_admin i where i.user_id = u.id) as installation_admin,
    (select a.address from user_address a where a.user_id = u.id and a.kind = 'email' order by a.position limit 1)
        as address,
    (select max(s.seen_at) from session s where s.user_id = u.id) as seen_at,
    (select count(*) from membership o where o.user_id = u.id) as companies
from membership m join users u on u.id = m.user_id
where m.company_id = :company_id
order by u.name, u.id;

-- name: company_member^
select u.id, u.name, m.role, u.prefers, u.language, u.active, u.password is not null as has_password,
    exists (select 1 from second_factor f where f.user_id = u.id and f.confirmed_at is not null) as second_factor,
    exists (select 1 from installation_admin i where i.user_id = u.id) as installation_admin,
    (select a.address from user_address a where a.user_id = u.id and a.kind = 'email' order by a.position limit 1)
        as address,
    (select max(s.seen_at) from session s where s.user_id = u.id) as seen_at,
    (select count(*) from membership o where o.user_id = u.id) as companies
from membership m join users u on u.id = m.user_id
where m.company_id = :company_id and m.user_id = :user_id;

-- The teams of a company with their members and how much they own.
-- name: company_teams
select t.id, t.name,
    (select count(*) from record r where r.owner_team_id = t.id) as records,
    (select count(*) from alias a where a.owner_team_id = t.id and a.state <> 'removed') as aliases
from team t
where t.company_id = :company_id
order by t.name;

-- name: company_team_members
select m.team_id, u.id as user_id, u.name
from team_member m
    join users u on u.id = m.user_id
    join membership p on p.user_id = m.user_id and p.company_id = m.company_id
where m.company_id = :company_id and u.active
order by m.team_id, u.name;

-- name: companies_with_counts
select c.id, c.name, c.language,
    (select coalesce(sum(n.records), 0) from counter n where n.company_id = c.id) as records,
    (select count(*) from membership m where m.company_id = c.id) as people,
    (select count(*) from domain d where d.company_id = c.id) as domains
from company c
order by c.name;
