-- As before, but a silo waits for no other one, nor for a backup or a vacuum, as long as there is a place for today: at midnight all of
-- them come at once, and a group waits behind each.
create or replace function keep_reading_days(p_at bigint, p_kept bigint) returns void
language plpgsql security definer set lock_timeout = '2s' as $$
declare
    v_day constant bigint := 86400000;
    v_today constant bigint := p_at / v_day;
    v_oldest bigint := (least(p_at, (extract(epoch from clock_timestamp()) * 1000)::bigint) - greatest(p_kept, v_day)) / v_day;
    v_tables constant text[] := array['readings', 'history'];
    v_table text;
    v_name text;
begin
    if not pg_try_advisory_xact_lock(1131705464) then -- "CtTx": one silo at a time
        if not exists (
            select from unnest(v_tables) as t(name)
            where to_regclass(t.name || '_' || to_char(to_timestamp(v_today * v_day / 1000) at time zone 'utc', 'YYYYMMDD')) is null)
        then
            return;
        end if;

        perform pg_advisory_xact_lock(1131705464);
    end if;

    foreach v_table in array v_tables loop
        for v_number in v_today - 1 .. v_today + 1 loop
            v_name := v_table || '_' || to_char(to_timestamp(v_number * v_day / 1000) at time zone 'utc', 'YYYYMMDD');
            if to_regclass(v_name) is null then
                begin
                    execute format('create table %I (like %I including all)', v_name, v_table);
                    execute format('alter table %I attach partition %I for values from (%s) to (%s)', v_table, v_name, v_number * v_day, (v_number + 1) * v_day);
                exception when lock_not_available then
                    -- Tomorrow's may wait until tomorrow.
                    if v_number <= v_today then
                        raise;
                    end if;
                end;
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

-- As before, but: a silo whose clock is ahead drops no mark that is not too old by the server's clock as well, and its mark keeps nobody
-- from making the next one. One mark is dropped at a time, or a city that stood still would have a month of them to drop at once. A mark
-- is no older than the newest row that it holds. And after very many changes the next one comes as soon as p_age_least allows.
drop function mark_history(boolean, bigint, bigint, bigint, bigint, bigint);

create function mark_history(
    p_is_kept boolean, p_at bigint, p_oldest bigint, p_age bigint, p_age_min bigint, p_changes bigint, p_age_least bigint, p_changes_many bigint)
returns boolean language plpgsql as $$
declare
    v_oldest constant bigint := least(p_oldest, (extract(epoch from clock_timestamp()) * 1000)::bigint - (p_at - p_oldest));
    v_age bigint;
    v_place bigint;
    v_last bigint;
    v_expired bigint;
begin
    if not pg_try_advisory_xact_lock(1131705709) then -- "CtUm": one silo at a time
        return false;
    end if;

    select mark into v_expired from history_marks where at < v_oldest order by mark limit 1;
    delete from history_marked where mark = v_expired;
    delete from history_marks where mark = v_expired;
    if not p_is_kept then
        return false;
    end if;

    select p_at - at, place into v_age, v_place from history_marks where at <= p_at order by mark desc limit 1;
    select last_value into v_last from history_place;
    if v_age < p_age and (v_last - v_place < p_changes or v_age < p_age_min)
        and (v_last - v_place < p_changes_many or v_age < p_age_least)
    then
        return false;
    end if;

    with made as (
        insert into history_marks (mark, at, seq, place)
        select nextval('history_mark'), greatest(p_at, coalesce((select c.at from changes c where c.seq = h.head), p_at)), h.head, v_last from change_head h
        returning mark)
    insert into history_marked (mark, seq, at, version, kind, key, published)
    select made.mark, p.seq, p.at, p.version, p.kind, p.key, p.published
    from published p cross join made where p.kind not in ('outbox', 'due', 'breach');
    return true;
end;
$$;
