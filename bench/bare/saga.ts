/**
 * The limit of a purchase: two HTTP hops, three commits and two messages, and nothing else. One process plays the
 * gateway, the seller and the till. `saga.ts <database url> <amqp url> <queue prefix>`; prints the port to buy at.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId } from '@rollcall/kit/id';
import { connect } from 'amqplib';
import express from 'express';
import pg from 'pg';
import { Pool } from 'undici';

const [database, amqp, prefix] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: database, max: 10 });
const connection = await connect(amqp ?? '', { noDelay: true });
const channel = await connection.createConfirmChannel();
const arguments_ = { 'x-queue-type': 'quorum' };
const [asked, answered] = [`${prefix}asked`, `${prefix}answered`];
await channel.assertQueue(asked, { durable: true, arguments: arguments_ });
await channel.assertQueue(answered, { durable: true, arguments: arguments_ });

const waiting = new Map<string, () => void>();

async function commit(...statements: [string, unknown[]][]): Promise<void> {
  const client = await pool.connect();
  await client.query('begin');
  for (const [text, values] of statements) await client.query(text, values);
  await client.query('commit');
  client.release();
}

await channel.consume(asked, async (message) => {
  if (message === null) return;
  const id = message.content.toString();
  await commit(
    ['insert into bare_held (id) values ($1)', [id]],
    ['insert into bare_outbox (id) values ($1)', [newId()]],
  );
  channel.sendToQueue(answered, message.content, { persistent: true });
  channel.ack(message);
});
await channel.consume(answered, async (message) => {
  if (message === null) return;
  const id = message.content.toString();
  await commit(['update bare_purchases set status = $2 where id = $1', [id, 'active']]);
  channel.ack(message);
  waiting.get(id)?.();
});

const seller = express();
seller.post('/purchase', async (_request, response) => {
  const id = newId();
  const done = new Promise<void>((resolve) => waiting.set(id, resolve));
  const status = 'pending';
  await commit(
    ['insert into bare_purchases values ($1, $2)', [id, status]],
    ['insert into bare_outbox (id) values ($1)', [newId()]],
  );
  channel.sendToQueue(asked, Buffer.from(id), { persistent: true });
  await done;
  waiting.delete(id);
  const { rows } = await pool.query('select * from bare_purchases where id = $1', [id]);
  response.status(201).json(rows[0]);
});
const inner = seller.listen(0, '127.0.0.1', () => {
  const upstream = new Pool(`http://127.0.0.1:${(inner.address() as AddressInfo).port}`);
  const front = createServer((request, response) => {
    void upstream.request({ path: request.url ?? '/', method: 'POST' }).then(({ statusCode, body }) => {
      response.writeHead(statusCode, { 'content-type': 'application/json' });
      body.pipe(response);
    });
  });
  front.listen(0, '127.0.0.1', () => process.stdout.write(`${(front.address() as AddressInfo).port}\n`));
});
