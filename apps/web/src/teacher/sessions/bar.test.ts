import { expect, test } from '@jest/globals';
import { type Frame, frameOf, segmentsOf } from './bar.js';

const START = Date.parse('2026-11-20T10:00:00.000Z');
const at = (minute: number) => new Date(START + minute * 60_000).toISOString();
const hour = { startsAt: at(0), durationMinutes: 60 };
const frame: Frame = { from: START, to: START + 3_600_000 };
const stretch = (from: number, to: number, exact = true) => ({ from: at(from), to: at(to), exact });
const seen = (...intervals: ReturnType<typeof stretch>[]) => ({
  intervals,
  inRoom: false,
  firstSeenAt: intervals[0]?.from ?? null,
});

test('a bar is as long as the class, and longer where somebody came early or stayed', () => {
  expect(frameOf(hour, [])).toEqual(frame);
  expect(frameOf(hour, [seen(stretch(-6, 10)), seen(stretch(0, 66))])).toEqual({
    from: START - 360_000,
    to: START + 3_960_000,
  });
});

test('each stretch has its place, and an end that was not seen shows', () => {
  expect(segmentsOf(seen(stretch(0, 15), stretch(30, 45, false)), frame, 0)).toEqual([
    { left: 0, width: 25, end: 'exact' },
    { left: 50, width: 25, end: 'bounded' },
  ]);
});

test('who is in the room is there up to now', () => {
  const now = START + 30 * 60_000;
  const inRoom = { ...seen(stretch(0, 6), stretch(15, 16, false)), inRoom: true };
  expect(segmentsOf(inRoom, frame, now)).toEqual([
    { left: 0, width: 10, end: 'exact' },
    { left: 25, width: 25, end: 'open' },
  ]);
  const justCame = { intervals: [], inRoom: true, firstSeenAt: at(15) };
  expect(segmentsOf(justCame, frame, now)).toEqual([{ left: 25, width: 25, end: 'open' }]);
});

test('of who came back a moment ago the time between is not filled', () => {
  const back = { ...seen(stretch(0, 15)), inRoom: true };
  expect(segmentsOf(back, frame, START + 30 * 60_000)).toEqual([
    { left: 0, width: 25, end: 'exact' },
    { left: 50, width: 0, end: 'open' },
  ]);
});

test('what lies outside the bar is not drawn beyond it', () => {
  const [one] = segmentsOf(seen(stretch(-30, 90)), frame, 0);
  expect(one).toEqual({ left: 0, width: 100, end: 'exact' });
});
