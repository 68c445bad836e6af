-- One copy of the mail log.  Its searches are put together in store/log_search.py.

-- name: log_copy
select * from outbox_line where id = :id order by delivery_id;

-- name: log_copy_people
select d.*
from delivery_row d
where d.company_id = :company_id and d.outbox_id = :outbox_id
order by d.id;

-- Mails that lie on no record, at an alias that opens a type whose records do not exist for a user.
-- name: log_hidden
select i.id
from inbound i
    join alias a on a.id = i.alias_id
    join hidden_type h on h.company_id = i.company_id and h.record_type = a.record_type
where i.company_id = :company_id and i.id in (:ids) and i.record_id is null and h.user_id = :user_id;

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
