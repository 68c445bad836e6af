-- The aliases of one company or of several, a page at a time: by address, by their newest mail and by their newest change,
-- onwards and back.  A filter that is null leaves none out; nobody owns what has the owner 0, and what opens records of
-- no type is pinned to one record.

-- name: list_aliases_by_address
select r.*
from alias a cross join alias_row r
where r.id = a.id and a.company_id in (:company_ids) and a.state <> 'removed' and a.address > :address
    and (cast(:words as text) is null or replace(a.address, :words, '') <> a.address
        or replace(a.record_type, :words, '') <> a.record_type
        or a.owner_id in (select id from users where replace(lower(name), :words, '') <> lower(name))
        or a.owner_team_id in (select id from team where replace(lower(name), :words, '') <> lower(name)))
    and (cast(:domain_id as bigint) is null or a.domain_id = :domain_id)
    and (cast(:record_type as text) is null or coalesce(a.record_type, '') = :record_type)
    and (cast(:state as text) is null or a.state = :state)
    and (cast(:owner_id as bigint) is null
        or coalesce(a.owner_id, case when a.owner_team_id is null then 0 end) = :owner_id)
    and (cast(:team_id as bigint) is null or a.owner_team_id = :team_id)
order by a.address
limit :most;

-- name: list_aliases_by_address_back
select r.*
from alias a cross join alias_row r
where r.id = a.id and a.company_id in (:company_ids) and a.state <> 'removed' and a.address < :address
    and (cast(:words as text) is null or replace(a.address, :words, '') <> a.address
        or replace(a.record_type, :words, '') <> a.record_type
        or a.owner_id in (select id from users where replace(lower(name), :words, '') <> lower(name))
        or a.owner_team_id in (select id from team where replace(lower(name), :words, '') <> lower(name)))
    and (cast(:domain_id as bigint) is null or a.domain_id = :domain_id)
    and (cast(:record_type as text) is null or coalesce(a.record_type, '') = :record_type)
    and (cast(:state as text) is null or a.state = :state)
    and (cast(:owner_id as bigint) is null
        or coalesce(a.owner_id, case when a.owner_team_id is null then 0 end) = :owner_id)
    and (cast(:team_id as bigint) is null or a.owner_team_id = :team_id)
order by a.address desc
limit :most;

-- name: list_aliases_by_use
select r.*
from alias a cross join alias_row r
where r.id = a.id and a.company_id in (:company_ids) and a.state <> 'removed' and (a.last_mail_at, a.id) < (:at, :id)
    and (cast(:words as text) is null or replace(a.address, :words, '') <> a.address
        or replace(a.record_type, :words, '') <> a.record_type
        or a.owner_id in (select id from users where replace(lower(name), :words, '') <> lower(name))
        or a.owner_team_id in (select id from team where replace(lower(name), :words, '') <> lower(name)))
    and (cast(:domain_id as bigint) is null or a.domain_id = :domain_id)
    and (cast(:record_type as text) is null or coalesce(a.record_type, '') = :record_type)
    and (cast(:state as text) is null or a.state = :state)
    and (cast(:owner_id as bigint) is null
        or coalesce(a.owner_id, case when a.owner_team_id is null then 0 end) = :owner_id)
    and (cast(:team_id as bigint) is null or a.owner_team_id = :team_id)
order by a.last_mail_at desc, a.id desc
limit :most;

-- name: list_aliases_by_use_back
select r.*
from alias a cross join alias_row r
where r.id = a.id and a.company_id in (:company_ids) and a.state <> 'removed' and (a.last_mail_at, a.id) > (:at, :id)
    and (cast(:words as text) is null or replace(a.address, :words, '') <> a.address
        or replace(a.record_type, :words, '') <> a.record_type
        or a.owner_id in (select id from users where replace(lower(name), :words, '') <> lower(name))
        or a.owner_team_id in (select id from team where replace(lower(name), :words, '') <> lower(name)))
    and (cast(:domain_id as bigint) is null or a.domain_id = :domain_id)
    and (cast(:record_type as text) is null or coalesce(a.record_type, '') = :record_type)
    and (cast(:state as text) is null or a.state = :state)
    and (cast(:owner_id as bigint) is null
        or coalesce(a.owner_id, case when a.owner_team_id is null then 0 end) = :owner_id)
    and (cast(:team_id as bigint) is null or a.owner_team_id = :team_id)
