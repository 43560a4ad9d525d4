/** The last word on purchases that waited too long: whatever comes first, comes late, or comes again, there is one answer. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Envelope } from '@rollcall/contracts/event';
import { fundsDeclined, fundsHeld } from '@rollcall/contracts/events/wallet';
import { newId } from '@rollcall/kit/id';
import { deliver, emitted, type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import fc from 'fast-check';
import { consumers } from '../src/consumers.js';
import { balance, brokenInvariants, expiryOf, migrations, purchase, send, user } from './fixtures.js';

/** What can be bought: holds of these prices. Another kind of purchase is another line. */
const kinds: [kind: string, amounts: number[], more: object][] = [
  ['a session', [1000], { kind: 'session' }],
  ['a course', [334, 333, 333], { kind: 'course' }],
];
const TOTAL = 1000;

let test_: TestDatabase;
const db = () => test_.db;
beforeAll(async () => {
  test_ = await testDatabase(migrations);
});
afterAll(() => test_.close());
afterEach(async () => {
  expect(await brokenInvariants(db())).toEqual({});
});

const again = <E extends Envelope>(event: E): E => ({ ...event, id: newId() });

/** Every answer to a purchase so far, as its type and its data. */
async function answersTo(purchaseId: string): Promise<{ type: string; data: unknown }[]> {
  const all: Envelope[] = [...(await emitted(db(), fundsHeld)), ...(await emitted(db(), fundsDeclined))];
  return all.filter(({ subject }) => subject === purchaseId).map(({ type, data }) => ({ type, data }));
}

const journal = async (purchaseId: string) =>
  (await db()('entries').where({ reference_id: purchaseId })).length;

describe.each(kinds)('%s', (_kind, amounts, more) => {
  const asked = async (credits = TOTAL) => purchase(await user(db(), { credits }), amounts, more);

  test('given up before it was heard of is refused for good: its question comes late, and again', async () => {
    const bought = await asked();
    const { purchaseId, studentId } = bought.data;
    await send(db(), expiryOf(bought));
    const late = new Date('2026-11-20T12:00:00Z');
    await deliver(db(), consumers, [bought, again(bought), expiryOf(bought)], { now: late });
    const answers = await answersTo(purchaseId);
    const refused = { purchaseId, studentId, reason: 'expired', shortfall: null };
    expect(answers).toEqual(answers.map(() => ({ type: fundsDeclined.type, data: refused })));
    expect([answers.length, await journal(purchaseId)]).toEqual([4, 0]);
    expect(await balance(db(), studentId, 'credits')).toBe(TOTAL);
  });

  test('held before it was given up stays held, with the same words', async () => {
    const bought = await asked();
    await send(db(), bought);
    await send(db(), expiryOf(bought), again(bought), expiryOf(bought));
    const answers = await answersTo(bought.data.purchaseId);
    expect(answers).toHaveLength(4);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.type).toBe(fundsHeld.type);
    expect(await journal(bought.data.purchaseId)).toBe(1);
  });

  test('declined before it was given up is not called expired', async () => {
    const bought = await asked(TOTAL - 1);
    await send(db(), bought, expiryOf(bought));
    const answers = await answersTo(bought.data.purchaseId);
    expect(answers).toMatchObject([
      { data: { reason: 'insufficient-credit' } },
      { data: { reason: 'insufficient-credit' } },
    ]);
  });

  test('of somebody the wallet meets for the first time, asked and given up at once, has one answer and no failure', async () => {
    for (let round = 0; round < 20; round += 1) {
      const bought = purchase(newId(), amounts, more);
      await Promise.all([bought, expiryOf(bought), again(bought)].map((event) => send(db(), event)));
      const answers = await answersTo(bought.data.purchaseId);
      expect(answers).toHaveLength(3);
      expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    }
  });

  test('in whatever order, batches and repetitions it is asked and given up, has one answer and one debit at most', async () => {
    const batches = fc.array(fc.array(fc.constantFrom('ask', 'expire'), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(batches, async (given) => {
        const bought = await asked();
        const event = (what: string) => (what === 'ask' ? again(bought) : expiryOf(bought));
        for (const batch of given) await send(db(), ...batch.map(event));
        const answers = await answersTo(bought.data.purchaseId);
        expect(answers).toHaveLength(given.flat().length);
        expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
        const held = given[0]?.[0] === 'ask';
        expect(answers[0]?.type).toBe(held ? fundsHeld.type : fundsDeclined.type);
        expect(await journal(bought.data.purchaseId)).toBe(held ? 1 : 0);
        expect(await balance(db(), bought.data.studentId, 'credits')).toBe(held ? 0 : TOTAL);
      }),
      { numRuns: 25, seed: 7 },
    );
  });
});
