import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cardMovementsOf, nextEntries, type SealedEntry } from './ledger.js';

const NAMES = ['card-clearing', 'credits:ann', 'subscription-deferred', 'revenue'];
const transfers = fc.array(
  fc.record({
    from: fc.constantFrom(...NAMES),
    to: fc.constantFrom(...NAMES),
    amount: fc.integer({ min: 1, max: 1_000_000 }),
    currency: fc.constantFrom('USD', 'EUR', 'JPY'),
  }),
  { maxLength: 12 },
);
const entry = (seq: number, given: Partial<SealedEntry> = {}): SealedEntry => ({
  ...{ seq, hash: `hash-${seq}`, id: `id-${seq}`, type: 'deposit', reference: `payment:${seq}` },
  ...{ at: '2026-11-01T00:00:00.000Z', sealedAt: '2026-11-01T00:00:01.000Z', actorId: null },
  ...{ description: null, transfers: [], ...given },
});

test('what entries moved by card adds up, by currency, to what left card-clearing less what came to it', () => {
  fc.assert(
    fc.property(fc.array(transfers, { maxLength: 6 }), (all) => {
      const balance = new Map<string, number>();
      for (const { from, to, amount, currency } of all.flat()) {
        if (from === 'card-clearing') balance.set(currency, (balance.get(currency) ?? 0) + amount);
        if (to === 'card-clearing') balance.set(currency, (balance.get(currency) ?? 0) - amount);
      }
      const movements = all.flatMap((own, n) => cardMovementsOf(entry(n + 1, { transfers: own })));
      const summed = new Map<string, number>();
      for (const { currency, amount } of movements)
        summed.set(currency, (summed.get(currency) ?? 0) + amount);
      for (const currency of ['USD', 'EUR', 'JPY'])
        expect(summed.get(currency) ?? 0).toBe(balance.get(currency) ?? 0);
    }),
  );
});

test('an entry leaves one movement a currency at the most, and none of nothing', () => {
  fc.assert(
    fc.property(transfers, (own) => {
      const movements = cardMovementsOf(entry(7, { transfers: own }));
      expect(new Set(movements.map(({ currency }) => currency)).size).toBe(movements.length);
      expect(movements.every(({ amount, seq }) => amount !== 0 && seq === 7)).toBe(true);
    }),
  );
});

/** Messages as a broker brings them: from anywhere in the ledger, twice, and broken ones among them. */
const batches = fc.array(
  fc.array(fc.record({ seq: fc.integer({ min: 1, max: 12 }), isBad: fc.boolean() }), { maxLength: 8 }),
  { maxLength: 12 },
);
type Sent = { readonly seq: number; readonly hash: string; readonly isBad: boolean };
const misfit = (_tip: unknown, { isBad }: Sent) => (isBad ? 'it does not fit' : undefined);

test('in whatever order entries come, and however often, each is taken once, in order, without a gap, and none that does not fit', () => {
  fc.assert(
    fc.property(batches, (all) => {
      const taken: Sent[] = [];
      let tip = { seq: 0, hash: 'genesis' };
      for (const batch of all) {
        const sent = batch.map((one) => ({ ...one, hash: `hash-${one.seq}` }));
        const { next, fault } = nextEntries(tip, sent, misfit);
        taken.push(...next);
        tip = next.at(-1) ?? tip;
        // A fault is told exactly where what came reaches further than what was taken of it.
        expect(fault !== undefined).toBe(sent.some(({ seq }) => seq > tip.seq));
      }
      expect(taken.map(({ seq }) => seq)).toEqual(taken.map((_, n) => n + 1));
      expect(taken.some(({ isBad }) => isBad)).toBe(false);
    }),
  );
});

test('once all of it has come again in order, nothing is missing', () => {
  fc.assert(
    fc.property(batches, fc.integer({ min: 1, max: 12 }), (all, last) => {
      let tip = { seq: 0, hash: 'genesis' };
      for (const batch of all)
        tip =
          nextEntries(
            tip,
            batch.filter(({ seq }) => seq <= last).map((one) => ({ ...one, hash: '' })),
            misfit,
          ).next.at(-1) ?? tip;
      const again = Array.from({ length: last }, (_, n) => ({ seq: n + 1, hash: '', isBad: false }));
      const { next, fault } = nextEntries(tip, again, misfit);
      expect([next.at(-1)?.seq ?? tip.seq, fault]).toEqual([last, undefined]);
    }),
  );
});
