import { expect, test } from '@jest/globals';
import { sum } from '@rollcall/contracts/money';
import fc from 'fast-check';
import { postAdjustment } from './adjust.js';
import { postClawback, postWriteOff } from './claw-back.js';
import { correctionOf, postCorrection } from './correct.js';
import { type Decided, endingOf, type Hold, postEnding } from './end.js';
import { type Account, type Book, openBook, owedIn } from './ledger.js';
import { placePurchase } from './place.js';

const PEOPLE = ['sam', 'tea', 'ref'] as const;
const KINDS = ['credits', 'promo', 'earnings', 'debt'] as const;
const PLATFORM = ['escrow', 'commission', 'adjustments', 'losses'] as const;
type Person = (typeof PEOPLE)[number];
type Balances = Partial<Record<`${Person} ${(typeof KINDS)[number]}`, number>>;

function open(there: Balances = {}): Book {
  const users = PEOPLE.flatMap((owner) =>
    KINDS.map((kind) => ({ owner, kind, balance: there[`${owner} ${kind}`] ?? 0 })),
  );
  const platform = PLATFORM.map((kind) => ({ owner: null, kind, balance: null }));
  const accounts: Account[] = [...users, ...platform].map((key, id) => ({ ...key, id, currency: 'USD' }));
  let last = 0;
  return openBook(accounts, () => `id-${++last}`);
}

const has = (book: Book, owner: Person, kind: (typeof KINDS)[number]): number =>
  book.balances.get(book.accounts.get(`${owner}/${kind}/USD`)?.id ?? -1) ?? Number.NaN;
const owes = (book: Book, owner: string) => owedIn(book, { owner, currency: 'USD' });

const entry = (book: Book) => {
  const id = book.newId();
  return { id, referenceType: 'adjustment' as const, referenceId: id };
};
const byHand = (userId: Person, amount: number) => ({
  ...{ userId, amount, currency: 'USD', reason: 'because', actorId: 'admin' },
});
const adjust = (book: Book, userId: Person, amount: number, account: 'credits' | 'promo' | 'earnings') =>
  postAdjustment(book, { ...byHand(userId, amount), direction: 'credit', account }, entry(book));
const clawBack = (book: Book, userId: Person, amount: number) =>
  postClawback(book, byHand(userId, amount), entry(book));
const writeOff = (book: Book, userId: Person, amount?: number) =>
  postWriteOff(book, { ...byHand(userId, 0), amount }, entry(book));

const hold: Hold = {
  ...{ id: 'hold', purchaseId: 'purchase', sessionId: 'session', studentId: 'sam', teacherId: 'tea' },
  ...{ amount: 1000, currency: 'USD', promo: 400, credits: 600, subscription: 0 },
};
const NOTHING = { teacher: 0, commission: 0, referral: 0, refund: 0 };
const decided = (of: Hold, shares: Partial<typeof NOTHING>, decisionVersion = 1): Decided => ({
  ...{ holdId: of.id, decisionVersion, currency: 'USD', ...NOTHING, ...shares },
  ...{ referrerId: 'ref', referralAccount: 'earnings', reason: 'admin', commissionRate: 0, attendance: null },
});
const end = (book: Book, shares: Partial<typeof NOTHING>) =>
  postEnding(book, endingOf(hold, decided(hold, shares), book.newId()));
const rows = ({ journal, accounts }: Book) =>
  journal.transactions.map(({ accountId, type, amount }) => {
    const { owner, kind } = [...accounts.values()].find(({ id }) => id === accountId)!;
    return [`${owner} ${kind}`, type, amount];
  });

test('a release to a teacher who owes repays the debt first, and he sees both', () => {
  const book = open({ 'tea debt': -450 });
  end(book, { teacher: 700, commission: 300 });
  expect([has(book, 'tea', 'earnings'), owes(book, 'tea')]).toEqual([250, 0]);
  expect(rows(book)).toEqual([
    ['tea earnings', 'payment_release', 700],
    ['tea earnings', 'commission', -300],
    ['tea earnings', 'debt_repayment', -450],
    ['tea debt', 'debt_repayment', 450],
  ]);
  expect(book.journal.entries.map(({ type, referenceId }) => [type, referenceId])).toEqual([
    ['payment_release', 'hold'],
    ['debt_repayment', 'hold'],
  ]);
});

test('a credit smaller than the debt goes to it wholly', () => {
  const book = open({ 'sam debt': -1000 });
  adjust(book, 'sam', 400, 'credits');
  expect([has(book, 'sam', 'credits'), owes(book, 'sam')]).toEqual([0, 600]);
});

