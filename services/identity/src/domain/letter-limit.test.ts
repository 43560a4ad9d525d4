import { expect, test } from '@jest/globals';
import { letterClosedFor } from './letter-limit.js';

const now = new Date('2026-11-20T10:00:00.000Z');
const ago = (...seconds: number[]) => seconds.map((one) => new Date(now.getTime() - one * 1000));

test.each<[string, Date[], number | undefined]>([
  ['the first letter goes out', [], undefined],
  ['the third too', ago(20, 10), undefined],
  ['the fourth waits until the first is an hour old', ago(3000, 20, 10), 600],
  ['letters of more than an hour ago do not count', ago(3600, 20, 10), undefined],
])('%s', (_rule, sent, seconds) => {
  expect(letterClosedFor(sent, now)).toBe(seconds);
});
