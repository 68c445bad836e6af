-- Who is told where nobody who may act follows, in steps: the owner, the team, whoever owns the alias, the company's
-- admins, the installation's.  Each is active and may write in the company; who is ``silent`` follows the record and
-- chose to hear nothing of it, or no messages.  Beside one who is away stands who stands in for them.
-- name: line
with steps as (
        select 1 as step, r.company_id, r.owner_id as user_id
        from record r
        where r.company_id = :company_id and r.id = :record_id
        union all
        select 2, r.company_id, t.user_id
        from record r join team_member t on t.company_id = r.company_id and t.team_id = r.owner_team_id
        where r.company_id = :company_id and r.id = :record_id
        union all
        select 3, a.company_id, a.owner_id
        from alias a
        where a.company_id = :company_id and a.id = :alias_id
        union all
        select 3, a.company_id, t.user_id
        from alias a join team_member t on t.company_id = a.company_id and t.team_id = a.owner_team_id
        where a.company_id = :company_id and a.id = :alias_id
        union all
        select 4, m.company_id, m.user_id
        from membership m
        where m.company_id = :company_id and m.role = 'admin'
)
select o.step, o.stands_in_for, u.away, u.id as user_id, u.name, u.prefers, u.email_for, u.language, true as may_act,
    exists (
        select 1 from follower f
        where f.company_id = :company_id and f.record_id = :record_id and f.user_id = o.user_id
            and f.removed_at is null and (f.muted_at is not null or not f.messages)
    ) as silent,
    (select a.address from user_address a where a.user_id = u.id and a.kind = 'email' order by a.position limit 1)
        as address,
    (select a.address from user_address a where a.user_id = u.id and a.kind = ch.address_kind order by a.position
        limit 1) as reached_at
from (
        select step, company_id, user_id, '' as stands_in_for from steps
        union all
        -- Who stands in for whom who is away; an admin's part in what is nobody else's passes to nobody.
        select s.step, s.company_id, t.user_id, t.away_name
        from steps s join stand_in t on t.company_id = s.company_id and t.away_id = s.user_id
        where s.step < 4
    ) o
    join users u on u.id = o.user_id
    join membership m on m.company_id = o.company_id and m.user_id = o.user_id
    join channel ch on ch.name = u.prefers
where u.active and m.role in ('admin', 'agent')
    and not exists (
        select 1
        from record r join hidden_type h on h.company_id = r.company_id and h.record_type = r.type
        where r.company_id = :company_id and r.id = :record_id and h.user_id = o.user_id
    )
    and not (
        cast(:record_id as bigint) is null
        and exists (
            select 1
            from alias a join hidden_type h on h.company_id = a.company_id and h.record_type = a.record_type
            where a.company_id = :company_id and a.id = :alias_id and h.user_id = o.user_id
        )
    )
order by o.step, u.id;

-- The active member of a company who has an address, and whether they may act on what a record or an alias opens.
-- name: bearer^
select u.id as user_id, u.name, u.prefers, u.email_for, u.language,
    m.role in ('admin', 'agent')
    and not exists (
        select 1 from hidden_type h
        where h.company_id = :company_id and h.user_id = u.id
            and h.record_type = coalesce(
                (select r.type from record r where r.company_id = :company_id and r.id = :record_id),
                (select a.record_type from alias a where a.company_id = :company_id and a.id = :alias_id)
            )
    ) as may_act,
    (select a.address from user_address a where a.user_id = u.id and a.kind = 'email' order by a.position limit 1)
        as address,
    (select a.address from user_address a where a.user_id = u.id and a.kind = ch.address_kind order by a.position
        limit 1) as reached_at
from user_address e
    join users u on u.id = e.user_id
    join membership m on m.company_id = :company_id and m.user_id = u.id
    join channel ch on ch.name = u.prefers
where e.kind = 'email' and e.address = :address and u.active;

-- name: installation_admins
select 5 as step, '' as stands_in_for, u.away, 1 = 0 as silent, u.id as user_id, u.name, u.prefers, u.email_for,
    u.language, true as may_act,
    (select a.address from user_address a where a.user_id = u.id and a.kind = 'email' order by a.position limit 1)
        as address,
    (select a.address from user_address a where a.user_id = u.id and a.kind = ch.address_kind order by a.position
        limit 1) as reached_at
from installation_admin i cross join users u cross join channel ch
where u.id = i.user_id and ch.name = u.prefers and u.active
order by u.id;

-- name: installation_admin_add!
insert into installation_admin (user_id) values (:user_id) on conflict (user_id) do nothing;

-- name: installation_admin_remove!
delete from installation_admin where user_id = :user_id;
