import { resultRequested } from '@rollcall/contracts/events/settlement';
import type { Work } from '@rollcall/kit/work';
import type { Knex } from 'knex';
import { takeUnpaid } from '../store/decisions.js';
import { usersWaitedForInVain } from '../store/holds.js';
import { overdue } from '../store/reviews.js';
import { amendedSessions, lockSessions, takeUnheard, unjudgedSessions } from '../store/sessions.js';
import { judgeHolds } from './judge-holds.js';
import { takeUpWaiting } from './learn-user.js';
import { questionEnded } from './question-ended.js';
import { sayEnded } from './say-ended.js';

/** Each tick mends at most this much; what is left waits for the next, five minutes later. */
const SESSIONS = 100;
const USERS = 100;
const UNPAID = 1000;
const UNPAID_ROUNDS = 10;
/** The wallet answers within seconds; one that has not for so long is asked again. */
const UNPAID_AFTER_MS = 5 * 60_000;
const UNHEARD = 200;
/** attendance answers within seconds, with up to 4 MB a class: whoever is behind is not sent it at every tick. */
const ASK_AGAIN_AFTER_MS = 30 * 60_000;

export interface Turn {
  readonly db: Knex;
  readonly now: Date;
  inWork<Result>(run: (work: Work) => Promise<Result>): Promise<Result>;
}

export interface Mended {
  readonly users: number;
  readonly sessions: number;
  readonly amended: number;
  readonly sentAgain: number;
  readonly asked: number;
}

/**
 * Finds what no event will mend any more: terms nobody froze, holds nobody judged, newer results that ended holds were
 * not held against, decisions and corrections nobody paid, results that never came. What cannot be mended keeps nothing
 * else from it; an AggregateError at the end says why it could not.
 */
export async function sweep(turn: Turn): Promise<Mended> {
  const failures: unknown[] = [];
  const mend = (act: (work: Work) => Promise<void>) =>
    turn.inWork(act).catch((error: unknown) => void failures.push(error));

  const users = await usersWaitedForInVain(turn.db, USERS);
  for (const id of users) await mend((work) => takeUpWaiting(work, [id]));

  const sessions = await unjudgedSessions(turn.db, SESSIONS);
  for (const id of sessions) await mend(async (work) => judgeHolds(work, await lockSessions(work.tx, [id])));

  const amended = await amendedSessions(turn.db, { limit: SESSIONS });
  for (const one of amended)
    await mend(async (work) => {
      await lockSessions(work.tx, [one.sessionId]);
      await questionEnded(work, one);
    });

  const asked = await turn.inWork(askForResults);

  let sentAgain = 0;
  for (let round = 0; round < UNPAID_ROUNDS; round += 1) {
    const sent = await turn.inWork(sendAgain);
    sentAgain += sent;
    if (sent < UNPAID) break;
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} gaps could not be mended`);
  return { users: users.length, sessions: sessions.length, amended: amended.length, sentAgain, asked };
}

/** Of sessions long over: attendance says again what it knows, and what it has not computed it looks at. */
async function askForResults(work: Work): Promise<number> {
  const askedBefore = new Date(work.now.getTime() - ASK_AGAIN_AFTER_MS);
  const unheard = await takeUnheard(work.tx, { askedBefore, now: work.now, limit: UNHEARD });
  for (const sessionId of unheard) work.emit(resultRequested, { sessionId });
  return unheard.length;
}

async function sendAgain(work: Work): Promise<number> {
  const sentBefore = new Date(work.now.getTime() - UNPAID_AFTER_MS);
  const unpaid = await takeUnpaid(work.tx, { sentBefore, now: work.now, limit: UNPAID });
  for (const ended of unpaid) sayEnded(work, ended);
  return unpaid.length;
}

/** What has waited for an admin for longer than that: how many, and for how many whole seconds the oldest. */
export async function overdueReviews(
  { db, now }: Pick<Turn, 'db' | 'now'>,
  hours: number,
): Promise<{ count: number; oldestSeconds: number }> {
  const { count, oldest } = await overdue(db, new Date(now.getTime() - hours * 3_600_000));
  const oldestSeconds = oldest === null ? 0 : Math.floor((now.getTime() - oldest.getTime()) / 1000);
  return { count, oldestSeconds };
}
