-- name: outbox_add*!
insert into outbox (
    company_id, message_id, audience, channel, contact_id, language, mentioned, next_at, created_at, changed_at
)
values (:company_id, :message_id, :audience, :channel, :contact_id, :language, :mentioned, :next_at, :now, :now)
returning contact_id, language, channel, mentioned, id;

-- An email of our own words: notices and what is about an account go to a user, a link to an address.
-- name: outbox_add_words!
insert into outbox (company_id, audience, user_id, address, says, language, next_at, created_at, changed_at)
values (:company_id, :audience, :user_id, :address, :says, :language, :now, :now, :now);

-- A claim repeats its condition outside the subselect: without that, several senders take the same rows.
-- name: outbox_claim
update outbox
set leased_until_at = :until_at, leased_by = :holder, attempts = attempts + 1, changed_at = :now
where id in (
        select id from outbox
        where state = 'waiting' and next_at <= :now and leased_until_at <= :now
        order by next_at, id
        limit :most
    )
    and state = 'waiting' and next_at <= :now and leased_until_at <= :now
    and not exists (select 1 from setting where name = 'sending_paused' and value = '1')
returning id, company_id, coalesce(message_id, 0) as message_id, audience, channel, contact_id, user_id, says,
    language, attempts, created_at, address, mentioned;

-- name: outbox_recipients
select address, user_id, contact_id from delivery
where company_id = :company_id and outbox_id = :outbox_id and state in ('queued', 'delayed')
order by id;

-- name: outbox_settle!
update outbox
set state = :state, error = :error, next_at = :next_at, leased_until_at = 0, leased_by = '', changed_at = :now
where id = :id and leased_by = :holder;

-- name: outbox_release!
update outbox set leased_until_at = 0, leased_by = '', attempts = attempts - 1, changed_at = :now
where id = :id and leased_by = :holder and state = 'waiting';

-- Leases of a sender that is gone: the one that starts holds the lock, so nobody else is at work.
-- name: outbox_release_all!
update outbox set leased_until_at = 0, leased_by = '', changed_at = :now
where state = 'waiting' and leased_until_at > 0;

-- What a clock that was ahead put off until then waits from now on; what somebody has in hand is left to them.
-- name: outbox_clock_back!
update outbox
set state = 'waiting', next_at = :now, changed_at = :now,
    created_at = case when created_at > :now then :now else created_at end
where state in ('waiting', 'delayed') and leased_until_at = 0 and changed_at > :at;

-- name: outbox_next_at$
select min(case when leased_until_at > next_at then leased_until_at else next_at end)
from outbox where state = 'waiting' and not exists (select 1 from setting where name = 'sending_paused' and value = '1');

-- name: outbox_retry!
update outbox set state = 'waiting', next_at = :at, changed_at = :now
where company_id = :company_id and id = :id and leased_until_at <= :now
    and (
        state in ('waiting', 'delayed', 'failed')
        or (
            state = 'sent'
            and exists (
                select 1 from delivery d
                where d.company_id = :company_id and d.outbox_id = outbox.id and d.state = 'bounced'
            )
        )
    );

-- One that somebody took back, and that did not leave, waits again.
-- name: outbox_cancel!
update outbox set state = 'cancelled', changed_at = :now
where company_id = :company_id and id = :id and state in ('waiting', 'delayed', 'failed')
    and leased_until_at <= :now;

-- name: outbox_revive!
update outbox set state = 'waiting', next_at = :now, changed_at = :now
where company_id = :company_id and id = :id and state = 'cancelled';

-- Of a record that becomes spam: what has not left.
-- name: outbox_waiting_of_record
select o.id
from delivery d join outbox o on o.id = d.outbox_id
where d.company_id = :company_id and d.record_id = :record_id and o.state in ('waiting', 'delayed');

-- Of one that is none after all: what was taken back at that very moment.
-- name: outbox_cancelled_of_record
select o.id
from delivery d join outbox o on o.id = d.outbox_id
where d.company_id = :company_id and d.record_id = :record_id and o.state = 'cancelled' and o.changed_at = :at;

-- What a person wanted sent again is as it was, as long as it waits.
-- name: outbox_put_back!
update outbox set state = :state, changed_at = :now
where company_id = :company_id and id = :id and state = 'waiting' and leased_until_at <= :now;

-- name: outbox_ready!
update outbox set state = 'waiting', next_at = :now, changed_at = :now where id = :id and state = 'delayed';

-- name: outbox_state$
select state from outbox where company_id = :company_id and id = :id;

-- name: outbox_by_id^
select id, company_id, coalesce(message_id, 0) as message_id, audience, channel, contact_id, user_id, says, language,
    attempts, created_at, address, mentioned
from outbox where id = :id;

-- name: outbox_addresses
select address from delivery where company_id = :company_id and outbox_id = :outbox_id order by id;

-- name: outbox_counts_since^
select
    (
        select count(*) from outbox o
        where o.state = 'waiting' and o.state in ('waiting', 'delayed') and o.created_at + 0 >= :since
    ) as waiting,
    (
        select count(*) from outbox o
        where o.state = 'delayed' and o.state in ('waiting', 'delayed') and o.created_at + 0 >= :since
    ) as delayed,
    (
        select count(*) from outbox o
        where o.state = 'sent' and o.state in ('sent', 'failed', 'cancelled') and o.created_at >= :since
    ) as sent,
    (
        select count(*) from outbox o
        where o.state = 'failed' and o.state in ('sent', 'failed', 'cancelled') and o.created_at >= :since
    ) as failed,
    (
        select count(*) from outbox o
        where o.state = 'cancelled' and o.state in ('sent', 'failed', 'cancelled') and o.created_at >= :since
    ) as cancelled;

-- name: outbox_counts_of_company_since^
select
    (
        select count(*) from outbox o
        where o.company_id = :company_id and o.state = 'waiting' and o.state in ('waiting', 'delayed') and o.created_at + 0 >= :since
    ) as waiting,
    (
        select count(*) from outbox o
        where o.company_id = :company_id and o.state = 'delayed' and o.state in ('waiting', 'delayed') and o.created_at + 0 >= :since
    ) as delayed,
    (
        select count(*) from outbox o
        where o.company_id = :company_id and o.state = 'sent' and o.state in ('sent', 'failed', 'cancelled') and o.created_at >= :since
    ) as sent,
    (
        select count(*) from outbox o
        where o.company_id = :company_id and o.state = 'failed' and o.state in ('sent', 'failed', 'cancelled') and o.created_at >= :since
    ) as failed,
    (
        select count(*) from outbox o
        where o.company_id = :company_id and o.state = 'cancelled' and o.state in ('sent', 'failed', 'cancelled') and o.created_at >= :since
    ) as cancelled;

-- The sum keeps an index of times from being walked through: few wait.
-- name: outbox_waiting_since$
select min(created_at + 0) from outbox where state in ('waiting', 'delayed');

-- name: outbox_waiting_of_company_since$
select min(created_at) from outbox where company_id = :company_id and state in ('waiting', 'delayed');

-- name: outbox_of_message
select outbox_id from delivery where company_id = :company_id and message_id = :message_id;
