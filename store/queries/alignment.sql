-- name: alignment_count!
insert into alignment (company_id, domain, hour_at, mails, signed, returned, aligned)
values (:company_id, :domain, :hour_at, 1, :signed, :returned, :aligned)
on conflict (company_id, domain, hour_at) do update
set mails = alignment.mails + 1, signed = alignment.signed + excluded.signed,
    returned = alignment.returned + excluded.returned, aligned = alignment.aligned + excluded.aligned;

-- Several companies may share a domain; its records in the DNS are those of all of them.
-- name: alignment_since^
select cast(coalesce(sum(mails), 0) as bigint) as mails, cast(coalesce(sum(signed), 0) as bigint) as signed,
    cast(coalesce(sum(returned), 0) as bigint) as returned, cast(coalesce(sum(aligned), 0) as bigint) as aligned
from alignment
where domain = :domain and hour_at > :since;

-- name: alignment_of_company_since^
select cast(coalesce(sum(mails), 0) as bigint) as mails, cast(coalesce(sum(signed), 0) as bigint) as signed,
    cast(coalesce(sum(returned), 0) as bigint) as returned, cast(coalesce(sum(aligned), 0) as bigint) as aligned
from alignment
where company_id = :company_id and domain = :domain and hour_at > :since;

-- name: alignment_expire!
delete from alignment where hour_at < :before;
