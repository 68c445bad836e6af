-- name: organisation_add$
insert into organisation (company_id, name, created_at) values (:company_id, :name, :now) returning id;

-- name: organisation_by_id^
select id, company_id, name, note, archived_at, created_at from organisation where company_id = :company_id and id = :id;

-- name: organisations
select id, company_id, name, note, archived_at, created_at from organisation
where company_id = :company_id and archived_at is null
order by id;

-- name: organisation_by_domain^
select o.id, o.company_id, o.name, o.note, o.archived_at, o.created_at
from organisation_domain d join organisation o on o.id = d.organisation_id
where d.company_id = :company_id and d.domain = :domain and o.archived_at is null;

-- name: organisation_domains
select domain from organisation_domain
where organisation_id = :organisation_id and company_id = :company_id
order by domain;

-- name: organisation_set!
update organisation set name = :name, note = :note where company_id = :company_id and id = :id;

-- name: organisation_archive!
update organisation set archived_at = :at where company_id = :company_id and id = :id;

-- name: organisation_domain_put!
insert into organisation_domain (company_id, domain, organisation_id) values (:company_id, :domain, :organisation_id)
on conflict (company_id, domain) do update set organisation_id = excluded.organisation_id;

-- name: organisation_domain_remove!
delete from organisation_domain where company_id = :company_id and domain = :domain;

-- Contacts with an address in the domain who belong to none yet.
-- name: organisation_gather!
update contact set organisation_id = :organisation_id
where company_id = :company_id and organisation_id is null and archived_at is null and id in (
        select a.contact_id from contact_address a where a.company_id = :company_id and a.domain = :domain
    );
