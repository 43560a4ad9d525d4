-- A seat that was paid for by subscription: what comes back of it is a lesson, no money. Of seats given before this it is not known.
alter table seats add column by_subscription boolean not null default false;
