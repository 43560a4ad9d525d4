/** Everything the wallet answers over HTTP. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  clawBack as clawBackRoute,
  listDebts,
  readUserWallet,
  writeOffDebt as writeOffRoute,
} from '@rollcall/contracts/api/debts';
import {
  creditWallet,
  debitWallet,
  listTransactions,
  listUserTransactions,
  readWallet,
} from '@rollcall/contracts/api/wallet';
import type { Database } from '@rollcall/kit/database';
import { DomainError } from '@rollcall/kit/errors';
import { command, query, type Served } from '@rollcall/kit/http';
import type { Config } from './config.js';
import type { Adjustment } from './domain/adjust.js';
import { clawbackOf, debtsOf, userWallet, writeOffOf } from './queries/debts.js';
import { debtsCsv, transactionsCsv } from './queries/spreadsheets.js';
import { transactionOf, transactionsOf } from './queries/transactions.js';
import { walletOf } from './queries.js';
import { finance } from './routes/finance.js';
import { payoutBatches } from './routes/payout-batches.js';
import { revenue } from './routes/revenue.js';
import { withdrawals } from './routes/withdrawals.js';
import { withdrawalsForAdmins } from './routes/withdrawals-admin.js';
import { adjustWallet } from './use-cases/adjust-wallet.js';
import { clawBack } from './use-cases/claw-back.js';
import { writeOffDebt } from './use-cases/write-off-debt.js';

interface Context {
  readonly db: Database;
  readonly config: Pick<
    Config,
    | 'PLATFORM_CURRENCY'
    | 'BANK_KEYS'
    | 'BANK_COOL_DOWN_HOURS'
    | 'WITHDRAWAL_FOUR_EYES'
    | 'PAYOUT_DEBTOR_NAME'
    | 'PAYOUT_DEBTOR_ACCOUNT'
    | 'PAYOUT_DEBTOR_BIC'
  >;
  readonly clock?: () => Date;
}

export const routes = (context: Context): Served[] => [
  ...wallets(context),
  ...revenue(context),
  ...withdrawals(context),
  ...withdrawalsForAdmins(context),
  ...payoutBatches(context),
];

const wallets = ({ db, config }: Context): Served[] => [
  query(db, readWallet, (_db, input) =>
    walletOf(db, input.user.id, input.query.currency ?? config.PLATFORM_CURRENCY),
  ),
  query(db, listTransactions, async (_db, { user, query: filter, wantsCsv }) =>
    wantsCsv ? transactionsCsv(db, user.id, filter) : transactionsOf(db, user.id, filter),
  ),
  onceHeardOf(adjusting(db, 'credit')),
  onceHeardOf(adjusting(db, 'debit')),
  query(db, readUserWallet, (_db, { params, query: { currency } }) =>
    userWallet(db, params.userId, currency ?? config.PLATFORM_CURRENCY),
  ),
  query(db, listUserTransactions, async (_db, { params: { userId }, query: filter, wantsCsv }) =>
    wantsCsv ? transactionsCsv(db, userId, filter) : transactionsOf(db, userId, filter),
  ),
  query(db, listDebts, async (_db, { query: filter, wantsCsv }) =>
    wantsCsv ? debtsCsv(db, filter) : debtsOf(db, filter),
  ),
  command(
    db,
    clawBackRoute,
    (work, { params, body, user }) => clawBack(work, { userId: params.userId, ...body, actorId: user.id }),
    (_db, { entryId }) => clawbackOf(db, entryId),
  ),
  command(
    db,
    writeOffRoute,
    (work, { params, body, user }) =>
      writeOffDebt(work, { userId: params.userId, ...body, actorId: user.id }),
    (_db, { entryId }) => writeOffOf(db, entryId),
  ),
  ...finance(db),
];

const adjusting = (db: Database, direction: Adjustment['direction']): Served =>
  command(
    db,
    direction === 'credit' ? creditWallet : debitWallet,
    (work, { params, body, user }) =>
      adjustWallet(work, { direction, userId: params.userId, ...body, actorId: user.id }),
    (_db, { transactionId }, { params }) => transactionOf(db, params.userId, transactionId),
  );

/** Milliseconds. identity's events normally arrive in tens of them. */
const PATIENCE = 3_000;
const PAUSE = 50;

/**
 * Somebody may be credited the moment he has registered, before the wallet has heard of him: a 404 counts only when it
 * still stands after 3 s. No transaction is open during the wait, and a caller who has gone ends it.
 */
function onceHeardOf(served: Served): Served {
  return {
    route: served.route,
    handle: async (request, response) => {
      const until = Date.now() + PATIENCE;
      for (;;) {
        try {
          return await served.handle(request, response);
        } catch (error) {
          const unheard = error instanceof DomainError && error.kind === 'not-found';
          if (!unheard || Date.now() >= until || response.destroyed) throw error;
        }
        await sleep(PAUSE);
      }
    },
  };
}
