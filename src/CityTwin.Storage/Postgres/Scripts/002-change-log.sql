-- The change log. One row holds its head: whoever has it locked hands out the next sequences, so they have no gaps and
-- are in the order of the commits.
create table change_head (
    id integer primary key check (id = 1),
    epoch text collate "C" not null,
    head bigint not null,
    first_kept bigint not null
) with (fillfactor = 10);

insert into change_head (id, epoch, head, first_kept) values (1, md5(gen_random_uuid()::text), 0, 1);

create table changes (
    seq bigint primary key,
    at bigint not null, -- milliseconds since 1970-01-01 UTC
    kind text collate "C" not null,
    key text collate "C" not null,
    version bigint not null,
    published bytea null
);

-- Who tells alerts on to the world outside reads their rows alone. The index holds nothing else, so other rows cost nothing.
create index changes_alerts on changes (seq) where kind = 'alert';

-- The latest row of each key, removed keys left out. No index on seq: it would have to be touched at each change.
create table published (
    seq bigint not null,
    at bigint not null,
    kind text collate "C" not null,
    key text collate "C" not null,
    version bigint not null,
    published bytea not null,
    replaces text collate "C" null,
    primary key (kind, key)
) with (fillfactor = 70);

create index published_replacing on published (kind) where replaces is not null;

create table definitions (
    hash text collate "C" not null primary key,
    definition bytea not null
);

-- How far those have come who tell the world outside.
create table bookmarks (
    reader text collate "C" not null primary key,
    epoch text collate "C" not null,
    seq bigint not null,
    definition text collate "C" null
);

-- Where the log is. Its name is made of the drawn epoch and of what tells this very log from a copy of it: a restored dump
-- is another table, a copied database another one, and a recovered or failed-over server is on another timeline.
create function log_place(out drawn text, out epoch text, out head bigint, out first_kept bigint)
language sql stable as $$
    select h.epoch, md5(concat_ws('/', h.epoch, c.system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8), d.oid, 'change_head'::regclass::oid)),
        h.head, h.first_kept
    from change_head h, pg_control_system() c, pg_database d
    where d.datname = current_database();
$$;

-- Drops the oldest rows of the log, by number and age, a bounded piece at a time, as SqliteRetention does. The latest row that
-- replaces others (a checkpoint) and all that follows it stay: replay starts there. Returns the lowest sequence now kept.
create function trim_changes(
    p_head bigint, p_first_kept bigint, p_kept_min bigint, p_kept_max bigint, p_young_since bigint, p_piece bigint, p_slack bigint)
returns bigint language plpgsql set enable_seqscan = off as $$
declare
    v_droppable bigint := p_head - p_kept_min;
    v_piece bigint := p_first_kept + p_piece - 1;
    v_first_young bigint;
    v_last bigint;
begin
    if v_droppable < p_first_kept + p_slack then
        return p_first_kept;
    end if;

    v_droppable := least(v_droppable, (select min(seq) - 1 from published where replaces is not null));
    if v_droppable < p_first_kept + p_slack then
        return p_first_kept;
    end if;

    select min(seq) into v_first_young from changes where seq between p_first_kept and v_piece and at >= p_young_since;
    v_last := least(greatest(p_head - p_kept_max, coalesce(v_first_young - 1, v_piece)), v_droppable, v_piece);
    if v_last < p_first_kept + p_slack then
        return p_first_kept;
    end if;

    delete from changes where seq <= v_last;
    return v_last + 1;
end;
$$;

-- Writes one group: states whose row is at the expected version (0 = there is none), the changes that ride along with
-- them, and the head of the log. A state that is not at its version leaves no trace. No key comes twice in one call.
-- Places count from 1 in the order given. The joins are told to go by index: the plan is kept, and the first groups of a
-- new city would have made it for empty tables. What is forbidden counts as dear, and what is dear would be compiled at
-- each call, which takes longer than all the rest: hence no JIT.
create function commit_group(
    p_epoch text, p_at bigint,
    p_id_hash integer[], p_type_hash integer[], p_n0 bigint[], p_n1 bigint[], p_name text[], p_extension text[], p_service text[],
    p_expected integer[], p_state bytea[],
    p_change_of integer[], p_change_version integer[], p_kind text[], p_key text[], p_status bytea[], p_replaces text[],
    p_kept_min bigint, p_kept_max bigint, p_young_since bigint, p_piece bigint, p_slack bigint,
    out first bigint, out written integer[])
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
    v_epoch text;
    v_head bigint;
    v_first_kept bigint;
    v_new integer[];
    v_is_written boolean[] := array_fill(false, array[cardinality(p_id_hash)]);
    v_place integer;
    v_replaced text[];
    v_replaced_before bigint[];
