-- Of some mails of a company, or of none, those on which a user may decide.
-- name: decides_on
select distinct inbound_id from decider
where (company_id = :company_id or company_id is null) and inbound_id in (:ids) and user_id = :user_id;

-- Who may decide on one of some mails, and by what; for admins each mail is theirs.
-- name: deciders
select distinct u.name, d.why, u.id
from decider d join users u on u.id = d.user_id
where d.company_id = :company_id and d.inbound_id in (:ids) and u.active
order by u.name, u.id, d.why;
