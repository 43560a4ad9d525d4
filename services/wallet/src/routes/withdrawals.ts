/** What the wallet answers about withdrawals, each under both names. */
import * as api from '@rollcall/contracts/api/withdrawals';
import type { User } from '@rollcall/kit/auth';
import type { Database } from '@rollcall/kit/database';
import { etag } from '@rollcall/kit/etag';
import { command, query, reply, type Served } from '@rollcall/kit/http';
import { unsealBankAccount } from '../bank-account.js';
import type { Config } from '../config.js';
import type { Step } from '../domain/withdrawal.js';
import {
  adminWithdrawalOf,
  sealedBankAccount,
  settingsOf,
  withdrawalOf,
  withdrawalsOf,
} from '../queries/withdrawals.js';
import { changeSettings } from '../use-cases/change-settings.js';
import { requestWithdrawal } from '../use-cases/request-withdrawal.js';
import { revealBankAccount } from '../use-cases/reveal-bank-account.js';
import { takeStep } from '../use-cases/step-withdrawal.js';

interface Context {
  readonly db: Database;
  readonly config: Pick<Config, 'BANK_KEYS' | 'WITHDRAWAL_FOUR_EYES'>;
}

export const withdrawals = (context: Context): Served[] => [
  ...settings(context),
  ...ofTeachers(context),
  ...ofAdmins(context),
];

const settings = ({ db, config }: Context): Served[] => [
  query(db, api.readWalletSettings, (_db, { user }) => showSettings(db, { teacherId: user.id })),
  command(
    db,
    api.changeWalletSettings,
    (work, { body, user, ifMatch }) =>
      changeSettings(work, { ...body, teacherId: user.id, ifMatch }, config.BANK_KEYS),
    showSettings,
  ),
];

async function showSettings(db: Database, { teacherId }: { teacherId: string }) {
  const settings = await settingsOf(db, teacherId);
  return reply(200, settings, { ETag: etag(settings.version) });
}

const ofTeachers = ({ db, config }: Context): Served[] => [
  ...[api.requestWithdrawal, api.requestPayout].map((route) =>
    command(
      db,
      route,
      (work, { body, user }) => requestWithdrawal(work, { ...body, teacherId: user.id }, config.BANK_KEYS),
      showOwn(201),
    ),
  ),
  ...[api.listWithdrawals, api.listPayouts].map((route) =>
    query(db, route, (_db, { user, query: filter }) => withdrawalsOf(db, { ...filter, teacherId: user.id })),
  ),
  ...[api.readWithdrawal, api.readPayout].map((route) =>
    query(db, route, (_db, input) => showOwn(200)(db, input.params, input)),
  ),
  ...[api.cancelWithdrawal, api.cancelPayout].map((route) =>
    command(
      db,
      route,
      (work, { params, user, ifMatch }) =>
        takeStep(work, { ...params, step: 'cancel', actorId: user.id, ifMatch, fourEyes: false }),
      showOwn(200),
    ),
  ),
];

const ofAdmins = (context: Context): Served[] => [
  query(context.db, api.listAdminWithdrawals, (db, { query: filter }) => withdrawalsOf(db, filter)),
  query(context.db, api.listAdminPayouts, (db, { query: filter }) => withdrawalsOf(db, filter)),
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

interface Ref {
  readonly withdrawalId: string;
}

const showOwn =
  (status: 200 | 201) =>
  async (db: Database, { withdrawalId }: Ref, { user }: { user: User }) => {
    const withdrawal = await withdrawalOf(db, withdrawalId, user.id);
    return reply(status, withdrawal, { ETag: etag(withdrawal.version) });
  };

async function showAny(db: Database, { withdrawalId }: Ref) {
  const withdrawal = await adminWithdrawalOf(db, withdrawalId);
  return reply(200, withdrawal, { ETag: etag(withdrawal.version) });
}
