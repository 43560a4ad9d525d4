import { setTimeout as sleep } from 'node:timers/promises';
import type { Refund } from '@rollcall/contracts/api/billing';
import { format } from '@rollcall/contracts/money';
import type { Database } from '@rollcall/kit/database';
import { conflict } from '@rollcall/kit/errors';
import { type Reply, reply } from '@rollcall/kit/http';
import { readRefund } from './queries.js';

/** Milliseconds: the wallet normally answers in tens of them. Any replica may have heard its answer, so the row is read. */
const PATIENCE = 3_000;
const PAUSE = 25;

/**
 * A refund once the wallet has answered: 201 when the credits are taken back, 202 when no answer is in yet. Throws 409
 * where they are spent, with what is possible.
 */
export async function answerRefund(
  db: Database,
  id: string,
  { signal, isAsync }: { readonly signal: AbortSignal; readonly isAsync: boolean },
): Promise<Reply<Refund>> {
  const until = Date.now() + (isAsync ? 0 : PATIENCE);
  let refund = await readRefund(db, id);
  while (refund.status === 'requested' && Date.now() < until && !signal.aborted) {
    await sleep(PAUSE);
    refund = await readRefund(db, id);
  }
  if (refund.status === 'refused') throw refusalOf(refund);
  const location = `/api/v1/payments/${refund.paymentId}`;
  if (refund.status !== 'requested') return reply(201, refund, { Location: location });
  const preference = isAsync ? { 'Preference-Applied': 'respond-async' } : undefined;
  return reply(202, refund, { Location: location, 'Retry-After': '1', ...preference });
}

function refusalOf(refund: Refund) {
  const { possible } = refund;
  const spent = 'Credits of this payment are spent, so that not all of this can be given back.';
  const next =
    possible === null || possible.amount === 0 ? 'Nothing is left.' : `Ask for ${format(possible)} or less.`;
  return conflict('refund-not-possible', `${spent} ${next}`, { members: { possible, refund } });
}
