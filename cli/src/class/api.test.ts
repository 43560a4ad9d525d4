import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { signIn } from './api.js';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

async function gatewayAnswering(status: number, body: string): Promise<string> {
  server = createServer((_, answer) => answer.writeHead(status).end(body));
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
