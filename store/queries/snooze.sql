-- name: snooze_of^
select snoozed_until_at as until, snoozed_by_id as user_id from record
where company_id = :company_id and id = :id and snoozed_until_at is not null;

-- name: snooze_put!
update record set snoozed_until_at = :until_at, snoozed_by_id = :user_id
where company_id = :company_id and id = :id;
