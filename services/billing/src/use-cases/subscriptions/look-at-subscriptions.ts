import { newId } from '@rollcall/kit/id';
import { inWork, type Work } from '@rollcall/kit/work';
import type { Desk } from '../../desk.js';
import { nextAsk, pastDueTooLong } from '../../domain/subscription.js';
import { type DueLook, endLook, takeDueLooks, wantOverdueLooks, wantStaleLooks } from '../../store/looks.js';
import { askSubscription } from './ask-subscription.js';

/** Subscriptions of one turn; the next one takes the rest. */
const LIMIT = 25;
/** Asked about at once: 10,000, of half a second each, take ten minutes; the provider allows 100 calls a second. */
const AT_ONCE = 8;
/** Made due in one turn of the hour, and of five minutes; the next one takes the rest, the longest waiting first. */
const STALE = 10_000;
const OVERDUE = 1_000;
const HOUR = 3_600_000;

/**
 * Asks the provider about the subscriptions that are due for it: something of them changed there, the last word was no
 * answer, or, after all of these, the hour is over. Returns how many were due.
 */
export async function lookAtSubscriptions(desk: Desk): Promise<number> {
  const now = desk.clock();
  const due = await record(desk, ({ tx }) =>
    takeDueLooks(tx, { now, limit: LIMIT, next: (looks) => nextAsk(looks, now) }),
  );
  const left = [...due];
  const lookAtRest = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await look(desk, next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lookAtRest));
  return due.length;
}

async function look(desk: Desk, due: DueLook): Promise<void> {
  try {
    await askSubscription(desk, due);
    await record(desk, ({ tx }) => endLook(tx, due));
  } catch (error) {
    desk.log.warn(
      { err: error, subscriptionId: due.id },
      'the card provider was asked about a subscription in vain; later again',
    );
  }
}

const record = <Result>({ db, clock }: Desk, run: (work: Work) => Promise<Result>): Promise<Result> =>
  inWork(db, { correlationId: newId() }, run, clock);

/** Each hour: webhooks get lost, so whatever lives and was not looked at for that long is looked at. Returns how many. */
export const syncSubscriptions = ({ tx, now }: Work): Promise<number> =>
  wantStaleLooks(tx, { now, before: new Date(now.getTime() - HOUR), limit: STALE });

/** What is over by its time is looked at, and ends: to end with its period, or past due for too long. Returns how many. */
export const expireSubscriptions = ({ tx, now }: Work): Promise<number> =>
  wantOverdueLooks(tx, { now, pastDue: pastDueTooLong(now), limit: OVERDUE });
