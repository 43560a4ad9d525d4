/** What the wallet answers teachers about withdrawals, under both names, and where they go. */
import { readPayoutReadiness, readUserPayoutReadiness } from '@rollcall/contracts/api/payouts';
import * as api from '@rollcall/contracts/api/withdrawals';
import type { User } from '@rollcall/kit/auth';
import type { Database } from '@rollcall/kit/database';
import { etag } from '@rollcall/kit/etag';
import { command, query, reply, type Served } from '@rollcall/kit/http';
import type { Config } from '../config.js';
import { payoutReadiness } from '../queries/payout-readiness.js';
import { withdrawalsCsv } from '../queries/spreadsheets.js';
import { settingsOf, withdrawalOf, withdrawalsOf } from '../queries/withdrawals.js';
import { changeSettings } from '../use-cases/change-settings.js';
import { requestWithdrawal } from '../use-cases/request-withdrawal.js';
import { takeStep } from '../use-cases/step-withdrawal.js';

interface Context {
  readonly db: Database;
  readonly config: Pick<Config, 'BANK_KEYS' | 'BANK_COOL_DOWN_HOURS' | 'PLATFORM_CURRENCY'>;
  readonly clock?: () => Date;
}

export const withdrawals = (context: Context): Served[] => [...settings(context), ...ofTeachers(context)];

const settings = ({ db, config, clock = () => new Date() }: Context): Served[] => [
  query(db, api.readWalletSettings, (_db, { user }) => showSettings(db, { teacherId: user.id })),
  command(
    db,
    api.changeWalletSettings,
    (work, { body, user, ifMatch }) =>
      changeSettings(work, { ...body, teacherId: user.id, ifMatch }, config.BANK_KEYS),
    showSettings,
  ),
  query(db, readPayoutReadiness, (_db, { user, query: { currency } }) =>
    payoutReadiness(db, { teacherId: user.id, ...setting(config, clock(), currency) }),
  ),
  query(db, readUserPayoutReadiness, (_db, { params, query: { currency } }) =>
    payoutReadiness(db, { teacherId: params.userId, ...setting(config, clock(), currency) }),
  ),
];

const setting = (config: Context['config'], now: Date, currency = config.PLATFORM_CURRENCY) => ({
  ...{ currency, now, coolDownHours: config.BANK_COOL_DOWN_HOURS },
});

async function showSettings(db: Database, { teacherId }: { teacherId: string }) {
  const settings = await settingsOf(db, teacherId);
  return reply(200, settings, { ETag: etag(settings.version) });
}

const ofTeachers = ({ db, config }: Context): Served[] => [
  ...[api.requestWithdrawal, api.requestPayout].map((route) =>
    command(
      db,
      route,
      (work, { body, user }) => requestWithdrawal(work, { ...body, teacherId: user.id }, config),
      showOwn(201),
    ),
  ),
  ...[api.listWithdrawals, api.listPayouts].map((route) =>
    query(db, route, async (_db, { user, query: asked, wantsCsv }) => {
      const filter = { ...asked, teacherId: user.id };
      return wantsCsv ? withdrawalsCsv(db, filter) : withdrawalsOf(db, filter);
    }),
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

interface Ref {
  readonly withdrawalId: string;
}

const showOwn =
  (status: 200 | 201) =>
  async (db: Database, { withdrawalId }: Ref, { user }: { user: User }) => {
    const withdrawal = await withdrawalOf(db, withdrawalId, user.id);
    return reply(status, withdrawal, { ETag: etag(withdrawal.version) });
  };
