/** Earnings on their way to a bank: the states, who may take which step, and what each moves. Source: 'Withdrawals'. */
import { exponentOf, toDecimal } from '@rollcall/contracts/money';
import { conflict, forbidden, unprocessable } from '@rollcall/kit/errors';
import { type AccountKey, type Book, balanceIn, type EntryRow, owedIn, post } from './ledger.js';

export type Status =
  | 'pending'
  | 'approved'
  | 'processing'
  | 'completed'
  | 'returned'
  | 'failed'
  | 'rejected'
  | 'cancelled';
export type Step = 'approve' | 'process' | 'complete' | 'fail' | 'reject' | 'return' | 'cancel';

/** What of a withdrawal decides about its steps. */
export interface Withdrawal {
  readonly id: string;
  readonly teacherId: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: Status;
  readonly approvedBy: string | null;
  /** Before that the bank account is too new to be paid to. */
  readonly payableFrom: Date;
}

interface Rule {
  readonly from: readonly Status[];
  readonly to: Status;
  /** As in 'cannot be approved'. */
  readonly done: string;
  readonly moves?: readonly [from: AccountKey['kind'], to: AccountKey['kind']];
}

const BACK = ['withdrawing', 'earnings'] as const;

const RULES: Readonly<Record<Step, Rule>> = {
  approve: { from: ['pending'], to: 'approved', done: 'approved' },
  reject: { from: ['pending'], to: 'rejected', done: 'rejected', moves: BACK },
  cancel: { from: ['pending'], to: 'cancelled', done: 'cancelled', moves: BACK },
  process: { from: ['approved'], to: 'processing', done: 'processed' },
  complete: {
    from: ['approved', 'processing'],
    to: 'completed',
    done: 'completed',
    moves: ['withdrawing', 'payout-clearing'],
  },
  fail: { from: ['approved', 'processing'], to: 'failed', done: 'failed', moves: BACK },
  return: { from: ['completed'], to: 'returned', done: 'returned', moves: ['payout-clearing', 'earnings'] },
};

const isPlatform = (kind: AccountKey['kind']): boolean => kind === 'payout-clearing';
const account = (
  { teacherId, currency }: Pick<Withdrawal, 'teacherId' | 'currency'>,
  kind: AccountKey['kind'],
): AccountKey => ({ owner: isPlatform(kind) ? null : teacherId, kind, currency });

export const accountsToWithdraw = (of: Pick<Withdrawal, 'teacherId' | 'currency'>): AccountKey[] =>
  (['earnings', 'withdrawing', 'payout-clearing'] as const).map((kind) => account(of, kind));

/** Ten of the currency in its minor units: 1000 cents, 10 yen. */
export const minimumOf = (currency: string): number => 10 * 10 ** exponentOf(currency);

type Asked = Pick<Withdrawal, 'id' | 'teacherId' | 'amount' | 'currency'>;

/** Reserves what is asked for. Throws 422 below the minimum; 409 where it is not there, or something is owed. */
export function postRequest(book: Book, asked: Asked, entryId: string): void {
  const { amount, currency } = asked;
  const least = minimumOf(currency);
  if (amount < least)
    throw unprocessable(
      'below-minimum',
      `Withdraw at least ${toDecimal({ amount: least, currency })} ${currency}.`,
      [{ path: 'amount', message: `must be at least ${least}` }],
    );
  const earnings = account(asked, 'earnings');
  const owed = owedIn(book, earnings);
  if (owed > 0)
    throw conflict(
      'debt-stands',
      `You owe ${toDecimal({ amount: owed, currency })} ${currency}. What you earn next repays it; withdraw after that.`,
    );
  const available = balanceIn(book, earnings);
  if (available < amount)
    throw conflict(
      'insufficient-earnings',
      `${toDecimal({ amount: available, currency })} ${currency} may be withdrawn. Ask for that much or less.`,
      { members: { available: { amount: available, currency } } },
    );
  postMove(book, asked, { entryId, moves: ['earnings', 'withdrawing'], actorId: asked.teacherId });
}

export interface By {
  readonly actorId: string;
  /** Who approves may not complete. */
  readonly fourEyes: boolean;
  readonly now: Date;
}

/**
 * The state a step leads to, and whether it moves money. Throws 409 naming the state that forbids it, or while the
 * bank account is too new; 403 for who may
 * not take it: nobody approves his own, and with four eyes nobody completes what he approved.
 */
export function stepFrom(withdrawal: Withdrawal, step: Step, by: By): { status: Status; moves: boolean } {
  const { from, to, done, moves } = RULES[step];
  if (!from.includes(withdrawal.status))
    throw conflict(
      'wrong-state',
      `This withdrawal is ${withdrawal.status}: only ${from.join(' or ')} ones can be ${done}. Read it again.`,
      { members: { withdrawalStatus: withdrawal.status } },
    );
  if (step === 'approve' && by.actorId === withdrawal.teacherId)
    throw forbidden('own-withdrawal', 'Who asked for a withdrawal does not approve it: ask another admin.');
  if (step === 'complete' && by.fourEyes && by.actorId === withdrawal.approvedBy)
    throw forbidden('four-eyes', 'You approved this withdrawal: another admin has to complete it.');
  if (to === 'processing' || to === 'completed') refuseTooNew(withdrawal, by.now);
  return { status: to, moves: moves !== undefined };
}

/** Whoever got into a teacher's account is noticed by his owner, who is told of a new bank account, before it is paid to. */
function refuseTooNew({ payableFrom }: Withdrawal, now: Date): void {
  if (now >= payableFrom) return;
  const from = payableFrom.toISOString();
  throw conflict(
    'bank-account-too-new',
    `The bank account was named newly: it may be paid to from ${from} on.`,
    {
      members: { payableFrom: from },
    },
  );
}

/** Nothing is approved, or leaves for the bank, while its teacher owes: given back, the money repays the debt. */
export function refuseWhileOwing(book: Book, withdrawal: Withdrawal): void {
  if (owedIn(book, account(withdrawal, 'earnings')) > 0)
    throw conflict(
      'debt-stands',
      'The teacher owes money. Reject or fail the withdrawal, and what comes back repays it; or write the debt off first.',
    );
}

/** Moves what a step moves, which must be one that does. What comes back as earnings repays a debt first. */
export function postStep(
  book: Book,
  withdrawal: Withdrawal,
  { step, entryId, actorId }: { step: Step; entryId: string; actorId: string },
): void {
  const { moves } = RULES[step];
  if (moves === undefined) throw new Error(`${step} moves nothing`);
  postMove(book, withdrawal, { entryId, moves, actorId });
}

interface Moving {
  readonly entryId: string;
  readonly moves: readonly [AccountKey['kind'], AccountKey['kind']];
  readonly actorId: string;
}

function postMove(book: Book, asked: Asked, { entryId, moves, actorId }: Moving): void {
  const [from, to] = moves.map((kind) => account(asked, kind)) as [AccountKey, AccountKey];
  const type = 'withdrawal' as const;
  const entry: EntryRow = {
    ...{ id: entryId, type, referenceType: 'withdrawal', referenceId: asked.id },
    ...{ description: null, actorId },
  };
  post(book, entry, [{ from, to, amount: asked.amount, type, holdId: null }]);
}
