-- Orleans' own tables for its AdoNet providers. Table, column and parameter names are theirs, and so is what each query
-- means; the text is ours. Text is compared byte by byte: nothing here is sorted for people.
create table OrleansQuery (
    QueryKey varchar(64) collate "C" not null primary key,
    QueryText text not null
);

-- One row a key is enforced by the index, because two silos may write at once. A state that is written often stays on
-- its page (fillfactor), so that no index has to be touched.
create table OrleansStorage (
    GrainIdHash integer not null,
    GrainIdN0 bigint not null,
    GrainIdN1 bigint not null,
    GrainTypeHash integer not null,
    GrainTypeString varchar(512) collate "C" not null,
    GrainIdExtensionString varchar(512) collate "C" null,
    ServiceId varchar(150) collate "C" not null,
    PayloadBinary bytea null,
    ModifiedOn timestamp not null,
    Version integer not null
) with (fillfactor = 70);

create unique index OrleansStorageKey on OrleansStorage (
    GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainTypeString, GrainIdExtensionString, ServiceId) nulls not distinct;

-- Inserts where nothing is and nothing is expected, updates what is at the expected version, else changes nothing. A
-- cleared row keeps its version, so an old writer cannot bring it back. The provider reads "no row" as success, so a
-- conflict must come back as a row with null.
insert into OrleansQuery (QueryKey, QueryText) values ('WriteToStorageKey', '
with updated as (
    update OrleansStorage set PayloadBinary = @PayloadBinary, ModifiedOn = now() at time zone ''utc'', Version = Version + 1
    where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash
        and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1 and GrainTypeString = @GrainTypeString
        and GrainIdExtensionString is not distinct from @GrainIdExtensionString and ServiceId = @ServiceId
        and Version = @GrainStateVersion
    returning Version),
inserted as (
    insert into OrleansStorage (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString,
        GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version)
    select @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString,
        @GrainIdExtensionString, @ServiceId, @PayloadBinary, now() at time zone ''utc'', 1
    where @GrainStateVersion::integer is null
    on conflict do nothing
    returning Version)
select (select Version from updated union all select Version from inserted) as NewGrainStateVersion;');

insert into OrleansQuery (QueryKey, QueryText) values ('ReadFromStorageKey', '
select PayloadBinary, Version from OrleansStorage
where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash
    and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1 and GrainTypeString = @GrainTypeString
    and GrainIdExtensionString is not distinct from @GrainIdExtensionString and ServiceId = @ServiceId;');

insert into OrleansQuery (QueryKey, QueryText) values ('ClearStorageKey', '
with cleared as (
    update OrleansStorage set PayloadBinary = null, ModifiedOn = now() at time zone ''utc'', Version = Version + 1
    where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash
        and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1 and GrainTypeString = @GrainTypeString
        and GrainIdExtensionString is not distinct from @GrainIdExtensionString and ServiceId = @ServiceId
        and Version = @GrainStateVersion
    returning Version)
select coalesce((select Version from cleared), @GrainStateVersion::integer) as NewGrainStateVersion;');

create table OrleansRemindersTable (
    ServiceId varchar(150) collate "C" not null,
    GrainId varchar(512) collate "C" not null,
    ReminderName varchar(150) collate "C" not null,
    StartTime timestamptz not null,
    Period bigint not null,
    GrainHash integer not null,
    Version integer not null,
    primary key (ServiceId, GrainId, ReminderName)
);

create index OrleansRemindersRange on OrleansRemindersTable (ServiceId, GrainHash);

insert into OrleansQuery (QueryKey, QueryText) values ('UpsertReminderRowKey', '
insert into OrleansRemindersTable as kept (ServiceId, GrainId, ReminderName, StartTime, Period, GrainHash, Version)
values (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period::bigint, @GrainHash, 0)
on conflict (ServiceId, GrainId, ReminderName) do update set
    StartTime = excluded.StartTime, Period = excluded.Period, GrainHash = excluded.GrainHash, Version = kept.Version + 1
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
with deleted as (
    delete from OrleansRemindersTable
    where ServiceId = @ServiceId and GrainId = @GrainId and ReminderName = @ReminderName and Version = @Version
    returning 1)
select count(*)::integer from deleted;');

insert into OrleansQuery (QueryKey, QueryText) values ('DeleteReminderRowsKey', '
delete from OrleansRemindersTable where ServiceId = @ServiceId;');

-- Which silos there are. The version row is what silos compete for: whoever changes a member changes it too, from the
-- version it has read, or changes nothing.
create table OrleansMembershipVersionTable (
    DeploymentId varchar(150) collate "C" not null primary key,
    Timestamp timestamptz not null default now(),
    Version integer not null default 0
);

create table OrleansMembershipTable (
    DeploymentId varchar(150) collate "C" not null references OrleansMembershipVersionTable (DeploymentId),
    Address varchar(45) collate "C" not null,
    Port integer not null,
    Generation integer not null,
    SiloName varchar(150) collate "C" not null,
    HostName varchar(150) collate "C" not null,
    Status integer not null,
    ProxyPort integer null,
    SuspectTimes text null,
    StartTime timestamptz not null,
    IAmAliveTime timestamptz not null,
    primary key (DeploymentId, Address, Port, Generation)
);

insert into OrleansQuery (QueryKey, QueryText) values ('UpdateIAmAlivetimeKey', '
update OrleansMembershipTable set IAmAliveTime = @IAmAliveTime
where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation;');

insert into OrleansQuery (QueryKey, QueryText) values ('InsertMembershipVersionKey', '
with added as (
    insert into OrleansMembershipVersionTable (DeploymentId) values (@DeploymentId) on conflict do nothing returning 1)
select count(*)::integer from added;');

insert into OrleansQuery (QueryKey, QueryText) values ('InsertMembershipKey', '
with moved as (
    update OrleansMembershipVersionTable set Timestamp = now(), Version = Version + 1
    where DeploymentId = @DeploymentId and Version = @Version and not exists (
        select 1 from OrleansMembershipTable
        where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation)
    returning 1),
added as (
    insert into OrleansMembershipTable (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
    select @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
    from moved
    returning 1)
select count(*)::integer from added;');

insert into OrleansQuery (QueryKey, QueryText) values ('UpdateMembershipKey', '
with moved as (
    update OrleansMembershipVersionTable set Timestamp = now(), Version = Version + 1
    where DeploymentId = @DeploymentId and Version = @Version and exists (
        select 1 from OrleansMembershipTable
        where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation)
    returning 1),
changed as (
    update OrleansMembershipTable set Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime
    from moved
    where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation
    returning 1)
select count(*)::integer from changed;');

-- The version is told also where there is no such member.
insert into OrleansQuery (QueryKey, QueryText) values ('MembershipReadRowKey', '
select v.DeploymentId, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes,
    m.StartTime, m.IAmAliveTime, v.Version
from OrleansMembershipVersionTable v left join OrleansMembershipTable m
    on v.DeploymentId = m.DeploymentId and m.Address = @Address and m.Port = @Port and m.Generation = @Generation
where v.DeploymentId = @DeploymentId;');

insert into OrleansQuery (QueryKey, QueryText) values ('MembershipReadAllKey', '
select v.DeploymentId, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes,
    m.StartTime, m.IAmAliveTime, v.Version
from OrleansMembershipVersionTable v left join OrleansMembershipTable m on v.DeploymentId = m.DeploymentId
where v.DeploymentId = @DeploymentId;');

insert into OrleansQuery (QueryKey, QueryText) values ('DeleteMembershipTableEntriesKey', '
delete from OrleansMembershipTable where DeploymentId = @DeploymentId;
delete from OrleansMembershipVersionTable where DeploymentId = @DeploymentId;');

insert into OrleansQuery (QueryKey, QueryText) values ('GatewaysQueryKey', '
select Address, ProxyPort, Generation from OrleansMembershipTable
where DeploymentId = @DeploymentId and Status = @Status and ProxyPort > 0;');

-- 3 is an active silo: it is never taken for a dead one here, however old its sign of life.
insert into OrleansQuery (QueryKey, QueryText) values ('CleanupDefunctSiloEntriesKey', '
delete from OrleansMembershipTable
where DeploymentId = @DeploymentId and IAmAliveTime < @IAmAliveTime and Status <> 3;');
