import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createParser, type Message } from './stream.js';

const STREAM = [
  ': a heartbeat\n\n',
  'event: ready\ndata: {"at":"now"}\n\n',
  'id: 7\r\nevent: change\r\ndata: {"resource":"hold"}\r\n\r\n',
  'data: one\ndata: two\n\n',
  'event: change\n\n',
].join('');

const heard = (pieces: readonly string[]): Message[] => {
  const messages: Message[] = [];
  const parse = createParser((message) => messages.push(message));
  for (const piece of pieces) parse(piece);
  return messages;
};

test('messages are read wherever the network cuts them', () => {
  const whole = [
    { event: 'ready', data: '{"at":"now"}', id: undefined },
    { event: 'change', data: '{"resource":"hold"}', id: '7' },
    { event: 'message', data: 'one\ntwo', id: '7' },
  ];
  expect(heard([STREAM])).toEqual(whole);
  fc.assert(
    fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 8 }), (places) => {
      const cuts = [0, ...places.sort((a, b) => a - b), STREAM.length];
      const pieces = cuts.slice(1).map((to, index) => STREAM.slice(cuts[index], to));
      expect(heard(pieces)).toEqual(whole);
    }),
  );
});

test('a message without an end is given up', () => {
  expect(() => heard(['data: ', 'x'.repeat(100_001)])).toThrow(RangeError);
});
