import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { apiOf, signIn } from './api.js';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

async function gatewayAnswering(status: number, body: string, asked: unknown[] = []): Promise<string> {
  server = createServer(async (request, answer) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { method, url, headers } = request;
    asked.push([method, url, headers.authorization, Buffer.concat(parts).toString()]);
    answer.writeHead(status).end(body);
  });
  await new Promise<void>((listening) => server?.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a refused field is named, instead of pointing at errors that are not shown', async () => {
  const errors = [{ path: 'email', message: 'must be an e-mail address' }];
  const gateway = await gatewayAnswering(
    400,
    JSON.stringify({ detail: 'Mend what `errors` names.', errors }),
  );
  await expect(signIn(gateway, 'nobody', 'x')).rejects.toThrow(
    'signing in as nobody: 400 email must be an e-mail address',
  );
});

test("without fields the problem's own words are told, and what is no problem document as it came", async () => {
  const detail = 'The password is wrong: "x".';
  await expect(signIn(await gatewayAnswering(401, JSON.stringify({ detail })), 'a', 'x')).rejects.toThrow(
    detail,
  );
  server?.close();
  await expect(signIn(await gatewayAnswering(502, '<h1>Bad gateway</h1>'), 'a', 'x')).rejects.toThrow(
    '502 <h1>Bad gateway</h1>',
  );
});

test('an end by hand says why, as the admin whose token it is, and a refusal is told in its own words', async () => {
  const asked: unknown[] = [];
  const gateway = await gatewayAnswering(409, JSON.stringify({ detail: 'It is complete.' }), asked);
  await expect(apiOf(gateway, 'token').complete('id', 'because')).rejects.toThrow('409 It is complete.');
  expect(asked).toEqual([
    ['POST', '/api/v1/admin/attendance/sessions/id/complete', 'Bearer token', '{"reason":"because"}'],
  ]);
});

test('what is not there is undefined, and what may not be read is told', async () => {
  expect(await apiOf(await gatewayAnswering(404, '{}'), 'token').course('id')).toBeUndefined();
  server?.close();
  const gateway = await gatewayAnswering(403, JSON.stringify({ detail: 'For admins.' }));
  await expect(apiOf(gateway, 'token').attendance('id')).rejects.toThrow(
    'reading the attendance: 403 For admins.',
  );
});

test('a gateway that is not there makes the operator think of starting it', async () => {
  const gateway = await gatewayAnswering(200, '');
  await new Promise((closed) => server?.close(closed));
  await expect(apiOf(gateway, 'token').settlement('id')).rejects.toThrow(
    /cannot be reached .*: is npm start running\?/,
  );
});
