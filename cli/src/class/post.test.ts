import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { WebhookReceiver } from 'livekit-server-sdk';
import { post, postForged } from './post.js';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

interface Received {
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A door that answers with these statuses, one after the other, and keeps what it was brought. */
async function door(...statuses: number[]): Promise<{ urls: string; received: Received[] }> {
  const received: Received[] = [];
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    received.push({
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(parts).toString(),
    });
    response.writeHead(statuses[received.length - 1] ?? 200).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { urls: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

const keys = { key: 'devkey', secret: 'secret' };
const body = JSON.stringify({ event: 'room_started', id: 'EV_1', createdAt: '1795255200' });

test("a webhook is signed over its bytes so that the video server's own library accepts it", async () => {
  const { urls, received } = await door();
  await post({ urls, ...keys }, body);
  const [{ headers, url, body: arrived } = { headers: {}, url: '', body: '' }] = received;
  expect(url).toBe('/api/v1/webhooks/livekit');
  expect(headers['content-type']).toBe('application/webhook+json');
  const event = await new WebhookReceiver(keys.key, keys.secret).receive(arrived, headers.authorization);
  expect(event.event).toBe('room_started');
  await expect(
    new WebhookReceiver(keys.key, keys.secret).receive(`${arrived} `, headers.authorization),
  ).rejects.toThrow();
});

test("what the video server's clock says is signed, though it is ahead of ours", async () => {
  const { urls, received } = await door();
  await post({ urls, ...keys, clockAhead: 30 }, body);
  const token = received[0]?.headers.authorization;
  const receiver = new WebhookReceiver(keys.key, keys.secret);
  await expect(receiver.receive(body, token, false, 0)).rejects.toThrow();
  expect((await receiver.receive(body, token, false, 60)).event).toBe('room_started');
});

test('a body under the signature of another has to be refused', async () => {
  const { urls, received } = await door(401, 200);
  await postForged({ urls, ...keys }, `${body} `, body);
  const [{ headers, body: arrived } = { headers: {}, body: '' }] = received;
  const receiver = new WebhookReceiver(keys.key, keys.secret);
  await expect(receiver.receive(arrived, headers.authorization)).rejects.toThrow();
  await expect(postForged({ urls, ...keys }, `${body} `, body)).rejects.toThrow(/was not refused/);
});

test('after a 503 the same body comes again', async () => {
  const { urls, received } = await door(503, 200);
  await post({ urls, ...keys }, body);
  expect(received.map((one) => one.body)).toEqual([body, body]);
});

test('after a 4xx it never comes again, and the answer is told', async () => {
  const { urls, received } = await door(401, 200);
  await expect(post({ urls, ...keys }, body)).rejects.toThrow(/answered 401/);
  expect(received).toHaveLength(1);
});

test('a service that is away is told in words', async () => {
  await expect(post({ urls: 'http://127.0.0.1:1', ...keys }, body)).rejects.toThrow(/cannot be reached/);
}, 15_000);
