import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { sessionCompleted } from '@rollcall/contracts/events/attendance';
import type { Work } from '@rollcall/kit/work';
import * as store from '../store/sessions.js';
import { judgeHolds } from './judge-holds.js';

type SessionCompleted = Envelope<DataOf<typeof sessionCompleted>>;

/** Keeps the facts of sessions that are over and judges their holds. Of a session the first result counts. */
export async function completeSessions(work: Work, events: readonly SessionCompleted[]): Promise<void> {
  const bySession = new Map(events.toReversed().map((event) => [event.data.sessionId, event]));
  await store.lockSessions(work.tx, [...bySession.keys()]);
  const fresh = await store.completeSessions(
    work.tx,
    [...bySession.values()].map(({ data }) => ({ ...data, people: usersSeen(data) })),
    work.now,
  );
  const seen = new Map(fresh.map(({ sessionId, people }) => [sessionId, byUser(people)]));
  await judgeHolds(work, [...bySession.keys()], { bySession, seen });
}

const byUser = (people: store.Completed['people']) => new Map(people.map((one) => [one.userId, one]));

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Each user once; whoever joined under a name that is no id has bought nothing. */
function usersSeen({ teacher, people }: DataOf<typeof sessionCompleted>) {
  const users = [...people, teacher].filter((one) => UUID.test(one.userId));
  const once = new Map(users.map((one) => [one.userId, one]));
  return [...once.values()].map(({ userId, seconds, maxSeconds }) => ({
    userId,
    seconds,
    maxSeconds: Math.max(seconds, maxSeconds),
  }));
}
