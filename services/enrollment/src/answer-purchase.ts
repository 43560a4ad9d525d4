import type { Purchase } from '@rollcall/contracts/api/enrollment';
import { money } from '@rollcall/contracts/money';
import type { Database } from '@rollcall/kit/database';
import { paymentRequired } from '@rollcall/kit/errors';
import { type Reply, reply } from '@rollcall/kit/http';
import type { AwaitOutcome } from './await-outcome.js';
import { declineDetail } from './domain/purchase.js';
import { purchaseRow } from './queries.js';
import { type PurchaseRow, purchaseOf } from './shapes.js';

interface Asked {
  readonly purchaseId: string;
  readonly studentId: string;
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
  awaitOutcome: AwaitOutcome,
  { purchaseId, studentId, prefer, signal }: Asked,
): Promise<Reply<Purchase>> {
  const isAsync = /(^|[,;\s])respond-async($|[,;\s])/i.test(prefer ?? '');
  const outcome = isAsync ? undefined : await awaitOutcome(purchaseId, signal);
  const row = outcome ?? (await purchaseRow(db, purchaseId, studentId));
  if (row.status === 'declined' || row.status === 'expired') throw refusalOf(row);
  const Location = `/api/v1/enrollments/sessions/${purchaseId}`;
  if (row.status !== 'pending') return reply(201, purchaseOf(row), { Location });
  const headers = { Location, 'Retry-After': '1', ...(isAsync && { 'Preference-Applied': 'respond-async' }) };
  return reply(202, purchaseOf(row), headers);
}

function refusalOf(row: PurchaseRow) {
  const { currency } = row;
  const reason = row.decline_reason ?? row.status;
  const shortfall = row.shortfall === null ? null : money(row.shortfall, currency);
  const detail = declineDetail(reason, money(row.total, currency), shortfall);
  const code = reason === 'expired' ? 'purchase-expired' : reason;
  return paymentRequired(code, detail, { members: { shortfall, purchase: purchaseOf(row) } });
}
