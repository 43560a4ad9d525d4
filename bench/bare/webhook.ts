/** The limit of the webhook door: express, the SDK's verification, one insert a request. `webhook.ts <database url>` */
import type { AddressInfo } from 'node:net';
import express from 'express';
import { WebhookReceiver } from 'livekit-server-sdk';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.argv[2], max: 10 });
const receiver = new WebhookReceiver('devkey', 'secret');
const app = express();
app.post('/webhook', express.raw({ type: () => true, limit: '1mb' }), async (request, response) => {
  const body = (request.body as Buffer).toString('utf8');
  const event = await receiver.receive(body, request.get('authorization'), false, 60);
  await pool.query('insert into bare_webhooks (id, body) values ($1, $2) on conflict do nothing', [
    event.id,
    body,
  ]);
  response.sendStatus(200);
});
const server = app.listen(0, '127.0.0.1', () =>
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`),
);
