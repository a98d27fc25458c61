-- Who did what. Rows are only ever added, and silos have no right to do anything else. "place" counts from 0 without gaps,
-- over all silos: the one row of audit_edge is changed with each addition, so additions go one after the other.
create table audit (
    place bigint primary key,
    id text collate "C" not null unique, -- of the act, so that it is entered once
    entry bytea not null, -- JSON; its bytes are what the leaf is hashed from
    completed bytea not null, -- hashes of the complete subtrees that end here, 32 bytes each, smallest first
    root bytea not null -- of the tree up to and including this row
);

create table audit_edge (
    id integer primary key check (id = 1),
    size bigint not null,
    peaks bytea not null -- complete subtrees from left to right, 32 bytes each
) with (fillfactor = 10);

insert into audit_edge (id, size, peaks) values (1, 0, ''::bytea);
