/** What goes out late, twice, in another order or not at all, and calls that go wrong. */
import { z } from 'zod';
import { FAULTS, FAULTS_KEPT } from '../faults.js';
import { get } from '../world.js';
import { control } from './control.js';

const milliseconds = z.number().int().min(0).max(60_000);
const copies = z.number().int().min(1).max(10);

export const wireControls = {
  /** How events go out from now on. */
  webhooks: control(
    z.strictObject({
      url: z.url().optional(),
      secret: z.string().min(1).optional(),
      types: z.array(z.string()).max(100).optional(),
      holding: z.boolean().optional(),
      copies: copies.optional(),
      delayMilliseconds: milliseconds.optional(),
    }),
    ({ webhooks }, given) => {
      const told = Object.entries(given).filter(([, value]) => value !== undefined);
      return { ...Object.assign(webhooks.endpoint, Object.fromEntries(told)), secret: undefined };
    },
  ),
  /** Posts what was held, all of it or of some types, and in which order; holding goes on. */
  release: control(
    z.strictObject({
      order: z.enum(['as-made', 'reversed']).default('as-made'),
      types: z.array(z.string()).max(100).optional(),
      copies: copies.optional(),
    }),
    ({ webhooks }, { order, types, copies: times }) => {
      const released = webhooks.held.filter(({ type }) => types?.includes(type) ?? true);
      const left = webhooks.held.filter((event) => !released.includes(event));
      webhooks.held.splice(0, webhooks.held.length, ...left);
      if (order === 'reversed') released.reverse();
      for (const event of released) webhooks.post(event, times);
      return { released: released.map(({ id, type }) => ({ id, type })) };
    },
  ),
  /** Posts one event again, whether or not it was taken. */
  resend: control(
    z.strictObject({ event: z.string(), copies: copies.default(1) }),
    ({ world, webhooks }, { event, copies: times }) => {
      webhooks.post(get(world.events, event), times);
      return { event, copies: times };
    },
  ),
  /** Waits until all that was posted is taken or given up. */
  settle: control(
    z.strictObject({ milliseconds: milliseconds.default(10_000) }),
    async ({ webhooks }, given) => ({ settled: await webhooks.settled(given.milliseconds) }),
  ),
  /** What was posted, and what the endpoint said. */
  attempts: control(z.strictObject({}), ({ webhooks }) => ({ attempts: [...webhooks.attempts] })),
  /** The next calls go wrong; without a kind, whatever still waits is called off. */
  fault: control(
    z.strictObject({
      kind: z.enum(FAULTS).optional(),
      times: z.number().int().min(1).max(100).default(1),
      method: z.enum(['GET', 'POST', 'DELETE']).optional(),
      path: z.string().optional(),
      milliseconds: milliseconds.default(1_000),
    }),
    ({ faults }, { kind, ...rest }) => {
      if (kind === undefined) faults.length = 0;
      else if (faults.length < FAULTS_KEPT) faults.push({ kind, ...rest });
      return { waiting: faults.length };
    },
  ),
};
