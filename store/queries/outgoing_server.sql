-- name: outgoing_servers
select * from outgoing_server where state <> 'removed' order by position, id;

-- name: outgoing_server_by_name^
select * from outgoing_server where name = :name;

-- name: outgoing_server_add$
insert into outgoing_server (
    name, host, port, security, sign_in, login, senders, token_url, client_id, scope, per_minute, per_day, per_domain,
    falls_back, state, position
)
values (
    :name, :host, :port, :security, :sign_in, :login, :senders, :token_url, :client_id, :scope, :per_minute, :per_day,
    :per_domain, :falls_back, :state, :position
)
returning id;

-- name: outgoing_server_set!
update outgoing_server
set host = :host, port = :port, security = :security, sign_in = :sign_in, login = :login, senders = :senders,
    token_url = :token_url, client_id = :client_id, scope = :scope, per_minute = :per_minute, per_day = :per_day,
    per_domain = :per_domain, falls_back = :falls_back, state = :state, position = :position
where id = :id;

-- name: server_use^
select
    coalesce(sum(case when minute = :minute then count else 0 end), 0) as minute,
    coalesce(sum(case when minute = :minute and domain = :domain then count else 0 end), 0) as domain,
    coalesce(sum(count), 0) as day
from server_use
where server_id = :server_id and minute > :since and minute <= :minute;

-- name: server_use_add!
insert into server_use (server_id, minute, domain, count)
values (:server_id, :minute, :domain, :count)
on conflict (server_id, minute, domain) do update set count = server_use.count + excluded.count;

-- name: server_use_expire!
delete from server_use where minute < :minute;
