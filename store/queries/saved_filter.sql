-- A colleague's own filters, and those that others share with the company.
-- name: saved_filters
select f.id, f.user_id, u.name as author, f.shared, f.name, f.query
from saved_filter f join users u on u.id = f.user_id
where f.company_id = :company_id and (f.user_id = :user_id or f.shared)
order by f.name, f.id;

-- name: saved_filter_by_id^
select f.id, f.user_id, u.name as author, f.shared, f.name, f.query
from saved_filter f join users u on u.id = f.user_id
where f.company_id = :company_id and f.id = :id;

-- name: saved_filter_put$
insert into saved_filter (company_id, user_id, shared, name, query, created_at)
values (:company_id, :user_id, :shared, :name, :query, :now)
on conflict (company_id, user_id, name) do update set shared = excluded.shared, query = excluded.query
returning id;

-- name: saved_filter_remove!
delete from saved_filter where company_id = :company_id and id = :id;
