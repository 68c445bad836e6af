-- What waits for an answer and is somebody's, or their team's and nobody's: the longest first.
-- name: digest_waiting
select r.label, r.title, r.awaits_since_at, k.name as customer,
    (
        select e.address from contact_address e
        where e.company_id = r.company_id and e.contact_id = r.customer_id and e.kind = 'email'
        order by e.created_at, e.address
        limit 1
    )
        as address
from record r left join contact k on k.id = r.customer_id
where r.company_id = :company_id and r.awaits_since_at is not null and r.counts_as = 'open'
    and r.snoozed_until_at is null and r.hidden_as is null and r.type not in (:types)
    and (
        r.owner_id = :user_id
        or (
            r.owner_id is null
            and exists (
                select 1 from team_member t
                where t.company_id = r.company_id and t.team_id = r.owner_team_id and t.user_id = :user_id
            )
        )
    )
order by r.awaits_since_at, r.id
limit :most;
