-- name: setting$
select value from setting where name = :name;

-- name: setting_put!
insert into setting (name, value)
values (:name, :value)
on conflict (name) do update set value = excluded.value;

-- name: setting_remove!
delete from setting where name = :name;
