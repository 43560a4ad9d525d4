import { createHash } from 'node:crypto';
import type { DataOf } from '@rollcall/contracts/event';
import { attendanceAmended, sessionCompleted, sessionStarted } from '@rollcall/contracts/events/attendance';
import { counter } from '@rollcall/kit/metrics';
import { type Work, withCause } from '@rollcall/kit/work';
import type { Presence } from '../domain/bounds.js';
import { completion, finishedAt } from '../domain/completion.js';
import { endsAt, type Rules, scheduledMs } from '../domain/session.js';
import { fitting } from '../fitting.js';
import { lastTrace } from '../store/deliveries.js';
import { type Examined, examineSession } from '../store/examine-session.js';
import { insertResult, readFigures } from '../store/results.js';
import { type KeptSession, lookAgain, markStarted, readSession, takeVersion } from '../store/sessions.js';

type Result = DataOf<typeof sessionCompleted>;
type Cause = Result['cause'];

const versions = counter('attendance_versions_total', 'Results written, by why', ['cause']);

/**
 * Milliseconds after completion to one more look. What was committed while the class was computed may have been waved
 * through by a replica that still saw it open, and asks for no look of its own.
 */
const ONCE_MORE = 30_000;

/** A class is computed at most a third of the time: it rests for twice as long as the look took. */
const REST = 2;

/**
 * Looks at one session: says that it started, completes it, or writes a newer version of its result, each once. Without
 * anything of that it notes when to look again. Nothing is locked while it computes; `takeVersion` settles a race.
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
  if (session.latestVersion > 0) return amend(work, session, examined);

  await sayStarted(work, session, examined);
  const over = completion(examined.evidence, examined.seen, { session, rules, now: work.now.getTime() });
  if (!over.done) return new Date(over.again);
  const result = resultOf(session, examined, over.cause);
  if (await write(work, session, result, examined))
    work.emit(sessionCompleted, fitting(result), { version: 1 });
  return new Date(work.now.getTime() + ONCE_MORE);
}

/** One trace from the webhook to the last consumer. */
async function onItsTrace(work: Work, session: KeptSession): Promise<Work> {
  const traceparent = await lastTrace(work.tx, session);
  const traceId = traceparent?.split('-')[1];
  return traceId === undefined ? work : withCause(work, { correlationId: traceId, traceparent });
}

async function sayStarted(work: Work, { id, startedAt }: KeptSession, { seen }: Examined): Promise<void> {
  if (startedAt !== null || seen.startedAt === null) return;
  const at = new Date(seen.startedAt);
  if (await markStarted(work.tx, id, at)) {
    work.emit(sessionStarted, { sessionId: id, at: at.toISOString() }, { version: 1 });
  }
}

/** A completed result is never overwritten: what came late makes the next version, where it changes a figure. */
async function amend(work: Work, session: KeptSession, examined: Examined): Promise<null> {
  const figures = await readFigures(work.tx, session.id, session.latestVersion);
  const result = resultOf(session, examined, 'late-event');
  if (figures?.equals(figuresOf(result))) return null;
  if (await write(work, session, result, examined)) {
    work.emit(attendanceAmended, fitting(result), { version: result.version });
  }
  return null;
}

async function write(work: Work, session: KeptSession, result: Result, { seen }: Examined): Promise<boolean> {
  if (!(await takeVersion(work.tx, session, work.now))) return false;
  await insertResult(
    work.tx,
    {
      ...result,
      startedAt: result.startedAt === null ? null : new Date(result.startedAt),
      endedAt: new Date(result.endedAt),
      figures: figuresOf(result),
      people: [seen.teacher, ...seen.people],
    },
    work.now,
  );
  versions.inc({ cause: result.cause });
  return true;
}

function resultOf(session: KeptSession, { evidence, seen, observed }: Examined, cause: Cause): Result {
  return {
    sessionId: session.id,
    version: session.latestVersion + 1,
    cause,
    scheduledSeconds: scheduledMs(session) / 1000,
    startedAt: instant(seen.startedAt),
    endedAt: new Date(finishedAt(evidence, seen, session) ?? endsAt(session)).toISOString(),
    observed,
    teacher: presenceOf(seen.teacher),
    people: seen.people.map(presenceOf),
  };
}

const presenceOf = (presence: Presence): Result['teacher'] => ({
  ...presence,
  firstSeenAt: instant(presence.firstSeenAt),
  lastSeenAt: instant(presence.lastSeenAt),
  intervals: presence.intervals.map(({ from, to, exact }) => ({
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    exact,
  })),
  disconnects: [...presence.disconnects],
});

const instant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** What settlement judges by; neither why nor when it was computed. */
const figuresOf = ({ scheduledSeconds, observed, teacher, people }: Result): Buffer =>
  createHash('sha256').update(JSON.stringify({ scheduledSeconds, observed, teacher, people })).digest();
