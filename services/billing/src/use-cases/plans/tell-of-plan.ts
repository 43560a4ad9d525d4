import { unprocessable } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import { inWork } from '@rollcall/kit/work';
import type { Desk } from '../../desk.js';
import type { Plan } from '../../domain/plan.js';
import { NoAnswer, Refused } from '../../provider.js';
import { keepPrice, planToTell, takePlansToTell, withdrawPlan } from '../../store/plans.js';

/** Plans of one turn, and milliseconds until one is told again that got no answer. */
const LIMIT = 10;
const AGAIN = 60_000;

/**
 * Tells the provider of a plan's name and price, where it does not know them. No answer: the clock tells it again. Throws 422 where the provider does
 * not take it; it is out of offer then.
 */
export async function tellOfPlan(desk: Desk, id: string): Promise<void> {
  try {
    const plan = await planToTell(desk.db, id);
    if (plan !== undefined) await tell(desk, plan);
  } catch (error) {
    if (error instanceof Refused)
      throw unprocessable(
        'plan-refused',
        `The card provider does not take this plan (${error.code}), so it is out of offer. Change it.`,
        [{ path: 'price', message: 'was refused by the card provider' }],
      );
    if (!(error instanceof NoAnswer)) throw error;
    desk.log.warn({ err: error, planId: id }, 'the card provider was not told of a plan; later again');
  }
}

async function tell(desk: Desk, plan: Plan): Promise<void> {
  const cause = { correlationId: newId() };
  try {
    const price = await desk.provider.tellOfPlan(plan);
    await inWork(desk.db, cause, ({ tx }) => keepPrice(tx, plan, price), desk.clock);
  } catch (error) {
    if (error instanceof Refused)
      await inWork(desk.db, cause, ({ tx }) => withdrawPlan(tx, plan), desk.clock);
    throw error;
  }
}

/** Tells the provider of the plans it does not know yet. Returns how many there were. */
export async function tellOfPlans(desk: Desk): Promise<number> {
  const now = desk.clock();
  const next = new Date(now.getTime() + AGAIN);
  const plans = await inWork(desk.db, { correlationId: newId() }, ({ tx }) =>
    takePlansToTell(tx, { now, limit: LIMIT, next }),
  );
  for (const plan of plans) {
    await tell(desk, plan).catch((error: unknown) =>
      desk.log.warn({ err: error, planId: plan.id }, 'the card provider was not told of a plan'),
    );
  }
  return plans.length;
}
