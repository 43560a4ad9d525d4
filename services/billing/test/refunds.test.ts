/** Money back on the card: what is still there, once; and what the provider did without being asked. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Payment, Refund } from '@rollcall/contracts/api/billing';
import type { EventType } from '@rollcall/contracts/event';
import {
  disputeClosed,
  paymentDisputed,
  paymentRefunded,
  paymentSucceeded,
  refundFailed,
  refundRequested,
} from '@rollcall/contracts/events/billing';
import { newId } from '@rollcall/kit/id';
import { emitted } from '@rollcall/kit/testing';
import fc from 'fast-check';
import { bodies } from './fake-provider.js';
import { brokenInvariants, openStage, type Person, person, type Stage, usd } from './stage.js';

let stage: Stage;
let student: Person;
beforeAll(async () => {
  stage = await openStage();
  student = await person('student');
});
afterEach(async () => {
  stage.now();
  stage.provider.loseAnswers(0);
  stage.provider.setStrange(false);
  expect(await brokenInvariants(stage.db)).toEqual([]);
});
afterAll(() => stage.close());

const said = async <Data extends { paymentId: string }>(type: EventType<Data>, { id }: Payment) =>
  (await emitted(stage.db, type)).filter(({ data }) => data.paymentId === id).map(({ data }) => data);
const statusOf = async ({ id }: Payment) => {
  const { status, refundedAmount } = await stage.read(student, id);
  return [status, refundedAmount];
};
const asked = async (payment: Payment, body?: object): Promise<Refund> =>
  (await stage.askRefund(student, payment.id, body).expect(202)).body;
/** Asked for, and its credits taken back. */
const reserved = async (payment: Payment, amount: number): Promise<Refund> => {
  const refund = await asked(payment, { amount });
  await stage.walletSays(refund.id);
  return refund;
};
const thereOf = (refundId: string) =>
  [...stage.provider.refunds.values()].filter((refund) => refund.refundId === refundId);

