-- Every believed reading, once. "place" grows with each arrival, so that the oldest rows are the lowest.
create table readings (
    place integer primary key,
    sensor text not null,
    observed_at integer not null, -- milliseconds since 1970-01-01 UTC
    received_at integer not null, -- the same
    number real null, -- this, or a word
    word text null,
    quality integer not null,
    boot integer null,
    sequence integer null
);

create index readings_by_time on readings (sensor, observed_at);

-- Only a reading that may be kept already is looked up by its number, but without an index that would read all of its sensor.
create index readings_by_number on readings (sensor, boot, sequence) where boot is not null and sequence is not null;
