/** Billing's routes: what a subscription's lessons come to this month. */
import { z } from 'zod';
import { route } from '../route.js';
import { Id, Instant } from '../shapes.js';

/** Lessons, not money. What came back from a month that was over is `remaining` beyond `lessonsPerMonth`. */
export const Quota = z
  .object({
    subscriptionId: Id,
    lessonsPerMonth: z.int(),
    /** Settled: the teacher was paid for them. */
    used: z.int(),
    /** Booked; used or back once their sessions are settled. */
    reserved: z.int(),
    /** What can be booked now; 0 while a period is not paid. */
    remaining: z.int(),
    /** When the month ends, and the next one's lessons come. */
    periodEnd: Instant,
  })
  .meta({ id: 'Quota' });
export type Quota = z.infer<typeof Quota>;

export const readQuota = route({
  method: 'get',
  path: '/subscriptions/quota',
  who: ['student'],
  summary: "Your subscription's lessons of this month: used, booked, and left",
  status: 200,
  answer: Quota,
  problems: [404],
});
