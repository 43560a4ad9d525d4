import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { purchaseCancelled } from '@rollcall/contracts/events/enrollment';
import type { Work } from '@rollcall/kit/work';
import { revokeAccess } from '../store/access.js';

/** Who has given a session up may not come in by that purchase any more, whichever of buying and cancelling is heard first. */
export async function forgetBuyers(
  work: Work,
  events: readonly Envelope<DataOf<typeof purchaseCancelled>>[],
): Promise<void> {
  const taken = events.flatMap(({ data: { sessionIds, studentId, purchaseId } }) =>
    sessionIds.map((sessionId) => ({ sessionId, studentId, purchaseId })),
  );
  await revokeAccess(work.tx, taken);
}
