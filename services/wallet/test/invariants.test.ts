/** Each rule of invariants.sql is broken past all triggers, and has to notice. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { type TestDatabase, testDatabase, workOf } from '@rollcall/kit/testing';
import { manual } from '../src/payouts/manual.js';
import { addAutoPayout } from '../src/store/auto-payouts.js';
import { clawBack } from '../src/use-cases/claw-back.js';
import { makeBatch } from '../src/use-cases/payouts/make-batch.js';
import { requestWithdrawal } from '../src/use-cases/request-withdrawal.js';
import { takeStep } from '../src/use-cases/step-withdrawal.js';
import { askRefund, deposit, failRefund, paidBy } from './cards.js';
import {
  adjust,
  brokenInvariants,
  config,
  correction,
  ending,
  migrations,
  purchase,
  send,
  user,
} from './fixtures.js';
import { seal } from './sealing.js';
import { lessons, paid, subscribed, takingOf } from './subscribing.js';
import { asked } from './withdrawing.js';

let test_: TestDatabase;
beforeAll(async () => {
  test_ = await testDatabase(migrations);
  const { db } = test_;
  const student = await user(db, { credits: 5000, promo: 300 });
  const [released, refunded, corrected, open, declined] = [1000, 800, 500, 700, 9000].map((amount) =>
    purchase(student, [amount]),
  ) as [Bought, Bought, Bought, Bought, Bought];
  const referral = { referrerId: newId(), referralAccount: 'earnings' as const };
  await send(db, released, refunded, corrected, open, declined);
  await send(db, ending(released, { teacher: 700, commission: 250, referral: 50 }, referral));
  await send(db, ending(refunded, { refund: 800 }), ending(corrected, { teacher: 400, commission: 100 }));
  await send(db, correction(corrected, [{ teacher: 400, commission: 100 }, { refund: 500 }]));
  const indebted = await user(db);
  await workOf(db, (work) => clawBack(work, { ...byHand, userId: indebted, amount: 70 }));
  await adjust(db, { userId: indebted, amount: 100 });
  await withdrawals(db);
  await cards(db);
  await subscriptions(db);
  await seal(test_);
  await addCheckpoint(db, 5);
  await addCheckpoint(db, 8);
});
afterAll(() => test_.close());

const addCheckpoint = (db: Database, seq: number) =>
  db.raw('insert into seal_checkpoints select :seq, jsonb_agg(to_jsonb(b)) from sealed_balances(:seq) b', {
    seq,
  });

/** One that waits, one that was paid out, one that came back, and two in a batch, one of which its day had asked for. */
async function withdrawals(db: Database): Promise<void> {
  const teacherId = await user(db, { earnings: 9000 });
  const [, paid, back, ...batched] = await Promise.all(
    [1, 2, 3, 4, 5].map(() =>
      workOf(db, (work) => requestWithdrawal(work, { ...asked, amount: 1000, teacherId }, config)),
    ),
  );
  const by = { actorId: newId(), ifMatch: undefined, reason: 'a test', fourEyes: false };
  for (const one of [paid!, back!])
    for (const step of ['approve', 'complete'] as const)
      await workOf(db, (work) => takeStep(work, { ...one, ...by, step }));
  await workOf(db, (work) => takeStep(work, { ...back!, ...by, step: 'return' }));
  for (const one of batched) await workOf(db, (work) => takeStep(work, { ...one, ...by, step: 'approve' }));
  const batch = { actorId: newId(), currency: 'USD', limit: 10 };
  await workOf(db, (work) =>
    makeBatch(work, batch, { provider: manual, debtor: null, keys: config.BANK_KEYS }),
  );
  const { withdrawalId } = batched[0]!;
  await workOf(db, (work) => addAutoPayout(work.tx, { teacherId, withdrawalId, blocked: [] }, work.now));
}

/** A payment by card of which a part went back, and came again. */
async function cards(db: Database): Promise<void> {
  const paid = paidBy(await user(db));
  const asked = askRefund(paid, 400);
  await send(db, deposit(paid, 1000), asked, failRefund(paid, 400, asked.data.refundId));
}

