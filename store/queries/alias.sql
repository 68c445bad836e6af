-- name: alias_add$
insert into alias (
    company_id, domain_id, local_part, record_type, record_id, owner_id, accepts, answer_as, defaults,
    generation, created_at, changed_at
)
values (
    :company_id, :domain_id, :local_part, :record_type, :record_id, :owner_id, :accepts, :answer_as, :defaults,
    :generation, :now, :now
)
returning id;

-- name: alias_removed$
select id from alias where domain_id = :domain_id and local_part = :local_part and not active;

-- A removed alias that is added again starts anew, under its old row: mail already filed refers to it.
-- name: alias_revive!
update alias
set company_id = :company_id, record_type = :record_type, record_id = :record_id, owner_id = :owner_id,
    accepts = :accepts, answer_as = :answer_as, defaults = :defaults, active = true, generation = :generation,
    changed_at = :now
where id = :id;

-- name: alias_set!
update alias
set record_type = :record_type, record_id = :record_id, owner_id = :owner_id, accepts = :accepts,
    answer_as = :answer_as, defaults = :defaults, generation = :generation, changed_at = :now
where id = :id;

-- name: alias_remove!
update alias set active = false, generation = :generation, changed_at = :now where id = :id;

-- name: aliases_remove_in_domain!
update alias set active = false, generation = :generation, changed_at = :now
where domain_id = :domain_id and active;

-- name: alias_by_address^
select
    a.id, a.company_id, a.domain_id, a.local_part, d.name as domain, a.record_type, a.record_id, r.label as record,
    a.owner_id, u.name as owner, a.accepts, a.answer_as, a.defaults, a.active, c.name as company, a.created_at,
    a.changed_at
from alias a
    join domain d on d.id = a.domain_id
    join company c on c.id = a.company_id
    left join record r on r.id = a.record_id
    left join users u on u.id = a.owner_id
where a.local_part = :local_part and d.name = :domain;

-- name: alias_by_id^
select
    a.id, a.company_id, a.domain_id, a.local_part, d.name as domain, a.record_type, a.record_id, r.label as record,
    a.owner_id, u.name as owner, a.accepts, a.answer_as, a.defaults, a.active, c.name as company, a.created_at,
    a.changed_at
from alias a
    join domain d on d.id = a.domain_id
    join company c on c.id = a.company_id
    left join record r on r.id = a.record_id
    left join users u on u.id = a.owner_id
where a.id = :id;

-- name: aliases
select
    a.id, a.company_id, a.domain_id, a.local_part, d.name as domain, a.record_type, a.record_id, r.label as record,
    a.owner_id, u.name as owner, a.accepts, a.answer_as, a.defaults, a.active, c.name as company, a.created_at,
    a.changed_at
from alias a
    join domain d on d.id = a.domain_id
    join company c on c.id = a.company_id
    left join record r on r.id = a.record_id
    left join users u on u.id = a.owner_id
where a.active and (cast(:company_id as bigint) is null or a.company_id = :company_id)
order by d.name, a.local_part;
