import { expect, test } from '@jest/globals';
import { spansOf } from './spans.js';

const whole = { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T11:00:00.000Z' };

test('what lies outside of the class is cut off, and is not counted', () => {
  const early = { from: '2026-11-20T09:50:00.000Z', to: '2026-11-20T10:15:00.000Z' };
  const late = { from: '2026-11-20T10:30:00.000Z', to: '2026-11-20T11:20:00.000Z' };
  const after = { from: '2026-11-20T11:10:00.000Z', to: '2026-11-20T11:20:00.000Z' };
  expect(spansOf(whole, [early, late, after])).toEqual({
    spans: [
      { start: 0, length: 25 },
      { start: 50, length: 50 },
    ],
    seconds: 45 * 60,
  });
});

test('a class without a length has no spans', () => {
  expect(spansOf({ from: whole.from, to: whole.from }, [whole])).toEqual({ spans: [], seconds: 0 });
});
