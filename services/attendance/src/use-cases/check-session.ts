import { type Work, withCause } from '@rollcall/kit/work';
import { completion } from '../domain/completion.js';
import type { Rules } from '../domain/session.js';
import { lastTrace } from '../store/deliveries.js';
import { examineSession } from '../store/examine-session.js';
import { type KeptSession, lookAgain, readSession } from '../store/sessions.js';
import { recordResult } from './record-result.js';
import { sayStarted } from './say-started.js';

/**
 * Milliseconds after completion to one more look. What was committed while the class was computed may have been waved
 * through by a replica that still saw it open, and asks for no look of its own.
 */
export const ONCE_MORE = 30_000;

/** A class is computed at most a third of the time: it rests for twice as long as the look took. */
const REST = 2;

/**
 * Looks at one session: says that it started, completes it, or amends its result, each once, and notes when to look again. Nothing is locked while it computes; `takeVersion` settles a race.
 */
export async function checkSession(work: Work, id: string, { rules, lease }: { rules: Rules; lease: Date }) {
  const session = await readSession(work.tx, id);
  if (session === undefined) return;
  const begun = performance.now();
  const again = session.cancelled && session.latestVersion === 0 ? null : await act(work, session, rules);
  const rest = new Date(work.now.getTime() + REST * (performance.now() - begun));
  await lookAgain(work.tx, id, { again, rest, lease });
}

async function act(plain: Work, session: KeptSession, rules: Rules): Promise<Date | null> {
  const examined = await examineSession(plain.tx, session, rules);
  const work = await onItsTrace(plain, session);
  // A completed result is never overwritten: what came late makes the next version, where it changes a figure.
  if (session.latestVersion > 0 && !session.moved) {
    return (await recordResult(work, session, { examined, cause: 'late-event' })) ? null : work.now;
  }
  await sayStarted(work, session, examined);
  const over = completion(examined.evidence, examined.seen, { session, rules, now: work.now.getTime() });
  if (!over.done) return new Date(over.again);
  const recorded = await recordResult(work, session, { examined, cause: over.cause });
  return recorded ? new Date(work.now.getTime() + ONCE_MORE) : work.now;
}

/** One trace from the webhook to the last consumer. */
async function onItsTrace(work: Work, session: KeptSession): Promise<Work> {
  const traceparent = await lastTrace(work.tx, session);
  const traceId = traceparent?.split('-')[1];
  return traceId === undefined ? work : withCause(work, { correlationId: traceId, traceparent });
}
