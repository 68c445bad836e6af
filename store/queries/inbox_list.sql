-- The user leads to the rows; a plus before the company keeps it from being looked up first, one after another.
-- A page of somebody's inbox, over all their companies and the newest first: each record once, by its newest entry, and
-- each notice that is about no record.  What waits on a record until it is settled is asked for by itself.
-- name: inbox_page
select company_id, record_id, notice_id, happened_at, place
from (
        select * from (
            select d.company_id, d.record_id, 0 as notice_id, d.created_at as happened_at, 2 * d.id as place
            from delivery d join record r on r.id = d.record_id
            where d.user_id = :user_id and d.channel = 'inbox' and d.done_at is null and d.failure_of is null
                and (d.created_at, d.id) < (:before, :delivery_id)
                and +d.company_id in (:company_ids) and r.hidden_as is null
                and not exists (
                    select 1 from hidden_type h
                    where h.company_id = d.company_id and h.user_id = d.user_id and h.record_type = r.type
                )
                and not exists (
                    select 1 from delivery n
                    where n.user_id = d.user_id and n.record_id = d.record_id and n.channel = 'inbox'
                        and n.done_at is null and n.failure_of is null and n.created_at > d.created_at
                )
                and not exists (
                    select 1 from delivery n
                    where n.user_id = d.user_id and n.record_id = d.record_id and n.channel = 'inbox'
                        and n.done_at is null and n.failure_of is null and n.created_at = d.created_at and n.id > d.id
                )
                and not exists (
                    select 1 from notice n
                    where n.user_id = d.user_id and n.record_id = d.record_id and n.done_at is null and n.waits = ''
                        and n.created_at >= d.created_at
                )
            order by d.created_at desc, d.id desc
            limit :most
        ) messages
        union all
        select * from (
            select t.company_id, t.record_id, case when t.record_id is null then t.id else 0 end as notice_id,
                t.created_at as happened_at, 2 * t.id + 1 as place
            from notice t left join record r on r.id = t.record_id left join inbound i on i.id = t.inbound_id
                left join alias a on a.id = i.alias_id
            where t.user_id = :user_id and t.done_at is null and (t.created_at, t.id) < (:before, :id)
                and +t.company_id in (:company_ids)
                and (
                    t.waits = ''
                    or (t.record_id is null and t.waits = 'held' and i.state in ('held', 'unmatched', 'error'))
                )
                and r.hidden_as is null
                and not exists (
                    select 1 from hidden_type h
                    where h.company_id = t.company_id and h.user_id = t.user_id
                        and h.record_type = coalesce(r.type, a.record_type)
                )
                and not exists (
                    select 1 from notice n
                    where n.user_id = t.user_id and n.record_id = t.record_id and n.done_at is null and n.waits = ''
                        and n.created_at > t.created_at
                )
                and not exists (
                    select 1 from notice n
                    where n.user_id = t.user_id and n.record_id = t.record_id and n.done_at is null and n.waits = ''
                        and n.created_at = t.created_at and n.id > t.id
                )
                and not exists (
                    select 1 from delivery n
                    where n.user_id = t.user_id and n.record_id = t.record_id and n.channel = 'inbox'
                        and n.done_at is null and n.failure_of is null and n.created_at > t.created_at
                )
            order by t.created_at desc, t.id desc
            limit :most
        ) notices
    ) page
order by happened_at desc, place desc
limit :most;

-- What waits until it is settled, by the record; in the row of no record what is held without one.
-- name: inbox_waiting
select company_id, record_id, max(happened_at) as happened_at, max(place) as place, sum(held) as held,
    sum(failed) as failed, sum(due) as due
from (
        select d.company_id, d.record_id, d.created_at as happened_at, 2 * d.id as place, 0 as held, 1 as failed, 0 as due
        from delivery d join record r on r.id = d.record_id
        where d.user_id = :user_id and d.failure_of is not null and d.done_at is null and +d.company_id in (:company_ids)
            and exists (select 1 from failing f where f.company_id = d.company_id and f.message_id = d.failure_of)
            and r.hidden_as is null
            and not exists (
                select 1 from hidden_type h
                where h.company_id = d.company_id and h.user_id = d.user_id and h.record_type = r.type
            )
        union all
        select t.company_id, t.record_id, t.created_at as happened_at, 2 * t.id + 1 as place,
            case when t.waits = 'held' then 1 else 0 end as held, 0 as failed,
            case when t.waits = 'due' then 1 else 0 end as due
        from notice t left join record r on r.id = t.record_id left join inbound i on i.id = t.inbound_id
            left join alias l on l.id = i.alias_id left join activity a on a.id = t.activity_id
        where t.user_id = :user_id and t.waits <> '' and t.done_at is null and +t.company_id in (:company_ids)
            and (
                (t.waits = 'held' and i.state in ('held', 'unmatched', 'error'))
                or (
                    t.waits = 'due' and a.user_id = t.user_id and a.due_on = t.due_on and a.done_at is null
                    and a.removed_at is null and r.hidden_as is null
                )
            )
            and not exists (
                select 1 from hidden_type h
                where h.company_id = t.company_id and h.user_id = t.user_id
                    and h.record_type = coalesce(r.type, l.record_type)
            )
    ) waiting
