-- name: inbound_accept$
insert into inbound (
    blob_id, entrance, sender, recipient, original_recipient, queue_id, client_address, accepted_at
)
values (
    :blob_id, :entrance, :sender, :recipient, :original_recipient, :queue_id, :client_address, :now
)
returning id;

-- name: inbound_waiting
select i.id, i.blob_id, i.entrance, i.sender, i.recipient, i.original_recipient, i.queue_id, i.client_address,
    i.attempts, i.accepted_at, b.size, i.asks, i.faults, i.stops
from inbound i join blob b on b.id = i.blob_id
where i.state = 'accepted' and i.ask_at <= :now
order by i.id
limit :most;

-- name: inbound_waiting_count$
select count(*) from inbound where state = 'accepted';

-- Every row counts once; a mail server's report says of what kind it is.
-- name: inbound_tally^
select
    count(*) as accepted,
    coalesce(sum(case when state = 'filed' and report = '' then 1 else 0 end), 0) as filed,
    coalesce(sum(case when state = 'filed' and report > '' then 1 else 0 end), 0) as reports,
    coalesce(sum(case when state = 'duplicate' then 1 else 0 end), 0) as duplicates,
    coalesce(sum(case when state = 'held' then 1 else 0 end), 0) as held,
    coalesce(sum(case when state = 'unmatched' then 1 else 0 end), 0) as unmatched,
    coalesce(sum(case when state = 'error' then 1 else 0 end), 0) as errors,
    coalesce(sum(case when state = 'discarded' then 1 else 0 end), 0) as discarded,
    coalesce(sum(case when state = 'accepted' then 1 else 0 end), 0) as unfiled,
    coalesce(sum(case when state = 'filed' and report = 'bounce' then 1 else 0 end), 0) as bounces
from inbound;

-- What waits for a key that cannot be had.
-- name: inbound_asking$
select count(*) from inbound where state = 'accepted' and ask_at > :now;

-- name: inbound_ask_again!
update inbound
set asks = asks + 1, ask_at = :at, reason = :reason
where id = :id and state = 'accepted';

-- The mail server's own number of the email that a message came by.
-- name: inbound_queue_id$
select i.queue_id
from message m join inbound i on i.id = m.inbound_id
where m.company_id = :company_id and m.id = :message_id;

-- name: inbound_state$
select state from inbound where id = :id;

-- name: inbound_attempt!
update inbound set attempts = attempts + 1 where id = :id and state = 'accepted';

-- name: inbound_reading_ended
update inbound
set faults = faults + :fault, stops = stops + :stop
where blob_id = :blob_id and state = 'accepted'
returning faults, stops;

-- The company may have the bytes under another number, from a hand-over before.
-- name: inbound_records_of$
select count(distinct i.record_id)
from blob b
    join blob o on o.company_id = :company_id and o.sha256 = b.sha256
    join inbound i on i.company_id = o.company_id and i.blob_id = o.id
where b.id = :blob_id and i.state = 'filed';

-- name: inbound_by_key$
select id from inbound where delivery_key = :delivery_key and id <> :id;

-- name: inbound_settle!
update inbound
set company_id = :company_id, blob_id = :blob_id, state = :state, delivery_key = :delivery_key,
    rfc_message_id = :rfc_message_id, from_address = :from_address, subject = :subject, record_id = :record_id,
    answers_id = :answers_id, message_id = :message_id, alias_id = :alias_id, reason = :reason, trace = :trace,
    proof = :proof, report = :report, error = '', settled_at = :now
where id = :id and state = 'accepted';

-- name: inbound_error!
update inbound
set state = 'error', reason = :reason, error = :error, settled_at = :now
where id = :id and state = 'accepted';

-- What is known of a mail that our code failed on.
-- name: inbound_describe!
update inbound
set rfc_message_id = :rfc_message_id, from_address = :from_address, subject = :subject
where id = :id and state = 'error';

-- name: inbound_again!
update inbound
set state = 'accepted', attempts = 0, faults = 0, stops = 0, asks = 0, ask_at = 0, delivery_key = null,
    reason = '', report = '', error = '', undecided = '', settled_at = null
where id = :id and state in ('held', 'unmatched', 'error', 'discarded');

-- name: inbound_discard!
update inbound
set state = 'discarded', reason = :reason, settled_at = :now
where id = :id and state in ('held', 'unmatched', 'error');

