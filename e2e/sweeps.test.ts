/** What the sweep of the rooms saw, through webhooks beside it, to the money. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { post } from '@rollcall/cli/class/post';
import { parseSpans } from '@rollcall/cli/class/scenario';
import type { readSessionAttendance } from '@rollcall/contracts/api/attendance';
import { webhooksOf } from '@rollcall/contracts/class-webhooks';
import type { AnswerOf } from '@rollcall/contracts/route';
import { checkInvariants } from './invariants.js';
import {
  buy,
  type Caller,
  demo,
  holdOf,
  publishedCourse,
  type Session,
  settled,
  studentWith,
} from './story.js';
import { type System, startSystem } from './system.js';

type Attendance = AnswerOf<typeof readSessionAttendance>;

const MINUTE = 60_000;
const upTo = (last: number, first = 0) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

interface Row {
  readonly student: string;
  readonly room?: string;
  /** Minutes after the start at which a sweep saw him, … */
  readonly seen: readonly number[];
  /** … and at which one did not. */
  readonly missed?: readonly number[];
  readonly seconds: readonly [certain: number, possible: number];
  readonly status: string;
  readonly hold: string;
}

const rows: [rule: string, row: Row][] = [
  [
    'a lost leave is bounded by the last sweep that saw him',
    { student: '0-60?', seen: upTo(59), seconds: [3540, 3600], status: 'present', hold: 'released' },
  ],
  [
    'and by the first of two that did not',
    {
      student: '0-60?',
      seen: upTo(29),
      missed: [30, 31],
      seconds: [1740, 1800],
      status: 'present',
      hold: 'released',
    },
  ],
  [
    'who was gone before a fifth was over is absent, whatever was lost',
    {
      student: '0-60?',
      seen: upTo(10),
      missed: [11, 12],
      seconds: [600, 660],
      status: 'absent',
      hold: 'refunded',
    },
  ],
  [
    'who may have stayed for a fifth is for a person to judge',
    {
      student: '0-60?',
      seen: upTo(11),
      missed: [12, 13],
      seconds: [660, 720],
      status: 'review',
      hold: 'review',
    },
  ],
  [
    'one sweep that missed him, and a leave that tells otherwise: the leave counts',
    { student: '0-60', seen: [12], missed: [11], seconds: [3600, 3600], status: 'present', hold: 'released' },
  ],
  [
    'whose join and leave are lost is known by sweeps alone',
    { student: '?0-60?', seen: upTo(59), seconds: [3540, 3600], status: 'present', hold: 'released' },
  ],
  [
    'in a room kept open what the sweeps saw is enough',
    {
      student: '50-115?',
      room: '0-115',
      seen: upTo(63, 50),
      seconds: [780, 3600],
      status: 'late',
      hold: 'released',
    },
  ],
];

let system: System;
let admin: Caller;
let teacher: Caller;
let student: Caller;
let sessions: Session[];

beforeAll(async () => {
  system = await startSystem();
  admin = await demo(system.gateway, 'admin');
  teacher = await demo(system.gateway, 'teacher');
  student = await studentWith(system.gateway, admin, 1000 * rows.length);
  sessions = (await publishedCourse(teacher, { sessions: rows.length })).sessions;
}, 180_000);
afterAll(async () => {
  await system.stop();
});

/** Tomorrow's sweeps, as the sweep would store its answers: its own questions are asked by our clock. */
async function sweep(
  { courseId, number, roomName, startsAt }: Session,
  sid: string,
  row: Row,
): Promise<void> {
  const start = Date.parse(startsAt);
  const joinedAtMs = start + parseSpans(row.student, 3600)[0]!.from;
  const seen = {
    participantSid: sid,
    identity: student.id,
    kind: null,
    hidden: false,
    recorder: false,
    agent: false,
    joinedAtMs,
    joinedAt: joinedAtMs,
  };
  const asked = (minute: number, active: readonly object[]) => ({
    course_id: courseId,
    session_number: number,
    room_name: roomName,
    asked_at: new Date(start + minute * MINUTE),
    active: JSON.stringify(active),
  });
  await system
    .db('attendance')('sweeps')
    .insert([
      ...row.seen.map((minute) => asked(minute, [seen])),
      ...(row.missed ?? []).map((minute) => asked(minute, [])),
    ]);
}

/** The sweeps first: with the last webhook the class is over. */
async function playSwept(session: Session, row: Row): Promise<void> {
  const person = (userId: string, role: 'teacher' | 'student', spans: string) => ({
    userId,
    name: role,
    role,
    connections: parseSpans(spans, 3600),
  });
  const cast = [person(teacher.id, 'teacher', '0-60'), person(student.id, 'student', row.student)];
  const lesson = { ...session, startsAt: new Date(session.startsAt) };
  const rooms = row.room === undefined ? undefined : parseSpans(row.room, 3600);
  const sids: string[] = [];
  const webhooks = webhooksOf(lesson, cast, rooms, (prefix) => {
    const sid = `${prefix}_${session.number}_${sids.length}`;
    sids.push(sid);
    return sid;
  });
  // He is the last of the cast, so his connection has the last sid of one.
  const sid = sids.filter((one) => one.startsWith('PA')).at(-1) ?? '';
  await sweep(session, sid, row);
  const door = { urls: system.urls.attendance.join(','), key: 'devkey', secret: 'secret' };
  for (const { body } of webhooks) await post(door, body);
}

// At once: most of a class is waiting for its end.
test.concurrent.each(rows)('%s', async (_rule, row) => {
  const session = sessions.shift()!;
  const bought = await buy(student, session);
  await playSwept(session, row);
  expect(await settled(student, holdOf(bought))).toMatchObject({ status: row.hold });
  const { body } = await admin.get<Attendance>(`/attendance/sessions/${session.id}`);
  expect(body.data.find(({ userId }) => userId === student.id)).toMatchObject({
    seconds: row.seconds[0],
    maxSeconds: row.seconds[1],
    status: row.status,
  });
});

test('after all of it every invariant holds', async () => {
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
});
