-- What somebody owns and follows, to be handed over; each is a whole list, because all of it has to go.  An alias that was
-- removed is gone, and nobody has to take it over.
-- name: owned_records
select id, label as name, false as gone from record where company_id = :company_id and owner_id = :user_id order by id;

-- name: owned_records_of_team
select id, label as name, false as gone from record
where company_id = :company_id and owner_team_id = :team_id and owner_id is null
order by id;

-- What has an owner of its own keeps them, whatever becomes of its team.
-- name: team_records_pass!
update record set owner_team_id = :owner_team_id
where company_id = :company_id and owner_team_id = :team_id and owner_id is not null;

-- name: owned_aliases
select id, address as name, state = 'removed' and ended_as is null as gone
from alias
where company_id = :company_id and owner_id = :user_id
order by id;

-- name: owned_aliases_of_team
select id, address as name, state = 'removed' and ended_as is null as gone
from alias
where company_id = :company_id and owner_team_id = :team_id
order by id;

-- name: followed_records
select f.record_id as id, r.label as name, false as gone
from follower f join record r on r.id = f.record_id
where f.company_id = :company_id and f.user_id = :user_id and f.removed_at is null
order by f.record_id;

-- name: followed_of_type
select f.record_id as id, r.label as name, false as gone
from follower f join record r on r.id = f.record_id
where f.company_id = :company_id and f.user_id = :user_id and f.removed_at is null and r.type = :type
order by f.record_id;

-- Of what they are told stays as they had chosen it.
-- name: followers_return!
update follower set removed_at = null
where company_id = :company_id and user_id = :user_id and record_id in (:ids) and removed_at is not null;

-- A hand-over is no news of the records: they stay where they are in the lists.
-- A person takes over what a person had, beside the team that it has; a team takes it over from whoever had it.
-- name: records_hand_over!
update record
set owner_id = :owner_id,
    owner_team_id = case when cast(:owner_team_id as bigint) is null and owner_id is not null then owner_team_id else :owner_team_id end
where +company_id = :company_id and id in (:ids);

-- name: aliases_hand_over!
update alias set owner_id = :owner_id, owner_team_id = :owner_team_id, changed_at = :now
where company_id = :company_id and id in (:ids);

-- name: followers_remove!
update follower set removed_at = :now
where company_id = :company_id and user_id = :user_id and record_id in (:ids) and removed_at is null;
