import type { Envelope } from '@rollcall/contracts/event';
import { holdUnderReview, sessionSettled } from '@rollcall/contracts/events/settlement';
import { money } from '@rollcall/contracts/money';
import type { Work } from '@rollcall/kit/work';
import { cancelled, type Decision, decide, type Presence } from '../domain/decide.js';
import { type Judged, recordDecisions } from '../store/decisions.js';
import { type OpenHold, openHolds } from '../store/holds.js';
import { countSettled, presencesOf, type Standing } from '../store/sessions.js';
import { sayEnded } from './say-ended.js';

/** Holds judged by one set of statements: a thousand take four, and their rows stay under a few megabytes. */
const CHUNK = 1000;
/** 100,000 holds in one transaction; what were left of more is the sweep's. */
const MOST_CHUNKS = 100;

/** The events behind what is said, so that each journey keeps its own trace. */
interface Because {
  readonly byPurchase?: ReadonlyMap<string, Envelope>;
  readonly bySession?: ReadonlyMap<string, Envelope>;
}

/** Judges every hold of these locked sessions that can be judged, and says where its money goes. */
export async function judgeHolds(
  work: Work,
  sessionIds: readonly string[],
  because: Because = {},
): Promise<void> {
  if (sessionIds.length === 0) return;
  let count = 0;
  for (let chunk = 0; chunk < MOST_CHUNKS; chunk += 1) {
    const holds = await openHolds(work.tx, sessionIds, CHUNK);
    if (holds.length > 0) await judgeChunk(work, holds, because);
    count += holds.length;
    if (holds.length < CHUNK) break;
  }
  if (count > 0) saySettled(work, await countSettled(work.tx, sessionIds), because);
}

async function judgeChunk(work: Work, holds: readonly OpenHold[], because: Because): Promise<void> {
  const seen = await presencesOf(
    work.tx,
    [...new Set(holds.map((hold) => hold.sessionId))],
    [...new Set(holds.flatMap((hold) => [hold.studentId, hold.teacherId]))],
  );
  const judged = holds.map((hold) => ({ hold, decision: judge(hold, seen.get(hold.sessionId)) }));
  await recordDecisions(work.tx, judged, work.now);
  for (const one of judged) {
    const { purchaseId, sessionId } = one.hold;
    sayDecided(work, one, because.byPurchase?.get(purchaseId) ?? because.bySession?.get(sessionId));
  }
}

const NO_PEOPLE: ReadonlyMap<string, Presence> = new Map();

const judge = (hold: OpenHold, people = NO_PEOPLE): Decision =>
  hold.cancelled ? cancelled(hold) : decide(hold, { ...hold, people }, hold);

function sayDecided(work: Work, { hold, decision }: Judged, because?: Envelope): void {
  const { id: holdId, purchaseId, sessionId, studentId, teacherId } = hold;
  if (decision.outcome === 'review') {
    const { reason } = decision;
    work.emit(holdUnderReview, { holdId, purchaseId, sessionId, studentId, teacherId, reason }, { because });
    return;
  }
  const decisionVersion = hold.decisionVersion + 1;
  sayEnded(work, { ...hold, ...decision, holdId, decisionVersion, decidedAt: work.now }, because);
}

/** One event a session, its totals by currency. Said again with a higher version when a late hold has been judged. */
function saySettled(work: Work, standings: readonly Standing[], { bySession }: Because): void {
  for (const sessionId of new Set(standings.map((one) => one.sessionId))) {
    const rows = standings.filter((one) => one.sessionId === sessionId);
    const count = (key: 'released' | 'refunded' | 'review') => rows.reduce((sum, row) => sum + row[key], 0);
    work.emit(
      sessionSettled,
      {
        sessionId,
        counts: { released: count('released'), refunded: count('refunded'), review: count('review') },
        totals: rows.map((row) => ({
          currency: row.currency,
          teacher: money(row.teacher, row.currency),
          commission: money(row.commission, row.currency),
          referral: money(row.referral, row.currency),
          refund: money(row.refund, row.currency),
        })),
      },
      { version: rows[0]?.version, because: bySession?.get(sessionId) },
    );
  }
}