describe('a refund', () => {
  test('in part and then of the rest: the wallet first, then the provider, then the payment shows it', async () => {
    const payment = await stage.paid(student, 1000);
    const first = await asked(payment, { amount: 300, reason: 'Too much' });
    expect(first).toMatchObject({ status: 'requested', amount: 300, reason: 'Too much' });
    await stage.sendRefunds();
    expect(thereOf(first.id)).toEqual([]); // the wallet has not answered
    await stage.walletSays(first.id);
    await stage.sendRefunds();
    expect(await statusOf(payment)).toEqual(['partially_refunded', 300]);
    const rest = await asked(payment);
    expect(rest.amount).toBe(700);
    await stage.walletSays(rest.id);
    await stage.sendRefunds();
    expect(await statusOf(payment)).toEqual(['refunded', 1000]);
    expect(await said(paymentRefunded, payment)).toMatchObject([
      { refundId: first.id, amount: usd(300), requestedHere: true },
      { refundId: rest.id, amount: usd(700), requestedHere: true },
    ]);
    const none = await stage.askRefund(student, payment.id).expect(409);
    expect(none.body.type).toBe('/problems/already-refunded');
  });

  test('of credits that are spent is refused with what is possible, which can be asked for then', async () => {
    const payment = await stage.paid(student, 1000);
    const answer = stage.send('post', `/payments/${payment.id}/refund`, student).send({}).expect(409);
    const answered = answer.then(({ body }) => body);
    let refund: Refund | undefined;
    while (refund === undefined) [refund] = (await stage.read(student, payment.id)).refunds;
    await stage.walletSays(refund.id, 400);
    expect(await answered).toMatchObject({
      ...{ type: '/problems/refund-not-possible', possible: usd(400) },
      ...{ detail: expect.stringContaining('$4.00'), refund: { id: refund.id, status: 'refused' } },
    });
    const { amount } = await asked(payment, { amount: 400 });
    expect(amount).toBe(400);
  });

  test.each([1001, 100_000_000])('of %i of 1000 is more than is left', async (amount) => {
    const payment = await stage.paid(student, 1000);
    const { body } = await stage.askRefund(student, payment.id, { amount }).expect(422);
    expect(body.type).toBe('/problems/refund-too-large');
  });

  test("of another's payment, of one that is not paid, and of nothing are refused", async () => {
    const [payment, open] = [await stage.paid(student, 1000), await stage.begin(student)];
    await stage.askRefund(await person('student'), payment.id).expect(404);
    await stage.askRefund(student, newId()).expect(404);
    expect((await stage.askRefund(student, open.id).expect(409)).body.type).toBe('/problems/not-paid');
    await stage.askRefund(student, payment.id, { amount: 0 }).expect(400);
  });

  test('of ten at once for 300 of 1000 three are taken', async () => {
    const payment = await stage.paid(student, 1000);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => stage.askRefund(student, payment.id, { amount: 300 })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array(3).fill(202),
      ...Array(7).fill(422),
    ]);
    expect(await said(refundRequested, payment)).toHaveLength(3);
  });

  test('sent twice under one key is one', async () => {
    const [payment, key] = [await stage.paid(student, 1000), newId()];
    const send = () => stage.askRefund(student, payment.id, { amount: 300 }).set('Idempotency-Key', key);
    const [first, second] = [await send(), await send()];
    expect([second.body.id, second.headers['idempotency-replayed']]).toEqual([first.body.id, 'true']);
  });

  test('whose answer is lost is made once: it is looked for before it is asked for again', async () => {
    const payment = await stage.paid(student, 1000);
    const refund = await reserved(payment, 500);
    stage.provider.loseAnswers(1, 1); // of making it
    await stage.sendRefunds();
    expect(thereOf(refund.id)).toHaveLength(1);
    expect((await stage.read(student, payment.id)).refunds[0]!.status).toBe('reserved');
    stage.wait(4);
    await stage.sendRefunds();
    expect((await stage.read(student, payment.id)).refunds[0]!.status).toBe('reserved');
    stage.wait(2);
    await stage.sendRefunds();
    expect(await statusOf(payment)).toEqual(['partially_refunded', 500]);
    expect(thereOf(refund.id)).toHaveLength(1);
  });

  test('that the provider will not make has failed, and the wallet is told so once', async () => {
    const payment = await stage.paid(student, 1000);
    stage.provider.refundThere(payment.providerRef!, 800); // nobody has told us yet
    const refund = await reserved(payment, 500);
    await stage.sendRefunds();
    await stage.sendRefunds();
    expect(await said(refundFailed, payment)).toMatchObject([{ refundId: refund.id, requestedHere: true }]);
    expect(await statusOf(payment)).toEqual(['succeeded', 0]);
  });

  test('is no failure where the provider does not know the payment, as with the key of another account', async () => {
    const payment = await stage.paid(student, 1000);
    const [lost, unasked] = [await reserved(payment, 500), await reserved(payment, 200)];
    stage.provider.loseAnswers(1, 1); // of making the first
    await stage.sendRefunds();
    stage.provider.setStrange(true);
    for (const minutes of [6, 61, 1441]) {
      stage.wait(minutes);
      await stage.sendRefunds();
    }
    expect(await said(refundFailed, payment)).toEqual([]);
    stage.provider.setStrange(false);
    stage.wait(1441);
    await stage.sendRefunds();
    expect(await statusOf(payment)).toEqual(['partially_refunded', 700]);
    expect([thereOf(lost.id).length, thereOf(unasked.id).length]).toEqual([1, 1]);
  });

  test('that was made before our database was put back by more than a day is not made again', async () => {
    const payment = await stage.paid(student, 1000);
    const refund = await reserved(payment, 500);
    const before = await stage.db('refunds').where({ id: refund.id }).first();
    await stage.sendRefunds();
    await stage.db('refunds').where({ id: refund.id }).update(before);
    await stage.db('payments').where({ id: payment.id }).update({ status: 'succeeded', refunded: 0 });
    stage.provider.forgetKeys();
    await stage.sendRefunds();
    expect(await statusOf(payment)).toEqual(['partially_refunded', 500]);
    expect(thereOf(refund.id)).toHaveLength(1);
  });

  test('that fails after it was made is money of ours again', async () => {
    const payment = await stage.paid(student, 1000);
    const refund = await reserved(payment, 500);
    await stage.sendRefunds();
    const failed = stage.provider.failRefund(thereOf(refund.id)[0]!.ref);
    await stage.hear('refund.failed', bodies.refund(failed));
    await stage.hear('refund.failed', bodies.refund(failed));
    expect(await statusOf(payment)).toEqual(['succeeded', 0]);
    expect(await said(refundFailed, payment)).toMatchObject([{ refundId: refund.id }]);
  });
});

