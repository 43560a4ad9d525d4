import { createHash } from 'node:crypto';
import { counter } from '@rollcall/kit/metrics';
import type { Work } from '@rollcall/kit/work';
import type { Presence } from '../domain/bounds.js';
import { finishedAt } from '../domain/completion.js';
import { instant } from '../domain/instant.js';
import { labelOf } from '../domain/label.js';
import { endsAt, scheduledMs } from '../domain/session.js';
import { rosterOf } from '../store/access.js';
import type { Examined } from '../store/examine-session.js';
import { insertResult, type NewResult, readFigures } from '../store/results.js';
import { forgetMove, type KeptSession, takeVersion } from '../store/sessions.js';
import { presenceOf, type Result, sayResult } from './say-result.js';

type Cause = Result['cause'];

const versions = counter('attendance_versions_total', 'Results written, by why', ['cause']);

/**
 * Writes and says a session's next version: the first completes it, a later one amends it where a figure changed. A
 * written one is never overwritten. Returns the version that stands for what was examined; undefined: another took it
 * meanwhile, by what it knew, which may be less; look again.
 */
export async function recordResult(
  work: Work,
  session: KeptSession,
  { examined, cause }: { examined: Examined; cause: Cause },
): Promise<number | undefined> {
  const result = resultOf(session, examined, cause);
  const figures = figuresOf(result);
  if ((await readFigures(work.tx, session.id, session.latestVersion))?.equals(figures)) {
    await forgetMove(work.tx, session);
    return session.latestVersion;
  }
  if (!(await takeVersion(work.tx, session, work.now))) return undefined;
  const roster = await rosterOf(work.tx, session.id, examined.seen);
  await insertResult(work.tx, rowsOf(session, result, { roster, figures }), work.now);
  versions.inc({ cause });
  sayResult(work, result);
  return result.version;
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

/** What settlement judges by; neither why nor when it was computed. */
const figuresOf = ({ scheduledSeconds, observed, teacher, people }: Result): Buffer =>
  createHash('sha256').update(JSON.stringify({ scheduledSeconds, observed, teacher, people })).digest();

function rowsOf(
  session: KeptSession,
  result: Result,
  { roster, figures }: { roster: readonly Presence[]; figures: Buffer },
): NewResult {
  const scale = { ...result, startsAt: session.startsAt };
  return {
    ...result,
    startsAt: new Date(session.startsAt),
    startedAt: result.startedAt === null ? null : new Date(result.startedAt),
    endedAt: new Date(result.endedAt),
    figures,
    people: roster.map((one) => ({ ...one, status: labelOf(one, scale) })),
  };
}
