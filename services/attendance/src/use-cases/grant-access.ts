import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { purchaseActivated } from '@rollcall/contracts/events/enrollment';
import type { Work } from '@rollcall/kit/work';
import { insertAccess } from '../store/access.js';

/** Who has bought a session may come in, whether or not the session was heard of before. */
export async function grantAccess(
  work: Work,
  events: readonly Envelope<DataOf<typeof purchaseActivated>>[],
): Promise<void> {
  const access = events.flatMap(({ data: { sessionIds, studentId, purchaseId } }) =>
    sessionIds.map((sessionId) => ({ sessionId, studentId, purchaseId })),
  );
  await insertAccess(work.tx, access);
}