describe('a refund nobody here asked for', () => {
  test('is found when its charge is said to be refunded, and told once', async () => {
    const payment = await stage.paid(student, 1000);
    stage.provider.refundThere(payment.providerRef!, 400);
    for (let n = 0; n < 2; n += 1) {
      await stage.hear('charge.refunded', bodies.charge(payment.providerRef!));
      await stage.look();
    }
    expect(await statusOf(payment)).toEqual(['partially_refunded', 400]);
    expect(await said(paymentRefunded, payment)).toMatchObject([{ amount: usd(400), requestedHere: false }]);
  });

  test.each([
    ['of how the payment stands', 0],
    ['of its refunds', 1],
  ])('is found though the answer %s was lost, and the success heard of meanwhile', async (_what, after) => {
    const payment = await stage.begin(student, { ...usd(1000), purpose: 'topup' });
    const ref = payment.providerRef!;
    stage.provider.payInBrowser(ref);
    stage.provider.refundThere(ref, 400);
    await stage.hear('charge.refunded', bodies.charge(ref));
    stage.provider.loseAnswers(1, after);
    await stage.look();
    await stage.hear('payment_intent.succeeded', bodies.intent(stage.provider.intentOf(ref), 'succeeded'));
    stage.wait(6);
    await stage.look();
    expect(await statusOf(payment)).toEqual(['partially_refunded', 400]);
  });

  test('is told apart from ours that is on its way at the same time', async () => {
    const payment = await stage.paid(student, 1000);
    const ours = await reserved(payment, 300);
    stage.provider.refundThere(payment.providerRef!, 300);
    await stage.hear('charge.refunded', bodies.charge(payment.providerRef!));
    await Promise.all([stage.look(), stage.sendRefunds(), stage.look()]);
    const refunds = await said(paymentRefunded, payment);
    expect(
      refunds.map(({ refundId, requestedHere }) => [refundId === ours.id, requestedHere]).sort(),
    ).toEqual([
      [false, false],
      [true, true],
    ]);
    expect(await statusOf(payment)).toEqual(['partially_refunded', 600]);
  });

  test('that failed unheard makes room for the one made in its place', async () => {
    const payment = await stage.paid(student, 1000);
    const first = stage.provider.refundThere(payment.providerRef!, 600);
    await stage.hear('charge.refunded', bodies.charge(payment.providerRef!));
    await stage.look();
    stage.provider.failRefund(first.ref); // its webhook is lost
    stage.provider.refundThere(payment.providerRef!, 700);
    await stage.hear('charge.refunded', bodies.charge(payment.providerRef!));
    await stage.look();
    expect(await statusOf(payment)).toEqual(['partially_refunded', 700]);
    expect(await said(refundFailed, payment)).toMatchObject([{ amount: usd(600), requestedHere: false }]);
  });

  test('that is cancelled before its bank took it is money of ours again', async () => {
    const payment = await stage.paid(student, 1000);
    const there = bodies.refund(stage.provider.refundThere(payment.providerRef!, 400));
    await stage.hear('refund.updated', { ...there, status: 'pending' });
    expect(await statusOf(payment)).toEqual(['partially_refunded', 400]);
    await stage.hear('refund.updated', { ...there, status: 'canceled' });
    await stage.hear('refund.updated', { ...there, status: 'pending' }); // late
    expect(await statusOf(payment)).toEqual(['succeeded', 0]);
    expect(await said(refundFailed, payment)).toMatchObject([{ amount: usd(400), requestedHere: false }]);
  });

  test('heard of before its payment succeeded makes both known', async () => {
    const { id, providerRef } = await stage.begin(student);
    stage.provider.payInBrowser(providerRef!);
    stage.provider.refundThere(providerRef!, 2500);
    await stage.hear('charge.refunded', bodies.charge(providerRef!));
    await stage.hear(
      'payment_intent.succeeded',
      bodies.intent(stage.provider.intentOf(providerRef!), 'succeeded'),
    );
    await stage.look();
    const payment = await stage.read(student, id);
    expect([payment.status, payment.refundedAmount]).toEqual(['refunded', 2500]);
    expect(await said(paymentSucceeded, payment)).toHaveLength(1);
  });

  test('that had failed before it was found moves nothing, also when an older word of it comes late', async () => {
    const payment = await stage.paid(student, 1000);
    const there = stage.provider.refundThere(payment.providerRef!, 400);
    await stage.hear('refund.failed', bodies.refund({ ...there, state: 'failed' }));
    await stage.hear('charge.refunded', bodies.charge(payment.providerRef!));
    await stage.look(); // the provider's list still says succeeded
    expect(await said(paymentRefunded, payment)).toEqual([]);
    expect(await statusOf(payment)).toEqual(['succeeded', 0]);
  });
});

