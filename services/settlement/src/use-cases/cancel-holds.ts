import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { cancellationRequested } from '@rollcall/contracts/events/enrollment';
import { cancellationDecided } from '@rollcall/contracts/events/settlement';
import { money } from '@rollcall/contracts/money';
import type { Work } from '@rollcall/kit/work';
import { whyKept } from '../domain/cancel.js';
import { type Ending, givenUp } from '../domain/decide.js';
import {
  type Answer,
  addAnswers,
  answersTo,
  type HoldToCancel,
  holdsToCancel,
} from '../store/cancellations.js';
import { recordDecisions } from '../store/decisions.js';
import { lockSessions } from '../store/sessions.js';
import { endedBy, sayEnded } from './say-ended.js';
import { saySettled } from './say-settled.js';

type Requested = Envelope<DataOf<typeof cancellationRequested>>;

/**
 * Gives back the holds of students who asked in time, and answers each request once: asked again it is answered as before.
 * Under the locks of their sessions, so that a hold is settled or given back and never both. Returns the requests about
 * holds not heard of yet.
 */
export async function cancelHolds(work: Work, events: readonly Requested[]): Promise<readonly Requested[]> {
  const asked = events.flatMap(({ data }) => data.holds);
  await lockSessions(
    work.tx,
    asked.map(({ sessionId }) => sessionId),
  );
  const holds = await holdsToCancel(
    work.tx,
    asked.map(({ holdId }) => holdId),
  );
  const isEarly = ({ data }: Requested) => data.holds.some(({ holdId }) => !holds.has(holdId));
  const ready = events.filter((event) => !isEarly(event));
  const answers = byKey(
    await answersTo(
      work.tx,
      ready.map(({ data }) => data),
    ),
  );

  const fresh: Judgement[] = [];
  for (const event of ready) {
    if (answers.has(keyOf(event.data))) continue;
    const one = judge(event, holds);
    answers.set(keyOf(one.answer), one.answer);
    fresh.push(one);
  }
  await giveBack(work, fresh);
  for (const event of ready)
    work.emit(cancellationDecided, answers.get(keyOf(event.data)) as Answer, { because: event });
  return events.filter(isEarly);
}

/** Ends the holds and keeps the answers, all of a batch at once. */
async function giveBack(work: Work, fresh: readonly Judgement[]): Promise<void> {
  const judged = fresh.flatMap(({ givenBack }) => givenBack);
  if (judged.length > 0) await recordDecisions(work.tx, judged, work.now);
  for (const { because, givenBack } of fresh)
    for (const { hold, decision } of givenBack) sayEnded(work, endedBy(hold, decision, work.now), because);
  if (judged.length > 0) await saySettled(work, [...new Set(judged.map(({ hold }) => hold.sessionId))]);
  await addAnswers(
    work.tx,
    fresh.map(({ answer }) => answer),
    work.now,
  );
}

const keyOf = ({ purchaseId, requestedAt }: { purchaseId: string; requestedAt: string }): string =>
  `${purchaseId} ${requestedAt}`;
const byKey = (answers: readonly Answer[]) => new Map(answers.map((answer) => [keyOf(answer), answer]));

interface Judgement {
  readonly because: Requested;
  readonly answer: Answer;
  readonly givenBack: readonly { readonly hold: HoldToCancel; readonly decision: Ending }[];
}

/** Decides one request, hold by hold; what it gives back is settled for the requests after it. */
function judge(because: Requested, holds: Map<string, HoldToCancel>): Judgement {
  const { purchaseId, requestedAt } = because.data;
  const givenBack: Judgement['givenBack'][number][] = [];
  const kept: Answer['kept'] = [];
  for (const { holdId, sessionId, sessionVersion, startsAt } of because.data.holds) {
    const hold = holds.get(holdId);
    if (hold?.purchaseId !== purchaseId || hold.sessionId !== sessionId)
      throw new Error(`hold ${holdId} is not what purchase ${purchaseId} says of it`);
    const asked = { requestedAt: new Date(requestedAt), sessionVersion, startsAt: new Date(startsAt) };
    const reason = whyKept(hold, asked);
    if (reason !== undefined) kept.push({ ...namesOf(hold), reason });
    else {
      givenBack.push({ hold, decision: givenUp(hold) });
      holds.set(hold.id, { ...hold, status: 'refunded' });
    }
  }
  const refunded = givenBack.map(({ hold }) => ({
    ...namesOf(hold),
    decisionVersion: hold.decisionVersion + 1,
  }));
  const answer = { purchaseId, requestedAt, refunded, kept, reason: codeOf(refunded.length, kept.length) };
  return { because, answer, givenBack };
}

const namesOf = ({ id, sessionId, amount, currency }: HoldToCancel) => ({
  holdId: id,
  sessionId,
  amount: money(amount, currency),
});

const codeOf = (refunded: number, kept: number): string => {
  if (kept === 0) return 'refunded';
  return refunded === 0 ? 'nothing-refunded' : 'refunded-in-part';
};
