import { expect, test } from '@jest/globals';
import { type Attendee, type Webhook, webhooksOf } from '@rollcall/contracts/class-webhooks';
import { parseSpans } from './scenario.js';

const lesson = {
  roomName: 'course_c_session_1',
  startsAt: new Date('2026-11-20T10:00:00.750Z'),
  durationMinutes: 60,
};
const START = Date.parse('2026-11-20T10:00:00.000Z');
const MINUTE = 60_000;

const attendee = (userId: string, spans: string, role: Attendee['role'] = 'student'): Attendee => ({
  userId,
  name: userId,
  role,
  connections: parseSpans(spans, 3_600),
});

function play(attendees: Attendee[], rooms?: string, nameOf?: (index: number) => string): Webhook[] {
  let last = 0;
  const spans = rooms === undefined ? undefined : parseSpans(rooms, 3_600);
  return webhooksOf(lesson, attendees, spans, (prefix) => `${prefix}_${++last}`, nameOf);
}

interface Body {
  event: string;
  id: string;
  createdAt: string;
  room: { sid: string; name: string; creationTimeMs: string };
  participant?: {
    sid: string;
    identity: string;
    joinedAtMs: string;
    joinedAt: string;
    disconnectReason?: string;
    kind?: string;
    permission: Record<string, boolean>;
  };
}
const bodies = (webhooks: Webhook[]) => webhooks.map(({ body }) => JSON.parse(body) as Body);
const minute = (seconds: string) => (Number(seconds) * 1_000 - START) / MINUTE;
const told = (webhooks: Webhook[]) =>
  bodies(webhooks).map(({ event, createdAt, participant }) =>
    [event, participant?.identity, minute(createdAt)].filter((part) => part !== undefined),
  );

test('a class begins with its room, ends with it, and everybody comes and goes between', () => {
  expect(told(play([attendee('t', '0-60', 'teacher'), attendee('s', '0-12')]))).toEqual([
    ['room_started', 0],
    ['participant_joined', 't', 1 / 60],
    ['participant_joined', 's', 1 / 60],
    ['participant_left', 's', 12],
    ['participant_left', 't', 60],
    ['room_finished', 60 + 20 / 60],
  ]);
});

test('a fraction of a second in the start of the lesson costs nobody the exact boundary', () => {
  const left = bodies(play([attendee('s', '0-20%')])).find(({ event }) => event === 'participant_left')!;
  expect(Number(left.createdAt) * 1_000 - Number(left.participant?.joinedAtMs)).toBe(720_000);
});

test('the room of a class that all left early stays open to its end, since an earlier end settles nothing', () => {
  expect(told(play([attendee('s', '0-10')])).at(-1)).toEqual(['room_finished', 60 + 20 / 60]);
  expect(told(play([])).at(-1)).toEqual(['room_finished', 60 + 20 / 60]);
});

test('times are strings of whole seconds, joining also in milliseconds, as the video server writes them', () => {
  const [joined] = bodies(play([attendee('s', '0-20>60')])).filter(({ participant }) => participant);
  expect(joined).toMatchObject({
    event: 'participant_joined',
    room: { name: 'course_c_session_1' },
    participant: { identity: 's', joinedAt: `${START / 1_000}`, joinedAtMs: `${START}` },
    createdAt: `${START / 1_000 + 1}`,
  });
});

test('every webhook has an id of its own, every connection a sid of its own', () => {
  const all = bodies(play([attendee('a', '0-10,20-30'), attendee('b', '0-60')]));
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  const sids = all
    .filter(({ event }) => event === 'participant_joined')
    .map(({ participant }) => participant?.sid);
  expect(new Set(sids).size).toBe(3);
});

test('a second device pushes the first out: the same identity, another sid, and the reason', () => {
  const of = (name: string) => bodies(play([attendee('s', '0-20>60')])).filter(({ event }) => event === name);
  expect(of('participant_left').map(({ participant }) => participant?.disconnectReason)).toEqual([
    'DUPLICATE_IDENTITY',
    'CLIENT_INITIATED',
  ]);
  expect(of('participant_joined')[1]?.participant?.joinedAtMs).toBe(`${START + 20 * MINUTE + 400}`);
});

