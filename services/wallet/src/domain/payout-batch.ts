/** What is given to the bank in one go: which withdrawals may be, what they add up to, how far they have come. */
import { sum } from '@rollcall/contracts/money';
import { conflict, DomainError, type FieldError, unprocessable } from '@rollcall/kit/errors';
import { MAX_BALANCE } from './adjust.js';
import { type By, stepFrom, type Withdrawal } from './withdrawal.js';

/** A 'no' names this many withdrawals at most. */
const NAMED = 50;

/**
 * May the file of a batch be taken to the bank for the first time? Throws 409 naming the lines that have ended: of those that
 * failed or came back the money is their teachers' again, and what is completed was paid otherwise. It would be paid once more.
 */
export function mayBeTaken(lines: readonly Pick<Withdrawal, 'id' | 'status'>[]): void {
  const ended = lines.filter(({ status }) => status !== 'processing').map(({ id }) => id);
  if (ended.length === 0) return;
  throw conflict(
    'lines-ended',
    'Lines of this batch have ended: completed, failed or come back. If the bank has the file already, ask with again=true; if it ' +
      'does not, do not take it there: fail what is left of the batch and make another.',
    { members: { withdrawals: ended.slice(0, NAMED) } },
  );
}

/**
 * Count and total, in minor units, of withdrawals that go to the bank together. Throws 422 where they are of another
 * currency or too much for one batch; 409 naming each that may not be processed, by the rules of that step.
 */
export function batchOf(
  currency: string,
  withdrawals: readonly Withdrawal[],
  by: By,
): { count: number; total: number } {
  if (withdrawals.length === 0)
    throw conflict('nothing-to-pay', `No approved withdrawal in ${currency} may be paid at present.`);
  const foreign = withdrawals.filter((one) => one.currency !== currency);
  if (foreign.length > 0)
    throw unprocessable(
      'mixed-currencies',
      'A batch is of one currency: make another one for what `errors` names.',
      named(foreign, (one) => `is in ${one.currency}`),
    );
  const refused = withdrawals.flatMap((one) => refusalOf(one, by));
  if (refused.length > 0)
    throw conflict('not-payable', 'Leave out what `errors` names, or see to it first.', {
      errors: refused.slice(0, NAMED),
    });
  return { count: withdrawals.length, total: totalOf(withdrawals) };
}

const named = (withdrawals: readonly Withdrawal[], says: (one: Withdrawal) => string): FieldError[] =>
  withdrawals.slice(0, NAMED).map((one) => ({ path: `withdrawals.${one.id}`, message: says(one) }));

function refusalOf(withdrawal: Withdrawal, by: By): FieldError[] {
  try {
    stepFrom(withdrawal, 'process', by);
    return [];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return [{ path: `withdrawals.${withdrawal.id}`, message: error.detail }];
  }
}

function totalOf(withdrawals: readonly Withdrawal[]): number {
  const total = withdrawals.reduce((all, { amount }) => all + BigInt(amount), 0n);
  if (total > BigInt(MAX_BALANCE))
    throw unprocessable('batch-too-large', 'That is more than one batch may pay: take fewer withdrawals.');
  return Number(total);
}

/** How many withdrawals of a batch are in each state they can be in. */
export interface Counts {
  readonly processing: number;
  readonly completed: number;
  readonly failed: number;
  readonly returned: number;
}

/** What of a batch was paid: it is told once no withdrawal of it is with the bank any more. */
export function statusOf({
  processing,
  completed,
  failed,
  returned,
}: Counts): 'processing' | 'completed' | 'partly-completed' | 'failed' {
  if (processing > 0) return 'processing';
  if (completed === 0) return 'failed';
  return sum([failed, returned]) === 0 ? 'completed' : 'partly-completed';
}
