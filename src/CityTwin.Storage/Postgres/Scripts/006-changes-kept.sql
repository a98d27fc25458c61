-- What has changed, but for plain readings: rows of the change log, and a row for each segment whose level a batch moved.
-- In a partition for each day (UTC), so that old ones go as whole tables.
create sequence history_place;

create table history (
    place bigint not null default nextval('history_place'), -- grows with each commit: whoever adds holds the head of the change log
    at bigint not null, -- milliseconds since 1970-01-01 UTC
    seq bigint not null,
    version bigint not null,
    level smallint null, -- after and before, of a moved level
    was smallint null,
    kind text collate "C" not null,
    key text collate "C" not null,
    published bytea null
) partition by range (at);

create index history_by_time on history (at, place);

create index history_by_key on history (kind, key, at, place);

-- The whole city now and then, so that a past instant is a mark and the rows after it.
create sequence history_mark;

create table history_marks (
    mark bigint primary key,
    at bigint not null,
    seq bigint not null, -- the head of the change log then
    place bigint not null -- the place that was last handed out, to know how much has changed since
);

create table history_marked (
    mark bigint not null,
    seq bigint not null,
    at bigint not null,
    version bigint not null,
    kind text collate "C" not null,
    key text collate "C" not null,
    published bytea not null
);

create index history_marked_by_mark on history_marked (mark);

-- As before, for both tables.
create or replace function keep_reading_days(p_at bigint, p_kept bigint) returns void
language plpgsql security definer set lock_timeout = '2s' as $$
declare
    v_day constant bigint := 86400000;
    v_oldest bigint := (least(p_at, (extract(epoch from clock_timestamp()) * 1000)::bigint) - greatest(p_kept, v_day)) / v_day;
    v_table text;
    v_name text;
begin
    perform pg_advisory_xact_lock(1131705464); -- "CtTx": one silo at a time
    foreach v_table in array array['readings', 'history'] loop
        for v_number in p_at / v_day - 1 .. p_at / v_day + 1 loop
            v_name := v_table || '_' || to_char(to_timestamp(v_number * v_day / 1000) at time zone 'utc', 'YYYYMMDD');
            if to_regclass(v_name) is null then
                execute format('create table %I (like %I including all)', v_name, v_table);
                execute format('alter table %I attach partition %I for values from (%s) to (%s)', v_table, v_name, v_number * v_day, (v_number + 1) * v_day);
            end if;
        end loop;

        for v_name in
            select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = to_regclass(v_table)
                and c.relname collate "C" < v_table || '_' || to_char(to_timestamp(v_oldest * v_day / 1000) at time zone 'utc', 'YYYYMMDD')
        loop
            begin
                execute format('drop table %I', v_name);
            exception when lock_not_available then
                exit;
            end;
        end loop;
    end loop;
end;
$$;

-- What runs with the owner's rights finds its names nowhere but here.
do $$ begin execute format('alter function keep_reading_days set search_path = %I, pg_temp', current_schema()); end $$;

-- Marks the city, if the newest mark is older than p_age, or older than p_age_min and followed by p_changes; drops marks from before
-- p_oldest. One statement does the marking, so that all it copies is of one moment, and nobody who writes waits for it.
create function mark_history(p_is_kept boolean, p_at bigint, p_oldest bigint, p_age bigint, p_age_min bigint, p_changes bigint)
returns boolean language plpgsql as $$
declare
    v_at bigint;
    v_place bigint;
    v_last bigint;
begin
    if not pg_try_advisory_xact_lock(1131705709) then -- "CtUm": one silo at a time
        return false;
    end if;

    delete from history_marked where mark in (select mark from history_marks where at < p_oldest);
    delete from history_marks where at < p_oldest;
    if not p_is_kept then
        return false;
    end if;

    select at, place into v_at, v_place from history_marks order by mark desc limit 1;
    select last_value into v_last from history_place;
    if p_at - v_at < p_age and (p_at - v_at < p_age_min or v_last - v_place < p_changes) then
        return false;
    end if;

    with made as (
        insert into history_marks (mark, at, seq, place)
        select nextval('history_mark'), p_at, head, v_last from change_head
        returning mark)
    insert into history_marked (mark, seq, at, version, kind, key, published)
    select made.mark, p.seq, p.at, p.version, p.kind, p.key, p.published
    from published p cross join made where p.kind not in ('outbox', 'due', 'breach');
    return true;
end;
$$;
