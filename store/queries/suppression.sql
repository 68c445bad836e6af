-- name: suppression_add!
insert into suppression (company_id, address, why, answer, record_id, created_at)
values (:company_id, :address, :why, :answer, :record_id, :now)
on conflict (company_id, address) do nothing;

-- name: suppression_remove!
delete from suppression where company_id = :company_id and address = :address;

-- name: suppressions_of
select s.company_id, s.address, s.why, s.answer, s.record_id, r.label as record, s.created_at
from suppression s left join record r on r.id = s.record_id
where s.company_id = :company_id and s.address in (:addresses);

-- name: suppressions
select s.company_id, s.address, s.why, s.answer, s.record_id, r.label as record, s.created_at
from suppression s left join record r on r.id = s.record_id
where s.company_id = :company_id and s.address > :after
order by s.address
limit :most;

-- One row for each day, with the last time: what an address refuses a hundred times in an hour is one bad day, and one
-- that took a message in between is bad again.
-- name: bounce_add!
insert into bounce (company_id, address, domain, about, day, created_at)
values (:company_id, :address, :domain, :about, :day, :now)
on conflict (company_id, address, about, day) do update
set created_at = case when excluded.created_at > bounce.created_at then excluded.created_at else bounce.created_at end;

-- name: bounce_days$
select count(*) from bounce
where company_id = :company_id and address = :address and about = 'mailbox' and created_at > :since;

-- name: bounce_addresses$
select count(*) from (
    select distinct address from bounce
    where company_id = :company_id and domain = :domain and created_at >= :since
    limit :most
) as refusing;

-- name: bounces_forget!
delete from bounce where company_id = :company_id and address = :address;

-- name: bounces_expire!
delete from bounce where created_at < :before;

-- name: taken_at$
select changed_at from delivery
where company_id = :company_id and address = :address and contact_id is not null
    and (state in ('accepted', 'delivered') or (state in ('sent', 'relayed') and changed_at < :quiet_before))
order by changed_at desc, id desc
limit 1;
