import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { brokenInvariants, person } from './stage.js';
import { openSubscriptionStage, type SubscriptionStage } from './subscription-stage.js';

let stage: SubscriptionStage;
let id: string;
let pendingId: string;
let planId: string;
beforeAll(async () => {
  stage = await openSubscriptionStage();
});
afterAll(() => stage.close());
beforeEach(async () => {
  ({ id, planId } = await stage.subscribed());
  const student = await person('student');
  const card = await stage.card(student, 'pm_card_authenticationRequired');
  pendingId = (await stage.subscribe(student, planId, card.id).expect(202)).body.id;
});

test.each<[string, string]>([
  [
    'a period of a subscription is paid once and said once, by its first event or a later one',
    "delete from outbox where type like '%subscription-started%' and subject = cast(:id as text)",
  ],
  [
    'a period of a subscription is paid once and said once, by its first event or a later one',
    'update subscription_periods set paid = paid + 1 where subscription_id = :id',
  ],
  [
    'a subscription stands in the newest of its paid periods',
    "update subscriptions set current_period_start = current_period_start - interval '1 day' where id = :id",
  ],
  [
    'a subscription stands in the newest of its paid periods',
    'update subscription_periods set subscription_id = :pendingId where subscription_id = :id',
  ],
  [
    'a period counts as paid unless a dispute of it stands or all of it was refunded',
    'update subscription_periods set taken_back = true where subscription_id = :id',
  ],
  [
    "what is taken back of a period's invoice is what was refunded of it",
    `insert into refunds (id, subscription_id, period_start, amount, status, requested_here, provider_ref, created_at)
     select gen_random_uuid(), subscription_id, starts_at, 1, 'succeeded', false, 're_unheard', now()
       from subscription_periods where subscription_id = :id`,
  ],
  [
    'a subscription that waits for the provider is asked about',
    "update subscriptions set wish = 'end-now', look_at = null where id = :id",
  ],
  [
    'a plan on offer has its price at the provider, or is to get it',
    'update plans set provider_price_id = null where id = :planId',
  ],
  [
    'what lives was heard of at the provider within a day',
    "update subscriptions set looked_at = now() - interval '25 hours' where id = :id",
  ],
])('it is noticed when this does not hold: %s', async (name, damage) => {
  await stage.db
    .transaction(async (tx) => {
      expect(await brokenInvariants(tx)).toEqual([]);
      await tx.raw(damage, { id, planId, pendingId });
      expect(await brokenInvariants(tx)).toContain(name);
      throw new Undone();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undone)) throw error;
    });
});

/** Takes the damage back. */
class Undone extends Error {}

test.each<[string, string, string]>([
  [
    'two subscriptions of one student that live',
    "insert into subscriptions select (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), 'provider_ref', 'sub_other'))).* from subscriptions s where id = :id",
    'subscriptions_one_live',
  ],
  [
    'a period that is paid twice',
    "insert into subscription_periods select subscription_id, starts_at, ends_at, paid, 'in_other' from subscription_periods where subscription_id = :id",
    'subscription_periods_pkey',
  ],
  [
    'an active subscription without a period',
    'update subscriptions set current_period_start = null where id = :id',
    'subscriptions_known',
  ],
  [
    'a subscription that is over without its time',
    "update subscriptions set status = 'cancelled' where id = :id",
    'check',
  ],
  [
    'a subscription of the provider that is two of ours',
    'update subscriptions set provider_ref = (select provider_ref from subscriptions where id = :id) where id = :pendingId',
    'provider_ref',
  ],
])('the database refuses %s', async (_what, damage, constraint) => {
  await expect(stage.db.raw(damage, { id, pendingId })).rejects.toThrow(constraint);
});
