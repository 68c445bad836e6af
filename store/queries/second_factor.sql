-- name: second_factor_put!
insert into second_factor (user_id, sealed, created_at) values (:user_id, :sealed, :now)
on conflict (user_id) do update set
    sealed = excluded.sealed, last_step = 0, confirmed_at = null, created_at = excluded.created_at;

-- name: second_factor^
select sealed, last_step, confirmed_at from second_factor where user_id = :user_id;

-- name: second_factor_confirm!
update second_factor set confirmed_at = :now where user_id = :user_id;

-- A code works once: of two who send it at the same time, one gets in.
-- name: second_factor_step!
update second_factor set last_step = :step where user_id = :user_id and last_step < :step;

-- name: second_factor_remove!
delete from second_factor where user_id = :user_id;

-- name: recovery_codes_add*!
insert into recovery_code (user_id, code_hash) values (:user_id, :code_hash);

-- name: recovery_codes_remove!
delete from recovery_code where user_id = :user_id;

-- name: recovery_code_use!
update recovery_code set used_at = :now where user_id = :user_id and code_hash = :code_hash and used_at is null;

-- name: recovery_codes_left$
select count(*) from recovery_code where user_id = :user_id and used_at is null;
