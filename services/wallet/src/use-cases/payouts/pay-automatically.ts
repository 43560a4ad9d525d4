import type { Turn } from '@rollcall/kit/schedule';
import type { Keyring } from '@rollcall/kit/sealed';
import type { Work } from '@rollcall/kit/work';
import { dayOf, readinessOf, weekdayOf } from '../../domain/auto-payout.js';
import { accountsToWithdraw } from '../../domain/withdrawal.js';
import { lockAccounts } from '../../store/accounts.js';
import { addAutoPayout, dueForPayout, standingOf } from '../../store/auto-payouts.js';
import { lockSettings } from '../../store/bank-accounts.js';
import { requestWithdrawal } from '../request-withdrawal.js';

export interface Bank {
  readonly BANK_KEYS: Keyring;
  readonly BANK_COOL_DOWN_HOURS: number;
  readonly PLATFORM_CURRENCY: string;
}

/** Teachers looked up at once, and looks in one turn: the next turn takes who is left. */
const PAGE = 500;
const PAGES = 40;

/**
 * Asks for the withdrawals of whoever has his payout day today, each in a transaction of its own: one that goes wrong
 * keeps no other from being paid, and is tried again by the next turn. Returns how many were asked for, blocked, failed.
 */
export async function payWhoIsDue(turn: Turn, bank: Bank) {
  const found = { requested: 0, blocked: 0, failed: 0 };
  let after = '00000000-0000-0000-0000-000000000000';
  for (let page = 0; page < PAGES; page += 1) {
    const due = await dueForPayout(turn.db, { now: turn.now, after, limit: PAGE });
    for (const teacherId of due) {
      const outcome = await turn
        .inWork((work) => payAutomatically(work, teacherId, bank))
        .catch(failing(turn, teacherId));
      if (outcome !== 'none') found[outcome] += 1;
    }
    if (due.length < PAGE) break;
    after = due.at(-1) as string;
  }
  return found;
}

const failing =
  ({ log }: Pick<Turn, 'log'>, teacherId: string) =>
  (error: unknown): 'failed' => {
    log.error({ err: error, teacherId }, 'an automatic payout failed; the next turn tries again');
    return 'failed';
  };

/**
 * What becomes of a teacher's payout day: all that is available is asked for as a withdrawal, an admin approves it like
 * any other; or it is written down what stood in the way. Once a day (UTC), whoever asks at once: his settings are
 * locked, and the table refuses a second row. Behind the locks of his accounts a request by hand has been made or comes
 * after.
 */
export async function payAutomatically(
  work: Work,
  teacherId: string,
  bank: Bank,
): Promise<'requested' | 'blocked' | 'none'> {
  const { plan } = await lockSettings(work.tx, teacherId, work.now);
  const currency = plan.currency ?? bank.PLATFORM_CURRENCY;
  if (!plan.on || plan.weekday !== weekdayOf(work.now)) return 'none';
  await lockAccounts(work.tx, accountsToWithdraw({ teacherId, currency }));
  const asked = { teacherId, currency, coolDownHours: bank.BANK_COOL_DOWN_HOURS };
  const standing = await standingOf(work.tx, asked);
  if (standing.lastDay === dayOf(work.now)) return 'none';

  const { blocked } = readinessOf(standing, work.now);
  if (blocked.length > 0) {
    const codes = blocked.map(({ code }) => code);
    await addAutoPayout(work.tx, { teacherId, withdrawalId: null, blocked: codes }, work.now);
    return 'blocked';
  }
  const request = { teacherId, amount: standing.available, currency, notes: 'Automatic payout' };
  const { withdrawalId } = await requestWithdrawal(work, request, bank);
  await addAutoPayout(work.tx, { teacherId, withdrawalId, blocked: [] }, work.now);
  return 'requested';
}
