-- A reading that was no news when it came, however new it looked, is told apart: it was at no instant the sensor's current one.
alter table readings add column is_past integer not null default 0;
