-- The people of a company as its admins see them.  Of somebody who was invited, signs in elsewhere and did not come yet
-- they see what they know themselves: nobody learns by an invitation who works in another company.
-- name: company_members
select u.id, case when m.invited_name <> '' then m.invited_name else u.name end as name, m.role,
    case when m.invited_name <> '' then 'email' else u.prefers end as prefers, u.language, u.active,
    u.password is not null and m.invited_name = '' as has_password,
    m.invited_name = '' and exists (
        select 1 from second_factor f where f.user_id = u.id and f.confirmed_at is not null
    )
        as second_factor,
    m.invited_name = '' and exists (select 1 from installation_admin i where i.user_id = u.id) as installation_admin,
    coalesce(
        nullif(m.invited_address, ''),
        (select a.address from user_address a where a.user_id = u.id and a.kind = 'email' order by a.position limit 1)
    )
        as address,
    (select max(s.seen_at) from session s where s.user_id = u.id and m.invited_name = '') as seen_at,
    case when m.invited_name <> '' then 1 else (select count(*) from membership o where o.user_id = u.id) end as companies,
    m.invited_name <> '' as pending
from membership m join users u on u.id = m.user_id
where m.company_id = :company_id
order by name, u.id;

-- name: company_member^
select u.id, case when m.invited_name <> '' then m.invited_name else u.name end as name, m.role,
    case when m.invited_name <> '' then 'email' else u.prefers end as prefers, u.language, u.active,
    u.password is not null and m.invited_name = '' as has_password,
    m.invited_name = '' and exists (
        select 1 from second_factor f where f.user_id = u.id and f.confirmed_at is not null
    )
        as second_factor,
    m.invited_name = '' and exists (select 1 from installation_admin i where i.user_id = u.id) as installation_admin,
    coalesce(
        nullif(m.invited_address, ''),
        (select a.address from user_address a where a.user_id = u.id and a.kind = 'email' order by a.position limit 1)
    )
        as address,
    (select max(s.seen_at) from session s where s.user_id = u.id and m.invited_name = '') as seen_at,
    case when m.invited_name <> '' then 1 else (select count(*) from membership o where o.user_id = u.id) end as companies,
    m.invited_name <> '' as pending
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
select m.team_id, u.id as user_id, case when p.invited_name <> '' then p.invited_name else u.name end as name
from team_member m
    join users u on u.id = m.user_id
    join membership p on p.user_id = m.user_id and p.company_id = m.company_id
where m.company_id = :company_id and u.active
order by m.team_id, name;

-- name: companies_with_counts
select c.id, c.name, c.language,
    (select coalesce(sum(n.records), 0) from counter n where n.company_id = c.id) as records,
    (select count(*) from membership m where m.company_id = c.id) as people,
    (select count(*) from domain d where d.company_id = c.id) as domains
from company c
order by c.name;
