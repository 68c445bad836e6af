-- One of a kind for each person and record; what they go on typing takes its place.
-- name: draft_put$
insert into draft (company_id, record_id, user_id, kind, body, pen, created_at, changed_at)
values (:company_id, :record_id, :user_id, :kind, :body, :pen, :now, :now)
on conflict (company_id, user_id, record_id, kind) where state = 'writing'
    do update set body = excluded.body, pen = excluded.pen, changed_at = excluded.changed_at, version = draft.version + 1
returning id;

-- What another page says, kept beside the draft.
-- name: draft_set_aside!
update draft set aside = :body, aside_at = :now where company_id = :company_id and id = :id;

-- What stands aside takes the place of the draft, and the draft stands aside.
-- name: draft_swap!
update draft
set body = aside, aside = body, aside_at = changed_at, changed_at = :now, version = version + 1, pen = ''
where company_id = :company_id and id = :id and aside is not null and state = 'writing';

-- A record that somebody begins, with its first message; there may be several.
-- name: draft_begin$
insert into draft (company_id, user_id, kind, body, pen, created_at, changed_at)
values (:company_id, :user_id, :kind, :body, :pen, :now, :now)
returning id;

-- name: draft_go_on!
update draft
set kind = :kind, body = :body, pen = :pen, changed_at = :now, version = version + 1
where company_id = :company_id and id = :id and user_id = :user_id and record_id is null;

-- The records that somebody has begun, newest first.
-- name: drafts_begun
select id, company_id, kind, body, version, pen, created_at, changed_at
from draft
where company_id = :company_id and user_id = :user_id and record_id is null
order by id desc
limit 100;

-- What somebody writes on a record, and what is about to leave from it, whoever wrote that.
-- name: drafts_of_record
select d.id, d.company_id, d.record_id, d.user_id, u.name as author, d.kind, d.state, d.body, d.leaves_at,
    d.unless_answered, d.last_message_id, d.created_at, d.changed_at, d.version, d.pen, d.aside, d.aside_at
from draft d join users u on u.id = d.user_id
where d.company_id = :company_id and d.record_id = :record_id and (d.state <> 'writing' or d.user_id = :user_id)
order by d.id;

-- A record is part of another one: what is written and about to leave there stands on that from now on.
-- name: drafts_give
update draft set record_id = :to_id
where company_id = :company_id and record_id = :from_id
    and (
        state <> 'writing'
        or not exists (
            select 1 from draft o
            where o.company_id = :company_id and o.record_id = :to_id and o.user_id = draft.user_id and o.kind = draft.kind
                and o.state = 'writing'
        )
    )
returning id;

-- The two are separated: what came along goes back, as far as it did not leave and nobody began the same there since.
-- name: drafts_give_back!
update draft set record_id = :to_id
where +company_id = :company_id and id in (:ids) and record_id = :from_id
    and (
        state <> 'writing'
        or not exists (
            select 1 from draft o
            where o.company_id = :company_id and o.record_id = :to_id and o.user_id = draft.user_id and o.kind = draft.kind
                and o.state = 'writing'
        )
    );

-- Where somebody had begun the same kind there, too, what stood on the other record stands aside.
-- name: drafts_aside!
update draft
set (aside, aside_at) = (
    select o.body, o.changed_at from draft o
    where o.company_id = :company_id and o.record_id = :from_id and o.user_id = draft.user_id and o.kind = draft.kind
        and o.state = 'writing'
)
where company_id = :company_id and record_id = :to_id and state = 'writing' and aside is null
    and exists (
        select 1 from draft o
        where o.company_id = :company_id and o.record_id = :from_id and o.user_id = draft.user_id and o.kind = draft.kind
            and o.state = 'writing'
    );

-- name: draft_by_id^
select d.id, d.company_id, d.record_id, d.user_id, u.name as author, d.kind, d.state, d.body, d.leaves_at,
    d.unless_answered, d.last_message_id, d.created_at, d.changed_at, d.version, d.pen, d.aside, d.aside_at
from draft d join users u on u.id = d.user_id
where d.company_id = :company_id and d.id = :id and d.record_id is not null;

-- Send was pressed, or pressed anew with another time.
-- name: draft_leave!
update draft
set state = :state, leaves_at = :leaves_at, unless_answered = :unless_answered,
    last_message_id = coalesce((select max(id) from message where company_id = :company_id and record_id = :record_id), 0),
    changed_at = :now
where company_id = :company_id and id = :id;

-- Whoever comes first, the sender or the person who takes it back, finds it; the other one finds nothing.
-- name: draft_take!
update draft set changed_at = :now
where company_id = :company_id and id = :id and state <> 'writing' and leaves_at <= :now;

-- name: draft_back!
update draft set state = 'writing', leaves_at = null, unless_answered = false, changed_at = :now
where company_id = :company_id and id = :id and state <> 'writing';

-- name: draft_remove!
delete from draft where company_id = :company_id and id = :id;

-- name: draft_files_remove!
delete from draft_file where company_id = :company_id and draft_id = :draft_id;

-- name: draft_file_remove!
delete from draft_file where company_id = :company_id and draft_id = :draft_id and id not in (:ids);

-- name: draft_file_add$
insert into draft_file (company_id, draft_id, blob_id, filename, content_type, inline)
values (:company_id, :draft_id, :blob_id, :filename, :content_type, :inline)
returning id;

-- name: draft_files_move!
update draft_file set draft_id = :to_id where company_id = :company_id and draft_id = :draft_id;

-- name: draft_files
select f.id, f.draft_id, f.blob_id, f.filename, f.content_type, f.inline, b.size, b.sha256
from draft_file f join blob b on b.id = f.blob_id
where f.company_id = :company_id and f.draft_id in (:ids)
order by f.id;

-- Whether somebody outside answered since it was to leave.
-- name: draft_answered$
select id from message
where company_id = :company_id and record_id = :record_id and id > :after and kind = 'received' and public
    and not automatic
limit 1;
