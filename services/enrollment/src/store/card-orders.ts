import type { Knex } from 'knex';

type Tx = Knex.Transaction;

/** One of both ids says what is ordered. */
export interface CardOrder {
  readonly paymentId: string;
  readonly studentId: string;
  readonly courseId?: string;
  readonly sessionId?: string;
}

/** Takes the order of a payment, once: false where it was taken before. */
export async function takeOrder(tx: Tx, order: CardOrder, at: Date): Promise<boolean> {
  const taken = await tx('card_orders')
    .insert({
      payment_id: order.paymentId,
      student_id: order.studentId,
      course_id: order.courseId ?? null,
      session_id: order.sessionId ?? null,
      at,
    })
    .onConflict()
    .ignore()
    .returning('payment_id');
  return taken.length > 0;
}

export async function refuseOrder(tx: Tx, paymentId: string, refusal: string): Promise<void> {
  await tx('card_orders').where({ payment_id: paymentId }).update({ refusal });
}

/** The course an order is of and its teacher; undefined where there is no such course. */
export async function courseOrdered(
  tx: Tx,
  { courseId, sessionId }: CardOrder,
): Promise<{ courseId: string; teacherId: string } | undefined> {
  const { rows } = await tx.raw(
    `select id as "courseId", teacher_id as "teacherId" from courses
      where id = coalesce(cast(:courseId as uuid), (select course_id from sessions where id = :sessionId))`,
    { courseId: courseId ?? null, sessionId: sessionId ?? null },
  );
  return rows[0];
}
