import { expect, test } from '@jest/globals';
import type { Hold } from '@rollcall/contracts/api/settlement';
import type { Attendance } from './api.js';
import { comparisonLine, isAsExpected, outcomeExpected, outcomeOf } from './expected.js';

const HOUR = 3_600;
const attendance = (more: Partial<Attendance> = {}): Attendance =>
  ({ observed: true, version: 1, data: [], ...more }) as Attendance;
const holds = [{ studentId: 's', status: 'refunded' } as Hold];

test('what counts is summed from its stretches, floored to seconds, never more than the lesson', () => {
  const expected = (counts: string) =>
    outcomeExpected({ counts, status: 'present', hold: 'released' }, HOUR, 1).seconds;
  expect(expected('0-10,20-30')).toBe(1_200);
  expect(expected('0-50%>end')).toBe(3_599);
  expect(expected('0-end+30')).toBe(HOUR);
  expect(expected('absent')).toBe(0);
});

test('whom nobody saw was absent where somebody could have seen him, and else nobody knows', () => {
  expect(outcomeOf('s', attendance(), holds)).toMatchObject({
    seconds: 0,
    status: 'absent',
    hold: 'refunded',
  });
  expect(outcomeOf('s', attendance({ observed: false }), holds)).toMatchObject({ status: 'review' });
});

test('every figure is compared, and both sides are told where one differs', () => {
  const expected = outcomeExpected({ counts: '0-20%', status: 'present', hold: 'released' }, HOUR, 1);
  expect(isAsExpected({ userId: 's', expected, actual: { ...expected } })).toBe(true);
  const differences = { seconds: 719, maxSeconds: 721, status: 'absent', hold: 'refunded', version: 2 };
  for (const [figure, value] of Object.entries(differences)) {
    const comparison = { userId: 's', expected, actual: { ...expected, [figure]: value } };
    expect(isAsExpected(comparison)).toBe(false);
    expect(comparisonLine(comparison)).toMatch(new RegExp(`expected 720 s, .*came out as .*${value}`));
  }
});
