-- What has changed, but for plain readings: rows of the change log, and a row for each segment whose level a batch moved.
-- "place" grows with each commit, so that the oldest rows are the lowest.
create table history (
    place integer primary key,
    at integer not null, -- milliseconds since 1970-01-01 UTC
    seq integer not null,
    kind text not null,
    key text not null,
    version integer not null,
    published blob null,
    level integer null, -- after and before, of a moved level
    was integer null
);

create index history_by_time on history (at, place);

create index history_by_key on history (kind, key, at, place);

-- The whole city now and then, so that a past instant is a mark and the rows after it.
create table history_marks (
    mark integer primary key,
    at integer not null,
    seq integer not null, -- the head of the change log then
    place integer not null -- the newest place then, to know how much has changed since
);

create table history_marked (
    mark integer not null,
    seq integer not null,
    at integer not null,
    kind text not null,
    key text not null,
    version integer not null,
    published blob not null
);

create index history_marked_by_mark on history_marked (mark);
