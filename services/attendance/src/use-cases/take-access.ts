import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { holdRefunded } from '@rollcall/contracts/events/settlement';
import type { Work } from '@rollcall/kit/work';
import { revokeAccess } from '../store/access.js';

type Refund = DataOf<typeof holdRefunded>;

/** Whose money went back before class may not come in by that purchase; refunds after it leave everybody listed. */
export async function takeAccess(work: Work, events: readonly Envelope<Refund>[]): Promise<void> {
  const taken = events.map(({ data }) => data).filter(isBeforeClass);
  if (taken.length > 0) await revokeAccess(work.tx, taken);
}

/** An admin refunds before class and after it; settlement shows him what was seen once the class is over. */
const isBeforeClass = ({ reason, attendance }: Refund): boolean =>
  reason === 'cancelled' || reason === 'session-cancelled' || (reason === 'admin' && attendance === null);
