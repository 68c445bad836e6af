-- name: blobs_add*!
insert into blob (company_id, sha256, size)
values (:company_id, :sha256, :size)
returning sha256, id;

-- name: blob_pieces_add*!
insert into blob_piece (blob_id, position, bytes) values (:blob_id, :position, :bytes);

-- name: blobs_by_hash
select sha256, id from blob where company_id = :company_id and sha256 in (:digests);

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
select case
    when exists (select 1 from inbound where blob_id = :id) then 1
    when exists (select 1 from attachment where blob_id = :id) then 1
    when exists (select 1 from draft_file where blob_id = :id) then 1
    when exists (select 1 from saved_reply_file where blob_id = :id) then 1
    else 0
end;

-- A blob, and the id under which a company has the same bytes already.
-- name: blob_for_company^
select b.company_id, b.size,
    (select o.id from blob o where o.company_id = :company_id and o.sha256 = b.sha256) as theirs
from blob b
where b.id = :id;
