-- name: blob_add$
insert into blob (company_id, sha256, size)
values (:company_id, :sha256, :size)
returning id;

-- name: blob_piece_add!
insert into blob_piece (blob_id, position, bytes) values (:blob_id, :position, :bytes);

-- name: blob_by_hash$
select id from blob where company_id = :company_id and sha256 = :sha256;

-- name: blob_by_id^
select id, company_id, sha256, size from blob where id = :id;

-- name: blob_pieces
select bytes from blob_piece where blob_id = :blob_id order by position;

-- name: blob_piece$
select bytes from blob_piece where blob_id = :blob_id and position = :position;

-- name: blob_company!
update blob set company_id = :company_id where id = :id and company_id is null;

-- name: blob_delete!
delete from blob where id = :id;

-- name: blob_pieces_delete!
delete from blob_piece where blob_id = :id;

-- name: blob_used$
select count(*) from (
    select 1 from inbound where blob_id = :id
    union all
    select 1 from attachment where blob_id = :id
) as users;
