/** What the table leaves open: which facts start a connection, end it, or bound an end that nobody saw. */
import { describe, expect, test } from '@jest/globals';
import { connection, F, hour, SW } from '../../test/table.js';
import { bounds } from './bounds.js';
import { observed } from './completion.js';
import { gather, type Seen } from './evidence.js';
import { defaultRules, proofOf } from './session.js';

const proof = proofOf(hour, defaultRules);
const studentIn = (events: readonly Seen[]) => {
  const { people } = bounds(gather(events, proof), hour, defaultRules);
  const { seconds, maxSeconds, intervals } = people.find(({ userId }) => userId === 'student')!;
  return { seconds, maxSeconds, stretches: intervals.length };
};

const a = connection('PA_a', '00:00');
const whole = (sid: string, joined: string, left: string): Seen[] => {
  const { J, L } = connection(sid, joined);
  return [J, L(left)];
};

describe('an end nobody saw is bounded by', () => {
  test('the start of the same person’s next connection in that room', () => {
    expect(studentIn([a.J, ...whole('PA_b', '20:00', '30:00'), F('60:25')])).toMatchObject({
      seconds: 601,
      maxSeconds: 1800,
    });
  });

  test('no connection that began before it was last seen', () => {
    expect(studentIn([a.J, a.T('25:00'), ...whole('PA_b', '20:00', '21:00'), F('60:25')])).toMatchObject({
      seconds: 1500,
      maxSeconds: 3600,
    });
  });

  test('no connection in another room: a lesson next door ends nothing here', () => {
    const next = connection('PA_b', '20:00', { roomName: 'lesson 2', roomSid: 'RM_2' });
    expect(studentIn([a.J, next.J, next.L('30:00'), F('60:25')]).maxSeconds).toBe(3600);
  });

  test('of two that began in the same millisecond, the one with the greater sid, and not each by the other', () => {
    const [one, two] = [connection('PA_a', '00:00.900'), connection('PA_b', '00:00.900')];
    const events = [one.J, two.J].map((seen) => ({ ...seen, createdAt: null }));
    expect(studentIn([...events, F('50:00')])).toMatchObject({ seconds: 0, maxSeconds: 2999 });
  });

  test('no finish of its room from before it was last seen: a room comes back after a crash', () => {
    expect(studentIn([a.J, F('20:20'), a.T('30:00'), F('60:25')])).toMatchObject({
      seconds: 1800,
      maxSeconds: 3600,
    });
  });

  test('no finish of another room', () => {
    expect(studentIn([a.J, F('20:20', 'RM_2')]).maxSeconds).toBe(3600);
  });

  test('no single sweep that missed it', () => {
    expect(studentIn([a.J, SW('30:00', 'PA_a'), SW('31:00'), F('60:25')])).toMatchObject({
      seconds: 1800,
      maxSeconds: 3600,
    });
  });
});

describe('a connection starts', () => {
  const without = (seen: Seen, more: Partial<Seen> = {}): Seen => ({ ...seen, joinedAtMs: null, ...more });
  const late = connection('PA_a', '10:00.400');

  test('at joinedAtMs, which knows milliseconds, before joinedAt', () => {
    const events = [late.J, late.L('20:00')].map((seen) => ({ ...seen, joinedAt: hour.startsAt + 600_000 }));
    expect(studentIn(events).seconds).toBe(599);
  });

  test('else at joinedAt', () => {
    const joinedAt = hour.startsAt + 600_000;
    expect(studentIn([without(late.J, { joinedAt }), without(late.L('20:00'))]).seconds).toBe(600);
  });

  test('else when it was said to have joined, a second later', () => {
    expect(studentIn([without(late.J), late.T('09:00'), without(late.L('20:00'))]).seconds).toBe(599);
  });
});

describe('presence', () => {
  test('counts from 15 minutes before the start', () => {
    expect(studentIn(whole('PA_a', '-30:00', '-10:00')).seconds).toBe(300);
  });

  test('that touches is one stretch; a gap of a second is two', () => {
    expect(studentIn([...whole('PA_a', '00:00', '10:00'), ...whole('PA_b', '10:00', '20:00')])).toMatchObject(
      {
        seconds: 1200,
        stretches: 1,
      },
    );
    expect(studentIn([...whole('PA_a', '00:00', '10:00'), ...whole('PA_b', '10:01', '20:00')])).toMatchObject(
      {
        seconds: 1199,
        stretches: 2,
      },
    );
  });

  test('of one sid under two names belongs to one of them, whichever came first', () => {
    const [joined, left] = whole('PA_a', '00:00', '10:00') as [Seen, Seen];
    const events = [joined, { ...left, identity: 'other' }];
    const people = (given: Seen[]) => bounds(gather(given, proof), hour, defaultRules).people;
    expect(people(events)).toEqual(people(events.toReversed()));
    expect(people(events)).toMatchObject([{ userId: 'other', seconds: 600 }]);
  });
});

describe('a session is observed', () => {
  const heard = (seen: Seen) => observed(gather([seen], proof), false);

  test('by an event of its room from its start to the end of the window', () => {
    expect(['-00:01', '00:00', '120:00', '120:01'].map((time) => heard(F(time)))).toEqual([
      ...[false, true, true, false],
    ]);
  });

  test('by a good sweep of an empty room while it is, not by one of the room that it has left', () => {
    expect(['-00:01', '00:00', '60:00', '60:01'].map((time) => heard(SW(time)))).toEqual([
      ...[false, true, true, false],
    ]);
  });
});