begin
    -- A statement of its own: what follows must see what was committed while this waited.
    select h.epoch, h.head, h.first_kept into strict v_epoch, first, v_first_kept from change_head h where h.id = 1 for update;
    if v_epoch <> p_epoch then
        raise exception 'The change log is another one than at the start.' using errcode = 'CT001';
    end if;

    with given as (
        select * from unnest(p_id_hash, p_type_hash, p_n0, p_n1, p_name, p_extension, p_service, p_expected, p_state) with ordinality
            as g(id_hash, type_hash, n0, n1, name, extension, service, expected, state, place)),
    updated as (
        update OrleansStorage s set PayloadBinary = g.state, ModifiedOn = now() at time zone 'utc', Version = s.Version + 1
        from given g
        where s.GrainIdHash = g.id_hash and s.GrainTypeHash = g.type_hash and s.GrainIdN0 = g.n0 and s.GrainIdN1 = g.n1
            and s.GrainTypeString = g.name and s.GrainIdExtensionString is not distinct from g.extension and s.ServiceId = g.service
            and s.Version = g.expected
        returning g.place)
    select coalesce(array_agg(place::integer), '{}') into written from updated;

    if 0 = any(p_expected) then
        with given as (
            select * from unnest(p_id_hash, p_type_hash, p_n0, p_n1, p_name, p_extension, p_service, p_expected, p_state) with ordinality
                as g(id_hash, type_hash, n0, n1, name, extension, service, expected, state, place)),
        fresh as materialized (
            select * from given g where g.expected = 0 and not exists (
                select 1 from OrleansStorage s
                where s.GrainIdHash = g.id_hash and s.GrainTypeHash = g.type_hash and s.GrainIdN0 = g.n0 and s.GrainIdN1 = g.n1
                    and s.GrainTypeString = g.name and s.GrainIdExtensionString is not distinct from g.extension and s.ServiceId = g.service)),
        inserted as (
            insert into OrleansStorage (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString,
                GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version)
            select id_hash, n0, n1, type_hash, name, extension, service, state, now() at time zone 'utc', 1 from fresh)
        select coalesce(array_agg(place::integer), '{}') into v_new from fresh;
        written := written || v_new;
    end if;

    if cardinality(p_change_of) = 0 then
        return;
    end if;

    foreach v_place in array written loop
        v_is_written[v_place] := true;
    end loop;

    with numbered as materialized (
        select first + row_number() over (order by c.place) as seq, c.version, c.kind collate "C" as kind, c.key collate "C" as key, c.status, c.replaces
        from unnest(p_change_of, p_change_version, p_kind, p_key, p_status, p_replaces) with ordinality
            as c(of, version, kind, key, status, replaces, place)
        where v_is_written[c.of]),
    logged as (
        insert into changes (seq, at, kind, key, version, published)
        select seq, p_at, kind, key, version, status from numbered),
    latest as materialized (select distinct on (kind, key) * from numbered order by kind, key, seq desc),
    withdrawn as (
        delete from published p using latest l where l.status is null and p.kind = l.kind and p.key = l.key),
    shown as (
        insert into published (seq, at, kind, key, version, published, replaces)
        select seq, p_at, kind, key, version, status, replaces from latest where status is not null
        on conflict (kind, key) do update set
            seq = excluded.seq, at = excluded.at, version = excluded.version, published = excluded.published, replaces = excluded.replaces)
    select coalesce(max(seq), first), array_agg(replaces) filter (where replaces is not null), array_agg(seq) filter (where replaces is not null)
    into v_head, v_replaced, v_replaced_before
    from numbered;

    if v_head = first then
        return;
    end if;

    if v_replaced is not null then
        delete from published p using unnest(v_replaced, v_replaced_before) as r(kind, before) where p.kind = r.kind and p.seq < r.before;
    end if;

    update change_head set head = v_head,
        first_kept = trim_changes(v_head, v_first_kept, p_kept_min, p_kept_max, p_young_since, p_piece, p_slack)
    where id = 1;
    perform pg_notify('citytwin_changes', v_epoch || ' ' || v_head);
end;
$$;
