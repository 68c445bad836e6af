-- A new time for something that is under way takes the lease from whoever has it: what they did is undone.
-- name: due_put!
insert into due (company_id, kind, key, due_at, created_at)
values (:company_id, :kind, :key, :due_at, :now)
on conflict (kind, key) do update set
    due_at = excluded.due_at, leased_until_at = 0, leased_by = '', attempts = 0, error = '';

-- name: due_add*!
insert into due (kind, key, due_at, created_at)
values (:kind, :key, :now, :now)
on conflict (kind, key) do nothing;

-- name: due_ensure!
insert into due (kind, key, due_at, created_at)
values (:kind, '', :now, :now)
on conflict (kind, key) do nothing;

-- name: due_remove!
delete from due where kind = :kind and key = :key;

-- name: due_next_at$
select due_at from due
where leased_until_at <= :now
order by due_at, id
limit 1;

-- A holder's own lease is a leftover of a round that failed.  Each attempt makes the lease longer, up to sixty times:
-- what kills its runner is not tried again and again.
-- name: due_claim^
update due
set leased_until_at = :now + :lease * case when attempts < 60 then attempts + 1 else 60 end, leased_by = :holder,
    attempts = attempts + 1
where id = (
        select id from due
        where due_at <= :now and (leased_until_at <= :now or leased_by = :holder)
        order by due_at, id
        limit 1
    )
    and due_at <= :now and (leased_until_at <= :now or leased_by = :holder)
returning id, company_id, kind, key, due_at, attempts, error;

-- What a clock that was ahead put off further than its kind ever is, or than a failure puts it off, is due now.
-- name: due_clock_back!
update due set due_at = :now
where kind = :kind and ((attempts = 0 and due_at > :farthest) or due_at > :failed);

-- A lease that nothing takes for so long was taken by a clock that was ahead.
-- name: due_leases_back!
update due set leased_until_at = 0, leased_by = '' where leased_until_at > :longest;

-- Writes, so that the row stays ours until the transaction ends.
-- name: due_hold!
update due set leased_by = :holder where id = :id and leased_by = :holder and attempts = :attempts;

-- name: due_done!
delete from due where id = :id;

-- name: due_again!
update due set due_at = :due_at, leased_until_at = 0, leased_by = '', attempts = 0, error = '' where id = :id;

-- name: due_postpone!
update due set due_at = :due_at, leased_until_at = 0, leased_by = '', error = :error
where id = :id and leased_by = :holder and attempts = :attempts;

-- name: due_list
select id, company_id, kind, key, due_at, attempts, error from due
order by due_at, id
limit :most;