test('of a refund credits repay and promo does not', () => {
  const book = open({ 'sam debt': -1000 });
  end(book, { refund: 1000 });
  expect([has(book, 'sam', 'credits'), has(book, 'sam', 'promo'), owes(book, 'sam')]).toEqual([0, 400, 400]);
});

test('two credits of one entry to one who owes repay no more than there is', () => {
  const book = open({ 'ref debt': -100 });
  const own = { ...hold, teacherId: 'ref' };
  postEnding(book, endingOf(own, decided(own, { teacher: 80, commission: 850, referral: 70 }), 'entry'));
  expect([has(book, 'ref', 'earnings'), owes(book, 'ref')]).toEqual([50, 0]);
});

test('money that was there before the debt is not touched, nor what is taken', () => {
  const book = open({ 'tea earnings': 100, 'tea credits': 70 });
  clawBack(book, 'tea', 300);
  expect([has(book, 'tea', 'earnings'), has(book, 'tea', 'credits'), owes(book, 'tea')]).toEqual([
    0, 70, 200,
  ]);
});

test('a debt in the middle of a batch is repaid by what comes after it, in arrival order', () => {
  const book = open({ 'tea earnings': 100 });
  clawBack(book, 'tea', 300);
  end(book, { teacher: 150, commission: 850 });
  end(book, { teacher: 150, commission: 850 });
  expect([has(book, 'tea', 'earnings'), owes(book, 'tea')]).toEqual([100, 0]);
  expect(book.debts.map(({ amount, seenAs }) => [amount, seenAs])).toEqual([
    [-200, 'admin_debit'],
    [150, 'payment_release'],
    [50, 'payment_release'],
  ]);
});

test('a write-off gives up what is owed, all of it or a part, never more', () => {
  const book = open({ 'tea debt': -500 });
  writeOff(book, 'tea', 200);
  expect(() => writeOff(book, 'tea', 301)).toThrow('300 minor units of USD are owed');
  writeOff(book, 'tea');
  expect(owes(book, 'tea')).toBe(0);
  expect(() => writeOff(book, 'tea')).toThrow('no-debt');
});

test('a clawback stops before a debt that no longer could be counted exactly', () => {
  const book = open({ 'tea debt': -1_000_000_000_000_000 });
  expect(() => clawBack(book, 'tea', 1)).toThrow('debt-too-large');
});

