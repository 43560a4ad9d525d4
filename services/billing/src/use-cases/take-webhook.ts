import { invalid } from '@rollcall/kit/errors';
import { type Reply, reply } from '@rollcall/kit/http';
import { newId } from '@rollcall/kit/id';
import { counter } from '@rollcall/kit/metrics';
import type { Webhook } from '@rollcall/kit/webhook';
import { inWork, type Work } from '@rollcall/kit/work';
import type { Desk } from '../desk.js';
import type { Fact } from '../domain/facts.js';
import { ladder } from '../domain/ladder.js';
import { factOf, readEvent } from '../facts.js';
import { isGenuine } from '../provider.js';
import {
  type Delivery,
  dueDeliveries,
  endDelivery,
  forgetBodies,
  keepDelivery,
  putOff,
  takeDelivery,
} from '../store/deliveries.js';
import { wantLook as wantSubscriptionLook } from '../store/looks.js';
import { wantLookBehind } from './look-at-payments.js';
import { noteDispute, noteIntent, noteRefund } from './note-payment.js';

const deliveries = counter('stripe_webhooks_total', "The card provider's webhooks by what became of them", [
  'outcome',
]);

/** What webhooks are taken and acted on with: the provider itself is not asked. */
type Door = Omit<Desk, 'provider'>;

/**
 * Verify, store, answer; the clock acts on it within a second. Throws 400 for what is not signed, or was signed more than
 * five minutes ago: a replay changes nothing, and neither does the same event again.
 */
export async function takeWebhook(
  { db, clock, secret }: Pick<Door, 'db' | 'clock'> & { readonly secret: string },
  { body, headers }: Pick<Webhook, 'body' | 'headers'>,
): Promise<Reply<unknown>> {
  const now = clock();
  const signature = String(headers['stripe-signature'] ?? '');
  if (!isGenuine({ body, signature, secret }, now)) throw refusal('forged');
  const isNew = await keepDelivery(db, deliveryOf(body), now);
  deliveries.inc({ outcome: isNew ? 'stored' : 'repeated' });
  return reply(200, { received: true });
}

function refusal(outcome: 'forged' | 'unreadable'): Error {
  deliveries.inc({ outcome });
  return invalid('bad-signature', 'Sign the exact bytes of the body, now, with the secret of this endpoint.');
}

function deliveryOf(body: Buffer): Delivery {
  const text = body.toString('utf8');
  try {
    const { id: eventId, type } = readEvent(text);
    return { eventId, type, body: text };
  } catch {
    throw refusal('unreadable');
  }
}

/** When what failed is tried again; after seven times it is dead and waits for a person. */
const nextTry = ladder([5, 30, 120, 600, 3_600, 21_600, 43_200].map((seconds) => seconds * 1000));
/** Webhooks that are read at once, and pages of them in one turn; the next one takes the rest. */
const LIMIT = 100;
const PAGES = 10;
/** Days that a body is kept which was acted on, and bodies taken away at once. */
const KEPT = 30;
const BODIES = 1_000;

/** Acts on a webhook once. A failure is kept with it and tried again. */
async function actOnDelivery({ db, clock, log }: Door, eventId: string): Promise<void> {
  try {
    const outcome = await inWork(db, { correlationId: newId() }, (work) => act(work, eventId), clock);
    if (outcome !== undefined) deliveries.inc({ outcome });
  } catch (error) {
    const due = (attempts: number) => nextTry(attempts, clock());
    const status = await putOff(db, eventId, { due, error: String(error) });
    deliveries.inc({ outcome: status === 'dead' ? 'dead' : 'failed' });
    log.error({ err: error, eventId, status }, 'a webhook of the card provider could not be acted on');
  }
}

async function act(work: Work, eventId: string): Promise<'done' | 'ignored' | undefined> {
  const delivery = await takeDelivery(work.tx, eventId);
  if (delivery === undefined) return undefined;
  const fact = factOf(delivery.body);
  const outcome = fact !== undefined && (await note(work, fact)) ? 'done' : 'ignored';
  await endDelivery(work.tx, eventId, outcome);
  return outcome;
}

/** Records what a webhook tells; false where it is of nothing of ours. */
async function note(work: Work, fact: Fact): Promise<boolean> {
  if (fact.kind === 'intent') return noteIntent(work, fact.intent);
  if (fact.kind === 'refund') return noteRefund(work, fact.refund);
  if (fact.kind === 'dispute') return noteDispute(work, fact.dispute);
  if (fact.kind === 'subscription') return wantSubscriptionLook(work.tx, fact, work.now);
  return wantLookBehind(work, fact.paymentRef);
}

/** Acts on the webhooks that are due: new ones, and those that failed before. */
export async function actOnDue(door: Door): Promise<void> {
  for (let page = 0; page < PAGES; page += 1) {
    const due = await dueDeliveries(door.db, door.clock(), LIMIT);
    for (const eventId of due) await actOnDelivery(door, eventId);
    if (due.length < LIMIT) return;
  }
}

/** Bodies may name people: they are kept no longer than is of use to who looks for what went wrong. */
export const forgetOldBodies = (work: Work): Promise<number> =>
  forgetBodies(work.tx, new Date(work.now.getTime() - KEPT * 86_400_000), BODIES);
