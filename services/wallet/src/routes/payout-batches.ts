/** What the wallet answers admins about payout batches. */
import * as api from '@rollcall/contracts/api/payouts';
import { attachment } from '@rollcall/kit/attachment';
import type { Database } from '@rollcall/kit/database';
import { command, query, type Served } from '@rollcall/kit/http';
import type { Config } from '../config.js';
import { manual } from '../payouts/manual.js';
import { batchesOf, batchWithLines, orderOf } from '../queries/payout-batches.js';
import { makeBatch } from '../use-cases/payouts/make-batch.js';
import { takeFile } from '../use-cases/payouts/take-file.js';

interface Context {
  readonly db: Database;
  readonly config: Pick<
    Config,
    'BANK_KEYS' | 'PAYOUT_DEBTOR_NAME' | 'PAYOUT_DEBTOR_ACCOUNT' | 'PAYOUT_DEBTOR_BIC'
  >;
}

/** The one there is. */
const provider = manual;

export const payoutBatches = ({ db, config }: Context): Served[] => [
  command(
    db,
    api.createPayoutBatch,
    (work, { body, user }) =>
      makeBatch(
        work,
        { ...body, actorId: user.id },
        { provider, debtor: debtorIn(config), keys: config.BANK_KEYS },
      ),
    (_db, { batchId }) => batchWithLines(db, batchId, provider.formats),
  ),
  query(db, api.listPayoutBatches, (_db, input) => batchesOf(db, input.query, provider.formats)),
  query(db, api.readPayoutBatch, (_db, { params }) => batchWithLines(db, params.batchId, provider.formats)),
  command(
    db,
    api.readPayoutBatchFile,
    (work, { params, query: { format, again }, user }) =>
      takeFile(work, { ...params, format, again: again === 'true', actorId: user.id }, provider),
    async (_db, { batchId }, { query: { format, again } }) => {
      const order = await orderOf(db, batchId, { again: again === 'true', keys: config.BANK_KEYS });
      const { name, type, text } = provider.file(order, format);
      return attachment(name, type, text);
    },
  ),
];

const debtorIn = (config: Context['config']) =>
  config.PAYOUT_DEBTOR_NAME === undefined || config.PAYOUT_DEBTOR_ACCOUNT === undefined
    ? null
    : {
        ...{ name: config.PAYOUT_DEBTOR_NAME, account: config.PAYOUT_DEBTOR_ACCOUNT },
        bic: config.PAYOUT_DEBTOR_BIC ?? null,
      };
