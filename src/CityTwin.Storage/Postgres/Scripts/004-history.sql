-- Every believed reading, once, in a partition for each day (UTC) of arrival, so that old ones go as whole tables.
create sequence readings_place;

create table readings (
    place bigint not null default nextval('readings_place'), -- grows with each arrival
    observed_at bigint not null, -- milliseconds since 1970-01-01 UTC
    received_at bigint not null, -- the same
    number double precision null, -- this, or a word
    boot bigint null,
    sequence bigint null,
    quality smallint not null,
    sensor text collate "C" not null,
    word text collate "C" null
) partition by range (received_at);

create index readings_by_time on readings (sensor, observed_at, place);

-- Only a reading that may be kept already is looked up by its number, but without an index that would read all of its sensor.
create index readings_by_number on readings (sensor, boot, sequence) where boot is not null and sequence is not null;

-- Makes the partitions of yesterday, today and tomorrow, and drops those wholly older than what is kept. Silos may make
-- and drop nothing, so this runs with the rights of its owner, and can do no more than that. It asks the server's clock as
-- well before it drops, so that one silo with a wrong clock does not cost the history. Attaching lets others go on
-- reading and writing; dropping does not, so it gives up where it would have to wait: the next day is early enough.
create function keep_reading_days(p_at bigint, p_kept bigint) returns void
language plpgsql security definer set lock_timeout = '2s' as $$
declare
    v_day constant bigint := 86400000;
    v_oldest bigint := (least(p_at, (extract(epoch from clock_timestamp()) * 1000)::bigint) - greatest(p_kept, v_day)) / v_day;
    v_name text;
begin
    perform pg_advisory_xact_lock(1131705464); -- "CtTx": one silo at a time
    for v_number in p_at / v_day - 1 .. p_at / v_day + 1 loop
        v_name := 'readings_' || to_char(to_timestamp(v_number * v_day / 1000) at time zone 'utc', 'YYYYMMDD');
        if to_regclass(v_name) is null then
            execute format('create table %I (like readings including all)', v_name);
            execute format('alter table readings attach partition %I for values from (%s) to (%s)', v_name, v_number * v_day, (v_number + 1) * v_day);
        end if;
    end loop;

    for v_name in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'readings'::regclass
            and c.relname collate "C" < 'readings_' || to_char(to_timestamp(v_oldest * v_day / 1000) at time zone 'utc', 'YYYYMMDD')
    loop
        begin
            execute format('drop table %I', v_name);
        exception when lock_not_available then
            exit;
        end;
    end loop;
end;
$$;

revoke all on function keep_reading_days from public;

-- What runs with the owner's rights finds its names nowhere but here.
do $$ begin execute format('alter function keep_reading_days set search_path = %I, pg_temp', current_schema()); end $$;

-- Adds the readings of one group. One that may be kept already is looked up first, one after the other, by its number or
-- else by its time; whoever holds the head of the change log does so alone.
create function keep_readings(
    p_sensor text[], p_observed_at bigint[], p_received_at bigint[], p_number double precision[], p_word text[], p_quality smallint[],
    p_boot bigint[], p_sequence bigint[], p_may_be_kept boolean[])
returns void language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
    v record;
    v_is_kept boolean;
begin
    insert into readings (sensor, observed_at, received_at, number, word, quality, boot, sequence)
    select g.sensor, g.observed_at, g.received_at, g.number, g.word, g.quality, g.boot, g.sequence
    from unnest(p_sensor, p_observed_at, p_received_at, p_number, p_word, p_quality, p_boot, p_sequence, p_may_be_kept)
        as g(sensor, observed_at, received_at, number, word, quality, boot, sequence, may_be_kept)
    where not g.may_be_kept;

    if not true = any(p_may_be_kept) then
        return;
    end if;

    perform 1 from change_head where id = 1 for update;
    for v in
        select * from unnest(p_sensor, p_observed_at, p_received_at, p_number, p_word, p_quality, p_boot, p_sequence, p_may_be_kept)
            as g(sensor, observed_at, received_at, number, word, quality, boot, sequence, may_be_kept)
        where g.may_be_kept
    loop
        if v.boot is not null and v.sequence is not null then
            v_is_kept := exists (select from readings r where r.sensor = v.sensor collate "C" and r.boot = v.boot and r.sequence = v.sequence);
        else
            v_is_kept := exists (
                select from readings r
                where r.sensor = v.sensor collate "C" and r.observed_at = v.observed_at and (r.boot is null or r.sequence is null));
        end if;

        if not v_is_kept then
            insert into readings (sensor, observed_at, received_at, number, word, quality, boot, sequence)
            values (v.sensor, v.observed_at, v.received_at, v.number, v.word, v.quality, v.boot, v.sequence);
        end if;
    end loop;
end;
$$;
