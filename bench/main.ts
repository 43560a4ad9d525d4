/** `npm run bench [name …]`: each figure beside its limit, measured in the same run. */

import { invoices } from './figures/invoices.js';
import { largeSession } from './figures/large-session.js';
import { lastSeat } from './figures/last-seat.js';
import { ledgerReads } from './figures/ledger-reads.js';
import { purchase } from './figures/purchase.js';
import { relay } from './figures/relay.js';
import { rest } from './figures/rest.js';
import { sealing } from './figures/sealing.js';
import { sealingLag } from './figures/sealing-lag.js';
import { settling } from './figures/settling.js';
import { stripeWebhooks } from './figures/stripe-webhooks.js';
import { walletHolds } from './figures/wallet-holds.js';
import { webhookIntake } from './figures/webhook-intake.js';
import { print } from './report.js';

const figures = {
  'wallet-holds': walletHolds,
  settling,
  sealing,
  'ledger-reads': ledgerReads,
  'sealing-lag': sealingLag,
  relay,
  'webhook-intake': webhookIntake,
  'stripe-webhooks': stripeWebhooks,
  'large-session': largeSession,
  invoices,
  purchase,
  'last-seat': lastSeat,
  rest,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(figures, name));
if (unknown.length > 0) {
  process.stderr.write(
    `no such figure: ${unknown.join(', ')}; there are: ${Object.keys(figures).join(', ')}\n`,
  );
  process.exit(2);
}
for (const [name, measure] of Object.entries(figures)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const figure of [await measure()].flat()) print(figure);
}
process.exit(0);
