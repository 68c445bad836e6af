-- name: signature_put!
insert into signature (company_id, user_id, team_id, text) values (:company_id, :user_id, :team_id, :text);

-- name: signature_remove!
delete from signature
where company_id = :company_id and (user_id = :user_id or team_id = :team_id);

-- What stands below a message: the lines of its author, and those of the team that owns the record.
-- name: signatures_for
select coalesce(user_id, 0) as user_id, text from signature
where company_id = :company_id and (user_id = :user_id or team_id = :team_id);
