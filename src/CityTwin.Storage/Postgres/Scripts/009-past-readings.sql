-- serves: 8
-- A reading that was no news when it came, however new it looked, is told apart: it was at no instant the sensor's current one.
alter table readings add column is_past boolean not null default false;

-- As before, with that. The one before stays for silos of the release before, until they are restarted.
create function keep_readings(
    p_sensor text[], p_observed_at bigint[], p_received_at bigint[], p_number double precision[], p_word text[], p_quality smallint[],
    p_boot bigint[], p_sequence bigint[], p_may_be_kept boolean[], p_is_past boolean[])
returns void language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
    v record;
    v_is_kept boolean;
begin
    insert into readings (sensor, observed_at, received_at, number, word, quality, boot, sequence, is_past)
    select g.sensor, g.observed_at, g.received_at, g.number, g.word, g.quality, g.boot, g.sequence, g.is_past
    from unnest(p_sensor, p_observed_at, p_received_at, p_number, p_word, p_quality, p_boot, p_sequence, p_may_be_kept, p_is_past)
        as g(sensor, observed_at, received_at, number, word, quality, boot, sequence, may_be_kept, is_past)
    where not g.may_be_kept;

    if not true = any(p_may_be_kept) then
        return;
    end if;

    perform 1 from change_head where id = 1 for update;
    for v in
        select * from unnest(p_sensor, p_observed_at, p_received_at, p_number, p_word, p_quality, p_boot, p_sequence, p_may_be_kept, p_is_past)
            as g(sensor, observed_at, received_at, number, word, quality, boot, sequence, may_be_kept, is_past)
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
            insert into readings (sensor, observed_at, received_at, number, word, quality, boot, sequence, is_past)
            values (v.sensor, v.observed_at, v.received_at, v.number, v.word, v.quality, v.boot, v.sequence, v.is_past);
        end if;
    end loop;
end;
$$;
