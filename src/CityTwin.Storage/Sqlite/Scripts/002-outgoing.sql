-- Who tells alerts on to the world outside reads their rows alone. The index holds nothing else, so other rows cost nothing.
create index changes_alerts on changes (seq) where kind = 'alert';

-- How far such readers have come.
create table bookmarks (
    reader text not null primary key,
    epoch text not null,
    seq integer not null,
    definition text null
);
