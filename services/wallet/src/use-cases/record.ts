import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { debtOpened, debtRepaid } from '@rollcall/contracts/events/wallet';
import { money } from '@rollcall/contracts/money';
import type { Work } from '@rollcall/kit/work';
import type { DebtChange } from '../domain/debt.js';
import type { Book } from '../domain/ledger.js';
import { addJournal } from '../store/ledger.js';

/**
 * Adds what was posted to the ledger and says which debts it opened and repaid. In a batch `because` finds the event an
 * entry was made for; it is asked for debts alone, which are seldom.
 */
export function record(work: Work, book: Book, because?: (entryId: string) => Envelope | undefined): void {
  addJournal(work, book.journal);
  for (const change of book.debts) {
    const options = { because: because?.(change.because.id) };
    const said = { userId: change.userId, amount: money(Math.abs(change.amount), change.currency) };
    if (change.amount < 0) work.emit(debtOpened, { ...said, cause: openedBy(change) }, options);
    else work.emit(debtRepaid, { ...said, cause: repaidBy(change) }, options);
  }
}

type Opened = DataOf<typeof debtOpened>['cause'];
type Repaid = DataOf<typeof debtRepaid>['cause'];

function openedBy({ because }: DebtChange): Opened {
  const cause = OPENED[because.type];
  if (cause === undefined) throw new Error(`entry ${because.id} opened a debt for no known cause`);
  return cause;
}

/** A correction repays by any of its parts. */
function repaidBy({ because, seenAs }: DebtChange): Repaid {
  const cause = REPAID[because.type === 'correction' ? because.type : seenAs];
  if (cause === undefined) throw new Error(`entry ${because.id} repaid a debt for no known cause`);
  return cause;
}

/** By the type of the entry that took money which was not there. */
const OPENED: Readonly<Record<string, Opened>> = {
  correction: 'correction',
  admin_debit: 'clawback',
  chargeback: 'chargeback',
  refund: 'card-refund',
};

/** By how the owner saw the credit. */
const REPAID: Readonly<Record<string, Repaid>> = {
  deposit: 'deposit',
  refund: 'refund',
  payment_release: 'payment-release',
  referral: 'referral',
  withdrawal: 'withdrawal',
  admin_credit: 'admin-credit',
  correction: 'correction',
  chargeback: 'chargeback',
  debt_repayment: 'write-off',
};
