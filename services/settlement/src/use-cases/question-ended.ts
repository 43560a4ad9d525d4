import type { Envelope } from '@rollcall/contracts/event';
import { holdUnderReview } from '@rollcall/contracts/events/settlement';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { differs } from '../domain/correct.js';
import { type Decision, decide, type Evidence } from '../domain/decide.js';
import { openReviews, supersedeReviews } from '../store/reviews.js';
import { type Amended, lockSessions, markLooked } from '../store/sessions.js';
import { type EndedHold, endedHolds } from '../store/to-judge.js';
import { factsOf, type People, seenIn } from './seen.js';

/** Holds looked at in one transaction, as many as are judged in one. */
const CHUNK = 250;
const FIRST = '00000000-0000-0000-0000-000000000000';

/**
 * Holds the ended holds of a locked session against its newest result: where the same terms would have come to something
 * else, a review is opened, and nothing moves. A chunk here, the rest afterwards; what a killed process leaves the sweep
 * finds, because only the last chunk marks the result as looked at.
 */
export async function questionEnded(
  work: Work,
  amended: Amended,
  because?: Envelope,
  after = FIRST,
): Promise<void> {
  const { sessionId } = amended;
  const holds = await endedHolds(work.tx, { sessionId, after, limit: CHUNK });
  if (holds.length > 0) await questionChunk(work, holds, because);
  const last = holds.at(-1);
  if (last === undefined || holds.length < CHUNK) return markLooked(work.tx, amended);
  work.afterwards(async (next) => {
    await lockSessions(next.tx, [sessionId]);
    await questionEnded(next, amended, because, last.id);
  });
}

async function questionChunk(work: Work, holds: readonly EndedHold[], because?: Envelope): Promise<void> {
  const seen = await seenIn(work, holds);
  const found = holds.flatMap((hold) => {
    const proposed = proposalFor(hold, seen.get(hold.sessionId) ?? new Map());
    return proposed === undefined ? [] : [{ id: newId(), hold, proposed }];
  });
  const attendanceVersion = holds[0]?.attendanceVersion ?? 0;
  await supersedeReviews(
    work.tx,
    holds.map((hold) => hold.id),
    { attendanceVersion, now: work.now },
  );
  const opened = await openReviews(work.tx, found, work.now);
  for (const { id, hold } of found) {
    if (!opened.has(id)) continue;
    const { id: holdId, purchaseId, sessionId, studentId, teacherId } = hold;
    const reason = 'attendance-amended';
    work.emit(holdUnderReview, { holdId, purchaseId, sessionId, studentId, teacherId, reason }, { because });
  }
}

/** What the terms make of the newer result, unless that is what it came to, or what an admin has refused already. */
function proposalFor(
  hold: EndedHold,
  people: People,
): (Decision & { readonly evidence: Evidence }) | undefined {
  const proposed = decide(hold, factsOf(hold, people), hold);
  const { evidence } = proposed;
  if (evidence === null) throw new Error(`hold ${hold.id} was judged without evidence`);
  const settled = [hold.decided, ...hold.dismissed];
  return settled.every((one) => differs(one, proposed)) ? { ...proposed, evidence } : undefined;
}
