-- The mail server's map.  Postfix reads it at every RCPT (postfix/*.cf), so it is kept small, and every spelling
-- under which Postfix may ask stands in it ready made: a domain as A-label and as U-label (RFC 5890, RFC 6531),
-- a local part with its letters in lower case.

-- name: create()#
-- Makes the tables where they are missing; what stands in them stays.
create table if not exists followed (
    id integer primary key check (id = 1),
    generation integer not null
) strict;

insert or ignore into followed (id, generation) values (1, 0);

create table if not exists domain (
    spelling text not null primary key,
    name text not null,
    dedicated integer not null,
    generation integer not null
) strict, without rowid;

create index if not exists domain_name on domain (name);

-- A recipient counts only while the row of its domain stands, so closing a domain is one row.
create table if not exists recipient (
    domain text not null,
    spelling text not null,
    local text not null,
    generation integer not null,
    -- Switched off: nobody takes it, whoever takes all the rest.
    refused integer not null default 0,
    primary key (domain, spelling, local)
) strict, without rowid;

-- name: generation()$
-- The generation of the store that this file has followed to.
select generation from followed where id = 1;

-- name: follow(generation)!
-- Says how far the file has followed now.
update followed set generation = :generation where id = 1;

-- name: put_domain(spelling, name, dedicated, generation)!
-- One spelling of a domain.
insert into domain (spelling, name, dedicated, generation)
values (:spelling, :name, :dedicated, :generation);

-- name: drop_domain(name)!
-- All spellings of a domain.
delete from domain where name = :name;

-- name: put_recipient(domain, spelling, local, generation, refused)!
-- One spelling of a recipient.
insert into recipient (domain, spelling, local, generation, refused)
values (:domain, :spelling, :local, :generation, :refused);

-- name: drop_recipient(domain, local)!
-- All spellings of a recipient.
delete from recipient where domain = :domain and local = :local;

-- name: drop_domains()!
-- Every domain, before all are written anew.
delete from domain;

-- name: drop_recipients()!
-- Every recipient, before all are written anew.
delete from recipient;

-- name: domains()
-- Every domain once.
select distinct name, dedicated from domain order by name;

-- name: recipients()
-- Every recipient that Postfix would find, once.
select distinct recipient.domain, recipient.local, domain.dedicated
from recipient
join domain on domain.name = recipient.domain
where not recipient.refused
order by recipient.domain, recipient.local;

-- name: dedicated_spellings()
-- Every spelling of each domain of which all mail is ours.
select spelling from domain where dedicated order by spelling;

-- name: keys()
-- Every address in every spelling, with whether it is switched off; what is not comes last of those spelled alike.
select recipient.spelling || '@' || domain.spelling as name, recipient.refused
from recipient
join domain on domain.name = recipient.domain
where recipient.spelling <> '*' or domain.dedicated
order by name, recipient.refused desc;
