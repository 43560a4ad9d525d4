import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { userRegistered } from '@rollcall/contracts/events/identity';
import type { Work } from '@rollcall/kit/work';
import { freezeHolds, holdsWaitingFor, type WaitingHold } from '../store/holds.js';
import { policies } from '../store/policies.js';
import { lockSessions } from '../store/sessions.js';
import * as users from '../store/users.js';
import { freezeTerms } from './freeze-terms.js';
import { judgeHolds } from './judge-holds.js';

type UserNews = Envelope<DataOf<typeof userRegistered>>;

/** Keeps the newest state of each user, and takes up the holds that waited for one of them. */
export async function learnUsers(work: Work, events: readonly UserNews[]): Promise<void> {
  const oldestFirst = events.map((event) => event.data).sort((a, b) => a.version - b.version);
  const newest = new Map(oldestFirst.map((user) => [user.userId, user]));
  await users.learnUsers(work.tx, [...newest.values()]);
  await takeUpWaiting(work, [...newest.keys()]);
}

const CHUNK = 1000;
/** 100,000 holds that waited; what were left of more is the sweep's. */
const MOST_CHUNKS = 100;

/** Freezes the terms of the holds that waited for users we now know, and judges those whose session is over. */
export async function takeUpWaiting(work: Work, userIds: readonly string[]): Promise<void> {
  const over = new Set<string>();
  for (let chunk = 0; chunk < MOST_CHUNKS; chunk += 1) {
    const waiting = await holdsWaitingFor(work.tx, userIds, CHUNK);
    if (waiting.length > 0) for (const id of await freezeChunk(work, waiting)) over.add(id);
    if (waiting.length < CHUNK) break;
  }
  await judgeHolds(work, [...over]);
}

/** Freezes terms under the lock of their sessions. Returns the sessions that are over. */
async function freezeChunk(work: Work, waiting: readonly WaitingHold[]): Promise<string[]> {
  const byVersion = new Map((await policies(work.tx)).map((policy) => [policy.version, policy]));
  const terms = await freezeTerms(
    work.tx,
    waiting.flatMap((hold) => {
      const policy = byVersion.get(hold.policyVersion);
      return policy === undefined ? [] : [{ id: hold.id, parties: hold, policy }];
    }),
  );
  const over = await lockSessions(
    work.tx,
    waiting.map((hold) => hold.sessionId),
  );
  await freezeHolds(work.tx, terms);
  return over;
}
