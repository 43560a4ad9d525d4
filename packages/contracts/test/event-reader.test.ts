import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ReceivedEvent, readEvents } from '../src/event-reader.js';

/** An answer whose bytes come in these pieces. */
const answerOf = (pieces: readonly Uint8Array[]): Response =>
  new Response(
    new ReadableStream({
      start: (controller) => {
        for (const piece of pieces) controller.enqueue(piece);
        controller.close();
      },
    }),
  );

async function read(answer: Response): Promise<ReceivedEvent[]> {
  const found = [];
  for await (const event of readEvents(answer)) found.push(event);
  return found;
}

const bytes = new TextEncoder();

test.each([
  ['line feeds', '\n'],
  ['carriage returns and line feeds', '\r\n'],
])('an event is read whole wherever its bytes are cut, and comments are nothing: %s', async (_name, end) => {
  const text =
    ':\n\nevent: ready\nid: 7\ndata: {"at":"ä€😀"}\n\n: heartbeat\n\nevent: change\ndata: 1\ndata: 2\n\nevent: half'.replaceAll(
      '\n',
      end,
    );
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.encode(text).length)), async (cuts) => {
      const all = bytes.encode(text);
      const places = [0, ...cuts.sort((a, b) => a - b), all.length];
      const pieces = places.slice(1).map((end, index) => all.slice(places[index], end));
      expect(await read(answerOf(pieces))).toEqual([
        { event: 'ready', id: '7', data: '{"at":"ä€😀"}' },
        { event: 'change', id: '7', data: '1\n2' },
      ]);
    }),
  );
});

test('whatever comes is a sign of life, also what is no event', async () => {
  let signs = 0;
  const pieces = [': heartbeat\n\n', 'data: 1\n\n'].map((piece) => bytes.encode(piece));
  const events = readEvents(answerOf(pieces), () => {
    signs += 1;
  });
  expect(await events.next()).toEqual({ done: false, value: { event: 'message', id: undefined, data: '1' } });
  expect(signs).toBe(2);
});

test('an event without an end is refused before it fills the memory', async () => {
  const pieces = Array.from({ length: 20 }, () => bytes.encode(`data: ${'x'.repeat(10_000)}\n`));
  await expect(read(answerOf(pieces))).rejects.toThrow(RangeError);
  await expect(read(answerOf([bytes.encode('x'.repeat(100_001))]))).rejects.toThrow(RangeError);
});
