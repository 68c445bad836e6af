-- The counter moves in the editing transaction, so that the map knows what it has not seen.
-- name: map_generation_next$
update generation set value = value + 1
where name = 'map'
returning value;

-- name: map_generation$
select value from generation where name = 'map';

-- name: domain_add$
insert into domain (name, company_id, dedicated, generation, created_at)
values (:name, :company_id, :dedicated, :generation, :now)
returning id;

-- name: domains
select
    d.id, d.name, d.company_id, c.name as company, d.dedicated, d.state, d.generation, d.closed_at, d.created_at
from domain d left join company c on c.id = d.company_id
where d.state <> 'removed'
order by d.id;

-- name: domains_by_name
select
    d.id, d.name, d.company_id, c.name as company, d.dedicated, d.state, d.generation, d.closed_at, d.created_at
from domain d left join company c on c.id = d.company_id
where d.name in (:names) and d.state <> 'removed';

-- One that was removed, too: it stays as a row.
-- name: domain_ever^
select
    d.id, d.name, d.company_id, c.name as company, d.dedicated, d.state, d.generation, d.closed_at, d.created_at
from domain d left join company c on c.id = d.company_id
where d.name = :name;

-- The domain that a company writes from where no alias says otherwise: its own before a shared one, dedicated before
-- beside, the oldest of these.
-- name: domain_of_company$
select name
from domain
where state = 'open' and (company_id = :company_id or company_id is null)
order by case when company_id is null then 1 else 0 end, case when dedicated then 0 else 1 end, id
limit 1;

-- name: domain_set!
update domain
set dedicated = :dedicated, state = :state, closed_at = :closed_at, company_id = :company_id, generation = :generation
where id = :id;

-- A removed domain stays as a row, so that the map learns of it; added again it starts anew under the old row.
-- name: domain_removed$
select id from domain where name = :name and state = 'removed';

-- name: domain_postmaster$
select postmaster_id from domain where name = :name and state <> 'removed';

-- name: domain_postmaster_set!
update domain set postmaster_id = :user_id where id = :id;

-- name: domain_aliases_of
select a.domain_id, count(*) as aliases
from alias a
where a.company_id = :company_id and a.state <> 'removed'
group by a.domain_id;

-- name: domain_aliases_in_use$
select count(*) from alias where domain_id = :id and state <> 'removed';

-- The order is given: what waits first, which is little.
-- name: domain_waiting$
select count(*)
from outbox o cross join message m cross join record r cross join alias a
where o.state in ('waiting', 'delayed') and m.id = o.message_id and r.id = m.record_id and a.id = r.alias_id
    and a.domain_id = :id;

-- name: domains_since
select id, name, dedicated, state, generation from domain where generation > :generation order by generation;

-- name: aliases_since
select a.local_part, a.state, a.generation, d.name as domain, d.dedicated, d.state as domain_state
from alias a join domain d on d.id = a.domain_id
where a.generation > :generation
order by a.generation;

-- name: dkim_key_add$
insert into dkim_key (domain_id, selector, algorithm, record, created_at, changed_at)
values (:domain_id, :selector, :algorithm, :record, :now, :now)
returning id;

-- name: dkim_keys
select k.id, d.name as domain, k.selector, k.algorithm, k.record, k.state, k.created_at, k.changed_at
from dkim_key k join domain d on d.id = k.domain_id
where cast(:domain as text) is null or d.name = :domain
order by d.name, k.id;

-- name: dkim_key_set!
update dkim_key set state = :state, changed_at = :now where id = :id;

-- name: dkim_key_signing
select k.selector
from dkim_key k join domain d on d.id = k.domain_id
where d.name = :domain and k.state = 'signing';
