/** Posts events, signed as Stripe signs them: https://docs.stripe.com/webhooks. Late, twice and out of order on demand. */
import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type Stripe from 'stripe';

/** What docs/billing.md asks for, and subscriptions; Stripe too posts only the types an endpoint asked for. */
export const WEBHOOK_TYPES = [
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.requires_action',
  'payment_intent.canceled',
  'charge.refunded',
  'refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.closed',
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'invoice.paid',
  'invoice.payment_failed',
] as const;

export interface Attempt {
  readonly eventId: string;
  readonly type: string;
  /** What the endpoint answered; null when it did not. */
  readonly status: number | null;
}

export interface Endpoint {
  url: string | undefined;
  secret: string;
  /** `*` is all. */
  types: readonly string[];
  holding: boolean;
  /** How often each event is posted. */
  copies: number;
  delayMilliseconds: number;
}

export interface Webhooks {
  readonly endpoint: Endpoint;
  /** Oldest first; waiting until they are released. */
  readonly held: Stripe.Event[];
  /** The last of them, oldest first. */
  readonly attempts: Attempt[];
  hear(event: Stripe.Event): void;
  post(event: Stripe.Event, copies?: number): void;
  /** Whether all that was posted has been taken or given up, within this time. */
  settled(milliseconds: number): Promise<boolean>;
  /** Posts nothing more. */
  stop(): Promise<void>;
}

const KEPT = 1_000;
/** Stripe tries for three days; here it is a try at once and five more within about two seconds. */
const TRIES = 6;
const FIRST_PAUSE = 60;
const PATIENCE = 5_000;

/** The value of the header Stripe-Signature. @param at Unix seconds, of the real clock: receivers compare with theirs. */
export function sign(body: string, secret: string, at: number): string {
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
}

export function createWebhooks(endpoint: Endpoint): Webhooks {
  const held: Stripe.Event[] = [];
  const attempts: Attempt[] = [];
  const queue: Stripe.Event[] = [];
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let pumping = false;

  async function tryOnce(event: Stripe.Event): Promise<boolean> {
    const status = await postTo(endpoint, event, stopping.signal);
    attempts.push({ eventId: event.id, type: event.type, status });
    if (attempts.length > KEPT) attempts.shift();
    return status !== null && status >= 200 && status < 300;
  }

  async function tryAgain(event: Stripe.Event): Promise<void> {
    for (let tried = 1; tried < TRIES; tried += 1) {
      await pause(FIRST_PAUSE * 2 ** (tried - 1), undefined, { signal: stopping.signal });
      if (await tryOnce(event)) return;
    }
  }

  /** One at a time, in the order they were made; one that is not taken is tried again beside the others. */
  async function pump(): Promise<void> {
    for (let event = queue.shift(); event && !stopping.signal.aborted; event = queue.shift()) {
      await pause(endpoint.delayMilliseconds, undefined, { signal: stopping.signal });
      if (!(await tryOnce(event))) follow(tryAgain(event));
    }
    pumping = false;
  }

  /** What is cut off by stopping has nobody to tell. */
  function follow(work: Promise<void>): void {
    const done: Promise<void> = work
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error;
      })
      .finally(() => running.delete(done));
    running.add(done);
  }

  function post(event: Stripe.Event, copies = endpoint.copies): void {
    if (endpoint.url === undefined || stopping.signal.aborted) return;
    for (let copy = 0; copy < copies && queue.length < KEPT; copy += 1) queue.push(event);
    if (pumping) return;
    pumping = true;
    // Not before the call that made the event was answered.
    follow(pause(0).then(pump));
  }

  return {
    endpoint,
    held,
    attempts,
    post,
    hear(event) {
      if (!endpoint.types.includes('*') && !endpoint.types.includes(event.type)) return;
      if (!endpoint.holding) return post(event);
      held.push(event);
      if (held.length > KEPT) held.shift();
    },
    async settled(milliseconds) {
      const until = Date.now() + milliseconds;
      while (running.size > 0 && Date.now() < until) await pause(5);
      return running.size === 0;
    },
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

/** The status of the answer, or null: nobody there, or nobody in time. */
async function postTo(endpoint: Endpoint, event: Stripe.Event, stop: AbortSignal): Promise<number | null> {
  const body = JSON.stringify(event, null, 2);
  try {
    const response = await fetch(endpoint.url ?? '', {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'stripe-signature': sign(body, endpoint.secret, Math.floor(Date.now() / 1_000)),
        'user-agent': 'Stripe/1.0 (stand-in)',
      },
      body,
      signal: AbortSignal.any([stop, AbortSignal.timeout(PATIENCE)]),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}
