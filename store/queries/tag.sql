-- name: tag_put!
insert into tag (company_id, name, folded, created_at) values (:company_id, :name, :folded, :now)
on conflict (company_id, folded) do nothing;

-- name: tag_by_name^
select id, name from tag where company_id = :company_id and folded = :folded;

-- name: tags
select id, name from tag where company_id = :company_id order by folded;

-- The tags of a company, each with whether one record bears it.
-- name: tags_beside
select t.id, t.name, r.record_id is not null as on_record
from tag t left join record_tag r on r.company_id = :company_id and r.tag_id = t.id and r.record_id = :record_id
where t.company_id = :company_id
order by t.folded;

-- name: record_tags
select r.record_id, t.id, t.name
from record_tag r join tag t on t.id = r.tag_id
where r.company_id = :company_id and r.record_id in (:ids)
order by r.record_id, t.folded;

-- name: record_tag_add!
insert into record_tag (company_id, record_id, tag_id, created_at) values (:company_id, :record_id, :tag_id, :now)
on conflict (company_id, record_id, tag_id) do nothing;

-- name: record_tag_remove!
delete from record_tag where company_id = :company_id and record_id = :record_id and tag_id = :tag_id;
