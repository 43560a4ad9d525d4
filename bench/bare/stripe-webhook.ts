/** The limit of the card provider's webhook door: express, the SDK's verification, one insert a request. `stripe-webhook.ts <database url>` */
import type { AddressInfo } from 'node:net';
import express from 'express';
import pg from 'pg';
import Stripe from 'stripe';

const pool = new pg.Pool({ connectionString: process.argv[2], max: 10 });
const app = express();
app.post('/webhook', express.raw({ type: () => true, limit: '1mb' }), async (request, response) => {
  const event = Stripe.webhooks.constructEvent(
    request.body as Buffer,
    request.get('stripe-signature') ?? '',
    'whsec_stand_in_of_development',
  );
  await pool.query('insert into bare_webhooks (id, body) values ($1, $2) on conflict do nothing', [
    event.id,
    (request.body as Buffer).toString('utf8'),
  ]);
  response.sendStatus(200);
});
const server = app.listen(0, '127.0.0.1', () =>
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`),
);
