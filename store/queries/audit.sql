-- name: audit_add$
insert into audit (company_id, user_id, actor, act, subject, was, became, created_at)
values (:company_id, :user_id, :actor, :act, :subject, :was, :became, :now)
returning id;

-- name: audit
select a.id, a.company_id, c.name as company, a.user_id, a.actor, a.act, a.subject, a.was, a.became, a.created_at
from audit a left join company c on c.id = a.company_id
where a.id < coalesce(cast(:before as bigint), 9223372036854775807)
order by a.id desc
limit :most;

-- name: audit_of_company
select a.id, a.company_id, c.name as company, a.user_id, a.actor, a.act, a.subject, a.was, a.became, a.created_at
from audit a join company c on c.id = a.company_id
where a.company_id = :company_id and a.id < coalesce(cast(:before as bigint), 9223372036854775807)
order by a.id desc
limit :most;

-- name: audit_count$
select count(*) from audit where id < :before;

-- name: audit_count_of_company$
select count(*) from audit where company_id = :company_id and id < :before;

-- name: audit_by_id^
select a.id, a.company_id, c.name as company, a.user_id, a.actor, a.act, a.subject, a.was, a.became, a.created_at
from audit a left join company c on c.id = a.company_id
where a.id = :id;

-- name: audit_of_subject
select a.id, a.company_id, c.name as company, a.user_id, a.actor, a.act, a.subject, a.was, a.became, a.created_at
from audit a join company c on c.id = a.company_id
where a.company_id = :company_id and a.subject = :subject
    and a.id < coalesce(cast(:before as bigint), 9223372036854775807)
order by a.id desc
limit :most;

-- name: audit_of_installation
select a.id, a.company_id, null as company, a.user_id, a.actor, a.act, a.subject, a.was, a.became, a.created_at
from audit a
where a.company_id is null and a.id < coalesce(cast(:before as bigint), 9223372036854775807)
order by a.id desc
limit :most;

-- name: audit_of_installation_subject
select a.id, a.company_id, null as company, a.user_id, a.actor, a.act, a.subject, a.was, a.became, a.created_at
from audit a
where a.company_id is null and a.subject = :subject
    and a.id < coalesce(cast(:before as bigint), 9223372036854775807)
order by a.id desc
limit :most;

-- name: audit_of_acts
select a.id, a.company_id, c.name as company, a.user_id, a.actor, a.act, a.subject, a.was, a.became, a.created_at
from audit a join company c on c.id = a.company_id
where a.company_id = :company_id and a.act in (:acts) and a.created_at > :since
order by a.id desc
limit :most;

-- What was done since to the things of a page of acts.
-- name: audit_later
select a.id, a.company_id, c.name as company, a.user_id, a.actor, a.act, a.subject, a.was, a.became, a.created_at
from audit a join company c on c.id = a.company_id
where a.company_id = :company_id and a.subject in (:subjects) and a.id > :after
order by a.id desc
limit :most;

-- name: audit_of_installation_later
select a.id, a.company_id, null as company, a.user_id, a.actor, a.act, a.subject, a.was, a.became, a.created_at
from audit a
where a.company_id is null and a.subject in (:subjects) and a.id > :after
order by a.id desc
limit :most;
