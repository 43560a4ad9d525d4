import type { PayoutReadiness } from '@rollcall/contracts/api/payouts';
import { money } from '@rollcall/contracts/money';
import type { Database } from '@rollcall/kit/database';
import { readinessOf, wantedOf } from '../domain/auto-payout.js';
import { minimumOf } from '../domain/withdrawal.js';
import { standingOf } from '../store/auto-payouts.js';
import { weekdayNamed } from './withdrawals.js';

interface Asked {
  readonly teacherId: string;
  readonly currency: string;
  readonly coolDownHours: number;
  readonly now: Date;
}

/** When a teacher is paid next and what stands in the way, by the rules the payout itself goes by. */
export async function payoutReadiness(db: Database, { now, ...asked }: Asked): Promise<PayoutReadiness> {
  const standing = await standingOf(db, asked);
  const { nextDay, blocked } = readinessOf(standing, now);
  const { plan, currency, available } = standing;
  return {
    ready: blocked.length === 0,
    nextPayoutDate: nextDay,
    blocked: blocked.map(({ until, ...rest }) => ({ ...rest, until: until?.toISOString() ?? null })),
    ...{ autoPayout: plan.on, payoutWeekday: weekdayNamed(plan.weekday) },
    available: money(available, currency),
    threshold: money(wantedOf(standing), currency),
    minimum: money(minimumOf(currency), currency),
    bankCoolDownHours: asked.coolDownHours,
  };
}
