/** attendance.md's examples through the webhook door: shuffled and doubled, each has the result of the pure function. */

import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { attendanceAmended, sessionCompleted } from '@rollcall/contracts/events/attendance';
import { newId } from '@rollcall/kit/id';
import { type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import fc from 'fast-check';
import type { Seen } from '../src/domain/evidence.js';
import { labelOf } from '../src/domain/label.js';
import { roomNameOf } from '../src/domain/room-name.js';
import { rows } from './examples.js';
import { appOf, lookAt, migrations, postAll, type SessionData, saidOf, scheduled } from './support.js';
import { at, nobody, stirred, TEACHER, TEN } from './table.js';

let database: TestDatabase;
let app: RequestListener;
beforeAll(async () => {
  database = await testDatabase(migrations);
  app = await appOf(database.db, () => new Date(TEN));
});
afterAll(() => database.close());

/** What is no person, each in its own way. */
const ROBOTS = [
  { kind: 'EGRESS', permission: { recorder: true, hidden: true } },
  { kind: 'AGENT' },
  { permission: { hidden: true } },
  { kind: 'ROBOT' },
];

/** An event of the table as LiveKit writes it. Sids are the session's own: one sid is one connection everywhere. */
function bodyOf(seen: Seen, index: number, { session, student }: { session: SessionData; student: string }) {
  const own = (sid: string | null) => (sid === null ? undefined : `${sid}_${session.sessionId.slice(-12)}`);
  const { participantSid, joinedAtMs, createdAt, disconnectReason } = seen;
  const robot = seen.person ? {} : ROBOTS[['PA_e', 'PA_g', 'PA_h', 'PA_r'].indexOf(participantSid ?? '')];
  return JSON.stringify({
    event: seen.event,
    room: { sid: own(seen.roomSid), name: roomNameOf(session.courseId, session.number) },
    ...(participantSid !== null && {
      participant: {
        sid: own(participantSid),
        identity: seen.identity === TEACHER ? session.teacherId : student,
        ...(joinedAtMs !== null && {
          joinedAt: String(Math.floor(joinedAtMs / 1000)),
          joinedAtMs: String(joinedAtMs),
          ...robot,
        }),
        ...(disconnectReason !== null && { disconnectReason }),
      },
    }),
    id: own(`EV_${index}`),
    createdAt: String((createdAt ?? 0) / 1000),
  });
}

/** Sweeps come by another way than webhooks. */
const toldByWebhooks = rows.filter(([, events]) => events.every(({ active }) => active === undefined));

test.each(toldByWebhooks)('%s', async (input, events, [seconds, maxSeconds], _percent, label) => {
  const session = await scheduled(database.db, { startsAt: new Date(TEN).toISOString() });
  const student = newId();
  const distinct = [...new Set(events)];
  const bodies = distinct.map((seen, index) => bodyOf(seen, index, { session, student }));
  const [any = []] = fc.sample(stirred(bodies), { numRuns: 1, seed: input.length });
  await Promise.all(any.map((body) => postAll(app, [body]))); // and so in an order nobody chose
  await lookAt(database.db, at('120:01'));

  const [result, ...more] = await saidOf(database.db, sessionCompleted, session);
  expect(more).toEqual([]);
  expect(await saidOf(database.db, attendanceAmended, session)).toEqual([]);
  const one = result?.people.find(({ userId }) => userId === student) ?? nobody;
  expect([one.seconds, one.maxSeconds]).toEqual([seconds, maxSeconds]);
  const firstSeenAt = one.firstSeenAt === null ? null : Date.parse(String(one.firstSeenAt));
  const scale = { startsAt: TEN, scheduledSeconds: 3600, observed: true };
  expect(labelOf({ ...one, firstSeenAt, corrected: false }, scale)).toBe(label);
});
