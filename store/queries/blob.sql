-- name: blob_add$
insert into blob (company_id, sha256, size)
values (:company_id, :sha256, :size)
returning id;

-- name: blob_content_add!
insert into blob_content (blob_id, bytes) values (:blob_id, :bytes);

-- name: blob_by_hash$
select id from blob where company_id = :company_id and sha256 = :sha256;

-- name: blob_by_id^
select id, company_id, sha256, size from blob where id = :id;

-- name: blob_bytes$
select bytes from blob_content where blob_id = :blob_id;

-- name: blob_company!
update blob set company_id = :company_id where id = :id and company_id is null;

-- name: blob_delete!
delete from blob where id = :id;

-- name: blob_content_delete!
delete from blob_content where blob_id = :id;

-- Room that is then written in pieces; the name of the function is SQLite its own.
-- name: blob_content_room!
insert into blob_content (blob_id, bytes) values (:blob_id, zeroblob(:size));

-- name: blob_used$
select count(*) from (
    select 1 from inbound where blob_id = :id
    union all
    select 1 from attachment where blob_id = :id
) as users;
