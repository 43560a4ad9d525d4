import { createHmac, randomBytes } from 'node:crypto';
import { startSystem } from '@rollcall/e2e/system';
import { newId } from '@rollcall/kit/id';
import { Pool } from 'undici';
import { startBare } from '../bare-server.js';
import { type Figure, inParallel, median, perSecond, rate } from '../report.js';

const WEBHOOKS = 3_000;
const WARM = 300;
const CONNECTIONS = 32;
const ROUNDS = 3;
const SECRET = 'whsec_stand_in_of_development';

/** The card provider's webhooks stored and answered, against a bare express handler that verifies with the SDK and inserts. */
export async function stripeWebhooks(): Promise<Figure> {
  const system = await startSystem({ services: ['billing'] });
  const bare = await startBare(new URL('../bare/stripe-webhook.ts', import.meta.url));
  const rounds = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.ours.push(await load(system.urls.billing[0] ?? '', '/webhooks/stripe'));
    rounds.bare.push(await load(bare.url, '/webhook'));
  }
  await bare.stop();
  await system.stop();
  const [ours, limit] = [median(rounds.ours), median(rounds.bare)];
  const means = 'ours over a bare express handler';
  return {
    name: `webhooks of the card provider at ${CONNECTIONS} connections`,
    ours: rate(ours),
    limit: rate(limit),
    ratio: ours / limit,
    goal: 0.8,
    means,
  };
}

async function load(origin: string, path: string): Promise<number> {
  const signed = Array.from({ length: WEBHOOKS }, () => sign());
  const pool = new Pool(origin, { connections: CONNECTIONS });
  const send = async ({ body, signature }: ReturnType<typeof sign>) => {
    const headers = { 'stripe-signature': signature, 'content-type': 'application/json' };
    const answer = await pool.request({ path, method: 'POST', headers, body });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`a webhook was answered with ${answer.statusCode}`);
  };
  await inParallel(signed.slice(0, WARM), CONNECTIONS, send);
  const started = performance.now();
  await inParallel(signed.slice(WARM), CONNECTIONS, send);
  const took = performance.now() - started;
  await pool.close();
  return perSecond(WEBHOOKS - WARM, took);
}

/** A payment's success, with the fields the provider sends and in their size. */
function sign() {
  const at = Math.floor(Date.now() / 1000);
  const id = randomBytes(12).toString('hex');
  const intent = {
    ...{ id: `pi_${id}`, object: 'payment_intent', amount: 2500, amount_received: 2500, currency: 'usd' },
    ...{ capture_method: 'automatic', client_secret: `pi_${id}_secret`, confirmation_method: 'automatic' },
    ...{
      created: at,
      customer: `cus_${id}`,
      description: null,
      last_payment_error: null,
      latest_charge: `ch_${id}`,
    },
    ...{ livemode: false, metadata: { paymentId: newId() }, next_action: null, payment_method: `pm_${id}` },
    ...{ payment_method_types: ['card'], receipt_email: null, setup_future_usage: null, shipping: null },
    ...{ statement_descriptor: null, status: 'succeeded', transfer_data: null, transfer_group: null },
  };
  const body = JSON.stringify({
    ...{ id: `evt_${id}`, object: 'event', api_version: '2026-06-24', created: at, livemode: false },
    ...{ data: { object: intent }, pending_webhooks: 1, request: { id: null, idempotency_key: null } },
    type: 'payment_intent.succeeded',
  });
  const hash = createHmac('sha256', SECRET).update(`${at}.${body}`).digest('hex');
  return { body, signature: `t=${at},v1=${hash}` };
}
