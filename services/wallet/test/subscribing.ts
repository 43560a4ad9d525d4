/** What billing says of subscriptions and their lessons, as the wallet hears it. */
import {
  lessonReserved,
  periodGivenBack,
  periodTakenBack,
  subscriptionCancelled,
  subscriptionExpired,
  subscriptionRenewed,
  subscriptionStarted,
} from '@rollcall/contracts/events/billing';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { envelope } from '@rollcall/kit/testing';
import { purchase, usd } from './fixtures.js';

export interface Subscribed {
  readonly subscriptionId: string;
  readonly userId: string;
  readonly planId: string;
}

export const subscribed = (): Subscribed => ({ subscriptionId: newId(), userId: newId(), planId: newId() });

/** The n-th month of a subscription that began on the first of November. */
export const month = (n: number) => ({
  startsAt: new Date(Date.UTC(2026, 10 + n, 1)).toISOString(),
  endsAt: new Date(Date.UTC(2026, 11 + n, 1)).toISOString(),
});

export const paid = (who: Subscribed, n: number, amount: number) =>
  envelope(n === 0 ? subscriptionStarted : subscriptionRenewed, {
    ...who,
    period: month(n),
    amount: usd(amount),
  });
export const cancelled = (who: Subscribed, n: number) =>
  envelope(subscriptionCancelled, { ...who, period: month(n), amount: usd(0) });
export const expired = (who: Subscribed, n: number) =>
  envelope(subscriptionExpired, { ...who, period: month(n), amount: usd(0) });

/** Money that paid for the n-th month goes back, and comes again. */
export const takingOf = (
  who: Subscribed,
  by: 'refund' | 'dispute',
  amount: number,
  n = 0,
  takingId = newId(),
) => {
  const said = { ...who, period: month(n), amount: usd(amount), takingId, by };
  return { back: envelope(periodTakenBack, said), again: envelope(periodGivenBack, said) };
};

/** A purchase by subscription, as enrollment asks for it, and what billing says of it once it has reserved its lessons. */
export function lessons({ subscriptionId, userId }: Subscribed, n: number, amounts: readonly number[]) {
  const bought = purchase(userId, amounts, { fundedBy: 'subscription' });
  const { fundedBy: _, ...asked } = bought.data;
  return {
    bought,
    reserved: envelope(lessonReserved, { ...asked, subscriptionId, period: month(n).startsAt }),
  };
}

/** What the platform's accounts hold, of those that lessons touch; 0 left out. */
export async function platformHolds(db: Database): Promise<Record<string, number>> {
  const { rows } = await db.raw(
    `select a.kind, sum(case when t.to_account = a.id then t.amount else -t.amount end)::int as amount
       from transfers t join accounts a on a.id in (t.from_account, t.to_account) and a.owner_id is null
      group by a.kind having sum(case when t.to_account = a.id then t.amount else -t.amount end) <> 0 order by a.kind`,
  );
  return Object.fromEntries(rows.map(({ kind, amount }: { kind: string; amount: number }) => [kind, amount]));
}