group by company_id, record_id
order by happened_at desc, place desc
limit :most;

-- Where the newest entry stands of records on which something waits: what waits there is not asked for.
-- name: inbox_newest
select record_id, max(happened_at) as happened_at, max(place) as place
from (
        select d.record_id, d.created_at as happened_at, 2 * d.id as place from delivery d
        where d.user_id = :user_id and d.record_id in (:record_ids) and d.channel = 'inbox' and d.done_at is null
            and +d.company_id in (:company_ids) and d.failure_of is null
        union all
        select t.record_id, t.created_at as happened_at, 2 * t.id + 1 as place from notice t
        where t.user_id = :user_id and t.record_id in (:record_ids) and t.done_at is null and t.waits = ''
            and +t.company_id in (:company_ids)
    ) entries
group by record_id;

-- Of each record the newest message that its reader is not done with, and how many there are.
-- name: inbox_messages
select d.company_id, d.record_id, r.label, r.title, g.entries, g.unread, m.kind, m.author_name, m.author_address,
    m.author_user_id, substr(m.reply_text, 1, 400) as text, m.phrase, d.created_at as happened_at, 2 * d.id as place,
    d.mentioned, d.stands_in_for, m.kind = 'received' and not m.verified as unverified
from (
        select e.record_id, count(*) as entries, sum(case when e.state = 'unread' then 1 else 0 end) as unread,
            max(e.id) as newest
        from delivery e
        where e.user_id = :user_id and e.record_id in (:record_ids) and e.channel = 'inbox' and e.done_at is null
            and +e.company_id in (:company_ids)
            and (
                e.failure_of is null
                or exists (select 1 from failing f where f.company_id = e.company_id and f.message_id = e.failure_of)
            )
        group by e.record_id
    ) g
    join delivery d on d.id = g.newest
    join message m on m.id = d.message_id
    join record r on r.id = d.record_id;

-- The same of notices.
-- name: inbox_record_notices
select t.id, t.company_id, t.record_id, r.label, r.title, g.entries, g.unread, t.waits, t.phrase,
    t.created_at as happened_at, 2 * t.id + 1 as place
from (
        select e.record_id, count(*) as entries, sum(case when e.read_at is null then 1 else 0 end) as unread,
            max(e.id) as newest
        from notice e left join inbound i on i.id = e.inbound_id left join activity a on a.id = e.activity_id
        where e.user_id = :user_id and e.record_id in (:record_ids) and e.done_at is null and +e.company_id in (:company_ids)
            and (
                e.waits = ''
                or (e.waits = 'held' and i.state in ('held', 'unmatched', 'error'))
                or (
                    e.waits = 'due' and a.user_id = e.user_id and a.due_on = e.due_on and a.done_at is null
                    and a.removed_at is null
                )
            )
        group by e.record_id
    ) g
    join notice t on t.id = g.newest
    join record r on r.id = t.record_id;

-- Whom outside the failures in an inbox are about, as far as nothing was done about it.
-- name: inbox_unreached
select distinct f.id, f.company_id, e.record_id, f.outbox_id, f.name, f.address
from delivery e join delivery_row f on f.company_id = e.company_id and f.message_id = e.failure_of
where e.user_id = :user_id and e.record_id in (:record_ids) and e.failure_of is not null and e.done_at is null
    and +e.company_id in (:company_ids) and f.state in ('bounced', 'failed') and f.contact_id is not null
    and f.outbox_id is not null
    and exists (select 1 from failing g where g.company_id = f.company_id and g.message_id = f.message_id)
    and not exists (
        select 1 from participant p
        where p.company_id = f.company_id and p.record_id = e.record_id and p.contact_id = f.contact_id
            and p.removed_at is not null
    )
order by f.id;

-- name: inbox_notices
select t.id, t.company_id, t.inbound_id, t.waits, t.phrase, t.created_at as happened_at, t.read_at,
    coalesce(i.state = 'held', false) as held
from notice t left join inbound i on i.id = t.inbound_id
where t.user_id = :user_id and t.id in (:ids) and +t.company_id in (:company_ids);

