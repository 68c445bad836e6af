-- name: deliveries_add*!
insert into delivery (
    company_id, record_id, message_id, person, user_id, contact_id, channel, address, state, outbox_id, mentioned,
    failure_of, stands_in_for, created_at, changed_at
)
values (
    :company_id, :record_id, :message_id, :person, :user_id, :contact_id, :channel, :address, :state, :outbox_id,
    :mentioned, :failure_of, :stands_in_for, :now, :now
)
on conflict (company_id, message_id, person, channel) do nothing
returning person;

-- name: deliveries
select d.*
from delivery_row d
where d.company_id = :company_id and d.message_id = :message_id
order by d.id;

-- name: page_deliveries
select d.*
from (
        select id, company_id from message
        where company_id = :company_id and record_id = :record_id and id >= :first and id <= :last
        union all
        select id, company_id from message
        where id = :elsewhere and company_id = :company_id and record_id = :record_id
    ) as m
    cross join delivery_row d
where d.company_id = m.company_id and d.message_id = +m.id
order by d.id;

-- States of a delivery only move forward: what has bounced is not handed over again by a late answer.
-- name: delivery_settle!
update delivery
set state = :state, reason = :reason, changed_at = :now
where company_id = :company_id and outbox_id = :outbox_id and address = :address and state in ('queued', 'delayed');

-- What a mail server reports of one delivery, as far as that moves it forward.
-- name: delivery_report!
update delivery set state = :state, reason = :reason, changed_at = :now
where company_id = :company_id and id = :id and state in (:before);

-- What the mail server's log says of one delivery, as far as that moves it forward, or puts it off once more.
-- name: delivery_follow!
update delivery set state = :state, reason = :reason, host = :host, again_at = :again_at, changed_at = :at
where company_id = :company_id and id = :id and state in (:before);

-- name: deliveries_requeue!
update delivery set state = 'queued', reason = '', host = '', again_at = 0, changed_at = :now
where company_id = :company_id and outbox_id = :outbox_id and state in ('delayed', 'failed', 'bounced');

-- name: deliveries_cancel!
update delivery set state = 'cancelled', changed_at = :now
where company_id = :company_id and outbox_id = :outbox_id and state in ('queued', 'delayed', 'failed');

-- name: deliveries_revive!
update delivery set state = 'queued', reason = '', changed_at = :now
where company_id = :company_id and outbox_id = :outbox_id and state = 'cancelled';

-- name: deliveries_put_back!
update delivery set state = :state, reason = :reason, changed_at = :now
where company_id = :company_id and outbox_id = :id and state = 'queued';

-- What did not reach people outside who still take part, of some messages.
-- name: deliveries_failed
select d.*
from delivery_row d
where d.company_id = :company_id and d.message_id in (:message_ids) and d.state in ('bounced', 'failed')
    and d.contact_id is not null
    and exists (
        select 1 from message m join participant p on p.company_id = m.company_id and p.record_id = m.record_id
        where m.company_id = d.company_id and m.id = d.message_id and p.contact_id = d.contact_id and p.removed_at is null
    )
order by d.id;

-- name: deliveries_redirect!
update delivery set address = :address, changed_at = :now
where company_id = :company_id and outbox_id = :outbox_id and +contact_id = :contact_id;

-- Whom we sent a message may answer it, unless they were taken out of the conversation since.
-- name: sent_to
select d.message_id
from delivery d
where d.company_id = :company_id and d.message_id in (:message_ids) and d.person = :person and d.channel = 'email'
    and not exists (
        select 1 from participant p
        where p.company_id = d.company_id and p.record_id = d.record_id and p.contact_id = d.contact_id
            and p.removed_at is not null
    );

-- What nobody has seen yet of a message that was taken off its record.
-- name: deliveries_unseen_remove!
delete from delivery
where company_id = :company_id and message_id = :message_id and channel = 'inbox' and state = 'unread';
