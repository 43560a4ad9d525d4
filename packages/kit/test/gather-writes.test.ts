/** Several writes of one turn leave a socket together, in their order, and no turn later. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { gatherWrites } from '../src/gather-writes.js';

/** A stream that notes what it is given at once. */
function noting() {
  const packets: string[] = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      packets.push(String(chunk));
      done();
    },
    writev: (chunks, done) => {
      packets.push(chunks.map(({ chunk }) => String(chunk)).join('|'));
      done();
    },
  });
  gatherWrites(stream as unknown as Socket);
  return { stream, packets };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what is written in one turn is one packet, what comes in the next another', async () => {
  const { stream, packets } = noting();
  for (const text of ['publish', 'ack', 'publish']) stream.write(text);
  expect(packets).toEqual([]);
  await turn();
  stream.write('alone');
  await turn();
  expect(packets).toEqual(['publish|ack|publish', 'alone']);
});

test('who is told to wait for the drain is called when the packet has left', async () => {
  const { stream, packets } = noting();
  const piece = 'x'.repeat(stream.writableHighWaterMark);
  expect(stream.write(piece)).toBe(false);
  await once(stream, 'drain');
  expect(packets).toEqual([piece]);
});

test('a megabyte in a hundred writes comes whole and in order through a real socket, its callbacks called', async () => {
  const received: Buffer[] = [];
  const server = createServer((socket) => void socket.on('data', (bytes) => received.push(bytes))).listen(0);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  gatherWrites(socket);
  const pieces = Array.from({ length: 100 }, (_, n) => Buffer.alloc(10_000, n));
  await Promise.all(pieces.map((piece) => new Promise((resolve) => socket.write(piece, resolve))));
  socket.end();
  await once(socket, 'close');
  server.close();
  expect(Buffer.concat(received).equals(Buffer.concat(pieces))).toBe(true);
});
