import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sharesOf } from './first-in-first-out.js';

const draw = (entry: string, amount: number) => ({ entry, amount });

test('what lay there before leaves first, then the payment, over as many withdrawals as it takes', () => {
  const { shares, remaining } = sharesOf({ before: 500, amount: 700 }, [
    draw('a', 300),
    draw('b', 400),
    draw('c', 400),
    draw('d', 1000),
  ]);
  expect([...shares]).toEqual([
    ['b', 200],
    ['c', 400],
    ['d', 100],
  ]);
  expect(remaining).toBe(0);
});

test('of a payment nothing is lost and nothing taken twice', () => {
  const amounts = fc.integer({ min: 1, max: 1_000_000 });
  fc.assert(
    fc.property(fc.nat(1_000_000), amounts, fc.array(amounts, { maxLength: 30 }), (before, amount, drawn) => {
      const draws = drawn.map((one, index) => draw(String(index), one));
      const { shares, remaining } = sharesOf({ before, amount }, draws);
      const taken = [...shares.values()].reduce((sum, one) => sum + one, 0);
      expect(taken + remaining).toBe(amount);
      const all = drawn.reduce((sum, one) => sum + one, 0);
      expect(taken).toBe(Math.max(0, Math.min(amount, all - before)));
    }),
  );
});
