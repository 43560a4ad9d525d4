import { expect, test } from '@jest/globals';
import { type Account, openBook } from './ledger.js';
import { type Asked, placePurchase } from './place.js';

const SAM = 'sam';
let last = 0;
const nextId = () => `id-${++last}`;

function book(credits: number, promo = 0, currency = 'USD') {
  const accounts: Account[] = [
    { id: 1, owner: SAM, kind: 'credits', currency, balance: credits },
    { id: 2, owner: SAM, kind: 'promo', currency, balance: promo },
    { id: 3, owner: null, kind: 'escrow', currency, balance: null },
  ];
  return openBook(accounts, nextId);
}

const asked = (...amounts: number[]): Asked => ({
  ...{ purchaseId: nextId(), studentId: SAM, teacherId: 'tea', courseId: 'course', currency: 'USD' },
  requestedAt: '2026-11-20T10:00:00.000Z',
  holds: amounts.map((amount) => ({ holdId: nextId(), sessionId: nextId(), amount })),
});

test('35.00 can pay 30.00, not then 10.00, then 5.00', () => {
  const open = book(3500);
  const answers = [3000, 1000, 500].map((amount) => placePurchase(open, asked(amount)));
  expect(answers.map(({ outcome }) => outcome)).toEqual(['held', 'declined', 'held']);
  expect(answers[1]).toMatchObject({ reason: 'insufficient-credit', shortfall: 500 });
});

test('promo is spent first, over the holds in their order, then credits', () => {
  const answer = placePurchase(book(5000, 1500), asked(1000, 1000, 1000));
  expect(answer).toMatchObject({
    holds: [
      { promo: 1000, credits: 0 },
      { promo: 500, credits: 500 },
      { promo: 0, credits: 1000 },
    ],
  });
});

test('all holds of a purchase are placed or none: a cent short takes nothing', () => {
  const open = book(2000, 999);
  expect(placePurchase(open, asked(1000, 1000, 1000))).toMatchObject({ outcome: 'declined', shortfall: 1 });
  expect(open.journal).toEqual({ entries: [], transfers: [], transactions: [] });
});

test('a share of zero is a hold without a transfer', () => {
  const open = book(0);
  expect(placePurchase(open, asked(0))).toMatchObject({
    outcome: 'held',
    holds: [{ amount: 0, promo: 0, credits: 0 }],
  });
  expect(open.journal.entries).toHaveLength(1);
  expect(open.journal.transfers).toEqual([]);
});

test('a hold below zero is a defect of the asker, never a way to make money', () => {
  expect(() => placePurchase(book(100), asked(-100))).toThrow('below 0');
});

test('each transfer is seen by its owner with the balance before and after', () => {
  const open = book(3000, 500);
  placePurchase(open, asked(1000));
  expect(open.journal.transactions).toMatchObject([
    { accountId: 2, type: 'purchase', amount: -500, before: 500, after: 0 },
    { accountId: 1, type: 'purchase', amount: -500, before: 3000, after: 2500 },
  ]);
});
