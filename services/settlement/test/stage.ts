/** A class to settle, told as the events other services would send. */

import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { attendanceAmended, sessionCompleted, sessionStarted } from '@rollcall/contracts/events/attendance';
import {
  cancellationRequested,
  sessionCancelled,
  sessionRescheduled,
  sessionScheduled,
} from '@rollcall/contracts/events/enrollment';
import { userRegistered } from '@rollcall/contracts/events/identity';
import { holdCorrected, holdRefunded, holdReleased } from '@rollcall/contracts/events/settlement';
import { fundsHeld, holdPaid } from '@rollcall/contracts/events/wallet';
import { money } from '@rollcall/contracts/money';
import type { Role } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { deliver, envelope, token } from '@rollcall/kit/testing';
import request from 'supertest';
import { consumers } from '../src/consumers.js';
import { type Preset, type Rules, rulesOf } from '../src/domain/policy.js';
import { addPolicy } from '../src/store/policies.js';

export const migrations = new URL('../migrations/', import.meta.url);
export const START = '2026-11-20T10:00:00.000Z';
export const END = '2026-11-20T11:00:00.000Z';
/** The settings that answers depend on. */
export const config = { DISPUTE_WINDOW_HOURS: 168 };
const BOUGHT = '2026-11-19T09:00:00.000Z';

export const tell = (db: Database, ...events: Envelope[]) => deliver(db, consumers, events);

export const policy = (
  db: Database,
  version: number,
  preset: Preset,
  from: string,
  custom: Partial<Rules> = {},
) => addPolicy(db, { version, preset, effectiveFrom: new Date(from), ...rulesOf(preset, custom) });

export const user = (id: string, role: Role, referrerId: string | null = null, version = 1): Envelope =>
  envelope(userRegistered, {
    userId: id,
    roles: [role],
    displayName: 'A user',
    email: `${id}@rollcall.test`,
    locale: 'en',
    timeZone: 'UTC',
    referrerId,
    version,
  });

type Seconds = number | readonly [seconds: number, maxSeconds: number];

const presence = (userId: string, role: 'teacher' | 'participant', seconds: Seconds) => {
  const [certain, possible] = typeof seconds === 'number' ? [seconds, seconds] : seconds;
  return {
    ...{ userId, role, seconds: certain, maxSeconds: possible, overlapSeconds: 0 },
    ...{ firstSeenAt: null, lastSeenAt: null, intervals: [], disconnects: [] },
  };
};

type Seen = Readonly<Record<string, Seconds>>;

interface How {
  readonly observed?: boolean;
  readonly teacher?: Seconds;
}

export interface Purchase {
  readonly event: Envelope<DataOf<typeof fundsHeld>>;
  readonly holdId: string;
  readonly studentId: string;
}

export function aClass({ teacherId = newId(), currency = 'USD' } = {}) {
  const ids = { sessionId: newId(), courseId: newId(), teacherId };
  const whole = (status: 'scheduled' | 'cancelled', version: number, startsAt = START) => ({
    ...ids,
    ...{
      number: 1,
      title: 'A session',
      startsAt,
      durationMinutes: 60,
      price: money(1000, currency),
      status,
      version,
    },
  });
  const result = (version: number, seen: Seen, { observed = true, teacher = 3600 }: How) => ({
    ...{ sessionId: ids.sessionId, version, scheduledSeconds: 3600, observed },
    cause: version === 1 ? ('room-finished' as const) : ('late-event' as const),
    ...{ startedAt: START, endedAt: END, teacher: presence(teacherId, 'teacher', teacher) },
    people: Object.entries(seen).map(([id, seconds]) => presence(id, 'participant', seconds)),
  });
  return {
    ...ids,
    scheduled: () => envelope(sessionScheduled, whole('scheduled', 1)),
    rescheduled: (startsAt: string, version = 2) =>
      envelope(sessionRescheduled, whole('scheduled', version, startsAt)),
    cancelled: (version = 3) => envelope(sessionCancelled, whole('cancelled', version)),
    bought: (amount = 1000, studentId = newId(), requestedAt = BOUGHT, purchaseId = newId()): Purchase => {
      const holdId = newId();
      const holds = [{ holdId, sessionId: ids.sessionId, amount: money(amount, currency), parts: [] }];
      const { courseId } = ids;
      const data = { purchaseId, studentId, teacherId, courseId, requestedAt, holds };
      return { event: envelope(fundsHeld, data, { time: BOUGHT }), holdId, studentId };
    },
    started: (at = START) => envelope(sessionStarted, { sessionId: ids.sessionId, at }),
    completed: (seen: Seen, more: How = {}) => envelope(sessionCompleted, result(1, seen, more)),
    amended: (version: number, seen: Seen, more: How = {}) =>
      envelope(attendanceAmended, result(version, seen, more)),
  };
}

/** A student's wish to give up purchases of his, all bought as one: a hold and the session it is for, each. */
export const givingUp = (
  given: readonly { readonly one: ReturnType<typeof aClass>; readonly purchase: Purchase }[],
  requestedAt: string,
  more: Partial<DataOf<typeof cancellationRequested>['holds'][number]> = {},
) =>
  envelope(cancellationRequested, {
    purchaseId: given[0]!.purchase.event.data.purchaseId,
    requestedAt,
    holds: given.map(({ one, purchase }) => ({
      ...{ holdId: purchase.holdId, sessionId: one.sessionId, startsAt: START, sessionVersion: 1 },
      ...more,
    })),
    requestedBy: given[0]!.purchase.studentId,
    reason: 'student-request',
  });

type Decided = DataOf<typeof holdReleased> | DataOf<typeof holdCorrected>;

/** The wallet's answer to a decision or a correction. */
export const paid = (decided: Decided): Envelope => {
  const shares = 'to' in decided ? decided.to : decided;
  return envelope(holdPaid, { ...decided, ...shares, entryId: newId(), paidAt: END });
};

/** Pays whatever was decided and is not paid yet, as the wallet would. */
export async function payAll(db: Database): Promise<void> {
  const unpaid: string[] = await db('holds').whereNotNull('decided_at').whereNull('paid_at').pluck('id');
  const bodies: string[] = await db('outbox')
    .whereIn('subject', unpaid)
    .whereIn('type', [holdReleased.type, holdRefunded.type, holdCorrected.type])
    .orderBy('seq')
    .pluck('body');
  await tell(db, ...bodies.map((body) => paid((JSON.parse(body) as Envelope<Decided>).data)));
}

/** Sends a request as an admin, or as somebody else. */
export async function ask(
  app: RequestListener,
  method: 'get' | 'post',
  path: string,
  { body, headers = {}, id = newId(), role = 'admin' }: Asking = {},
) {
  const sent = request(app)
    [method](`/api/v1${path}`)
    .set({ authorization: `Bearer ${await token({ id, roles: [role] })}`, ...headers });
  return body === undefined ? sent : sent.send(body);
}

interface Asking {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly id?: string;
  readonly role?: Role;
}

/** The same fact under a new event id, as a service asked again sends it. */
export const again = <Data>(event: Envelope<Data>): Envelope<Data> => ({ ...event, id: newId() });

/** The names of the invariants that do not hold. */
export async function brokenInvariants(db: Database): Promise<string[]> {
  const text = await readFile(new URL('../invariants.sql', import.meta.url), 'utf8');
  const broken: string[] = [];
  for (const part of text.split('-- name: ').slice(1)) {
    const end = part.indexOf('\n');
    const { rows } = await db.raw(part.slice(end).trim());
    if (rows.length > 0) broken.push(part.slice(0, end));
  }
  return broken;
}
