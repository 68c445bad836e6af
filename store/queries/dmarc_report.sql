-- name: dmarc_report_count$
select count(*)
from dmarc_report
where domain_id = :domain_id and verified = :verified;

-- name: dmarc_report_add$
insert into dmarc_report (domain_id, verified, sender, organisation, report, begin_at, end_at, created_at)
values (:domain_id, :verified, :sender, :organisation, :report, :begin_at, :end_at, :now)
on conflict (domain_id, verified, sender, organisation, report) do nothing
returning id;

-- name: dmarc_rows_add*!
insert into dmarc_row (dmarc_report_id, position, source, selector, disposition, dkim, spf, mails)
values (:id, :position, :source, :selector, :disposition, :dkim, :spf, :mails);

-- name: dmarc_sources
select d.verified, r.source, r.selector, r.disposition, r.dkim, r.spf, cast(sum(r.mails) as bigint) as mails
from dmarc_report d join dmarc_row r on r.dmarc_report_id = d.id
where d.domain_id = :domain_id and d.end_at > :since
group by d.verified, r.source, r.selector, r.disposition, r.dkim, r.spf
order by 7 desc, 2, 3, 4, 5, 6, 1
limit :most;

-- name: dmarc_totals
select d.verified, cast(sum(r.mails) as bigint) as mails,
    cast(sum(case when r.dkim or r.spf then r.mails else 0 end) as bigint) as passed
from dmarc_report d join dmarc_row r on r.dmarc_report_id = d.id
where d.domain_id = :domain_id and d.end_at > :since
group by d.verified;

-- name: dmarc_reporters
select organisation, sender, verified, count(*) as reports
from dmarc_report
where domain_id = :domain_id and end_at > :since
group by organisation, sender, verified
order by 4 desc, 1, 2, 3
limit :most;

-- name: dmarc_rows_expire!
delete from dmarc_row where dmarc_report_id in (select id from dmarc_report where created_at < :before);

-- name: dmarc_reports_expire!
delete from dmarc_report where created_at < :before;