-- Counted up to a thousand: nobody reads a larger number.
-- name: inbox_unread$
select
    (
        select count(*) from (
            select 1
            from delivery d join record r on r.id = d.record_id
            where d.user_id = :user_id and d.state = 'unread' and d.done_at is null and +d.company_id in (:company_ids)
                and (
                    d.failure_of is null
                    or exists (select 1 from failing f where f.company_id = d.company_id and f.message_id = d.failure_of)
                )
                and r.hidden_as is null
                and not exists (
                    select 1 from hidden_type h
                    where h.company_id = d.company_id and h.user_id = d.user_id and h.record_type = r.type
                )
            limit 1000
        ) as unread
    )
    + (
        select count(*) from (
            select 1
            from notice t left join record r on r.id = t.record_id left join inbound i on i.id = t.inbound_id
                left join alias l on l.id = i.alias_id left join activity a on a.id = t.activity_id
            where t.user_id = :user_id and t.read_at is null and t.done_at is null and +t.company_id in (:company_ids)
                and (
                    (t.waits = '' and r.hidden_as is null)
                    or (t.waits = 'held' and i.state in ('held', 'unmatched', 'error'))
                    or (
                        t.waits = 'due' and a.user_id = t.user_id and a.due_on = t.due_on and a.done_at is null
                        and a.removed_at is null and r.hidden_as is null
                    )
                )
                and not exists (
                    select 1 from hidden_type h
                    where h.company_id = t.company_id and h.user_id = t.user_id
                        and h.record_type = coalesce(r.type, l.record_type)
                )
            limit 1000
        ) as unread
    );

-- name: inbox_read!
update delivery set state = 'read', changed_at = :now
where company_id = :company_id and user_id = :user_id and record_id = :record_id and state = 'unread';

-- name: inbox_read_notices!
update notice set read_at = :now
where user_id = :user_id and record_id = :record_id and read_at is null and done_at is null and company_id = :company_id;

-- name: inbox_read_notice!
update notice set read_at = :now
where company_id = :company_id and user_id = :user_id and id = :id and read_at is null;

-- Whoever looks at a mail that waits has read that it does.
-- name: inbox_read_inbound!
update notice set read_at = :now
where company_id = :company_id and user_id = :user_id and inbound_id = :inbound_id and read_at is null;

-- The newest entry of a record is unread again, as long as its reader is not done with it.
-- name: inbox_unread_message!
update delivery set state = 'unread', changed_at = :now
where id = (
        select id from delivery
        where user_id = :user_id and record_id = :record_id and channel = 'inbox' and done_at is null
            and company_id = :company_id
        order by created_at desc, id desc
        limit 1
    )
    and state = 'read';

-- name: inbox_unread_record_notice!
update notice set read_at = null
where id = (
        select id from notice
        where user_id = :user_id and record_id = :record_id and done_at is null and company_id = :company_id
        order by created_at desc, id desc
        limit 1
    );

-- name: inbox_unread_notice!
update notice set read_at = null where company_id = :company_id and user_id = :user_id and id = :id;

-- What waits stays until it is settled, and comes back where that is undone.
-- name: inbox_done_record!
update delivery set done_at = :now
where user_id = :user_id and record_id = :record_id and channel = 'inbox' and done_at is null
    and company_id = :company_id and created_at <= :until_at and failure_of is null;

-- name: inbox_done_record_notices!
update notice set done_at = :now
where user_id = :user_id and record_id = :record_id and done_at is null and company_id = :company_id
    and created_at <= :until_at and waits = '';

-- name: inbox_done_notice!
update notice set done_at = :now
where company_id = :company_id and user_id = :user_id and id = :id and done_at is null and waits = '';

-- name: inbox_done_messages!
update delivery set done_at = :now
where user_id = :user_id and channel = 'inbox' and done_at is null and failure_of is null and created_at <= :until_at
    and company_id in (:company_ids);

-- name: inbox_done_notices!
update notice set done_at = :now
where user_id = :user_id and done_at is null and waits = '' and created_at <= :until_at and company_id in (:company_ids);

-- name: inbox_back_messages!
update delivery set done_at = null
where user_id = :user_id and done_at = :done_at and company_id in (:company_ids);

-- name: inbox_back_notices!
update notice set done_at = null
where user_id = :user_id and done_at = :done_at and company_id in (:company_ids);

-- An activity reminds anew: what reminded of it before is over.
-- name: inbox_reminded!
update notice set done_at = :now, waits = ''
where company_id = :company_id and activity_id = :activity_id and done_at is null;

-- What was settled long ago is not looked at again.
-- name: inbox_settle_messages!
update delivery set done_at = :now
where failure_of is not null and done_at is null and created_at < :before
    and not exists (
        select 1 from failing f where f.company_id = delivery.company_id and f.message_id = delivery.failure_of
    );

-- name: inbox_settle_notices!
update notice set done_at = :now
where waits <> '' and waits = 'held' and done_at is null and created_at < :before
    and not exists (
        select 1 from inbound i where i.id = notice.inbound_id and i.state in ('held', 'unmatched', 'error')
    );
