import type { Purchase } from '@rollcall/contracts/api/enrollment';
import type { Database } from '@rollcall/kit/database';
import { type Reply, reply } from '@rollcall/kit/http';
import type { AwaitOutcome } from './await-outcome.js';
import { nothingToCancel } from './domain/cancel.js';
import { type AnsweredCancellation, answersOf, type Mine, readPurchase } from './queries.js';
import { askLater, prefersAsync } from './waiting.js';

interface Asked extends Mine {
  readonly cancellationId: string;
  /** The Prefer header. */
  readonly prefer: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * The purchase after its cancellation with 200; 202 and where to ask while settlement has not answered after 3 s, or at
 * once with `Prefer: respond-async`. Throws 409 when nothing of it could be given back.
 */
export async function answerCancellation(
  db: Database,
  awaitAnswer: AwaitOutcome<AnsweredCancellation>,
  { cancellationId, prefer, signal, ...mine }: Asked,
): Promise<Reply<Purchase>> {
  const isAsync = prefersAsync(prefer);
  const answer = isAsync
    ? (await answersOf(db, [cancellationId])).get(cancellationId)
    : await awaitAnswer(cancellationId, signal);
  if (answer?.session_ids.length === 0) throw nothingToCancel();
  const purchase = await readPurchase(db, mine);
  if (answer !== undefined) return reply(200, purchase);
  return reply(202, purchase, askLater(mine.kind, mine.purchaseId, isAsync));
}
