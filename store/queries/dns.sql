-- name: dns_look_want!
insert into dns_look (domain_id, look_at)
values (:domain_id, :at)
on conflict (domain_id) do update set look_at = excluded.look_at;

-- name: dns_look_done!
insert into dns_look (domain_id, look_at, asked_at, zone, servers, verdict)
values (:domain_id, :at, :now, :zone, :servers, :verdict)
on conflict (domain_id) do update
set look_at = excluded.look_at, asked_at = excluded.asked_at, zone = excluded.zone, servers = excluded.servers,
    verdict = excluded.verdict;

-- name: dns_looks_due
select d.name
from dns_look l join domain d on d.id = l.domain_id
where l.look_at <= :now and d.state <> 'removed'
order by l.look_at
limit :most;

-- name: dns_looks
select l.domain_id, l.look_at, l.asked_at, l.zone, l.servers, l.verdict
from dns_look l
where l.domain_id in (:ids);

-- name: dns_findings
select position, what, name, verdict, body, changed_at
from dns_finding
where domain_id = :domain_id
order by position;

-- name: dns_findings_remove!
delete from dns_finding where domain_id = :domain_id;

-- name: dns_finding_add*!
insert into dns_finding (domain_id, position, what, name, verdict, body, changed_at)
values (:domain_id, :position, :what, :name, :verdict, :body, :changed_at);

-- name: dns_link_add!
insert into dns_link (token_hash, domain_id, expires_at)
values (:token_hash, :domain_id, :expires_at);

-- name: dns_link_domain$
select d.name
from dns_link k join domain d on d.id = k.domain_id
where k.token_hash = :token_hash and k.expires_at > :now and d.state <> 'removed';

-- name: dns_links_expire!
delete from dns_link where expires_at <= :now;
