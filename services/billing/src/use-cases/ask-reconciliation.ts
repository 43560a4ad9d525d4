/** Having a period compared: by a person now, by the clock each day. */
import { billingAudited } from '@rollcall/contracts/events/billing';
import { unprocessable } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { daysDue } from '../domain/reconcile.js';
import { askFor, askOnce, firstPaymentAt } from '../store/reconciliations.js';

interface Asked {
  /** Either a day (UTC), or both ends of a period. */
  readonly day?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly reason: string;
  readonly askedBy: string;
}

/** Returns the id of the comparison. Throws 422 for a period of which something may be on its way. */
export async function askReconciliation(
  work: Work,
  { day, from, to, reason, askedBy }: Asked,
  settleSeconds: number,
): Promise<{ id: string }> {
  const period = day === undefined ? [new Date(from!), new Date(to!)] : dayOf(day);
  const [begin, end] = period as [Date, Date];
  if (end.getTime() > work.now.getTime() - settleSeconds * 1000)
    throw unprocessable(
      'not-yet',
      'Ask for a period that has been over for a while: what moved needs time to arrive.',
      [{ path: day === undefined ? 'to' : 'day', message: `must have ended ${settleSeconds} seconds ago` }],
    );
  const id = await askFor(work.tx, { id: newId(), from: begin, to: end, askedBy }, work.now);
  work.emit(billingAudited, {
    ...{ auditId: newId(), actor: askedBy, action: 'billing.reconcile', reason },
    target: `${begin.toISOString()}/${end.toISOString()}`,
    at: work.now.toISOString(),
  });
  return { id };
}

function dayOf(day: string): [Date, Date] {
  const from = new Date(`${day}T00:00:00.000Z`);
  return [from, new Date(from.getTime() + 86_400_000)];
}

/** Has the days compared that are due for it and were never asked for. Returns how many. */
export async function askForDays(work: Work, settleSeconds: number): Promise<number> {
  const days = daysDue(work.now, settleSeconds, await firstPaymentAt(work.tx));
  let asked = 0;
  for (const day of days) if (await askOnce(work.tx, { id: newId(), ...day }, work.now)) asked += 1;
  return asked;
}
