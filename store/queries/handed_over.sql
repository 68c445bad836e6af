-- The mail server knows no company: what it handed over is told to admins of all alone.
-- name: inbound_of_queue_ids
select queue_id, lower(recipient) as recipient from inbound
where queue_id in (:queue_ids) and queue_id <> '' and accepted_at >= :since;

-- name: handed_hour_add!
insert into handed_hour (hour, handed, here)
values (:hour, :handed, :here)
on conflict (hour) do update set handed = handed_hour.handed + excluded.handed, here = handed_hour.here + excluded.here;

-- name: handed_missing_add*!
insert into handed_missing (queue_id, recipient, handed_at)
values (:queue_id, :recipient, :at)
on conflict (queue_id, recipient) do nothing;

-- name: handed_missing_remove!
delete from handed_missing where queue_id = :queue_id and recipient = :recipient;

-- name: handed_missing
select queue_id, recipient, handed_at as at from handed_missing
where handed_at < :before
order by handed_at desc
limit :most;

-- name: handed_since^
select coalesce(sum(handed), 0) as handed, coalesce(sum(here), 0) as here from handed_hour where hour >= :hour;

-- name: handed_missing_expire!
delete from handed_missing where handed_at < :before;

-- name: handed_hours_expire!
delete from handed_hour where hour < :hour;
