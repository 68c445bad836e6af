-- name: saved_reply_put$
insert into saved_reply (company_id, user_id, team_id, name, word, record_type, language, text, after_send,
    assign_user_id, assign_team_id, tags, created_at, changed_at)
values (:company_id, :user_id, :team_id, :name, :word, :record_type, :language, :text, :after_send,
    :assign_user_id, :assign_team_id, :tags, :now, :now)
returning id;

-- name: saved_reply_set!
update saved_reply
set user_id = :user_id, team_id = :team_id, name = :name, word = :word, record_type = :record_type,
    language = :language, text = :text, after_send = :after_send, assign_user_id = :assign_user_id,
    assign_team_id = :assign_team_id, tags = :tags, changed_at = :now
where company_id = :company_id and id = :id;

-- name: saved_reply_removed!
update saved_reply set removed_at = :removed_at, changed_at = :now where company_id = :company_id and id = :id;

-- name: saved_reply_by_id^
select * from saved_reply_row s
where s.company_id = :company_id and s.id = :id;

-- What a colleague may use: their own, those of their teams, the company's; or all that there are.
-- name: saved_replies
select * from saved_reply_row s
where s.company_id = :company_id and s.removed_at is null
    and (
        :everything
        or s.user_id = :user_id
        or (s.user_id is null and s.team_id is null)
        or (
            s.team_id is not null
            and (
                :all_teams
                or exists (
                    select 1 from team_member m
                    where m.company_id = s.company_id and m.team_id = s.team_id and m.user_id = :user_id
                )
            )
        )
    )
order by s.name, s.id
limit :most;

-- Those of a team, and those that assign a record to it; the removed ones among them.
-- name: saved_replies_of_team
select * from saved_reply_row s
where s.company_id = :company_id and (s.team_id = :team_id or s.assign_team_id = :team_id);

-- name: saved_reply_file_add!
insert into saved_reply_file (company_id, saved_reply_id, blob_id, filename, content_type)
values (:company_id, :saved_reply_id, :blob_id, :filename, :content_type);

-- name: saved_reply_files_remove!
delete from saved_reply_file where company_id = :company_id and saved_reply_id = :saved_reply_id;

-- name: saved_reply_files
select f.id, f.saved_reply_id, f.blob_id, f.filename, f.content_type, b.size
from saved_reply_file f join blob b on b.id = f.blob_id
where f.company_id = :company_id and f.saved_reply_id in (:ids)
order by f.id;
