/** The real SDK against the stand-in, and an endpoint that verifies what it is sent with that same SDK. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import {
  DEVELOPMENT_WEBHOOK_SECRET,
  type StripeStandInOptions,
  startStripeStandIn,
} from '../src/stand-in.js';

export interface Endpoint {
  readonly url: string;
  /** Verified ones, in the order they came. */
  readonly events: Stripe.Event[];
  /** The next answers; 200 after them. */
  readonly answers: number[];
  stop(): Promise<void>;
}

export async function startEndpoint(stripe: Stripe): Promise<Endpoint> {
  const events: Stripe.Event[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const signature = String(request.headers['stripe-signature']);
      const body = Buffer.concat(parts);
      const status = answers.shift() ?? 200;
      if (status < 300)
        events.push(stripe.webhooks.constructEvent(body, signature, DEVELOPMENT_WEBHOOK_SECRET));
      response.writeHead(status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}/webhooks/stripe`, events, answers, stop };
}

export async function startBoth(options: StripeStandInOptions = {}) {
  const standIn = await startStripeStandIn(options);
  const client = (key = 'sk_test_stand_in', maxNetworkRetries = 0): Stripe =>
    new Stripe(key, {
      host: '127.0.0.1',
      port: standIn.port,
      protocol: 'http',
      maxNetworkRetries,
      timeout: 2_000,
    });
  return { standIn, stripe: client(), client };
}

/** A customer with a saved card. */
export async function customerWith(stripe: Stripe, card = 'pm_card_visa') {
  const customer = await stripe.customers.create({ email: 'someone@example.test' });
  const method = await stripe.paymentMethods.attach(card, { customer: customer.id });
  return { customer: customer.id, payment_method: method.id };
}

export const confirmed = {
  confirm: true,
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
} as const;

/** A payment that went through. */
export async function paid(stripe: Stripe, amount = 2_000, card = 'pm_card_visa') {
  const owner = await customerWith(stripe, card);
  return stripe.paymentIntents.create({ amount, currency: 'usd', ...owner, ...confirmed });
}

/** What a call was refused with; a call that is not refused fails the test. */
export async function refusal(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const error = await call.then(
    () => new Error('It was not refused'),
    (reason: unknown) => reason,
  );
  if (error instanceof Stripe.errors.StripeError) return error;
  throw error;
}
