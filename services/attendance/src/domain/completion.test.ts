/** When a session is over. The rows of attendance.md are in examples.test.ts. */
import { describe, expect, test } from '@jest/globals';
import { at, connection, F, hour, TEACHER, whole } from '../../test/table.js';
import { bounds } from './bounds.js';
import { completion } from './completion.js';
import { gather, type Seen } from './evidence.js';
import { defaultRules, proofOf } from './session.js';

const a = connection('PA_a', '00:00');
const teacher = connection('PA_t', '00:00', { user: TEACHER });

describe('when a session is over', () => {
  const rules = defaultRules;
  const complete = (events: Seen[], now: string, session = hour) => {
    const evidence = gather(events, proofOf(session, rules));
    return completion(evidence, bounds(evidence, session, rules), { session, rules, now: at(now) });
  };
  const heardAt = (time: string, events: Seen[]) => events.map((seen) => ({ ...seen, receivedAt: at(time) }));
  const lesson = [teacher.J, a.J, a.L('57:00'), teacher.L('57:01'), F('57:21')];

  test('once its room is finished and the grace has passed since the last delivery', () => {
    expect(complete(heardAt('57:22', lesson), '57:31')).toEqual({ done: false, again: at('57:32') });
    expect(complete(heardAt('57:22', lesson), '57:32')).toEqual({ done: true, cause: 'room-finished' });
  });

  test('tomorrow’s class played in a second completes by the video server’s time', () => {
    expect(complete(heardAt('-1440:00', lesson), '-1439:50')).toEqual({ done: true, cause: 'room-finished' });
  });

  test('not while somebody is open in another room', () => {
    const other = connection('PA_b', '30:00', { roomSid: 'RM_2', roomName: 'lesson 2' });
    expect(complete(heardAt('57:22', [...lesson, other.J]), '61:00')).toEqual({
      done: false,
      again: at('120:00') + 1,
    });
  });

  test('a class held early is over when teacher and student had their length less five minutes', () => {
    const earlier = (left: string, finished: string) =>
      heardAt('50:00', [
        ...whole('PA_t', '-14:00', left, { user: TEACHER }),
        ...whole('PA_a', '-14:00', left),
        F(finished),
      ]);
    expect(complete(earlier('41:00', '41:20'), '51:00')).toEqual({ done: true, cause: 'room-finished' });
    expect(complete(earlier('40:59', '41:19'), '51:00')).toMatchObject({ done: false });
  });

  test('the scheduled end and the grace are past on our clock and nobody is open', () => {
    expect(complete([], '60:10')).toEqual({ done: false, again: at('60:10') + 1 });
    expect(complete([], '60:11')).toEqual({ done: true, cause: 'scheduled-end' });
  });

  test('a lost leave in a finished room holds nothing up', () => {
    expect(complete(heardAt('60:25', [a.J, F('60:25')]), '60:40')).toEqual({
      done: true,
      cause: 'room-finished',
    });
  });
});
