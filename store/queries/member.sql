-- The people of a company as its admins see them: see the view.
-- name: company_members
select id, name, role, prefers, language, active, has_password, second_factor, installation_admin, address, seen_at,
    companies, pending
from member_row
where company_id = :company_id
order by name, id;

-- name: company_member^
select id, name, role, prefers, language, active, has_password, second_factor, installation_admin, address, seen_at,
    companies, pending
from member_row
where company_id = :company_id and id = :user_id;

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
where c.removed_at is null
order by c.name;
