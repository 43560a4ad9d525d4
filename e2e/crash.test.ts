/**
 * A process killed at one step of a purchase after the other, and the same Idempotency-Key sent again: one purchase, one
 * hold, one debit, and an answer that says so. Here at some of the steps; `npm run campaign:crash` takes every one.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { closeStage, openStage, PATIENCE, pointsOf, replica, type Stage, tryToBuy } from './dying.js';
import { checkInvariants } from './invariants.js';
import { kinds } from './kinds.js';

/** Steps that are tried of each list, and in the whole campaign at most. */
const SOME = 2;
const MOST = 120;
const isWhole = process.env.CAMPAIGN === 'all';
/** Decides which ones in the short form: the same each time, unless another one is given. */
const SEED = Number(process.env.CAMPAIGN_SEED ?? 1);

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 240_000);
afterAll(() => closeStage(stage));

/** All of them, or some, spread over the whole from a beginning of chance. */
function chosen(count: number): number[] {
  const all = Array.from({ length: Math.min(count, MOST) }, (_, index) => index + 1);
  if (isWhole) return all;
  const offset = (Math.abs(Math.sin(SEED)) * 1000) % 1;
  return Array.from({ length: SOME }, (_, n) => all[Math.floor(((n + offset) * all.length) / SOME)]!);
}

describe.each(kinds)('while $name is bought', (kind) => {
  test.each([
    ['enrollment', 'student', 'one purchase'],
    ['wallet', 'student', 'one purchase'],
    ['enrollment', 'poor', 'one refusal, where there is no money'],
    ['wallet', 'poor', 'one refusal, where there is no money'],
  ] as const)(
    '%s dies at any step (%s), and the same key sent again is told of %s',
    async (service, buyer, _told) => {
      await replica(stage, 'enrollment', 1).kill('SIGKILL'); // all steps are the other one's
      const victim = replica(stage, service);
      const trial = { kind, victim, askedAt: 0, who: stage[buyer] };
      await tryToBuy(stage, { ...trial, at: MOST * 10 }); // nobody dies: these are the points
      const points = pointsOf(service);
      expect(points.length).toBeGreaterThan(15);
      const steps = chosen(points.length);
      let deaths = 0;
      for (const at of steps) {
        const tried = tryToBuy(stage, { ...trial, at });
        const died = await tried.catch((cause: Error) => {
          throw new Error(`${service} at ${at}, ${points[at - 1]}: ${cause.message}`, { cause });
        });
        if (died) deaths += 1;
      }
      // What runs beside each other comes in another order now and then, and the last of it not at all.
      expect(deaths).toBeGreaterThanOrEqual(Math.floor(0.8 * steps.length));
    },
    (isWhole ? MOST : SOME) * PATIENCE * 1_000,
  );
});

test('after all of it every invariant holds', async () => {
  expect(await checkInvariants(stage.system)).toEqual({ code: 0, violated: [] });
});
