-- What is bought in one go by card: the payment's credits arrive, and the purchase is placed. Source: domain.md, 'Buying'.

alter table purchases
  add column payment_id uuid,
  add constraint purchases_one_a_payment unique (payment_id),
  add constraint purchases_payment check ((payment_id is not null) = (funded_by = 'card'));

-- A payment orders once. Where nothing could be bought the reason stays here, and the credits with the student.
create table card_orders (
  payment_id uuid        primary key,
  student_id uuid        not null,
  course_id  uuid,
  session_id uuid        check ((session_id is null) <> (course_id is null)),
  refusal    text,                        -- the code of the problem
  at         timestamptz not null
);
