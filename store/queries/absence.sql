-- name: absence^
select away_from_at as from_at, away_until_at as until_at, substitute_id, away
from users
where id = :user_id and away_until_at is not null;

-- name: absence_put!
update users
set away_from_at = :from_at, away_until_at = :until_at, substitute_id = :substitute_id, away = :away
where id = :user_id;

-- Who stands in for some of those who are away, as they are told; nobody for whom records of that type do not exist.
-- name: stand_ins
select t.away_id, t.away_name as stands_in_for, u.id as user_id, u.name, u.prefers, u.email_for, u.language,
    true as may_act,
    (select a.address from user_address a where a.user_id = u.id and a.kind = 'email' order by a.position limit 1)
        as address,
    (select a.address from user_address a where a.user_id = u.id and a.kind = ch.address_kind order by a.position
        limit 1) as reached_at
from stand_in t join users u on u.id = t.user_id join channel ch on ch.name = u.prefers
where t.company_id = :company_id and t.away_id in (:ids)
    and not exists (
        select 1 from hidden_type h
        where h.company_id = t.company_id and h.user_id = t.user_id and h.record_type = :record_type
    )
order by t.away_id;

-- name: stand_ins_of_company
select away_id, away_name, until_at, user_id, name from stand_in where company_id = :company_id order by away_name, away_id;
