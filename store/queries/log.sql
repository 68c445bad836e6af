-- The mail log: both directions, searched by what people remember.  A search looks through a bounded stretch of rows,
-- back from the one named ``before``; the page says how far it came, and goes on from there.

-- name: log_in_stretch
select count(*) as count, coalesce(min(id), 0) as first from (select id from inbound where id < :before order by id desc limit :most) stretch;

-- name: log_in_stretch_of_company
select count(*) as count, coalesce(min(id), 0) as first from (
        select id from inbound where company_id = :company_id and id < :before order by id desc limit :most
    ) stretch;

-- name: log_in
select * from inbound_line
where id >= :first and id < :before and accepted_at >= :since and accepted_at < :until
    and (
        cast(:who as text) is null
        or replace(lower(from_address), :who, '') <> lower(from_address)
        or replace(lower(sender), :who, '') <> lower(sender)
        or replace(lower(recipient), :who, '') <> lower(recipient)
    )
    and (cast(:words as text) is null or replace(lower(subject), :words, '') <> lower(subject))
    and (cast(:queue_id as text) is null or queue_id = :queue_id)
    and (cast(:state as text) is null or state = :state)
    and (cast(:report as text) is null or report = :report or (:report = 'any' and report > ''))
    and (
        cast(:rfc_message_id as text) is null
        or exists (select 1 from inbound b where b.id = inbound_line.id and b.rfc_message_id = :rfc_message_id)
    )
order by id desc
limit :most;

-- name: log_in_of_company
select * from inbound_line
where company_id = :company_id and id >= :first and id < :before and accepted_at >= :since and accepted_at < :until
    and (
        cast(:who as text) is null
        or replace(lower(from_address), :who, '') <> lower(from_address)
        or replace(lower(sender), :who, '') <> lower(sender)
        or replace(lower(recipient), :who, '') <> lower(recipient)
    )
    and (cast(:words as text) is null or replace(lower(subject), :words, '') <> lower(subject))
    and (cast(:queue_id as text) is null or queue_id = :queue_id)
    and (cast(:state as text) is null or state = :state)
    and (cast(:report as text) is null or report = :report or (:report = 'any' and report > ''))
    and (
        cast(:rfc_message_id as text) is null
        or exists (select 1 from inbound b where b.id = inbound_line.id and b.rfc_message_id = :rfc_message_id)
    )
order by id desc
limit :most;

-- name: log_out_stretch
select count(*) as count, coalesce(min(id), 0) as first from (select id from outbox where id < :before order by id desc limit :most) stretch;

-- name: log_out_stretch_of_company
select count(*) as count, coalesce(min(id), 0) as first from (
        select id from outbox where company_id = :company_id and id < :before order by id desc limit :most
    ) stretch;

-- name: log_out
select * from outbox_line
where id in (
        select o.id from outbox o left join message t on t.id = o.message_id
        where o.id >= :first and o.id < :before and o.created_at >= :since and o.created_at < :until
            and (cast(:words as text) is null or replace(lower(t.subject), :words, '') <> lower(t.subject))
            and (cast(:queue_id as text) is null or replace(o.error, :queue_id, '') <> o.error)
            and (cast(:named as bigint) is null or o.message_id = :named)
            and (cast(:left_state as text) is null or o.state = :left_state)
            and (
                cast(:who as text) is null
                or exists (
                    select 1 from delivery e
                    where e.company_id = o.company_id and e.outbox_id = o.id and replace(lower(e.address), :who, '') <> lower(e.address)
                )
                or exists (
                    select 1 from user_address f where f.user_id = o.user_id and replace(lower(f.address), :who, '') <> lower(f.address)
                )
                or replace(lower(o.address), :who, '') <> lower(o.address)
            )
        order by o.id desc
        limit :most
    )
order by id desc, delivery_id;

-- name: log_out_of_company
select * from outbox_line
where id in (
        select o.id from outbox o left join message t on t.id = o.message_id
        where o.company_id = :company_id and o.id >= :first and o.id < :before
            and o.created_at >= :since and o.created_at < :until
            and (cast(:words as text) is null or replace(lower(t.subject), :words, '') <> lower(t.subject))
            and (cast(:queue_id as text) is null or replace(o.error, :queue_id, '') <> o.error)
            and (cast(:named as bigint) is null or o.message_id = :named)
            and (cast(:left_state as text) is null or o.state = :left_state)
            and (
                cast(:who as text) is null
                or exists (
                    select 1 from delivery e
                    where e.company_id = o.company_id and e.outbox_id = o.id and replace(lower(e.address), :who, '') <> lower(e.address)
                )
                or exists (
                    select 1 from user_address f where f.user_id = o.user_id and replace(lower(f.address), :who, '') <> lower(f.address)
                )
                or replace(lower(o.address), :who, '') <> lower(o.address)
            )
        order by o.id desc
        limit :most
    )
order by id desc, delivery_id;
