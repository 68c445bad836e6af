-- name: note_version_add!
insert into message_version (company_id, message_id, text, html, created_at)
select company_id, id, reply_text, html, :now
from message
where company_id = :company_id and id = :message_id;

-- name: note_write!
update message
set text = :text, html = :html, reply_text = :text, size = :size, edited_at = :edited_at, deleted_at = null
where company_id = :company_id and id = :message_id and kind = 'note';

-- name: note_delete!
update message set text = '', html = '', reply_text = '', size = 0, deleted_at = :now
where company_id = :company_id and id = :message_id and kind = 'note';

-- name: note_deliveries_read!
update delivery set state = 'read', changed_at = :now
where company_id = :company_id and message_id = :message_id and state = 'unread';

-- name: note_versions
select id, text, html, created_at from message_version
where company_id = :company_id and message_id = :message_id
order by id;

-- name: note_versions_erase!
delete from message_version where company_id = :company_id and message_id = :message_id;
