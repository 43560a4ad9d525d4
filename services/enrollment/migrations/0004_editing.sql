-- What a teacher changes after the first writing of a course.

-- A draft may be archived as well. What was never published stays between its teacher and us.
alter table courses drop constraint courses_check;
alter table courses
  add constraint courses_published_once check (status <> 'draft' or published_at is null),
  add constraint courses_on_sale_were_published check (status <> 'published' or published_at is not null);

-- A draft may take another currency, and its sessions take it with it.
alter table sessions drop constraint sessions_in_the_currency_of_their_course;
alter table sessions add constraint sessions_in_the_currency_of_their_course
  foreign key (course_id, currency) references courses (id, currency) on update cascade;

-- The teacher's words about a session that will not take place.
alter table sessions
  add column cancelled_at  timestamptz,
  add column cancel_reason text check (length(cancel_reason) between 1 and 500);
update sessions set cancelled_at = now() where status = 'cancelled';
alter table sessions
  add constraint sessions_cancelled check ((cancelled_at is not null) = (status = 'cancelled')),
  add constraint sessions_cancel_reason check (cancel_reason is null or status = 'cancelled');