order by a.last_mail_at, a.id
limit :most;

-- name: list_aliases_by_change
select r.*
from alias a cross join alias_row r
where r.id = a.id and a.company_id in (:company_ids) and a.state <> 'removed' and (a.changed_at, a.id) < (:at, :id)
    and (cast(:words as text) is null or replace(a.address, :words, '') <> a.address
        or replace(a.record_type, :words, '') <> a.record_type
        or a.owner_id in (select id from users where replace(lower(name), :words, '') <> lower(name))
        or a.owner_team_id in (select id from team where replace(lower(name), :words, '') <> lower(name)))
    and (cast(:domain_id as bigint) is null or a.domain_id = :domain_id)
    and (cast(:record_type as text) is null or coalesce(a.record_type, '') = :record_type)
    and (cast(:state as text) is null or a.state = :state)
    and (cast(:owner_id as bigint) is null
        or coalesce(a.owner_id, case when a.owner_team_id is null then 0 end) = :owner_id)
    and (cast(:team_id as bigint) is null or a.owner_team_id = :team_id)
order by a.changed_at desc, a.id desc
limit :most;

-- name: list_aliases_by_change_back
select r.*
from alias a cross join alias_row r
where r.id = a.id and a.company_id in (:company_ids) and a.state <> 'removed' and (a.changed_at, a.id) > (:at, :id)
    and (cast(:words as text) is null or replace(a.address, :words, '') <> a.address
        or replace(a.record_type, :words, '') <> a.record_type
        or a.owner_id in (select id from users where replace(lower(name), :words, '') <> lower(name))
        or a.owner_team_id in (select id from team where replace(lower(name), :words, '') <> lower(name)))
    and (cast(:domain_id as bigint) is null or a.domain_id = :domain_id)
    and (cast(:record_type as text) is null or coalesce(a.record_type, '') = :record_type)
    and (cast(:state as text) is null or a.state = :state)
    and (cast(:owner_id as bigint) is null
        or coalesce(a.owner_id, case when a.owner_team_id is null then 0 end) = :owner_id)
    and (cast(:team_id as bigint) is null or a.owner_team_id = :team_id)
order by a.changed_at, a.id
limit :most;

-- name: list_aliases_count$
select count(*) from (
        select 1
        from alias a
        where a.company_id in (:company_ids) and a.state <> 'removed' and a.address > :address
            and (cast(:words as text) is null or replace(a.address, :words, '') <> a.address
                or replace(a.record_type, :words, '') <> a.record_type
                or a.owner_id in (select id from users where replace(lower(name), :words, '') <> lower(name))
                or a.owner_team_id in (select id from team where replace(lower(name), :words, '') <> lower(name)))
            and (cast(:domain_id as bigint) is null or a.domain_id = :domain_id)
            and (cast(:record_type as text) is null or coalesce(a.record_type, '') = :record_type)
            and (cast(:state as text) is null or a.state = :state)
            and (cast(:owner_id as bigint) is null
                or coalesce(a.owner_id, case when a.owner_team_id is null then 0 end) = :owner_id)
            and (cast(:team_id as bigint) is null or a.owner_team_id = :team_id)
        limit :most
    ) found;

-- What came to some of them: mails since a time, and mails that wait in the review queue.
-- name: alias_mails_since
select alias_id, count(*)
from inbound
where company_id in (:company_ids) and alias_id in (:ids) and accepted_at >= :since
group by alias_id;

-- name: alias_mails_in_review
select alias_id, count(*)
from inbound
where company_id in (:company_ids) and alias_id in (:ids) and state in ('held', 'unmatched', 'error')
group by alias_id;
