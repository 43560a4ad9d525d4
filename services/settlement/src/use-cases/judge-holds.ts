import type { Envelope } from '@rollcall/contracts/event';
import { holdUnderReview } from '@rollcall/contracts/events/settlement';
import type { Work } from '@rollcall/kit/work';
import { cancelled, type Decision, decide } from '../domain/decide.js';
import { type Judged, recordDecisions } from '../store/decisions.js';
import { lockSessions } from '../store/sessions.js';
import { type OpenHold, openHolds } from '../store/to-judge.js';
import { endedBy, sayEnded } from './say-ended.js';
import { saySettled } from './say-settled.js';
import { factsOf, type Known, type People, seenIn } from './seen.js';

/**
 * Holds judged in one transaction, and in the first: those are being paid while the next are judged, and no session is
 * locked for all of its holds. Measured in docs/decisions/0004.
 */
const CHUNK = 250;
const FIRST = 80;

interface Because {
  /** The events behind what is said, so that each journey keeps its own trace. */
  readonly byPurchase?: ReadonlyMap<string, Envelope>;
  readonly bySession?: ReadonlyMap<string, Envelope>;
  readonly known?: ReadonlyMap<string, Known>;
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
  const chunk = judgedBefore === 0 ? FIRST : CHUNK;
  const holds = await openHolds(work.tx, sessionIds, chunk);
  if (holds.length > 0) await judgeChunk(work, holds, because);
  const judged = judgedBefore + holds.length;
  if (holds.length === chunk) {
    work.afterwards(async (next) => {
      await lockSessions(next.tx, sessionIds);
      await judgeHolds(next, sessionIds, because, judged);
    });
  } else if (judged > 0) {
    await saySettled(work, sessionIds, because.bySession);
  }
}

async function judgeChunk(work: Work, holds: readonly OpenHold[], because: Because): Promise<void> {
  const seen = await seenIn(work, holds, because.known);
  const judged = holds.map((hold) => ({ hold, decision: judge(hold, seen.get(hold.sessionId)) }));
  await recordDecisions(work.tx, judged, work.now);
  for (const one of judged) {
    const { purchaseId, sessionId } = one.hold;
    sayDecided(work, one, because.byPurchase?.get(purchaseId) ?? because.bySession?.get(sessionId));
  }
}

const judge = (hold: OpenHold, people: People = new Map()): Decision =>
  hold.cancelled ? cancelled(hold) : decide(hold, factsOf(hold, people), hold);

function sayDecided(work: Work, { hold, decision }: Judged<OpenHold>, because?: Envelope): void {
  if (decision.outcome !== 'review') {
    sayEnded(work, endedBy(hold, decision, work.now), because);
    return;
  }
  if (hold.status === 'review') return; // said when it came to be in doubt, and it still is
  const { id: holdId, purchaseId, sessionId, studentId, teacherId } = hold;
  const { reason } = decision;
  work.emit(holdUnderReview, { holdId, purchaseId, sessionId, studentId, teacherId, reason }, { because });
}
