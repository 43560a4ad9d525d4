/** An admin takes back of a teacher's earnings, or gives up what somebody owes. Source: domain.md, 'Money'. */
import { conflict, unprocessable } from '@rollcall/kit/errors';
import { MAX_BALANCE } from './adjust.js';
import { debtOf } from './debt.js';
import { type AccountKey, type Book, balanceIn, type EntryRow, owedIn, post } from './ledger.js';

export interface Clawback {
  readonly userId: string;
  readonly amount: number;
  readonly currency: string;
  readonly reason: string;
  readonly actorId: string;
}

type Entry = Pick<EntryRow, 'id' | 'referenceType' | 'referenceId'>;
type Who = Pick<Clawback, 'userId' | 'currency'>;

const keyOf = ({ userId, currency }: Who, kind: AccountKey['kind']): AccountKey => ({
  owner: userId,
  kind,
  currency,
});
const platform = (kind: AccountKey['kind'], currency: string): AccountKey => ({
  owner: null,
  kind,
  currency,
});

export const accountsToClawBack = (clawback: Clawback): AccountKey[] => [
  keyOf(clawback, 'earnings'),
  keyOf(clawback, 'debt'),
  platform('adjustments', clawback.currency),
];

/** Takes what is there of the earnings; what is missing is owed. Throws 422 for a debt past every sensible one. */
export function postClawback(book: Book, clawback: Clawback, entry: Entry): void {
  const { amount, currency, reason, actorId } = clawback;
  const [earnings, debt] = [keyOf(clawback, 'earnings'), keyOf(clawback, 'debt')];
  const taken = Math.min(balanceIn(book, earnings), amount);
  if (owedIn(book, debt) + amount - taken > MAX_BALANCE)
    throw unprocessable('debt-too-large', `No debt may pass ${MAX_BALANCE} minor units. Take less.`, [
      { path: 'amount', message: `must leave a debt of at most ${MAX_BALANCE}` },
    ]);
  const type = 'admin_debit' as const;
  const to = platform('adjustments', currency);
  post(book, { ...entry, type, description: reason, actorId }, [
    { from: earnings, to, amount: taken, type, holdId: null },
    { from: debt, to, amount: amount - taken, type, holdId: null },
  ]);
}

export interface WriteOff extends Omit<Clawback, 'amount'> {
  /** All of it when there is none. */
  readonly amount?: number;
}

export const accountsToWriteOff = ({ userId, currency }: WriteOff): AccountKey[] => [
  debtOf({ owner: userId, currency }),
  platform('losses', currency),
];

/** The platform bears what is owed. Throws 409 where nothing is, or less than is to be written off. */
export function postWriteOff(book: Book, writeOff: WriteOff, entry: Entry): void {
  const { userId, currency, reason, actorId } = writeOff;
  const debt = debtOf({ owner: userId, currency });
  const owed = owedIn(book, debt);
  if (owed === 0) throw conflict('no-debt', `Nothing is owed in ${currency}: there is nothing to write off.`);
  const amount = writeOff.amount ?? owed;
  if (amount > owed)
    throw conflict(
      'debt-is-smaller',
      `${owed} minor units of ${currency} are owed. Write off that much or less.`,
    );
  const type = 'debt_repayment' as const;
  const move = { from: platform('losses', currency), to: debt, amount, type, holdId: null };
  post(book, { ...entry, type, description: reason, actorId }, [move]);
}
