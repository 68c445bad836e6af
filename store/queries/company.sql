-- name: company_add$
insert into company (name, created_at)
values (:name, :now)
returning id;

-- name: companies
select id, name, language, created_at from company order by name;

-- name: company_by_name^
select id, name, language, created_at from company where name = :name;

-- name: company_by_id^
select id, name, language, created_at from company where id = :id;

-- name: company_rename!
update company set name = :name where id = :id;

-- name: company_language!
update company set language = :language where id = :id;

-- name: record_type_add!
insert into record_type (company_id, name, prefix)
values (:company_id, :name, :prefix)
on conflict (company_id, name) do nothing;

-- name: record_state_add!
insert into record_state (company_id, record_type, name, counts_as, position)
select :company_id, :record_type, :name, :counts_as, coalesce(max(position) + 1, 0)
from record_state
where company_id = :company_id and record_type = :record_type
on conflict (company_id, record_type, name) do nothing;

-- name: record_types
select name, prefix from record_type where company_id = :company_id order by name;
