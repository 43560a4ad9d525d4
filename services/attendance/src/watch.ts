/** Looks at sessions when it is time: each second by the schedule, and at once when webhooks came in here. */
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import type { Logger } from '@rollcall/kit/log';
import { inWork } from '@rollcall/kit/work';
import type { Rules } from './domain/session.js';
import { claimDue, putOff, takeWakes } from './store/sessions.js';
import { checkSession } from './use-cases/check-session.js';

export interface WatchContext {
  readonly db: Database;
  readonly rules: Rules;
  readonly log: Logger;
  readonly clock: () => Date;
}

/** Rounds of one look at most, 20 sessions each: an hour on which thousands end is worked off turn by turn. */
const ROUNDS = 50;

/** Looks once at everything that is due; any number of replicas may. A session that fails waits for its lease to end. */
export async function look({ db, rules, log, clock }: WatchContext): Promise<void> {
  const cause = { correlationId: newId() };
  for (let round = 0; round < ROUNDS; round += 1) {
    const now = clock();
    const { claimed, ids } = await inWork(
      db,
      cause,
      async ({ tx }) => {
        await takeWakes(tx, now, rules.grace);
        const claimed = await claimDue(tx, now);
        return { claimed, ids: await putOff(tx, claimed, { now, grace: rules.grace }) };
      },
      () => now,
    );
    if (claimed.ids.length === 0) return;
    for (const id of ids) {
      await inWork(db, cause, (work) => checkSession(work, id, { rules, lease: claimed.until }), clock).catch(
        (error: unknown) => log.error({ err: error, sessionId: id }, 'a session could not be looked at'),
      );
    }
  }
}

/** Milliseconds between two looks in a burst of webhooks: 20 a second cost the intake nothing measurable. */
const PAUSE = 50;

export interface Watch {
  /** Webhooks were committed: look at once, and again when their grace has passed. */
  nudge(): void;
}

export function createWatch(context: WatchContext): Watch {
  const timers: { next?: NodeJS.Timeout; grace?: NodeJS.Timeout } = {};
  let looking = false;
  let nudged = false;
  let lastLook = 0;

  const run = async (): Promise<void> => {
    timers.next = undefined;
    if (looking) return plan();
    looking = true;
    lastLook = Date.now();
    const wasNudged = nudged;
    nudged = false;
    await look(context).catch((error: unknown) =>
      context.log.warn({ err: error }, 'could not look at sessions; the schedule will'),
    );
    looking = false;
    if (!wasNudged) return;
    clearTimeout(timers.grace);
    timers.grace = setTimeout(plan, context.rules.grace + PAUSE).unref(); // the grace began no later than this look
  };
  const plan = (): void => {
    timers.next ??= setTimeout(() => void run(), Math.max(0, lastLook + PAUSE - Date.now())).unref();
  };

  return {
    nudge: () => {
      nudged = true;
      plan();
    },
  };
}
