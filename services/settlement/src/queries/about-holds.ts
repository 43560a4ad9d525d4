/** What an admin reads about holds of others: pages of reviews and of disputes, by the same filters. */
import { Id } from '@rollcall/contracts/shapes';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import type { Knex } from 'knex';

export interface AboutHolds {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly status?: readonly string[] | undefined;
  readonly sessionId?: string | undefined;
  readonly teacherId?: string | undefined;
  readonly studentId?: string | undefined;
  readonly holdId?: string | undefined;
}

/** `select` names what it lists `x`, with its `id`, `status` and `hold_id`, and its hold `h`. Newest first: ids are time-ordered. */
export async function pageAboutHolds<Row extends { readonly id: string }, Item>(
  db: Knex,
  select: string,
  itemOf: (row: Row) => Item,
  { limit, cursor, status, sessionId, teacherId, studentId, holdId }: AboutHolds,
) {
  const [before] = decodeCursor(cursor, Id) ?? [];
  const { rows } = await db.raw<{ rows: Row[] }>(
    `${select}
     where (cast(:before as uuid) is null or x.id < :before)
       and (cast(:status as text[]) is null or x.status = any(:status))
       and (cast(:sessionId as uuid) is null or h.session_id = :sessionId)
       and (cast(:teacherId as uuid) is null or h.teacher_id = :teacherId)
       and (cast(:studentId as uuid) is null or h.student_id = :studentId)
       and (cast(:holdId as uuid) is null or x.hold_id = :holdId)
     order by x.id desc limit :fetch`,
    {
      before: before ?? null,
      status: status ?? null,
      sessionId: sessionId ?? null,
      teacherId: teacherId ?? null,
      studentId: studentId ?? null,
      holdId: holdId ?? null,
      fetch: limit + 1,
    },
  );
  return listPage(rows, limit, itemOf, (row) => [row.id]);
}
