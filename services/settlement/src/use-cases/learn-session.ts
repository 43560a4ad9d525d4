import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { sessionCancelled, type sessionScheduled } from '@rollcall/contracts/events/enrollment';
import type { Work } from '@rollcall/kit/work';
import * as store from '../store/sessions.js';
import { judgeHolds } from './judge-holds.js';

type SessionNews = Envelope<DataOf<typeof sessionScheduled>>;

/** Keeps the newest state of each session; every hold of one that will not take place is given back. */
export async function learnSessions(work: Work, events: readonly SessionNews[]): Promise<void> {
  const oldestFirst = [...events].sort((a, b) => a.data.version - b.data.version);
  const newest = new Map(oldestFirst.map(({ data }) => [data.sessionId, data]));
  await store.lockSessions(work.tx, [...newest.keys()]);
  await store.learnSessions(work.tx, [...newest.values()]);

  const ended = events.filter(
    ({ type, data }) => type === sessionCancelled.type || data.status === 'cancelled',
  );
  if (ended.length === 0) return;
  const bySession = new Map(ended.map((event) => [event.data.sessionId, event]));
  await store.cancelSessions(work.tx, [...bySession.keys()], work.now);
  await judgeHolds(work, [...bySession.keys()], { bySession });
}