test('a second device may be in before the first is said to have left', () => {
  const [, second, first] = told(play([attendee('s', '0-20<60')])).slice(1);
  expect([second, first]).toEqual([
    ['participant_joined', 's', 20 + 1 / 60],
    ['participant_left', 's', 20 + 4 / 60],
  ]);
});

test('a connection that breaks off is aborted, joined or not', () => {
  const events = (spans: string) => play([attendee('s', spans)]).map(({ event }) => event);
  expect(events('0-50!').slice(1, 3)).toEqual(['participant_joined', 'participant_connection_aborted']);
  expect(events('?0-50!')).toEqual(['room_started', 'participant_connection_aborted', 'room_finished']);
});

test('what comes when all is settled says so', () => {
  const late = play([attendee('s', '0-60~')]).filter(({ told: when }) => when === 'late');
  expect(late.map(({ event }) => event)).toEqual(['participant_left']);
});

test('of a server that goes down nobody hears a leave; its room comes back under the same sid', () => {
  const all = play([attendee('s', '0-60'), attendee('gone', '0-10')], '0-20!,25-60');
  expect(told(all)).toEqual([
    ['room_started', 0],
    ['participant_joined', 's', 1 / 60],
    ['participant_joined', 'gone', 1 / 60],
    ['participant_left', 'gone', 10],
    ['room_started', 25],
    ['participant_joined', 's', 25 + 1 / 60],
    ['participant_left', 's', 60],
    ['room_finished', 60 + 20 / 60],
  ]);
  expect(new Set(bodies(all).map(({ room }) => room.sid)).size).toBe(1);
});

test('a room nobody opened is not heard of', () => {
  expect(play([attendee('s', '0-60')], 'absent')).toEqual([]);
});

test('each opening can be the room of a lesson of its own', () => {
  const all = bodies(play([], '0-20,25-60', (index) => `course_c_session_1_lesson_${index + 1}`));
  expect(all.map(({ room }) => room.name.at(-1))).toEqual(['1', '1', '2', '2']);
});

test('who is nobody is told by his kind or by his permission, and a person by neither', () => {
  const told = (as?: Attendee['as']) => {
    const [, joined] = bodies(play([{ ...attendee('s', '0-60'), as }]));
    return [joined?.participant?.kind, joined?.participant?.permission.hidden];
  };
  expect([told(), told('AGENT'), told('hidden')]).toEqual([
    [undefined, undefined],
    ['AGENT', undefined],
    [undefined, true],
  ]);
});

test('what is lost on the way is not posted', () => {
  const events = (spans: string) => play([attendee('s', spans)]).map(({ event }) => event);
  expect(events('0-60?')).toEqual(['room_started', 'participant_joined', 'room_finished']);
  expect(events('?0-60')).toEqual(['room_started', 'participant_left', 'room_finished']);
});

test('an interrupted room throws everybody out and takes them in again under another sid', () => {
  const all = play([attendee('s', '0-60')], '0-20,25-60');
  expect(told(all)).toEqual([
    ['room_started', 0],
    ['participant_joined', 's', 1 / 60],
    ['participant_left', 's', 20],
    ['room_finished', 20 + 20 / 60],
    ['room_started', 25],
    ['participant_joined', 's', 25 + 1 / 60],
    ['participant_left', 's', 60],
    ['room_finished', 60 + 20 / 60],
  ]);
  const rooms = bodies(all).map(({ room }) => room.sid);
  expect(new Set(rooms).size).toBe(2);
  expect(bodies(all)[2]?.participant?.disconnectReason).toBe('ROOM_CLOSED');
});

test('who was not there while the room was open is not in it', () => {
  expect(
    told(play([attendee('s', '20-25')], '0-20,25-60')).filter(([event]) => event !== 'room_started'),
  ).toEqual([
    ['room_finished', 20 + 20 / 60],
    ['room_finished', 60 + 20 / 60],
  ]);
});
