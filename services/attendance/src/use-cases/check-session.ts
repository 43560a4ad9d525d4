import { type Work, withCause } from '@rollcall/kit/work';
import { completion } from '../domain/completion.js';
import type { Rules } from '../domain/session.js';
import { lastTrace } from '../store/deliveries.js';
import { countEvidence, examineSession } from '../store/examine-session.js';
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
 * Looks at one session: says that it started, completes it, or amends its result, each once, and notes when to look again.
 * Nothing is locked while it computes; `takeVersion` settles a race.
 */
export async function checkSession(work: Work, id: string, { rules, lease }: { rules: Rules; lease: Date }) {
  const session = await readSession(work.tx, id);
  if (session === undefined) return;
  const begun = performance.now();
  // Counted before it is read: what comes between the two is looked at once more.
  const evidenceCount = await countEvidence(work.tx, session);
  const { again, version } = isDone(session, evidenceCount) ? done(session) : await act(work, session, rules);
  const rest = new Date(work.now.getTime() + REST * (performance.now() - begun));
  await lookAgain(work.tx, id, { again, rest, lease, computed: { version, evidenceCount } });
}

interface Looked {
  /** When to look next; null: nothing to wait for. */
  readonly again: Date | null;
  /** Of the result that is made of all that was read; undefined: another took it, by what it knew, which may be less. */
  readonly version: number | undefined;
}

const done = ({ latestVersion }: KeptSession): Looked => ({ again: null, version: latestVersion });

/** Cancelled before it was over; or complete by all that is there, were it delivered a hundred times. */
function isDone(session: KeptSession, evidenceCount: number): boolean {
  if (session.latestVersion === 0) return session.cancelled;
  return !session.moved && evidenceCount > 0 && evidenceCount === session.evidenceCount;
}

async function act(plain: Work, session: KeptSession, rules: Rules): Promise<Looked> {
  const examined = await examineSession(plain.tx, session, rules);
  const work = await onItsTrace(plain, session);
  // A completed result is never overwritten: what came late makes the next version, where it changes a figure.
  if (session.latestVersion > 0 && !session.moved) {
    const recorded = await recordResult(work, session, { examined, cause: 'late-event' });
    return { again: recorded === undefined ? work.now : null, version: recorded };
  }
  await sayStarted(work, session, examined);
  const over = completion(examined.evidence, examined.seen, { session, rules, now: work.now.getTime() });
  if (!over.done) return { again: new Date(over.again), version: session.latestVersion };
  const recorded = await recordResult(work, session, { examined, cause: over.cause });
  const again = recorded === undefined ? work.now : new Date(work.now.getTime() + ONCE_MORE);
  return { again, version: recorded };
}

/** One trace from the webhook to the last consumer. */
async function onItsTrace(work: Work, session: KeptSession): Promise<Work> {
  const traceparent = await lastTrace(work.tx, session);
  const traceId = traceparent?.split('-')[1];
  return traceId === undefined ? work : withCause(work, { correlationId: traceId, traceparent });
}