describe('a dispute', () => {
  const hear = (type: string, payment: Payment, [ref, amount, status]: [string, number, string]) =>
    stage.hear(`charge.dispute.${type}`, bodies.dispute(ref, payment.providerRef!, amount, status));

  test('is told once, larger than the payment as it may be, and keeps refunds away', async () => {
    const payment = await stage.paid(student, 1000);
    await hear('created', payment, ['dp_1', 1500, 'needs_response']);
    await hear('funds_withdrawn', payment, ['dp_1', 1500, 'needs_response']);
    expect(await said(paymentDisputed, payment)).toMatchObject([{ amount: usd(1500) }]);
    expect(await statusOf(payment)).toEqual(['disputed', 0]);
    const { body } = await stage.askRefund(student, payment.id).expect(409);
    expect(body.type).toBe('/problems/payment-disputed');
  });

  test.each<[string, boolean, string]>([
    ['won', true, 'succeeded'],
    ['lost', false, 'disputed'],
  ])('that is %s is told once as such', async (status, won, standing) => {
    const payment = await stage.paid(student, 1000);
    await hear('created', payment, [`dp_${status}`, 1000, 'needs_response']);
    await hear('closed', payment, [`dp_${status}`, 1000, status]);
    await hear('closed', payment, [`dp_${status}`, 1000, status]);
    expect(await said(disputeClosed, payment)).toMatchObject([{ won, amount: usd(1000) }]);
    expect(await statusOf(payment)).toEqual([standing, 0]);
  });

  test('closed before it was opened is both at once, and opened late it changes nothing', async () => {
    const payment = await stage.paid(student, 1000);
    await hear('closed', payment, ['dp_order', 1000, 'won']);
    await hear('created', payment, ['dp_order', 1000, 'needs_response']);
    expect([await said(paymentDisputed, payment), await said(disputeClosed, payment)]).toMatchObject([
      [{ amount: usd(1000) }],
      [{ won: true }],
    ]);
    expect(await statusOf(payment)).toEqual(['succeeded', 0]);
  });

  test('that was lost and is won after all gives the money back, and a loss heard late takes nothing again', async () => {
    const payment = await stage.paid(student, 1000);
    await hear('closed', payment, ['dp_appeal', 1000, 'lost']);
    await hear('funds_reinstated', payment, ['dp_appeal', 1000, 'won']);
    await hear('closed', payment, ['dp_appeal', 1000, 'won']);
    await hear('closed', payment, ['dp_appeal', 1000, 'lost']);
    expect(await said(disputeClosed, payment)).toMatchObject([{ won: false }, { won: true }]);
    expect(await statusOf(payment)).toEqual(['succeeded', 0]);
  });

  test('of a payment not yet known to be paid makes that known', async () => {
    const payment = await stage.begin(student);
    await hear('created', payment, ['dp_early', 2500, 'needs_response']);
    expect(await said(paymentSucceeded, payment)).toHaveLength(1);
    expect(await statusOf(payment)).toEqual(['disputed', 0]);
  });

  test('that is a question only takes nothing', async () => {
    const payment = await stage.paid(student, 1000);
    await hear('created', payment, ['dp_question', 1000, 'warning_needs_response']);
    await hear('closed', payment, ['dp_question', 1000, 'warning_closed']);
    expect(await said(paymentDisputed, payment)).toEqual([]);
  });
});

