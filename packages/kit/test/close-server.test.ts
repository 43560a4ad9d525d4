import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { closerOf } from '../src/close-server.js';

test('a connection on which nothing ever came holds no stop to its deadline, and an answer in hand ends', async () => {
  let finish = () => {};
  const server = createServer((_request, response) => {
    finish = () => void response.end('done');
  });
  const close = closerOf(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const silent = connect(port, '127.0.0.1');
  await once(silent, 'connect');
  const asked = once(server, 'request');
  const answer = fetch(`http://127.0.0.1:${port}/`);
  await asked;
  const told = Date.now();
  const closed = close(10_000);
  await once(silent, 'close');
  finish();
  expect(await (await answer).text()).toBe('done');
  await closed;
  expect(Date.now() - told).toBeLessThan(5_000);
});
