import type { Purchase } from '@rollcall/contracts/api/enrollment';
import { money } from '@rollcall/contracts/money';
import type { Database } from '@rollcall/kit/database';
import { paymentRequired } from '@rollcall/kit/errors';
import { type Reply, reply } from '@rollcall/kit/http';
import type { AwaitOutcome } from './await-outcome.js';
import { declineDetail } from './domain/purchase.js';
import { type Mine, purchaseRow } from './queries.js';
import { type PurchaseRow, purchaseOf } from './shapes.js';
import { askLater, placeOf, prefersAsync } from './waiting.js';

interface Asked extends Mine {
  /** The Prefer header. */
  readonly prefer: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * A purchase once its outcome is known: the resource with 201; 202 and where to ask while it is pending after 3 s, or at
 * once with `Prefer: respond-async`. Throws 402 when it came to nothing, with the resource as the member `purchase`.
 */
export async function answerPurchase(
  db: Database,
  awaitOutcome: AwaitOutcome<PurchaseRow>,
  { prefer, signal, ...mine }: Asked,
): Promise<Reply<Purchase>> {
  const { kind, purchaseId } = mine;
  const isAsync = prefersAsync(prefer);
  const outcome = isAsync ? undefined : await awaitOutcome(purchaseId, signal);
  const row = outcome ?? (await purchaseRow(db, mine));
  if (row.status === 'declined' || row.status === 'expired') throw refusalOf(row);
  if (row.status === 'pending') return reply(202, purchaseOf(row), askLater(kind, purchaseId, isAsync));
  return reply(201, purchaseOf(row), { Location: placeOf(kind, purchaseId) });
}

function refusalOf(row: PurchaseRow) {
  const { currency } = row;
  const reason = row.decline_reason ?? row.status;
  const shortfall = row.shortfall === null ? null : money(row.shortfall, currency);
  const detail = declineDetail(reason, money(row.total, currency), shortfall);
  const code = reason === 'expired' ? 'purchase-expired' : reason;
  return paymentRequired(code, detail, { members: { shortfall, purchase: purchaseOf(row) } });
}
