-- name: layout_add$
insert into layout (company_id, colour, footer, template, logo, logo_type, used, created_at)
values (:company_id, :colour, :footer, :template, :logo, :logo_type, false, :now)
returning id;

-- name: layout_unused!
update layout set used = false where company_id = :company_id and used;

-- name: layout_use!
update layout set used = true where company_id = :company_id and id = :id;

-- name: layout_used^
select id, company_id, colour, footer, template, logo, logo_type, used, created_at from layout
where company_id = :company_id and used;

-- name: layout_by_id^
select id, company_id, colour, footer, template, logo, logo_type, used, created_at from layout
where company_id = :company_id and id = :id;