test('a dispute of which no webhook came is found when its payment is looked at', async () => {
  const payment = await stage.paid(student, 1000);
  const there = { ref: newId(), paymentRef: payment.providerRef!, amount: 1000, currency: 'USD' };
  const disputes = jest.spyOn(stage.provider, 'disputesOf').mockResolvedValue([{ ...there, state: 'open' }]);
  await stage.db('payments').where({ id: payment.id }).update({ look_at: stage.clock() });
  await stage.look();
  disputes.mockRestore();
  expect(await statusOf(payment)).toEqual(['disputed', 0]);
  expect(await said(paymentDisputed, payment)).toMatchObject([{ amount: usd(1000) }]);
});

test('in whatever order payments, refunds, failures and disputes are heard, and how often: each is told once', async () => {
  const step = fc.constantFrom(
    'ask',
    'there',
    'fail',
    'failForeign',
    'dispute',
    'win',
    'paid',
    'look',
    'send',
    'lose',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.nat(1000), async (steps, seed) => {
      stage.provider.loseAnswers(0);
      const payment = await stage.begin(student, { ...usd(1000), purpose: 'topup' });
      const ref = payment.providerRef!;
      stage.provider.payInBrowser(ref);
      let n = seed;
      for (const one of [...steps, 'paid', 'look', 'send', 'look']) {
        n += 1;
        await act(one, 1 + ((n * 7919) % 400)).catch((error: Error) => expect(error).toBeUndefined());
      }
      stage.provider.loseAnswers(0);
      stage.wait(2_000);
      await stage.look();
      await stage.sendRefunds();
      const succeeded = [...stage.provider.refunds.values()].filter(
        (refund) => refund.paymentRef === ref && refund.state === 'succeeded',
      );
      const { refundedAmount, refunds } = await stage.read(student, payment.id);
      expect(refundedAmount).toBe(succeeded.reduce((sum, { amount }) => sum + amount, 0));
      const [back, undone] = [await said(paymentRefunded, payment), await said(refundFailed, payment)];
      const distinct = (all: { refundId: string }[]) => new Set(all.map(({ refundId }) => refundId)).size;
      expect([distinct(back), distinct(undone)]).toEqual([back.length, undone.length]);
      for (const refund of refunds.filter(({ status }) => status === 'succeeded'))
        expect(back.map(({ refundId }) => refundId)).toContain(refund.id);
      expect(await said(paymentSucceeded, payment)).toHaveLength(1);
      expect((await said(paymentDisputed, payment)).length).toBeLessThanOrEqual(1);

      async function act(what: string, amount: number): Promise<void> {
        const there = [...stage.provider.refunds.values()].filter((refund) => refund.paymentRef === ref);
        if (what === 'ask') {
          const { status, body } = await stage.askRefund(student, payment.id, { amount });
          if (status === 202) await stage.walletSays(body.id);
        }
        if (what === 'there' && there.reduce((sum, one) => sum + one.amount, amount) <= 1000) {
          stage.provider.refundThere(ref, amount);
          await stage.hear('charge.refunded', bodies.charge(ref));
        }
        const failing = there.find(({ refundId }) => (refundId === null) === (what === 'failForeign'));
        if (what.startsWith('fail') && failing !== undefined)
          await stage.hear('refund.failed', bodies.refund(stage.provider.failRefund(failing.ref)));
        if (what === 'dispute')
          await stage.hear(
            'charge.dispute.created',
            bodies.dispute(`dp_${ref}`, ref, 1100, 'needs_response'),
          );
        if (what === 'win')
          await stage.hear('charge.dispute.closed', bodies.dispute(`dp_${ref}`, ref, 1100, 'won'));
        if (what === 'paid')
          await stage.hear(
            'payment_intent.succeeded',
            bodies.intent(stage.provider.intentOf(ref), 'succeeded'),
          );
        if (what === 'look') await stage.look();
        if (what === 'send') await stage.sendRefunds();
        if (what === 'lose') stage.provider.loseAnswers(1);
      }
    }),
    { numRuns: 25 },
  );
}, 90_000);