-- name: inbound_by_id^
select i.id, i.company_id, c.name as company, i.blob_id, i.entrance, i.sender, i.recipient, i.original_recipient,
    i.queue_id, i.client_address, i.state, i.attempts, i.delivery_key, i.rfc_message_id, i.from_address, i.subject,
    i.record_id, r.label as record, i.answers_id, i.message_id, i.reason, i.trace, i.proof, i.asks, i.error, i.accepted_at,
    i.settled_at, b.size, b.sha256
from inbound i join blob b on b.id = i.blob_id
    left join record r on r.id = i.record_id
    left join company c on c.id = i.company_id
where i.id = :id;

-- The rows from which the messages of a page of a thread came.
-- name: page_inbound
select i.id, i.company_id, c.name as company, i.blob_id, i.entrance, i.sender, i.recipient, i.original_recipient,
    i.queue_id, i.client_address, i.state, i.attempts, i.delivery_key, i.rfc_message_id, i.from_address, i.subject,
    i.record_id, r.label as record, i.answers_id, i.message_id, i.reason, i.trace, i.proof, i.asks, i.error, i.accepted_at,
    i.settled_at, b.size, b.sha256
from message m
    join inbound i on i.id = m.inbound_id and i.company_id = m.company_id
    join blob b on b.id = i.blob_id
    join company c on c.id = i.company_id
    left join record r on r.id = i.record_id
where m.company_id = :company_id and m.record_id = :record_id and m.id >= :first and m.id <= :last
order by i.id;

-- What concerns a record, and whether it is a user's to decide on.
-- name: review_of_record
select l.*, exists (select 1 from decider d where d.inbound_id = l.id and d.user_id = :user_id) as theirs
from inbound_line l
where l.state in ('held', 'unmatched', 'error') and l.company_id = :company_id and l.record_id = :record_id
order by l.id
limit :most;

-- name: review_counts
select state, count(*)
from inbound
where company_id = :company_id and state in ('held', 'unmatched', 'error')
group by state;

-- What belongs to no company is counted with that of one, for who looks after the installation.
-- name: review_counts_with_nobodys
select state, sum(mails) from (
        select state, count(*) as mails
        from inbound
        where company_id = :company_id and state in ('held', 'unmatched', 'error')
        group by state
        union all
        select state, count(*) as mails
        from inbound
        where company_id is null and state in ('held', 'unmatched', 'error')
        group by state
    ) both_
group by state;

-- name: review_counts_of_user
select i.state, count(*)
from inbound i
where i.company_id = :company_id and i.state in ('held', 'unmatched', 'error')
    and exists (select 1 from decider d where d.inbound_id = i.id and d.user_id = :user_id)
group by i.state;

-- What a person decided on, as it was before.
-- name: inbound_undecided$
select undecided from inbound where id = :id;

-- name: inbound_decided!
update inbound set undecided = :undecided where id = :id;

-- name: inbound_back!
update inbound
set state = :state, record_id = :record_id, answers_id = :answers_id, message_id = null, reason = :reason,
    trace = :trace, undecided = '', settled_at = :now
where id = :id and state in ('filed', 'duplicate', 'discarded') and undecided <> '';

-- Whose it is that our code failed on, by the address that it was sent to.
-- name: inbound_belongs!
update inbound set company_id = :company_id, alias_id = :alias_id where id = :id and state = 'error' and company_id is null;

-- All that our code failed on, after a repair.
-- name: inbound_errors
select id from inbound
where company_id = :company_id and state = 'error' and state in ('held', 'unmatched', 'error')
order by id;

-- name: inbound_errors_of_nobody
select id from inbound
where company_id is null and state = 'error' and state in ('held', 'unmatched', 'error')
order by id;

-- name: inbound_being_read$
select count(*) from inbound where state = 'accepted' and id in (:ids);

-- name: inbound_last$
select coalesce(max(id), 0) from inbound;

-- When the newest mail was accepted.
-- name: inbound_newest$
select accepted_at from inbound where id = (select max(id) from inbound);

-- name: inbound_to^
select i.id, i.blob_id, i.accepted_at
from inbound i
where i.id > :after and i.recipient = :recipient
order by i.id
limit 1;

