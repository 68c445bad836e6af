-- name: alias_add$
insert into alias (
    company_id, domain_id, local_part, address, record_type, record_id, owner_id, owner_team_id, accepts, answer_as,
    answer_local, answer_domain, defaults, when_closed, machines, spam, pattern, reads, each, forms, quotes,
    confirms, confirm_with, generation, created_at,
    changed_at
)
values (
    :company_id, :domain_id, :local_part, :local_part || '@' || (select name from domain where id = :domain_id),
    :record_type, :record_id, :owner_id, :owner_team_id, :accepts, :answer_as, :answer_local, :answer_domain, :defaults,
    :when_closed, :machines, :spam, :pattern, :reads, :each, :forms, :quotes,
    :confirms, :confirm_with, :generation, :now, :now
)
returning id;

-- name: alias_removed$
select id from alias where domain_id = :domain_id and local_part = :local_part and state = 'removed';

-- A removed alias that is added again starts anew, under its old row: mail already filed refers to it.
-- name: alias_revive!
update alias
set company_id = :company_id, record_type = :record_type, record_id = :record_id, owner_id = :owner_id,
    owner_team_id = :owner_team_id, accepts = :accepts, answer_as = :answer_as, answer_local = :answer_local,
    answer_domain = :answer_domain, defaults = :defaults, when_closed = :when_closed, machines = :machines, spam = :spam,
    pattern = :pattern, reads = :reads, each = :each, forms = :forms, quotes = :quotes, confirms = :confirms,
    confirm_with = :confirm_with, state = 'on', ended_as = null, generation = :generation,
    changed_at = :now
where id = :id;

-- name: alias_set!
update alias
set record_type = :record_type, record_id = :record_id, owner_id = :owner_id, owner_team_id = :owner_team_id,
    accepts = :accepts, answer_as = :answer_as, answer_local = :answer_local, answer_domain = :answer_domain,
    defaults = :defaults, when_closed = :when_closed, machines = :machines, spam = :spam,
    pattern = :pattern, reads = :reads, each = :each, forms = :forms, quotes = :quotes, confirms = :confirms,
    confirm_with = :confirm_with, generation = :generation, changed_at = :now
where id = :id;

-- name: alias_set_state!
update alias set state = :state, ended_as = null, generation = :generation, changed_at = :now where id = :id;

-- Those that end now are marked, and no others: they are what comes back with the domain, on or off as they were.
-- name: aliases_end_with_domain!
update alias
set ended_as = case when state = 'removed' then null else state end, state = 'removed', generation = :generation,
    changed_at = :now
where domain_id = :domain_id and (state <> 'removed' or ended_as is not null);

-- name: aliases_ended_with_domain
select r.*
from alias a join alias_row r on r.id = a.id
where a.domain_id = :domain_id and a.ended_as is not null
order by a.local_part;

-- name: aliases_restore!
update alias set state = coalesce(ended_as, state), ended_as = null, generation = :generation, changed_at = :now
where id in (:ids);

-- The aliases that some mails were sent to, once for a batch of mails.
-- name: aliases_mailed!
update alias
set last_mail_at = (
        select max(i.accepted_at) from inbound i where i.company_id = alias.company_id and i.alias_id = alias.id
    )
where id in (select alias_id from inbound where id in (:ids) and company_id is not null);

-- name: aliases_alike
select local_part from alias
where domain_id = :domain_id and state <> 'removed' and length(local_part) between :least and :most
order by local_part;

-- name: aliases_named
select * from alias_row where domain = :domain and local_part in (:local_parts);

-- name: alias_by_id^
select * from alias_row where id = :id and company_id = :company_id;

-- name: aliases
select * from alias_row where state <> 'removed' order by address;

-- name: aliases_of_company
select * from alias_row where company_id = :company_id and state <> 'removed' order by address;

-- Domains of ours, each with those of the local parts that are aliases in it, or with none; and the addresses that
-- answers go out as, which may be in a domain above one of ours.
-- name: our_addresses
select d.name as domain, d.dedicated, a.local_part
from domain d left join alias a on a.domain_id = d.id and a.local_part in (:local_parts)
    and (a.local_part <> '*' or a.state = 'on')
where d.name in (:domains) and d.state <> 'removed'
union all
select a.answer_domain, null, a.answer_local
from alias a
where a.answer_domain in (:domains) and a.answer_local in (:local_parts);

-- Who owns what the alias opens, as its first followers: a person or the members of a team, while they are active in the
-- company.
-- name: alias_owners
select u.id as user_id, u.name, o.by_team, u.away, u.prefers, u.email_for, u.language, m.role in ('admin', 'agent') as may_act,
    (select a.address from user_address a where a.user_id = u.id and a.kind = 'email' order by a.position limit 1)
        as address,
    (select a.address from user_address a where a.user_id = u.id and a.kind = ch.address_kind order by a.position
        limit 1) as reached_at
from (
        select a.company_id, a.owner_id as user_id, 1 = 0 as by_team from alias a where a.company_id = :company_id and a.id = :alias_id
        union all
        select a.company_id, t.user_id, 1 = 1
        from alias a join team_member t on t.company_id = a.company_id and t.team_id = a.owner_team_id
        where a.company_id = :company_id and a.id = :alias_id
    ) o
    join users u on u.id = o.user_id
    join membership m on m.company_id = o.company_id and m.user_id = o.user_id
    join channel ch on ch.name = u.prefers
where u.active
order by u.id;

-- name: alias_any$
select id from alias where company_id = :company_id and state = 'on' order by id limit 1;
