/** Any sequence of a teacher's changes, with purchases and their answers between them, keeps what was promised. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Session } from '@rollcall/contracts/api/enrollment';
import { deliver } from '@rollcall/kit/testing';
import fc from 'fast-check';
import { consumers } from '../src/consumers.js';
import {
  brokenInvariants,
  declined,
  fromNow,
  openStage,
  type Person,
  person,
  type Stage,
  usd,
} from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

type Step =
  | { readonly does: 'buy' | 'hold' | 'decline' | 'move' | 'cancel' | 'archive' }
  | { readonly does: 'limit'; readonly to: number | null }
  | { readonly does: 'price'; readonly to: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: fc.constant('buy' as const) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom('hold' as const, 'decline' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('limit' as const),
      to: fc.option(fc.integer({ min: 1, max: 4 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant('price' as const), to: fc.integer({ min: 0, max: 9 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constantFrom('move' as const, 'cancel' as const, 'archive' as const) }),
  },
);

interface Asked {
  readonly id: string;
  readonly who: Person;
}

/** Takes one step; whatever is refused is refused with words, never with a fault. */
async function take(one: Step, session: Session, pending: Asked[]): Promise<void> {
  const course = `/courses/${session.courseId}`;
  const edit = (path: string, body: object) => stage.send('patch', path, stage.teacher).send(body);
  const path = `/sessions/${session.id}`;
  if (one.does === 'hold' || one.does === 'decline') {
    const asked = pending.shift();
    if (asked === undefined) return;
    if (one.does === 'hold') await stage.hold(asked.id);
    else await deliver(stage.db, consumers, [declined(asked.id, asked.who.id)]);
    return;
  }
  const who = await person('student');
  const answer = await {
    buy: () => stage.ask(who, session.id),
    limit: () => edit(course, { maxStudents: 'to' in one ? one.to : null }),
    price: () => edit(path, { price: usd('to' in one ? (one.to ?? 0) : 0) }),
    move: () => edit(path, { startsAt: fromNow(90) }),
    cancel: () => stage.send('post', `${path}/cancel`, stage.teacher),
    archive: () => stage.send('post', `${course}/archive`, stage.teacher),
  }[one.does]();
  expect([200, 202, 409]).toContain(answer.status);
  if (answer.status === 202) pending.push({ id: answer.body.id, who });
}

test('a live seat is always of its limit, and paid at the price its session has', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const session = (await stage.onSale()).sessions[0] as Session;
      const pending: Asked[] = [];
      for (const one of steps) {
        await take(one, session, pending);
        const { rows } = await stage.db.raw(
          `select sessions.id from sessions join seats on seats.session_id = sessions.id and seats.live
             join purchases on purchases.id = seats.purchase_id
            where sessions.id = ? and (purchases.total <> sessions.price or purchases.currency <> sessions.currency)`,
          [session.id],
        );
        expect(rows).toEqual([]);
      }
      expect(await brokenInvariants(stage.db)).toEqual([]);
    }),
    { numRuns: 25 },
  );
});
