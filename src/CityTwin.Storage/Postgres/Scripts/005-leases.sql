-- What only one silo may have at a time. They run out by the clock of the server, so the clocks of silos need not agree.
create table leases (
    name text collate "C" not null primary key,
    owner text collate "C" not null,
    until timestamptz not null
) with (fillfactor = 50);
