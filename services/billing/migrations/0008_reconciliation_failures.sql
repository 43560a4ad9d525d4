-- Tries in a row that came to nothing: a period that is compared again each day has all of them left each time.
alter table reconciliations add column failures integer not null default 0 check (failures >= 0);