-- Each part is counted by its own stretch of an index, and what was accepted by another one: the sum is to be checked,
-- not made.  What waits is little, and is looked through.
-- name: inbound_tally_since^
select
    (select count(*) from inbound i where i.accepted_at >= :since) as accepted,
    (
        select count(*) from inbound i
        where i.state = 'filed' and i.state in ('filed', 'duplicate', 'discarded') and i.report = '' and i.accepted_at >= :since
    ) as filed,
    (
        select count(*) from inbound i
        where i.state = 'filed' and i.state in ('filed', 'duplicate', 'discarded')
            and i.report in ('bounce', 'delay', 'receipt', 'complaint') and i.accepted_at >= :since
    ) as reports,
    (
        select count(*) from inbound i
        where i.state = 'duplicate' and i.state in ('filed', 'duplicate', 'discarded') and i.report = '' and i.accepted_at >= :since
    ) as duplicates,
    (
        select count(*) from inbound i
        where i.state = 'discarded' and i.state in ('filed', 'duplicate', 'discarded') and i.report = '' and i.accepted_at >= :since
    ) as discarded,
    (
        select count(*) from inbound i
        where i.state = 'filed' and i.state in ('filed', 'duplicate', 'discarded') and i.report = 'bounce' and i.accepted_at >= :since
    ) as bounces,
    (
        select count(*) from inbound i
        where i.state = 'held' and i.state in ('held', 'unmatched', 'error') and i.accepted_at + 0 >= :since
    ) as held,
    (
        select count(*) from inbound i
        where i.state = 'unmatched' and i.state in ('held', 'unmatched', 'error') and i.accepted_at + 0 >= :since
    ) as unmatched,
    (
        select count(*) from inbound i
        where i.state = 'error' and i.state in ('held', 'unmatched', 'error') and i.accepted_at + 0 >= :since
    ) as errors,
    (select count(*) from inbound i where i.state = 'accepted' and i.accepted_at + 0 >= :since) as unfiled;

-- name: inbound_tally_of_company_since^
select
    (select count(*) from inbound i where i.company_id = :company_id and i.accepted_at >= :since) as accepted,
    (
        select count(*) from inbound i
        where i.company_id = :company_id and i.state = 'filed' and i.state in ('filed', 'duplicate', 'discarded')
            and i.report = '' and i.accepted_at >= :since
    ) as filed,
    (
        select count(*) from inbound i
        where i.company_id = :company_id and i.state = 'filed' and i.state in ('filed', 'duplicate', 'discarded')
            and i.report in ('bounce', 'delay', 'receipt', 'complaint') and i.accepted_at >= :since
    ) as reports,
    (
        select count(*) from inbound i
        where i.company_id = :company_id and i.state = 'duplicate' and i.state in ('filed', 'duplicate', 'discarded') and i.report = '' and i.accepted_at >= :since
    ) as duplicates,
    (
        select count(*) from inbound i
        where i.company_id = :company_id and i.state = 'discarded' and i.state in ('filed', 'duplicate', 'discarded') and i.report = '' and i.accepted_at >= :since
    ) as discarded,
    (
        select count(*) from inbound i
        where i.company_id = :company_id and i.state = 'filed' and i.state in ('filed', 'duplicate', 'discarded')
            and i.report = 'bounce' and i.accepted_at >= :since
    ) as bounces,
    (
        select count(*) from inbound i
        where i.company_id + 0 = :company_id and i.state = 'held' and i.state in ('held', 'unmatched', 'error') and i.accepted_at + 0 >= :since
    ) as held,
    (
        select count(*) from inbound i
        where i.company_id + 0 = :company_id and i.state = 'unmatched' and i.state in ('held', 'unmatched', 'error') and i.accepted_at + 0 >= :since
    ) as unmatched,
    (
        select count(*) from inbound i
        where i.company_id + 0 = :company_id and i.state = 'error' and i.state in ('held', 'unmatched', 'error') and i.accepted_at + 0 >= :since
    ) as errors,
    (
        select count(*) from inbound i
        where i.company_id + 0 = :company_id and i.state = 'accepted' and i.accepted_at + 0 >= :since
    ) as unfiled;

-- name: review_counts_everywhere
select state, count(*) from inbound where state in ('held', 'unmatched', 'error') group by state;

-- The sum keeps an index of times from being walked through: few wait.
-- name: review_since$
select min(accepted_at + 0) from inbound where state in ('held', 'unmatched', 'error');

-- name: review_of_company_since$
select min(accepted_at + 0) from inbound
where company_id = :company_id and state in ('held', 'unmatched', 'error');