/** A period that has ended and one that runs, a lesson given back and one that is held. */
async function subscriptions(db: Database): Promise<void> {
  const who = subscribed();
  const [back, held] = [lessons(who, 1, [600]), lessons(who, 1, [800])];
  await send(db, paid(who, 0, 4000), paid(who, 1, 1000), back.reserved, held.reserved);
  await send(db, ending(back.bought, { refund: 600 }));
  const [refund, dispute] = [takingOf(who, 'refund', 500), takingOf(who, 'dispute', 900, 1)];
  await send(db, refund.back, dispute.back);
  await send(db, refund.again);
}

const byHand = { currency: 'USD', reason: 'a test', actorId: newId() };

type Bought = ReturnType<typeof purchase>;

const SOMEBODY_ELSE = "select min(id) from accounts where owner_id is not null and kind = 'promo'";
const EARNINGS = "select id from accounts where kind = 'earnings'";

test('nothing is found where nothing is wrong', async () => {
  expect(await brokenInvariants(test_.db, { evenWaiting: true })).toEqual({});
});

test.each<[rule: string, harm: string]>([
  [
    "a user's balance is the sum of the transfers to and from the account",
    "update accounts set balance = balance + 5 where kind = 'earnings'",
  ],
  [
    "no user's balance is below zero, and no debt above it",
    "alter table accounts drop constraint accounts_balance; update accounts set balance = -1 where kind = 'promo'",
  ],
  [
    'every transfer belongs to an entry and moves something between two accounts of one currency',
    'delete from entries',
  ],
  [
    'all accounts of a currency add up to zero',
    "update accounts set balance = balance + 5 where kind = 'earnings'",
  ],
  ['what is in escrow is what the open holds add up to', 'delete from hold_endings'],
  [
    "each transaction begins with the balance the one before it left, and the last one left the account's",
    "update transactions set balance_before = balance_before + 1, balance_after = balance_after + 1 where type = 'purchase'",
  ],
  [
    "a user's transactions of an entry say what its transfers moved",
    "delete from transactions where type = 'refund'",
  ],
  ['no hold is placed or ended twice, or ended without being placed', 'delete from holds'],
  [
    'a hold is shared out exactly, and no part gets back more than came from it',
    'update holds set amount = amount + 1, from_credits = from_credits + 1',
  ],
  [
    'everybody got of an ended hold what its ending says',
    `update transfers set to_account = (${SOMEBODY_ELSE}) where to_account in (${EARNINGS})`,
  ],
  [
    "a hold's parts add up to it, and its entry moved them into escrow",
    'update holds set amount = amount + 1, from_credits = from_credits + 1',
  ],
  ["an ended hold's entry moved its amount out of escrow", 'update transfers set amount = amount + 1'],
  ['a purchase is held with its holds, or declined without any', 'delete from holds'],
  [
    'corrections of a hold follow its ending without a gap, and each shares it out exactly',
    'update hold_corrections set decision_version = 3',
  ],
  [
    'a correction leaves in escrow what it found there',
    'delete from transfers using hold_corrections c where c.entry_id = transfers.entry_id and n = 1',
  ],
  [
    'everybody has of a corrected hold what its last correction says, debts counted',
    'update hold_corrections set refund = refund - 1, teacher = 1, to_credits = to_credits - 1',
  ],
  [
    'a credit to somebody in debt repaid it first, as far as it went',
    "delete from entries where type = 'debt_repayment'",
  ],
  [
    'each movement of a card moved its amount once, between its payer and the provider',
    "update card_movements set amount = amount + 1 where kind = 'deposit'",
  ],
  [
    'what a movement of a card undoes was made before, for the same amount',
    "update card_movements set amount = amount + 1 where kind = 'refund'",
  ],
  [
    'what is deferred of subscriptions is what their periods have left',
    'update subscription_periods set paid = paid + 1 where ended_at is null',
  ],
  [
    'a period has spent what its lessons took of it, less what came back',
    'delete from lesson_money where amount < 0',
  ],
  [
    "a period was paid by one entry and ended by one, and no other entry is a subscription's",
    'update subscription_periods set entry_id = gen_random_uuid() where ended_at is null',
  ],
  [
    "a period was paid by one entry and ended by one, and no other entry is a subscription's",
    'update subscription_periods set ended_entry_id = gen_random_uuid() where ended_at is not null',
  ],
  [
    'no period runs beside a newer one, nor after its subscription is over',
    'update subscriptions set over_at = now()',
  ],
  [
    "a lesson's price is borne in full until it is refunded, and then as far as it was not",
    'delete from lessons',
  ],
  [
    "a lesson's price is borne in full until it is refunded, and then as far as it was not",
    'update hold_endings set to_subscription = to_subscription - 1, to_credits = to_credits + 1 where to_subscription > 0',
  ],
  [
    'what bears lessons moved between its pots and escrow by the same entries',
    "update lesson_money set pot = 'revenue', period = null where amount < 0",
  ],
  [
    'what went back of periods moved once, out of the period, of what it had earned, and of its student’s',
    "update period_takings set of_period = of_period - 1 where kind = 'dispute'",
  ],
  [
    'what went back of periods moved once, out of the period, of what it had earned, and of its student’s',
    "update period_takings set user_id = gen_random_uuid() where kind = 'dispute'",
  ],
  [
    'what came again of a period had gone back of it, in the same amount and the same parts',
    "delete from period_takings where kind = 'refund'",
  ],
  [
    'a period counts what went back of it and of its revenue',
    'update subscription_periods set taken = taken - 1 where ended_at is null',
  ],
  [
    'each movement of a card moved its amount once, between its payer and the provider',
    'delete from period_takings',
  ],
  [
    'what somebody is withdrawing is what his open withdrawals add up to',
    "update withdrawals set amount = amount + 1 where status = 'pending'",
  ],
  [
    'what left for the bank is what the completed withdrawals add up to',
    "update withdrawals set amount = amount + 1 where status = 'completed'",
  ],
  [
    'each step of a withdrawal moved its amount, once, between the accounts it says',
    "update withdrawals set returned_entry_id = ended_entry_id where status = 'returned'",
  ],
  [
    'each step of a withdrawal moved its amount, once, between the accounts it says',
    "update withdrawals set teacher_id = gen_random_uuid() where status = 'completed'",
  ],
  [
    'a withdrawal has an attempt, in its state, from the moment its transfer began',
    'delete from withdrawal_attempts',
  ],
  [
    'a payout batch is what its lines add up to, all in its currency and with the bank',
    'update payout_batches set total = total + 1',
  ],
  [
    'a payout batch is what its lines add up to, all in its currency and with the bank',
    'delete from payout_batch_lines where n = 1',
  ],
  [
    'a payout batch is what its lines add up to, all in its currency and with the bank',
    "update withdrawals set status = 'approved' where status = 'processing'",
  ],
  [
    'an automatic payout asked for a withdrawal of its teacher, on its day',
    'update auto_payouts set teacher_id = gen_random_uuid()',
  ],
  [
    'an automatic payout asked for a withdrawal of its teacher, on its day',
    'update auto_payouts set day = day - 7',
  ],
  ['seals are numbered from 1 without a gap, and each is of an entry', 'delete from seals where seq = 2'],
  [
    'every entry has its seal or waits for it, not both',
    'delete from seals where seq = (select max(seq) from seals)',
  ],
  [
    'no entry waits longer than a minute for its seal',
    "insert into entries_unsealed values (1, gen_random_uuid(), now() - interval '2 minutes')",
  ],
  [
    'checkpoints of the ledger hold what was sealed up to them',
    `update seal_checkpoints set balances = balances || '[{"account": "losses", "currency": "USD", "balance": 1}]' where seq = 8`,
  ],
])('it is found when this breaks: %s', async (rule, harm) => {
  expect(Object.keys(await foundAfter(harm))).toContain(rule);
});

/** What is found with the harm done, which is then taken back. */
async function foundAfter(harm: string): Promise<Record<string, unknown[]>> {
  const tx = await test_.db.transaction();
  try {
    await tx.raw('set local session_replication_role = replica'); // past the triggers, as no client of the service can
    await tx.raw(harm);
    return await brokenInvariants(tx as Database, { evenWaiting: true });
  } finally {
    await tx.rollback();
  }
}
