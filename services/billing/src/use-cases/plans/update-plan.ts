import type { updatePlan as updatePlanRoute } from '@rollcall/contracts/api/subscriptions';
import type { BodyOf } from '@rollcall/contracts/route';
import { notFound } from '@rollcall/kit/errors';
import { checkMatch, etag } from '@rollcall/kit/etag';
import type { Work } from '@rollcall/kit/work';
import { checkCharge } from '../../domain/charge.js';
import { checkChange, isOtherPrice, type Plan } from '../../domain/plan.js';
import { isSlugTaken, isSubscribed, lockPlan, savePlan } from '../../store/plans.js';
import { sayOfPlan, slugTaken } from './create-plan.js';

interface Asked {
  readonly planId: string;
  readonly actor: string;
  readonly ifMatch: string | undefined;
}

/**
 * Changes a plan for who subscribes from now on. A new price is not offered until the provider knows it. Throws 404, 412,
 * 409 for a slug that is taken, and for another interval or currency once it was subscribed to; 422 for the price.
 */
export async function updatePlan(
  work: Work,
  { planId, actor, ifMatch }: Asked,
  { reason, price, ...wish }: BodyOf<typeof updatePlanRoute>,
): Promise<{ id: string }> {
  const { tx, now } = work;
  const before = await lockPlan(tx, planId);
  if (before === undefined) throw notFound('plan');
  checkMatch(ifMatch, etag(before.version));
  const wished = { ...before, ...wish, ...(price && { price: price.amount, currency: price.currency }) };
  if (sameAs(before, wished)) return { id: planId };
  if (price !== undefined) checkCharge(price, 'price');
  checkChange(before, wished, { isSubscribed: await isSubscribed(tx, planId) });
  if (await isSlugTaken(tx, wished)) throw slugTaken();

  const isPriced = isOtherPrice(before, wished);
  const after = { ...wished, version: before.version + 1, ...(isPriced && anotherPrice(before)) };
  const isTold = isPriced || before.name !== after.name;
  const isLeftUntold = after.active && after.providerPriceId === null;
  await savePlan(tx, after, isTold || isLeftUntold ? now : undefined);
  sayOfPlan(work, { actor, action: 'update', target: planId, reason });
  return { id: planId };
}

const anotherPrice = ({ prices }: Plan) => ({ prices: prices + 1, providerPriceId: null });

const sameAs = (before: Plan, after: Plan): boolean => JSON.stringify(before) === JSON.stringify(after);
