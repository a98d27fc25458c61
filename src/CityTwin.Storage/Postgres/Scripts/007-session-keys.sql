-- What the sessions of browsers are encrypted with, shared by all silos. Not encrypted itself: there is no secret to do it
-- with that does not lie beside the credentials of this database. Whoever reads this table can make sessions.
create table session_keys (
    name text collate "C" not null primary key,
    xml text not null,
    made_at timestamptz not null default clock_timestamp()
);
