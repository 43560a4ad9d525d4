import type { IncomingHttpHeaders } from 'node:http';
import { DomainError, unauthenticated, unavailable } from '@rollcall/kit/errors';
import { type Reply, reply } from '@rollcall/kit/http';
import type { Logger } from '@rollcall/kit/log';
import { counter } from '@rollcall/kit/metrics';
import type { Cause } from '@rollcall/kit/work';
import { readDelivery } from '../domain/delivery.js';
import type { Group } from '../group.js';
import { type CheckSignature, hashOf } from '../signature.js';
import type { NewDelivery, Stored } from '../store/deliveries.js';

const deliveries = counter('webhook_deliveries_total', 'Webhooks by what became of them', ['outcome']);
const alarms = counter('webhook_alarms_total', 'Signed webhooks somebody should look at', ['reason']);
const clockOff = counter('webhook_clock_off_total', 'Events whose time is more than 24 h from our clock');

const DAY = 86_400_000;

export interface Door {
  readonly genuine: CheckSignature;
  readonly store: Group<NewDelivery, Stored>;
  readonly clock: () => Date;
  readonly log: Logger;
}

export interface Webhook {
  readonly body: Buffer;
  readonly headers: IncomingHttpHeaders;
  readonly cause: Cause;
}

/**
 * Verify, store, answer; all else is done later. The video server never repeats an event after a 4xx and gives up after
 * 15 s of failures: only a wrong signature is refused, and our own trouble is a 503.
 */
export async function receiveWebhook(door: Door, webhook: Webhook): Promise<Reply<unknown>> {
  const sha256 = hashOf(webhook.body);
  const verdict = await door.genuine(webhook.headers.authorization, sha256);
  if (verdict !== 'genuine') throw refusal(verdict);
  const delivery = deliveryOf(webhook, sha256, door.clock());
  count(delivery, await stored(door, delivery));
  return reply(200);
}

/** Whatever keeps a genuine event from being stored, the sender can only help by sending it again. */
async function stored({ store, log }: Door, delivery: NewDelivery): Promise<Stored> {
  try {
    return await store.add(delivery);
  } catch (error) {
    deliveries.inc({ outcome: 'not-stored' });
    if (error instanceof DomainError) throw error;
    log.error({ err: error, eventId: delivery.eventId }, 'a webhook could not be stored');
    throw unavailable('not-stored', 'The event could not be stored. Send it again.');
  }
}

function refusal(verdict: 'forged' | 'untimely'): Error {
  deliveries.inc({ outcome: verdict });
  return verdict === 'forged'
    ? unauthenticated('bad-signature', 'Sign the exact bytes of the body with one of our LiveKit keys.')
    : unavailable(
        'clock-skew',
        'The token is not valid at this time here: one of our clocks is off. Send it again.',
      );
}

function deliveryOf({ body, cause }: Webhook, sha256: Buffer, now: Date): NewDelivery {
  const facts = readDelivery(body.toString('utf8'), now.getTime());
  return {
    ...facts,
    eventId: facts.eventId ?? `sha256:${sha256.toString('hex')}`,
    receivedAt: now,
    sha256,
    body: withoutSecrets(body),
    traceparent: cause.traceparent ?? null,
  };
}

/** The room's TURN password, its end missing perhaps in a truncated body. */
const TURN_PASSWORD = /("turn_?[pP]assword"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|\\?$)/gs;

/** The same bytes with every turnPassword emptied; latin1 keeps bytes that are no UTF-8 as they are. */
export const withoutSecrets = (body: Buffer): Buffer => {
  if (!body.includes('"turn')) return body;
  const text = body.toString('latin1');
  const clean = text.replace(TURN_PASSWORD, '$1""');
  return clean.length === text.length ? body : Buffer.from(clean, 'latin1');
};

function count(delivery: NewDelivery, outcome: Stored): void {
  deliveries.inc({ outcome });
  if (outcome === 'conflicting') alarms.inc({ reason: 'same-id-other-body' });
  if (outcome !== 'stored') return;
  if (delivery.quarantine !== null) alarms.inc({ reason: delivery.quarantine });
  else if (delivery.room === undefined) deliveries.inc({ outcome: 'of-another-room' });
  const { createdAt, receivedAt } = delivery;
  if (createdAt !== null && Math.abs(createdAt - receivedAt.getTime()) > DAY) clockOff.inc();
}
