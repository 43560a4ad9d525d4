import { billingAudited } from '@rollcall/contracts/events/billing';
import { conflict } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { checkCharge } from '../../domain/charge.js';
import type { Plan } from '../../domain/plan.js';
import { addPlan } from '../../store/plans.js';

interface Asked {
  readonly name: string;
  readonly slug: string;
  readonly price: { readonly amount: number; readonly currency: string };
  readonly interval: Plan['interval'];
  readonly lessonsPerMonth: number;
  readonly maxLessonPrice?: number;
  readonly trialDays?: number;
  readonly features?: readonly string[];
  readonly active?: boolean;
  readonly reason?: string;
}

/** A plan the provider has not heard of yet. Throws 409 for a slug that is taken, 422 for a price no card can be charged. */
export async function createPlan(work: Work, actor: string, asked: Asked): Promise<{ id: string }> {
  checkCharge(asked.price, 'price');
  const id = newId();
  const { name, slug, price, interval, lessonsPerMonth, reason } = asked;
  const { maxLessonPrice = null, trialDays = 0, features = [], active = true } = asked;
  const plan = {
    ...{ id, name, slug, price: price.amount, currency: price.currency, interval, lessonsPerMonth },
    ...{ maxLessonPrice, trialDays, features, active, prices: 1, providerPriceId: null, version: 1 },
  };
  if (!(await addPlan(work.tx, plan, work.now))) throw slugTaken();
  sayOfPlan(work, { actor, action: 'create', target: id, reason });
  return { id };
}

export const slugTaken = () =>
  conflict('slug-taken', 'Another plan has this slug. Take another one.', {
    errors: [{ path: 'slug', message: 'is taken' }],
  });

/** Leaves in the audit trail what an admin did. */
export function sayOfPlan(
  work: Work,
  said: { actor: string; action: 'create' | 'update'; target: string; reason: string | undefined },
): void {
  work.emit(billingAudited, {
    ...{ auditId: newId(), actor: said.actor, action: `billing.plan.${said.action}`, target: said.target },
    ...{ reason: said.reason ?? 'No reason was given', at: work.now.toISOString() },
  });
}
