import { expect, test } from '@jest/globals';
import { type KeyState, tend } from './key-rotation.js';

const now = new Date('2026-11-20T10:00:00.000Z');
const minutes = (count: number) => new Date(now.getTime() + count * 60_000);
const days = (count: number) => minutes(count * 1440);
const key = (kid: string, signsFrom: Date, replaceAskedAt: Date | null = null): KeyState => ({
  kid,
  signsFrom,
  replaceAskedAt,
});

test.each<[string, KeyState[], Date | undefined, string[]]>([
  ['a key of 89 days signs on', [key('a', days(-89))], undefined, []],
  [
    'one of 90 gets a successor, published a quarter of an hour ahead',
    [key('a', days(-90))],
    minutes(15),
    [],
  ],
  ['one that an operator wants replaced too', [key('a', days(-1), now)], minutes(15), []],
  [
    'a successor that waits for its hour is the only one',
    [key('a', days(-90), now), key('b', minutes(9))],
    undefined,
    [],
  ],
  [
    'the key before verifies on for twenty minutes',
    [key('a', days(-90)), key('b', minutes(-19))],
    undefined,
    [],
  ],
  ['and is retired then', [key('a', days(-90)), key('b', minutes(-20))], undefined, ['a']],
  ['no keys, nothing to do', [], undefined, []],
])('%s', (_rule, keys, nextSignsFrom, retired) => {
  expect(tend(keys, now)).toEqual({ nextSignsFrom, retired });
});
