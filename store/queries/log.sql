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
    and (cast(:word_1 as text) is null or replace(lower(subject), :word_1, '') <> lower(subject))
    and (cast(:word_2 as text) is null or replace(lower(subject), :word_2, '') <> lower(subject))
    and (cast(:word_3 as text) is null or replace(lower(subject), :word_3, '') <> lower(subject))
    and (cast(:word_4 as text) is null or replace(lower(subject), :word_4, '') <> lower(subject))
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
-- The plus keeps to the order of the ids: an index of times would be read whole and sorted.
select * from inbound_line
where company_id = :company_id and id >= :first and id < :before and +accepted_at >= :since and +accepted_at < :until
    and (
        cast(:who as text) is null
        or replace(lower(from_address), :who, '') <> lower(from_address)
        or replace(lower(sender), :who, '') <> lower(sender)
        or replace(lower(recipient), :who, '') <> lower(recipient)
    )
    and (cast(:word_1 as text) is null or replace(lower(subject), :word_1, '') <> lower(subject))
    and (cast(:word_2 as text) is null or replace(lower(subject), :word_2, '') <> lower(subject))
    and (cast(:word_3 as text) is null or replace(lower(subject), :word_3, '') <> lower(subject))
    and (cast(:word_4 as text) is null or replace(lower(subject), :word_4, '') <> lower(subject))
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
            and (cast(:word_1 as text) is null or replace(lower(t.subject), :word_1, '') <> lower(t.subject))
            and (cast(:word_2 as text) is null or replace(lower(t.subject), :word_2, '') <> lower(t.subject))
            and (cast(:word_3 as text) is null or replace(lower(t.subject), :word_3, '') <> lower(t.subject))
            and (cast(:word_4 as text) is null or replace(lower(t.subject), :word_4, '') <> lower(t.subject))
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
            and (cast(:word_1 as text) is null or replace(lower(t.subject), :word_1, '') <> lower(t.subject))
            and (cast(:word_2 as text) is null or replace(lower(t.subject), :word_2, '') <> lower(t.subject))
            and (cast(:word_3 as text) is null or replace(lower(t.subject), :word_3, '') <> lower(t.subject))
            and (cast(:word_4 as text) is null or replace(lower(t.subject), :word_4, '') <> lower(t.subject))
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

-- name: log_copy
select * from outbox_line where id = :id order by delivery_id;

-- name: log_copy_people
select d.id, d.message_id, d.person, d.user_id, d.contact_id, coalesce(u.name, c.name) as name, d.channel, d.address,
    d.state, d.reason, d.outbox_id, d.changed_at
from delivery d
    left join users u on u.id = d.user_id
    left join contact c on c.id = d.contact_id
where d.company_id = :company_id and d.outbox_id = :outbox_id
order by d.id;

-- Addresses that begin alike, among which a slip of the hand is looked for.
-- name: log_addresses_like
select address from (
        select address from contact_address
        where company_id = :company_id and kind = 'email' and address >= :beginning and address < :beyond
        order by address
        limit :most
    ) contacts
union all
select address from (
        select a.address from user_address a
        where a.kind = 'email' and a.address >= :beginning and a.address < :beyond
            and exists (select 1 from membership m where m.company_id = :company_id and m.user_id = a.user_id)
        order by a.address
        limit :most
    ) colleagues;
