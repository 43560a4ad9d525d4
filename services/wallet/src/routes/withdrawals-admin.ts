/** What the wallet answers admins about withdrawals, under both names. */
import * as api from '@rollcall/contracts/api/withdrawals-admin';
import type { Database } from '@rollcall/kit/database';
import { etag } from '@rollcall/kit/etag';
import { command, query, reply, type Served } from '@rollcall/kit/http';
import { unsealBankAccount } from '../bank-account.js';
import type { Config } from '../config.js';
import type { Step } from '../domain/withdrawal.js';
import { withdrawalsCsv } from '../queries/spreadsheets.js';
import { adminWithdrawalOf, sealedBankAccount, withdrawalsOf } from '../queries/withdrawals.js';
import { revealBankAccount } from '../use-cases/reveal-bank-account.js';
import { takeStep } from '../use-cases/step-withdrawal.js';

interface Context {
  readonly db: Database;
  readonly config: Pick<Config, 'BANK_KEYS' | 'WITHDRAWAL_FOUR_EYES'>;
}

export const withdrawalsForAdmins = (context: Context): Served[] => [
  ...[api.listAdminWithdrawals, api.listAdminPayouts].map((route) =>
    query(context.db, route, async (db, { query: filter, wantsCsv }) =>
      wantsCsv ? withdrawalsCsv(db, filter) : withdrawalsOf(db, filter),
    ),
  ),
  ...[api.readAdminWithdrawal, api.readAdminPayout].map((route) =>
    query(context.db, route, (db, { params }) => showAny(db, params)),
  ),
  ...steps(context, 'approve', [api.approveWithdrawal, api.approvePayout]),
  ...steps(context, 'process', [api.processWithdrawal, api.processPayout]),
  ...steps(context, 'complete', [api.completeWithdrawal, api.completePayout]),
  ...steps(context, 'fail', [api.failWithdrawal, api.failPayout]),
  ...steps(context, 'reject', [api.rejectWithdrawal, api.rejectPayout]),
  ...steps(context, 'return', [api.returnWithdrawal, api.returnPayout]),
  ...[api.revealWithdrawal, api.revealPayout].map((route) => reveal(context, route)),
];

type StepRoute = typeof api.approveWithdrawal | typeof api.failWithdrawal;

const steps = ({ db, config }: Context, step: Step, routes: readonly StepRoute[]): Served[] =>
  routes.map((route) =>
    command(
      db,
      route as typeof api.approveWithdrawal,
      (work, { params, body, user, ifMatch }) =>
        takeStep(work, {
          ...{ ...params, ...body, step, actorId: user.id, ifMatch },
          fourEyes: config.WITHDRAWAL_FOUR_EYES === 'on',
        }),
      showAny,
    ),
  );

const reveal = ({ db, config }: Context, route: typeof api.revealWithdrawal): Served =>
  command(
    db,
    route,
    (work, { params, body, user }) => revealBankAccount(work, { ...params, ...body, actorId: user.id }),
    async (_db, { withdrawalId: id }) => {
      const sealed = await sealedBankAccount(db, id);
      const bankAccount = unsealBankAccount(config.BANK_KEYS, sealed, id);
      return reply(200, { id, bankAccount }, { 'Cache-Control': 'no-store' });
    },
  );

async function showAny(db: Database, { withdrawalId }: { withdrawalId: string }) {
  const withdrawal = await adminWithdrawalOf(db, withdrawalId);
  return reply(200, withdrawal, { ETag: etag(withdrawal.version) });
}
