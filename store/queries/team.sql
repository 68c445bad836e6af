-- name: team_add$
insert into team (company_id, name, created_at) values (:company_id, :name, :now)
returning id;

-- name: teams
select id, company_id, name, takes, gives, holds_crossing, created_at from team where company_id = :company_id order by name;

-- name: team_by_name^
select id, company_id, name, takes, gives, holds_crossing, created_at from team where company_id = :company_id and name = :name;

-- name: team_by_id^
select id, company_id, name, takes, gives, holds_crossing, created_at from team where company_id = :company_id and id = :id;

-- name: team_rename!
update team set name = :name where company_id = :company_id and id = :id;

-- name: team_ways!
update team set takes = :takes, gives = :gives, holds_crossing = :holds_crossing
where company_id = :company_id and id = :id;

-- The members of a team in its round, and whether they can have a record of a type.
-- name: team_turns
select t.user_id, u.name, t.turn, u.away,
    u.active and m.role in ('admin', 'agent') and not exists (
        select 1 from hidden_type h
        where h.company_id = t.company_id and h.user_id = t.user_id and h.record_type = :record_type
    ) as able
from team_member t
    join users u on u.id = t.user_id
    join membership m on m.user_id = t.user_id and m.company_id = t.company_id
where t.company_id = :company_id and t.team_id = :team_id
order by t.user_id;

-- name: team_take_turn!
update team_member
set turn = 1 + (
        select coalesce(max(o.turn), 0) from team_member o
        where o.company_id = :company_id and o.team_id = :team_id
    )
where company_id = :company_id and team_id = :team_id and user_id = :user_id;

-- Who wrote to a customer on the newest of their records, the last one first.
-- name: team_wrote_to
select m.author_user_id
from (
        select r.company_id, r.id from record r
        where r.company_id = :company_id and r.customer_id = :contact_id
        order by r.id desc
        limit :most
    ) n
    join message m on m.company_id = n.company_id and m.record_id = n.id
where m.kind = 'post' and m.author_user_id is not null
group by m.author_user_id
order by max(m.id) desc;

-- name: team_remove!
delete from team where company_id = :company_id and id = :id;

-- name: team_members_remove!
delete from team_member where company_id = :company_id and team_id = :team_id;

-- name: teams_of_user
select t.id, t.company_id, t.name, t.takes, t.gives, t.holds_crossing, t.created_at
from team_member m join team t on t.id = m.team_id
where m.company_id = :company_id and m.user_id = :user_id
order by t.name;

-- Those that own something and have no other member who is active in the company.
-- name: teams_left_alone
select t.id, t.company_id, t.name, t.takes, t.gives, t.holds_crossing, t.created_at
from team_member m join team t on t.id = m.team_id
where m.company_id = :company_id and m.user_id = :user_id
    and not exists (
        select 1
        from team_member o
            join users u on u.id = o.user_id
            join membership p on p.user_id = o.user_id and p.company_id = o.company_id
        where o.company_id = m.company_id and o.team_id = m.team_id and o.user_id <> m.user_id and u.active
    )
    and (
        exists (select 1 from record r where r.owner_team_id = t.id)
        or exists (
            select 1 from alias a where a.owner_team_id = t.id and (a.state <> 'removed' or a.ended_as is not null)
        )
    )
order by t.name;

-- name: team_people
select u.id as user_id, u.name,
    (select a.address from user_address a where a.user_id = u.id and a.kind = 'email' order by a.position limit 1)
        as address
from team_member t
    join users u on u.id = t.user_id
    join membership m on m.user_id = t.user_id and m.company_id = t.company_id
where t.company_id = :company_id and t.team_id = :team_id and u.active
order by t.user_id;

-- name: team_member_add!
insert into team_member (company_id, team_id, user_id) values (:company_id, :team_id, :user_id)
on conflict (company_id, team_id, user_id) do nothing;

-- name: team_member_remove!
delete from team_member where company_id = :company_id and team_id = :team_id and user_id = :user_id;

-- Members who are still active in the company: who left it owns nothing there.
-- name: team_members
select t.user_id
from team_member t
    join users u on u.id = t.user_id
    join membership m on m.user_id = t.user_id and m.company_id = t.company_id
where t.company_id = :company_id and t.team_id = :team_id and u.active
order by t.user_id;
