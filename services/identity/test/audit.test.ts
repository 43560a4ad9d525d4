import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { attendanceAudited } from '@rollcall/contracts/events/attendance';
import { settlementAudited } from '@rollcall/contracts/events/settlement';
import { walletAudited } from '@rollcall/contracts/events/wallet';
import type { Role } from '@rollcall/contracts/shapes';
import { newId } from '@rollcall/kit/id';
import { deliver, envelope } from '@rollcall/kit/testing';
import request from 'supertest';
import { consumers } from '../src/consumers.js';
import { openIdentity } from './identity.js';

const [ann, bob] = [newId(), newId()];
const at = (minute: number) => `2026-11-20T10:${String(minute).padStart(2, '0')}:00.000Z`;
const entry = (actor: string | null, action: string, minute: number, target: string = newId()) => ({
  auditId: newId(),
  actor,
  action,
  target,
  reason: 'Lesson given twice',
  at: at(minute),
});
const hold = newId();
const entries = [
  [settlementAudited, entry(ann, 'settlement.hold.release', 1, hold)],
  [attendanceAudited, entry(bob, 'attendance.correct', 2)],
  [walletAudited, entry(ann, 'wallet.credit', 3)],
  [walletAudited, entry(null, 'wallet.debit', 3)],
  [settlementAudited, entry(bob, 'settlement.review.apply', 4, hold)],
] as const;

let identity: Awaited<ReturnType<typeof openIdentity>>;
beforeAll(async () => {
  identity = await openIdentity();
  const events = entries.map(([type, data]) => envelope(type, data));
  await deliver(identity.db, consumers, [...events].reverse());
});
afterAll(() => identity.close());

const read = async (query = '', { path = '/admin/audit', roles = ['admin'] as Role[] } = {}) =>
  request(identity.app)
    .get(`/api/v1${path}${query}`)
    .set('authorization', await identity.as(ann, roles));
const actions = async (query: string): Promise<string[]> => {
  const { status, body } = await read(query);
  expect(status).toBe(200);
  return body.data.map(({ action }: { action: string }) => action);
};

test('admins and finance read the same trail, newest first, whatever order it was heard in', async () => {
  const { status, body } = await read();
  expect(status).toBe(200);
  expect(body.nextCursor).toBeNull();
  const times = body.data.map((one: { at: string }) => one.at);
  expect(times).toEqual([4, 3, 3, 2, 1].map(at));
  const [, last] = entries[4];
  const { auditId: id, at: when, ...said } = last;
  expect(body.data[0]).toEqual({ id, service: 'settlement', ...said, at: when, createdAt: when });
  const { body: financial } = await read('', { path: '/finance/audit', roles: ['finance'] });
  expect(financial).toEqual(body);
});

test('page by page, each entry comes once, also where two are of one moment', async () => {
  const seen: string[] = [];
  let cursor = '';
  do {
    const { body } = await read(`?limit=1${cursor && `&cursor=${cursor}`}`);
    seen.push(...body.data.map(({ id }: { id: string }) => id));
    cursor = body.nextCursor ?? '';
  } while (cursor !== '' && seen.length < 20);
  expect(seen.sort()).toEqual(entries.map(([, { auditId }]) => auditId).sort());
});

test.each<[string, string, string[]]>([
  ['who', `?actor=${bob}`, ['settlement.review.apply', 'attendance.correct']],
  ['what', '?action=wallet.credit&action=attendance.correct', ['wallet.credit', 'attendance.correct']],
  ['to what', `?target=${hold}`, ['settlement.review.apply', 'settlement.hold.release']],
  ['when, the end left out', `?from=${at(2)}&to=${at(3)}`, ['attendance.correct']],
  ['all of it together', `?actor=${ann}&target=${hold}&from=${at(1)}`, ['settlement.hold.release']],
])('is narrowed by %s', async (_filter, query, expected) => {
  expect(await actions(query)).toEqual(expected);
});

test('is narrowed by the longest target there is: a session and the name the video server knew somebody by', async () => {
  expect(await actions(`?target=${newId()}:${'x'.repeat(200)}`)).toEqual([]);
});

test.each(['?cursor=x', '?actor=ann', '?from=yesterday', '?limit=101', '?reason=x'])(
  '%s is a 400',
  async (query) => {
    expect((await read(query)).status).toBe(400);
  },
);

test('it is for admins at one address and for finance at the other', async () => {
  expect((await read('', { roles: ['finance', 'teacher'] })).status).toBe(403);
  expect((await read('', { path: '/finance/audit', roles: ['admin', 'student'] })).status).toBe(403);
});
