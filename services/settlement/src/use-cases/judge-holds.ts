import type { Envelope } from '@rollcall/contracts/event';
import { holdUnderReview, sessionSettled } from '@rollcall/contracts/events/settlement';
import { money } from '@rollcall/contracts/money';
import type { Work } from '@rollcall/kit/work';
import { cancelled, type Decision, decide, type Presence } from '../domain/decide.js';
import { type Ended, type Judged, recordDecisions } from '../store/decisions.js';
import { type OpenHold, openHolds } from '../store/holds.js';
import { countSettled, lockSessions, presencesOf, type Standing } from '../store/sessions.js';
import { sayEnded } from './say-ended.js';

/**
 * Holds judged in one transaction: the first are being paid while the next are judged, and no session is locked for all
 * of its holds. A class of a thousand takes as long either way: 395 ms in quarters, 397 ms as a whole.
 */
const CHUNK = 250;

/** Who was seen in a session, by user id. */
type People = ReadonlyMap<string, Presence>;

interface Because {
  /** The events behind what is said, so that each journey keeps its own trace. */
  readonly byPurchase?: ReadonlyMap<string, Envelope>;
  readonly bySession?: ReadonlyMap<string, Envelope>;
  /** Facts stored in this very transaction, by session: they need not be read again. */
  readonly seen?: ReadonlyMap<string, People>;
}

/**
 * Judges the holds of these locked sessions that can be judged, and says where their money goes: a chunk here, the rest
 * chunk by chunk afterwards. What a killed process leaves unjudged the sweep finds.
 */
export async function judgeHolds(
  work: Work,
  sessionIds: readonly string[],
  because: Because = {},
  judgedBefore = 0,
): Promise<void> {
  if (sessionIds.length === 0) return;
  const holds = await openHolds(work.tx, sessionIds, CHUNK);
  if (holds.length > 0) await judgeChunk(work, holds, because);
  const judged = judgedBefore + holds.length;
  if (holds.length === CHUNK) {
    work.afterwards(async (next) => {
      await lockSessions(next.tx, sessionIds);
      await judgeHolds(next, sessionIds, because, judged);
    });
  } else if (judged > 0) {
    saySettled(work, await countSettled(work.tx, sessionIds), because);
  }
}

async function judgeChunk(work: Work, holds: readonly OpenHold[], because: Because): Promise<void> {
  const seen = await seenIn(work, holds, because.seen ?? new Map());
  const judged = holds.map((hold) => ({ hold, decision: judge(hold, seen.get(hold.sessionId)) }));
  await recordDecisions(work.tx, judged, work.now);
  for (const one of judged) {
    const { purchaseId, sessionId } = one.hold;
    sayDecided(work, one, because.byPurchase?.get(purchaseId) ?? because.bySession?.get(sessionId));
  }
}

async function seenIn(
  { tx }: Work,
  holds: readonly OpenHold[],
  known: ReadonlyMap<string, People>,
): Promise<ReadonlyMap<string, People>> {
  const unknown = holds.filter((hold) => !known.has(hold.sessionId));
  if (unknown.length === 0) return known;
  const sessions = [...new Set(unknown.map((hold) => hold.sessionId))];
  const users = [...new Set(unknown.flatMap((hold) => [hold.studentId, hold.teacherId]))];
  return new Map([...known, ...(await presencesOf(tx, sessions, users))]);
}

const NOBODY: People = new Map();

const judge = (hold: OpenHold, people = NOBODY): Decision => {
  if (hold.cancelled) return cancelled(hold);
  const { observed, scheduledSeconds, attendanceVersion } = hold;
  return decide(hold, { observed, scheduledSeconds, attendanceVersion, people }, hold);
};

function sayDecided(work: Work, { hold, decision }: Judged, because?: Envelope): void {
  const { id: holdId, purchaseId, sessionId, studentId, teacherId } = hold;
  if (decision.outcome === 'review') {
    const { reason } = decision;
    work.emit(holdUnderReview, { holdId, purchaseId, sessionId, studentId, teacherId, reason }, { because });
    return;
  }
  // Field by field: spreading a row and a decision into one object took a third of the time of a thousand holds.
  const ended: Ended = {
    holdId,
    purchaseId,
    courseId: hold.courseId,
    sessionId,
    studentId,
    teacherId,
    currency: hold.currency,
    amount: hold.amount,
    teacher: decision.teacher,
    commission: decision.commission,
    referral: decision.referral,
    refund: decision.refund,
    referrerId: hold.referrerId,
    referralAccount: hold.referralAccount,
    commissionRate: decision.commissionRate,
    outcome: decision.outcome,
    reason: decision.reason,
    policyVersion: hold.policyVersion,
    decisionVersion: hold.decisionVersion + 1,
    decidedAt: work.now,
    evidence: decision.evidence,
  };
  sayEnded(work, ended, because);
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
