import { walletAudited } from '@rollcall/contracts/events/wallet';
import { type FieldError, notFound, unprocessable } from '@rollcall/kit/errors';
import { checkMatch, etag } from '@rollcall/kit/etag';
import { newId } from '@rollcall/kit/id';
import type { Keyring } from '@rollcall/kit/sealed';
import type { Work } from '@rollcall/kit/work';
import { openedBankAccount } from '../../bank-account.js';
import { batchOf } from '../../domain/payout-batch.js';
import { accountsToWithdraw } from '../../domain/withdrawal.js';
import type { Debtor, PayoutProvider } from '../../payouts/provider.js';
import { lockAccounts } from '../../store/accounts.js';
import { addBatch, lockPayable, lockThese, type Payable } from '../../store/payout-batches.js';
import { takeStep } from '../step-withdrawal.js';

interface Asked {
  readonly actorId: string;
  readonly currency: string;
  /** These, each where `version` is given only as it was seen; undefined: the oldest that may be paid, up to `limit`. */
  readonly withdrawals?: readonly { readonly id: string; readonly version?: number }[];
  readonly limit: number;
  readonly notes?: string;
}

interface By {
  readonly provider: PayoutProvider;
  readonly debtor: Debtor | null;
  readonly keys: Keyring;
}

/**
 * Gives approved withdrawals to the bank in one go: each takes the step `process`, by its rules, and is in this batch for
 * good. Of two admins at once the second gets other withdrawals, or is told. Throws 404, 412, 409 for what may not be
 * processed, 422 for what cannot be paid; then nothing is changed.
 */
export async function makeBatch(
  work: Work,
  asked: Asked,
  { provider, debtor, keys }: By,
): Promise<{ batchId: string }> {
  const { currency, actorId, notes } = asked;
  const found = await lockAsked(work, asked);
  const by = { actorId, fourEyes: false, now: work.now };
  const { count, total } = batchOf(currency, found, by);
  refuseUnpayable(found, (one) => {
    const to = openedBankAccount(keys, one.sealed, one.id); // one that does not open is named, and stops no other batch
    return to === undefined ? 'Its bank details do not open.' : provider.refusal({ ...one, to }, debtor);
  });

  // All accounts in one order, before each step takes its own: two batches of the same teachers must not wait in a circle.
  await lockAccounts(work.tx, found.flatMap(accountsToWithdraw));
  const batchId = newId();
  for (const { id } of found)
    await takeStep(work, {
      ...{ withdrawalId: id, step: 'process', actorId, ifMatch: undefined, fourEyes: false },
      ...{ provider: provider.name, reason: `Payout batch ${batchId}` },
    });
  const batch = { id: batchId, provider: provider.name, currency, count, total, debtor };
  const row = { ...batch, notes: notes ?? null, createdBy: actorId };
  await addBatch(work.tx, row, { withdrawalIds: found.map(({ id }) => id), now: work.now });
  work.emit(walletAudited, {
    ...{ auditId: newId(), actor: actorId, action: 'wallet.payout-batch.make', target: batchId },
    reason: notes ?? 'No reason was given',
    at: work.now.toISOString(),
  });
  return { batchId };
}

async function lockAsked(work: Work, { currency, withdrawals, limit }: Asked): Promise<Payable[]> {
  if (withdrawals === undefined) return lockPayable(work.tx, { currency, now: work.now, limit });
  const found = await lockThese(
    work.tx,
    withdrawals.map(({ id }) => id),
  );
  if (found.length < withdrawals.length) throw notFound('withdrawal');
  const seen = new Map(withdrawals.map(({ id, version }) => [id, version]));
  for (const { id, version } of found) {
    const decidedBy = seen.get(id);
    checkMatch(decidedBy === undefined ? undefined : etag(decidedBy), etag(version));
  }
  return found;
}

/** A 'no' names this many withdrawals at most. */
const NAMED = 50;

function refuseUnpayable(found: readonly Payable[], refusal: (one: Payable) => string | undefined): void {
  const errors = found.flatMap((one): FieldError[] => {
    const message = refusal(one);
    return message === undefined ? [] : [{ path: `withdrawals.${one.id}`, message }];
  });
  if (errors.length > 0)
    throw unprocessable(
      'unpayable-bank-account',
      'Leave out what `errors` names; fail those withdrawals, so that their teachers name another account.',
      errors.slice(0, NAMED),
    );
}
