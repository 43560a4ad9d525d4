-- A document may be issued days after the money moved, once its buyer's name is known: it says when that was.
alter table invoices add column happened_at timestamptz;   -- null: made by hand, or issued before this was kept
update invoices set happened_at = created_at where issue_at is not null;
