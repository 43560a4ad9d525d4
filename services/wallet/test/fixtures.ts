import { readFileSync } from 'node:fs';
import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { expiryRequested, purchaseRequested } from '@rollcall/contracts/events/enrollment';
import { userRegistered } from '@rollcall/contracts/events/identity';
import { holdCorrected, holdRefunded, holdReleased } from '@rollcall/contracts/events/settlement';
import { money } from '@rollcall/contracts/money';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { keyList } from '@rollcall/kit/sealed';
import { deliver, envelope, workOf } from '@rollcall/kit/testing';
import { consumers } from '../src/consumers.js';
import type { Adjustment } from '../src/domain/adjust.js';
import { addKnownUsers } from '../src/store/users.js';
import { adjustWallet } from '../src/use-cases/adjust-wallet.js';

export const migrations = new URL('../migrations/', import.meta.url);
/** As the service is configured in development. */
export const config = {
  PLATFORM_CURRENCY: 'USD',
  BANK_KEYS: keyList.parse(`test:${Buffer.alloc(32, 'b').toString('base64')}`),
  BANK_COOL_DOWN_HOURS: 0,
  WITHDRAWAL_FOUR_EYES: 'off' as const,
  PAYOUT_DEBTOR_NAME: undefined,
  PAYOUT_DEBTOR_ACCOUNT: undefined,
  PAYOUT_DEBTOR_BIC: undefined,
};
export const usd = (amount: number) => money(amount, 'USD');

type Kind = 'credits' | 'promo' | 'earnings';

/** A user the wallet has heard of, with this much. */
export async function user(db: Database, balances: Partial<Record<Kind, number>> = {}, currency = 'USD') {
  const id = newId();
  await workOf(db, (work) => addKnownUsers(work.tx, [{ id, version: 0, suspended: false }], work.now));
  for (const [account, amount] of Object.entries(balances) as [Kind, number][]) {
    await adjust(db, { userId: id, account, amount, currency });
  }
  return id;
}

export const adjust = (db: Database, adjustment: Partial<Adjustment> & { userId: string; amount: number }) =>
  workOf(db, (work) =>
    adjustWallet(work, {
      ...{ direction: 'credit', account: 'credits', currency: 'USD', reason: 'a test', actorId: null },
      ...adjustment,
    }),
  );

type Asked = DataOf<typeof purchaseRequested>;

/** A request to buy sessions of these prices. */
export function purchase(
  studentId: string,
  amounts: readonly number[],
  { currency = 'USD', ...more }: Partial<Asked> & { currency?: string } = {},
): Envelope<Asked> {
  const holds = amounts.map((amount) => ({
    holdId: newId(),
    sessionId: newId(),
    amount: money(amount, currency),
  }));
  const total = money(
    amounts.reduce((a, b) => a + b, 0),
    currency,
  );
  return envelope(purchaseRequested, {
    ...{ purchaseId: newId(), requestedAt: '2026-11-20T10:00:00.000Z', kind: 'course', studentId },
    ...{ teacherId: newId(), courseId: newId(), fundedBy: 'credits', holds, total },
    ...more,
  });
}

/** enrollment's question about a purchase that waited too long. */
export const expiryOf = ({ data: { purchaseId, studentId, requestedAt } }: Envelope<Asked>) =>
  envelope(expiryRequested, { purchaseId, studentId, requestedAt });

type Decision = DataOf<typeof holdReleased>;

/** Shares of a hold; what is left out is 0. */
export type Shares = Partial<Record<'teacher' | 'commission' | 'referral' | 'refund', number>>;

/** The decision on the n-th hold of a purchase. */
export function ending(
  { data }: Envelope<Asked>,
  shares: Shares,
  { n = 0, ...more }: Partial<Decision> & { n?: number } = {},
): Envelope<Decision> {
  const hold = data.holds[n];
  if (hold === undefined) throw new Error(`purchase ${data.purchaseId} has no hold ${n}`);
  const { teacher = 0, commission = 0, referral = 0, refund = 0 } = shares;
  const share = (amount: number) => money(amount, hold.amount.currency);
  const { purchaseId, courseId, studentId, teacherId } = data;
  return envelope(refund === hold.amount.amount ? holdRefunded : holdReleased, {
    ...{ holdId: hold.holdId, sessionId: hold.sessionId, amount: hold.amount },
    ...{ purchaseId, courseId, studentId, teacherId, referrerId: null, referralAccount: null },
    ...{
      teacher: share(teacher),
      commission: share(commission),
      referral: share(referral),
      refund: share(refund),
    },
    ...{ commissionRate: 3000, reason: 'attended', policyVersion: 1, decisionVersion: 1 },
    ...{ attendance: null, decidedAt: '2026-11-20T11:00:00.000Z' },
    ...more,
  });
}

/** A correction of the n-th hold of a purchase to `version`, from what it came to by the decision before. */
export function correction(
  asked: Envelope<Asked>,
  [from, to]: readonly [Shares, Shares],
  { version = 2, n = 0, ...more }: Partial<Decision> & { version?: number; n?: number } = {},
) {
  const { data } = ending(asked, to, { n, ...more });
  const { amount, teacher: _t, commission: _c, commissionRate, referral: _r, refund: _f, ...hold } = data;
  const share = (of: number) => money(of, amount.currency);
  const standing = (
    { teacher = 0, commission = 0, referral = 0, refund = 0 }: Shares,
    decisionVersion: number,
  ) => ({
    ...{ decisionVersion, commissionRate },
    outcome:
      refund === amount.amount
        ? ('refunded' as const)
        : refund > 0
          ? ('split' as const)
          : ('released' as const),
    ...{
      teacher: share(teacher),
      commission: share(commission),
      referral: share(referral),
      refund: share(refund),
    },
  });
  return envelope(holdCorrected, {
    ...hold,
    ...{ amount, decisionVersion: version, transfers: [], reason: 'below-threshold' },
    from: standing(from, version - 1),
    to: standing(to, version),
  });
}

/** Somebody who has just registered. */
export const registered = (userId: string) =>
  envelope(userRegistered, {
    ...{ userId, roles: ['student' as const], displayName: 'N', email: 'n@rollcall.test' },
    ...{ locale: 'en', timeZone: 'UTC', referrerId: null, version: 1 },
  });

export const send = (db: Database, ...events: Envelope[]) => deliver(db, consumers, events);
export const sendAt = (db: Database, now: Date, ...events: Envelope[]) =>
  deliver(db, consumers, events, { now });

/** The balance of a user's account; 0 where there is none. */
export async function balance(db: Database, owner: string, kind: string, currency = 'USD'): Promise<number> {
  const row = await db('accounts').where({ owner_id: owner, kind, currency }).first('balance');
  return row?.balance ?? 0;
}

/** Nothing seals while other things are tested: entries wait as long as a test takes. */
const WAITING = 'no entry waits longer than a minute for its seal';

/** The rules of invariants.sql that are broken, with the rows that break them. */
export async function brokenInvariants(
  db: Database,
  { evenWaiting = false } = {},
): Promise<Record<string, unknown[]>> {
  const text = readFileSync(new URL('../invariants.sql', import.meta.url), 'utf8');
  const broken: Record<string, unknown[]> = {};
  for (const part of text.split(/^-- name: /m).slice(1)) {
    const end = part.indexOf('\n');
    if (part.slice(0, end) === WAITING && !evenWaiting) continue;
    const { rows } = await db.raw(part.slice(end));
    if (rows.length > 0) broken[part.slice(0, end)] = rows;
  }
  return broken;
}
