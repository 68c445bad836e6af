-- One a day and address: whoever comes first takes it.
-- name: confirmation_take!
insert into confirmation (company_id, address, last_at) values (:company_id, :address, :now)
on conflict (company_id, address) do update set last_at = excluded.last_at
where confirmation.last_at <= :before;
