-- Email of before, read in from a folder.

-- name: import_there$
select id from message
where company_id = :company_id and rfc_message_id = :rfc_message_id and content_hash = :content_hash
limit 1;

-- The conversation of a mail: it answers one of its messages, one of them answers it, or both answer the same.
-- name: import_place$
select record_id from (
        select m.record_id
        from message m cross join record r
        where m.company_id = :company_id and m.rfc_message_id in (:rfc_message_ids) and m.kind <> 'event'
            and r.id = m.record_id
            and r.type = :record_type
        union all
        select m.record_id
        from message_reference f cross join message m cross join record r
        where f.company_id = :company_id and f.rfc_message_id in (:rfc_message_ids) and m.id = f.message_id
            and r.id = m.record_id and r.type = :record_type
    ) found
limit 1;

-- A mail that is older than what its conversation began with.
-- name: import_began!
update record set created_at = :at where company_id = :company_id and id = :id and created_at > :at;

-- name: import_ids
select rfc_message_id from message where company_id = :company_id and record_id = :record_id and rfc_message_id <> '';

-- name: import_opened!
insert into imported_record (company_id, import_name, record_id) values (:company_id, :import_name, :record_id);

-- Those that stand as the import left them: what was written on since stays, and what somebody hid.
-- name: import_hide!
update record set hidden_as = 'trash', hidden_at = :at
where +company_id = :company_id and hidden_as is null and id in (
        select n.record_id
        from imported_record n
            cross join record r
            cross join message m
            cross join inbound i
        where n.company_id = :company_id and n.import_name = :import_name and r.id = n.record_id
            and m.id = r.last_message_id and i.id = m.inbound_id and i.entrance = 'import'
    );

-- name: import_show!
update record set hidden_as = null, hidden_at = null
where +company_id = :company_id and hidden_as = 'trash' and hidden_at = :at and id in (
        select record_id from imported_record where company_id = :company_id and import_name = :import_name
    );
