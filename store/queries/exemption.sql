-- name: exemption_add!
insert into exemption (company_id, address, created_at)
values (:company_id, :address, :now)
on conflict (company_id, address) do nothing;

-- name: exemption_remove!
delete from exemption where company_id = :company_id and address = :address;

-- name: exemption_covers$
select 1 from exemption where company_id = :company_id and address in (:addresses) limit 1;

-- name: exemptions
select e.company_id, c.name as company, e.address, e.created_at
from exemption e join company c on c.id = e.company_id
order by e.company_id, e.address;

-- name: exemptions_of_company
select e.company_id, c.name as company, e.address, e.created_at
from exemption e join company c on c.id = e.company_id
where e.company_id = :company_id
order by e.address;