const weights = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9));
const amount = fc.integer({ min: 1, max: 2000 });
const person = fc.constantFrom(...PEOPLE);
const step = fc.oneof(
  fc.record({
    kind: fc.constant('give' as const),
    person,
    amount,
    account: fc.constantFrom('credits' as const, 'promo' as const, 'earnings' as const),
  }),
  fc.record({
    kind: fc.constant('take' as const),
    person,
    amount,
    account: fc.constantFrom('credits' as const, 'promo' as const, 'earnings' as const),
  }),
  fc.record({ kind: fc.constant('buy' as const), amount }),
  fc.record({ kind: fc.constant('end' as const), at: fc.nat(), weights }),
  fc.record({ kind: fc.constant('correct' as const), at: fc.nat(), weights }),
  fc.record({ kind: fc.constant('claw-back' as const), person, amount }),
  fc.record({ kind: fc.constant('write-off' as const), person, share: fc.integer({ min: 1, max: 100 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Any shares that add up: the first three rounded down, the rest goes back. */
function shared(of: number, [t, c, r, f]: readonly [number, number, number, number]) {
  const whole = t + c + r + f || 1;
  const [teacher, commission, referral] = [t, c, r].map((w) => Math.floor((of * w) / whole)) as [
    number,
    number,
    number,
  ];
  return { teacher, commission, referral, refund: of - teacher - commission - referral };
}

interface Story {
  readonly open: Hold[];
  readonly ended: { hold: Hold; last: ReturnType<typeof endingOf>; version: number }[];
}

function play(book: Book, story: Story, one: Step): void {
  if (one.kind === 'give') adjust(book, one.person, one.amount, one.account);
  else if (one.kind === 'take') {
    const most = Math.min(one.amount, has(book, one.person, one.account));
    const taken = { ...byHand(one.person, most), direction: 'debit' as const, account: one.account };
    if (most > 0) postAdjustment(book, taken, entry(book));
  } else if (one.kind === 'buy') buy(book, story, one.amount);
  else if (one.kind === 'claw-back') clawBack(book, one.person, one.amount);
  else if (one.kind === 'write-off') {
    const owed = owes(book, one.person);
    if (owed > 0) writeOff(book, one.person, Math.ceil((owed * one.share) / 100));
  } else settle(book, story, one);
}

function buy(book: Book, story: Story, price: number): void {
  const holdId = book.newId();
  const answer = placePurchase(book, {
    ...{ purchaseId: book.newId(), studentId: 'sam', teacherId: 'tea', courseId: 'c', currency: 'USD' },
    ...{ requestedAt: '2026-11-20T10:00:00.000Z', holds: [{ holdId, sessionId: 's', amount: price }] },
  });
  if (answer.outcome === 'held') story.open.push({ ...hold, ...answer.holds[0]!, id: holdId });
}

function settle(
  book: Book,
  { open: held, ended }: Story,
  one: Extract<Step, { kind: 'end' | 'correct' }>,
): void {
  if (one.kind === 'end' && held.length > 0) {
    const [of] = held.splice(one.at % held.length, 1) as [Hold];
    const last = endingOf(of, decided(of, shared(of.amount, one.weights)), book.newId());
    postEnding(book, last);
    ended.push({ hold: of, last, version: 1 });
  } else if (one.kind === 'correct' && ended.length > 0) {
    const before = ended[one.at % ended.length]!;
    const version = before.version + 1;
    const to = decided(before.hold, shared(before.hold.amount, one.weights), version);
    const from = { ...before.last.decided, ...before.last };
    const parts = { expected: before.last.decided, decided: to, entryId: book.newId() };
    const correction = correctionOf(before.hold, from, parts);
    postCorrection(book, correction);
    Object.assign(before, { last: correction.to, version });
  }
}

const anyHistory = (
  check: (book: Book, story: Story, one: Step, before: { rows: number; owed: Map<string, number> }) => void,
) =>
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const book = open();
      const story: Story = { open: [], ended: [] };
      for (const one of steps) {
        const before = {
          rows: book.journal.transactions.length,
          owed: new Map(PEOPLE.map((who) => [who as string, owes(book, who)])),
        };
        play(book, story, one);
        check(book, story, one, before);
      }
    }),
    { numRuns: 300, seed: 20_261_126 },
  );

test('whatever happens, balances keep their sign and all accounts add up to zero', () =>
  anyHistory((book) => {
    for (const { id, kind } of book.accounts.values())
      if (kind === 'debt') expect(book.balances.get(id)).toBeLessThanOrEqual(0);
      else if (book.balances.has(id)) expect(book.balances.get(id)).toBeGreaterThanOrEqual(0);
    const platform = [...book.accounts.values()].filter(({ owner }) => owner === null).map(({ id }) => id);
    const moved = book.journal.transfers.map(
      ({ from, to, amount: of }) => (platform.includes(to) ? of : 0) - (platform.includes(from) ? of : 0),
    );
    expect(sum(moved) + sum(book.balances.values())).toBe(0);
  }));

test('whatever happens, after each credit nothing is owed any more or all of the credit went to the debt', () =>
  anyHistory((book, _story, _one, before) => {
    const fresh = book.journal.transactions.slice(before.rows);
    for (const who of PEOPLE) {
      const own = (kinds: readonly string[]) =>
        fresh.filter(({ accountId }) =>
          [...book.accounts.values()].some(
            ({ id, owner, kind }) => id === accountId && owner === who && kinds.includes(kind),
          ),
        );
      const money = own(['credits', 'earnings']).filter(({ type }) => type !== 'commission');
      const credited = sum(money.map(({ amount: of }) => Math.max(of, 0)));
      const repaid =
        0 - sum(money.filter(({ type }) => type === 'debt_repayment').map(({ amount: of }) => of));
      const opened = 0 - sum(own(['debt']).map(({ amount: of }) => Math.min(of, 0)));
      expect(repaid).toBe(Math.min(credited, (before.owed.get(who) ?? 0) + opened));
    }
  }));

test('whatever happens, promo never becomes the student’s credits: a hold gives back no more of either than it took', () =>
  anyHistory((book, { open: held, ended }, one, before) => {
    for (const { hold: of, last } of ended) {
      expect(last.toCredits).toBeLessThanOrEqual(of.credits);
      expect(last.toPromo).toBeLessThanOrEqual(of.promo);
      expect(last.toPromo + last.toCredits).toBe(last.decided.refund);
    }
    for (const of of held) expect(of.promo + of.credits).toBe(of.amount);
    if (one.kind !== 'buy') return;
    const spent = book.journal.transactions.slice(before.rows);
    const promo = book.accounts.get('sam/promo/USD')?.id;
    // Promo first: credits move only when no promo is left.
    if (spent.some(({ accountId }) => accountId !== promo)) expect(has(book, 'sam', 'promo')).toBe(0);
  }));
