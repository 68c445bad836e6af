-- name: turns_of
select who, place, waiting, times, mails, since_at, held_at, alarmed_at, last_at
from turn
where company_id = :company_id and who in (:names) and place in (:places);

-- The counts are made by the settler, of which there is one; what is sent changes no count.  Times are brought by the
-- mail of a domain alone.
-- name: turns_came*!
insert into turn (company_id, who, place, waiting, times, mails, since_at, alarmed_at, last_at)
values (:company_id, :who, :place, :waiting, :times, :mails, :since_at, :alarmed_at, :now)
on conflict (company_id, who, place) do update
set waiting = excluded.waiting, times = case when excluded.times = '' then turn.times else excluded.times end,
    mails = excluded.mails, since_at = excluded.since_at,
    alarmed_at = excluded.alarmed_at, last_at = excluded.last_at;

-- Twenty times of 13 digits are kept.
-- name: turns_went!
update turn
set waiting = false, last_at = :now,
    times = case when length(times) >= 260 then substr(times, 14) else times end || cast(:stamp as text)
where company_id = :company_id and who in (:names) and place in (:places) and waiting;

-- name: turns_hold!
update turn
set held_at = :now, last_at = :now
where company_id = :company_id and who in (:names) and place in (:places);

-- name: turns_expire!
delete from turn where last_at < :before and alarmed_at < :alarmed_before;
