/** A class to settle, told as the events other services would send. */
import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { sessionCompleted } from '@rollcall/contracts/events/attendance';
import {
  sessionCancelled,
  sessionRescheduled,
  sessionScheduled,
} from '@rollcall/contracts/events/enrollment';
import { userRegistered } from '@rollcall/contracts/events/identity';
import { fundsHeld, holdPaid } from '@rollcall/contracts/events/wallet';
import { money } from '@rollcall/contracts/money';
import type { Role } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { deliver, envelope } from '@rollcall/kit/testing';
import { consumers } from '../src/consumers.js';
import { type Preset, type Rules, rulesOf } from '../src/domain/policy.js';
import { addPolicy } from '../src/store/policies.js';

export const migrations = new URL('../migrations/', import.meta.url);
export const START = '2026-11-20T10:00:00.000Z';
export const END = '2026-11-20T11:00:00.000Z';
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
  return {
    ...ids,
    scheduled: () => envelope(sessionScheduled, whole('scheduled', 1)),
    rescheduled: (startsAt: string, version = 2) =>
      envelope(sessionRescheduled, whole('scheduled', version, startsAt)),
    cancelled: (version = 3) => envelope(sessionCancelled, whole('cancelled', version)),
    bought: (amount = 1000, studentId = newId(), requestedAt = BOUGHT): Purchase => {
      const holdId = newId();
      const holds = [{ holdId, sessionId: ids.sessionId, amount: money(amount, currency), parts: [] }];
      const { courseId } = ids;
      const data = { purchaseId: newId(), studentId, teacherId, courseId, requestedAt, holds };
      return { event: envelope(fundsHeld, data, { time: BOUGHT }), holdId, studentId };
    },
    completed: (
      seen: Readonly<Record<string, Seconds>>,
      { observed = true, teacher = 3600 as Seconds } = {},
    ) =>
      envelope(sessionCompleted, {
        ...{ sessionId: ids.sessionId, version: 1, cause: 'room-finished', scheduledSeconds: 3600, observed },
        ...{ startedAt: START, endedAt: END, teacher: presence(teacherId, 'teacher', teacher) },
        people: Object.entries(seen).map(([id, seconds]) => presence(id, 'participant', seconds)),
      }),
  };
}

/** The wallet's answer to a decision. */
export const paid = (
  ended: DataOf<typeof import('@rollcall/contracts/events/settlement').holdReleased>,
): Envelope => envelope(holdPaid, { ...ended, entryId: newId(), paidAt: END });

/** The same fact under a new event id, as a service asked again sends it. */
export const again = <Data>(event: Envelope<Data>): Envelope<Data> => ({ ...event, id: newId() });
