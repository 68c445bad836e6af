-- name: company_add$
insert into company (name, created_at)
values (:name, :now)
returning id;

-- name: companies
select id, name, language, created_at, removed_at from company where removed_at is null order by name;

-- name: company_by_name^
select id, name, language, created_at, removed_at from company where name = :name and removed_at is null;

-- One that was removed, too.
-- name: company_by_id^
select id, name, language, created_at, removed_at from company where id = :id;

-- name: company_removed!
update company set removed_at = :now where id = :id;

-- What keeps a company from being removed, each counted up to a bound.  Contacts that were erased count no more.
-- name: company_holdings^
select
    (select count(*) from membership m where m.company_id = :company_id) as people,
    (select count(*) from domain d where d.company_id = :company_id and d.state <> 'removed') as domains,
    (
        select count(*)
        from (select 1 from alias a where a.company_id = :company_id and a.state <> 'removed' limit :most) one
    ) as aliases,
    (
        select count(*)
        from (select 1 from contact o where o.company_id = :company_id and o.erased_at is null limit :most) one
    ) as contacts,
    (select count(*) from counter n where n.company_id = :company_id) as numbered,
    (select count(*) from (select 1 from inbound i where i.company_id = :company_id limit :most) one) as emails;

-- name: company_rename!
update company set name = :name where id = :id;

-- name: company_language!
update company set language = :language where id = :id;

-- name: record_type_add!
insert into record_type (company_id, name, prefix)
values (:company_id, :name, :prefix)
on conflict (company_id, name) do nothing;

-- What keeps a type of records from being removed: a number that was given, and what still names it.
-- name: record_type_holdings^
select
    (select count(*) from counter n where n.company_id = :company_id and n.record_type = :record_type) as numbered,
    (
        select count(*) from alias a
        where a.company_id = :company_id and a.record_type = :record_type and a.state <> 'removed'
    ) as aliases,
    (
        select count(*) from saved_reply s
        where s.company_id = :company_id and s.record_type = :record_type and s.removed_at is null
    ) as replies;

-- Replies that were removed are for all types, should they come back.
-- name: record_type_replies!
update saved_reply set record_type = null
where company_id = :company_id and record_type = :record_type and removed_at is not null;

-- name: record_type_retention_remove!
delete from retention where company_id = :company_id and record_type = :record_type;

-- name: record_type_fields_remove!
delete from record_field where company_id = :company_id and record_type = :record_type;

-- name: record_type_states_remove!
delete from record_state where company_id = :company_id and record_type = :record_type;

-- name: record_type_prefixes_remove!
delete from record_prefix where company_id = :company_id and record_type = :record_type;

-- name: record_type_seen_by_remove!
delete from record_type_team where company_id = :company_id and record_type = :record_type;

-- name: record_type_remove!
delete from record_type where company_id = :company_id and name = :record_type;

-- A prefix stays with the type that had it first.
-- name: record_prefix_add!
insert into record_prefix (company_id, prefix, record_type) values (:company_id, :prefix, :record_type)
on conflict (company_id, prefix) do nothing;

-- name: record_prefix_owner$
select record_type from record_prefix where company_id = :company_id and prefix = :prefix;

-- Its states, its fields and its records follow by their keys.
-- name: record_type_set!
update record_type set name = :new_name, prefix = :prefix, when_closed = :when_closed
where company_id = :company_id and name = :record_type;

-- name: record_type_aliases!
update alias set record_type = :new_name where company_id = :company_id and record_type = :record_type;

-- name: record_type_counter!
update counter set record_type = :new_name where company_id = :company_id and record_type = :record_type;

-- name: hidden_types
select record_type from hidden_type where company_id = :company_id and user_id = :user_id;

-- name: record_type_teams
select t.id, t.name
from record_type_team p join team t on t.id = p.team_id
where p.company_id = :company_id and p.record_type = :record_type
order by t.name;

-- name: record_type_teams_of_company
select p.record_type, t.name
from record_type_team p join team t on t.id = p.team_id
where p.company_id = :company_id
order by p.record_type, t.name;

-- name: record_type_only!
update record_type set teams_only = :teams_only where company_id = :company_id and name = :record_type;

-- name: record_type_team_add!
insert into record_type_team (company_id, record_type, team_id) values (:company_id, :record_type, :team_id)
on conflict (company_id, record_type, team_id) do nothing;

-- name: record_type_team_remove!
delete from record_type_team where company_id = :company_id and record_type = :record_type and team_id = :team_id;

-- name: record_type_teams_remove!
delete from record_type_team where team_id = :team_id and company_id = :company_id;

-- name: record_fields
select name, kind, choices, in_list from record_field
where company_id = :company_id and record_type = :record_type
order by position, name;

-- The fields of a type, and after them the names of those whose addresses stand in some; asked at once for a page.
-- name: record_fields_and_people
select f.name, f.kind, f.choices, f.in_list, 0 as is_person, f.position from record_field f
where f.company_id = :company_id and f.record_type = :record_type
union all
select a.address, u.name, '', false, 1 as is_person, 0 from user_address a join users u on u.id = a.user_id
where a.kind = 'email' and a.address in (:addresses)
order by is_person, position, name;

-- name: record_fields_of_company
select record_type, name, kind, choices from record_field
where company_id = :company_id
order by record_type, position, name;

-- name: record_field_put!
insert into record_field (company_id, record_type, name, kind, choices, position)
select :company_id, :record_type, :name, :kind, :choices, coalesce(max(position) + 1, 0)
from record_field
where company_id = :company_id and record_type = :record_type
on conflict (company_id, record_type, name) do update set kind = excluded.kind, choices = excluded.choices;

-- name: record_field_columns!
update record_field set in_list = name in (:names) where company_id = :company_id and record_type = :record_type;

-- name: record_field_remove!
delete from record_field where company_id = :company_id and record_type = :record_type and name = :name;

-- name: record_state_set!
update record_state set name = :new_name, counts_as = :counts_as
where company_id = :company_id and record_type = :record_type and name = :name;

-- name: record_state_remove!
delete from record_state where company_id = :company_id and record_type = :record_type and name = :name;

-- name: record_state_used$
select id from record where company_id = :company_id and type = :record_type and state = :name limit 1;

-- name: record_state_add!
insert into record_state (company_id, record_type, name, counts_as, position)
select :company_id, :record_type, :name, :counts_as, coalesce(max(position) + 1, 0)
from record_state
where company_id = :company_id and record_type = :record_type
on conflict (company_id, record_type, name) do nothing;

-- name: record_types
select name, prefix, when_closed, teams_only from record_type where company_id = :company_id order by name;
