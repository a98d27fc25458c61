-- Orleans' own tables for its AdoNet providers, which ship no script for SQLite. Column and parameter names are theirs.
create table OrleansQuery (
    QueryKey text not null primary key,
    QueryText text not null
);

-- The index is narrow (two hashes); the other key columns tell hash collisions apart. Nothing enforces uniqueness but
-- the statements themselves, which SQLite runs one after another.
create table OrleansStorage (
    Id integer primary key,
    GrainIdHash integer not null,
    GrainIdN0 integer not null,
    GrainIdN1 integer not null,
    GrainTypeHash integer not null,
    GrainTypeString text not null,
    GrainIdExtensionString text null,
    ServiceId text not null,
    PayloadBinary blob null,
    ModifiedOn text not null,
    Version integer not null
);

create index OrleansStorageKey on OrleansStorage (GrainIdHash, GrainTypeHash);

-- One row of at most one version: inserts where nothing is and nothing is expected, updates what is at the expected
-- version, else changes nothing. A cleared row keeps its version, so an old writer cannot bring it back.
-- The provider reads "no row" as success, so a conflict must come back as a row with null.
insert into OrleansQuery (QueryKey, QueryText) values ('WriteToStorageKey', '
insert into OrleansStorage (Id, GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString,
    GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version)
select found.Id, @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString,
    @GrainIdExtensionString, @ServiceId, @PayloadBinary, strftime(''%Y-%m-%d %H:%M:%f'', ''now''), 1
from (select 1) left join (
    select Id, Version from OrleansStorage
    where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash
        and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1 and GrainTypeString = @GrainTypeString
        and GrainIdExtensionString is @GrainIdExtensionString and ServiceId = @ServiceId) as found on true
where (found.Id is null and @GrainStateVersion is null) or found.Version = @GrainStateVersion
on conflict (Id) do update set
    PayloadBinary = excluded.PayloadBinary, ModifiedOn = excluded.ModifiedOn, Version = Version + 1;
select case changes() when 0 then null else coalesce(@GrainStateVersion, 0) + 1 end as NewGrainStateVersion;');

insert into OrleansQuery (QueryKey, QueryText) values ('ReadFromStorageKey', '
select PayloadBinary, Version from OrleansStorage
where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash
    and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1 and GrainTypeString = @GrainTypeString
    and GrainIdExtensionString is @GrainIdExtensionString and ServiceId = @ServiceId;');

insert into OrleansQuery (QueryKey, QueryText) values ('ClearStorageKey', '
update OrleansStorage set
    PayloadBinary = null, ModifiedOn = strftime(''%Y-%m-%d %H:%M:%f'', ''now''), Version = Version + 1
where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash
    and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1 and GrainTypeString = @GrainTypeString
    and GrainIdExtensionString is @GrainIdExtensionString and ServiceId = @ServiceId
    and Version = @GrainStateVersion;
select case changes() when 0 then @GrainStateVersion else @GrainStateVersion + 1 end as NewGrainStateVersion;');

create table OrleansRemindersTable (
    ServiceId text not null,
    GrainId text not null,
    ReminderName text not null,
    StartTime text not null,
    Period integer not null,
    GrainHash integer not null,
    Version integer not null,
    primary key (ServiceId, GrainId, ReminderName)
);

insert into OrleansQuery (QueryKey, QueryText) values ('UpsertReminderRowKey', '
insert into OrleansRemindersTable (ServiceId, GrainId, ReminderName, StartTime, Period, GrainHash, Version)
values (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
on conflict (ServiceId, GrainId, ReminderName) do update set
    StartTime = excluded.StartTime, Period = excluded.Period, GrainHash = excluded.GrainHash, Version = Version + 1
returning Version;');

insert into OrleansQuery (QueryKey, QueryText) values ('ReadReminderRowsKey', '
select GrainId, ReminderName, StartTime, Period, Version from OrleansRemindersTable
where ServiceId = @ServiceId and GrainId = @GrainId;');

insert into OrleansQuery (QueryKey, QueryText) values ('ReadReminderRowKey', '
select GrainId, ReminderName, StartTime, Period, Version from OrleansRemindersTable
where ServiceId = @ServiceId and GrainId = @GrainId and ReminderName = @ReminderName;');

insert into OrleansQuery (QueryKey, QueryText) values ('ReadRangeRows1Key', '
select GrainId, ReminderName, StartTime, Period, Version from OrleansRemindersTable
where ServiceId = @ServiceId and GrainHash > @BeginHash and GrainHash <= @EndHash;');

insert into OrleansQuery (QueryKey, QueryText) values ('ReadRangeRows2Key', '
select GrainId, ReminderName, StartTime, Period, Version from OrleansRemindersTable
where ServiceId = @ServiceId and (GrainHash > @BeginHash or GrainHash <= @EndHash);');

insert into OrleansQuery (QueryKey, QueryText) values ('DeleteReminderRowKey', '
delete from OrleansRemindersTable
where ServiceId = @ServiceId and GrainId = @GrainId and ReminderName = @ReminderName and Version = @Version;
select changes();');

insert into OrleansQuery (QueryKey, QueryText) values ('DeleteReminderRowsKey', '
delete from OrleansRemindersTable where ServiceId = @ServiceId;');

-- The change log. One row holds its head: whoever has it locked hands out the next sequences, so they have no gaps.
create table change_head (
    id integer primary key check (id = 1),
    epoch text not null,
    head integer not null,
    first_kept integer not null
);

insert into change_head (id, epoch, head, first_kept) values (1, lower(hex(randomblob(16))), 0, 1);

create table changes (
    seq integer primary key,
    at integer not null, -- milliseconds since 1970-01-01 UTC
    kind text not null,
    key text not null,
    version integer not null,
    published blob null
);

-- The latest row of each key, removed keys left out.
create table published (
    seq integer primary key,
    at integer not null,
    kind text not null,
    key text not null,
    version integer not null,
    published blob not null,
    replaces text null,
    unique (kind, key)
);

create index published_replacing on published (kind) where replaces is not null;

create table definitions (
    hash text not null primary key,
    definition blob not null
);
