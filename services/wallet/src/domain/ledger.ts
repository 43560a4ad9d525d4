/**
 * A book: the accounts a batch has locked, with running balances, and what was posted to them so far. Decisions read
 * the balances that the ones before them left: 35.00 can pay 30, not then 10, then 5. Nothing here touches a database.
 */
import { type DebtChange, debtChangesOf, repaymentsOf } from './debt.js';

type UserKind = 'credits' | 'promo' | 'earnings' | 'withdrawing' | 'debt';
type SystemKind =
  | 'escrow'
  | 'commission'
  | 'card-clearing'
  | 'payout-clearing'
  | 'subscription-deferred'
  | 'revenue'
  | 'promotions'
  | 'adjustments'
  | 'losses';

/** Names an account: a user's by its owner, the platform's own by `owner: null`. */
export interface AccountKey {
  readonly owner: string | null;
  readonly kind: UserKind | SystemKind;
  readonly currency: string;
}

export interface Account extends AccountKey {
  readonly id: number;
  /** Minor units; null for the platform's own. */
  readonly balance: number | null;
}

type SeenType =
  | 'deposit'
  | 'purchase'
  | 'payment_release'
  | 'refund'
  | 'withdrawal'
  | 'admin_credit'
  | 'admin_debit'
  | 'chargeback'
  | 'debt_repayment'
  | 'subscription'
  | 'subscription_lesson';
/** A correction is seen as what it corrects, with the other sign where it takes back. */
type EntryType = SeenType | 'correction';
type TransactionType = SeenType | 'commission' | 'referral';

export interface EntryRow {
  readonly id: string;
  readonly type: EntryType;
  readonly referenceType:
    | 'purchase'
    | 'hold'
    | 'withdrawal'
    | 'adjustment'
    | 'demo'
    | 'payment'
    | 'card-refund'
    | 'dispute'
    | 'subscription';
  readonly referenceId: string;
  readonly description: string | null;
  readonly actorId: string | null;
}

interface TransferRow {
  readonly entryId: string;
  readonly n: number;
  readonly from: number;
  readonly to: number;
  readonly amount: number;
}

interface TransactionRow {
  readonly id: string;
  readonly accountId: number;
  readonly entryId: string;
  readonly type: TransactionType;
  /** Signed. */
  readonly amount: number;
  readonly before: number;
  readonly after: number;
  readonly holdId: string | null;
}

/** What is to be stored, in the order it was decided. */
export interface Journal {
  readonly entries: EntryRow[];
  readonly transfers: TransferRow[];
  readonly transactions: TransactionRow[];
}

export interface Book {
  readonly accounts: ReadonlyMap<string, Account>;
  /** Running balances of the users' accounts, by account id. */
  readonly balances: Map<number, number>;
  readonly journal: Journal;
  readonly debts: DebtChange[];
  readonly newId: () => string;
}

/** A row that moves nothing: tells an owner what was kept of the money above it, `amount` below 0, or kept less. */
export interface Told {
  readonly account: AccountKey;
  readonly amount: number;
  readonly holdId: string;
}

/** One movement inside an entry. Of 0: nothing moves and nothing is written. */
export interface Move {
  readonly from: AccountKey;
  readonly to: AccountKey;
  readonly amount: number;
  /** How the users on either side see it. */
  readonly type: TransactionType;
  readonly holdId: string | null;
}

export const keyOf = ({ owner, kind, currency }: AccountKey): string => `${owner ?? ''}/${kind}/${currency}`;

export function openBook(accounts: readonly Account[], newId: () => string): Book {
  const balances = new Map<number, number>();
  for (const { id, balance } of accounts) if (balance !== null) balances.set(id, balance);
  return {
    accounts: new Map(accounts.map((account) => [keyOf(account), account])),
    balances,
    journal: { entries: [], transfers: [], transactions: [] },
    debts: [],
    newId,
  };
}

/** The running balance of a user's account. */
export const balanceIn = (book: Book, key: AccountKey): number =>
  book.balances.get(accountIn(book, key).id) ?? 0;

/** What somebody owes: 0 or more. An account of debt that nobody has is not locked, and owes nothing. */
export const owedIn = (book: Book, { owner, currency }: Pick<AccountKey, 'owner' | 'currency'>): number => {
  const account = book.accounts.get(keyOf({ owner, kind: 'debt', currency }));
  return account === undefined ? 0 : 0 - (book.balances.get(account.id) ?? 0);
};

/**
 * Writes an entry with its transfers, and for each side that is a user's the transaction he will see; right behind it,
 * what its credits repay of debts. Throws where a balance would fall below 0, or a debt rise above it: the caller decides
 * about money before it posts, so that would be a defect here.
 */
export function post(book: Book, entry: EntryRow, moves: readonly Move[], told: readonly Told[] = []): void {
  write(book, entry, moves);
  for (const one of told) inform(book, entry, one);
  for (const { move, seenAs } of repaymentsOf(moves, (key) => owedIn(book, key))) {
    const automatic = { id: book.newId(), type: 'debt_repayment', description: null, actorId: null } as const;
    write(book, { ...entry, ...automatic }, [move], { because: entry, seenAs });
  }
}

type Why = Pick<DebtChange, 'because' | 'seenAs'>;

function write(book: Book, entry: EntryRow, moves: readonly Move[], why?: Why): void {
  book.journal.entries.push(entry);
  let n = 0;
  for (const move of moves) {
    if (move.amount === 0) continue;
    const from = accountIn(book, move.from);
    const to = accountIn(book, move.to);
    n += 1;
    book.journal.transfers.push({ entryId: entry.id, n, from: from.id, to: to.id, amount: move.amount });
    see(book, from, entry, move, -move.amount);
    see(book, to, entry, move, move.amount);
    book.debts.push(...debtChangesOf(move, why ?? { because: entry, seenAs: move.type }));
  }
}

function inform(book: Book, entry: EntryRow, { account, amount, holdId }: Told): void {
  const { id: accountId } = accountIn(book, account);
  const balance = book.balances.get(accountId) ?? 0;
  const id = book.newId();
  const seen = { id, accountId, entryId: entry.id, type: 'commission' as const, amount, holdId };
  book.journal.transactions.push({ ...seen, before: balance, after: balance });
}

function see(book: Book, account: Account, entry: EntryRow, move: Move, amount: number): void {
  const before = book.balances.get(account.id);
  if (before === undefined) return; // the platform's own
  const after = before + amount;
  const isWrong = account.kind === 'debt' ? after > 0 : after < 0;
  if (isWrong || !Number.isSafeInteger(after)) {
    throw new Error(`entry ${entry.id} would leave ${after} on account ${account.id}`);
  }
  book.balances.set(account.id, after);
  const { type, holdId } = move;
  const id = book.newId();
  book.journal.transactions.push({
    id,
    accountId: account.id,
    entryId: entry.id,
    type,
    amount,
    before,
    after,
    holdId,
  });
}

function accountIn(book: Book, key: AccountKey): Account {
  const account = book.accounts.get(keyOf(key));
  if (account === undefined) throw new Error(`account ${keyOf(key)} was not locked`);
  return account;
}
