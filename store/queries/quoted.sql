-- The addresses outside that a message of ours got to, as far as is known.
-- name: quoted_reached
select address from delivery
where company_id = :company_id and message_id = :message_id and contact_id is not null and channel = 'email'
    and state in (:states);

-- What somebody outside wrote last on a record, among its newest hundred messages.
-- name: quoted_last_words$
select reply_text from message
where id = (
    select max(id) from (
            select id, author_contact_id, kind from message
            where company_id = :company_id and record_id = :record_id
            order by id desc
            limit 100
        ) newest
    where author_contact_id = :contact_id and kind = 'received'
);
