/** Stripe's HTTP API for development and tests, as far as billing calls it. Everything is in memory, and no money is real. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { answerPage } from './authentication-page.js';
import { advance } from './clock.js';
import { type ControlFunctions, controlFunctions, controls } from './control/controls.js';
import { Refusal } from './errors.js';
import { balanceCalls } from './resources/balance.js';
import { chargeCalls } from './resources/charges.js';
import { customerCalls } from './resources/customers.js';
import { disputeCalls } from './resources/disputes.js';
import { eventCalls } from './resources/events.js';
import { intentCalls } from './resources/intents.js';
import { invoiceCalls } from './resources/invoice-calls.js';
import { hearPayment } from './resources/invoices.js';
import { methodCalls } from './resources/methods.js';
import { priceCalls } from './resources/prices.js';
import { productCalls } from './resources/products.js';
import { refundCalls } from './resources/refunds.js';
import { subscriptionCalls } from './resources/subscriptions.js';
import { type Api, answerCall, readBody, send } from './server.js';
import { createWebhooks, WEBHOOK_TYPES } from './webhooks.js';
import { createWorld } from './world.js';

/** What events are signed with where no other secret is named: no secret at all, and the same for all who develop. */
export const DEVELOPMENT_WEBHOOK_SECRET = 'whsec_stand_in_of_development';

export interface StripeStandIn {
  /** Such as http://127.0.0.1:3020, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly control: ControlFunctions;
  stop(): Promise<void>;
}

export interface StripeStandInOptions {
  /** 0, which is the default, is any that is free. */
  readonly port?: number | undefined;
  /** Where events go, such as billing's /webhooks/stripe; without one they are only kept. */
  readonly webhookUrl?: string | undefined;
  readonly webhookSecret?: string | undefined;
  /** Types of events that are posted: those billing handles, unless said; `*` is all. */
  readonly webhookTypes?: readonly string[] | undefined;
}

const calls = [
  ...customerCalls,
  ...methodCalls,
  ...intentCalls,
  ...chargeCalls,
  ...refundCalls,
  ...disputeCalls,
  ...balanceCalls,
  ...productCalls,
  ...priceCalls,
  ...subscriptionCalls,
  ...invoiceCalls,
  ...eventCalls,
];

/** Listens on loopback alone. @throws Error in production, where nothing stands in for anything. */
export async function startStripeStandIn(options: StripeStandInOptions = {}): Promise<StripeStandIn> {
  if (process.env.NODE_ENV === 'production') throw new Error('A stand-in has no place in production');
  const world = createWorld();
  const webhooks = createWebhooks({
    url: options.webhookUrl,
    secret: options.webhookSecret ?? DEVELOPMENT_WEBHOOK_SECRET,
    types: options.webhookTypes ?? WEBHOOK_TYPES,
    holding: false,
    copies: 1,
    delayMilliseconds: 0,
  });
  world.hear = webhooks.hear;
  world.ended = (intent, paid) => hearPayment(world, intent, paid);
  world.tick = () => void advance(world, 0);
  const api: Api = { world, calls, keys: new Map(), faults: [] };
  const control = controlFunctions({ world, webhooks, faults: api.faults });
  const server = createServer((request, response) => {
    answer(api, control, request, response).catch((error: Error) => {
      console.error(error);
      response.destroy();
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  world.origin = `http://127.0.0.1:${port}`;
  return {
    url: world.origin,
    port,
    control,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, webhooks.stop()]);
    },
  };
}

/** A page elsewhere whose name was turned to this address reads nothing and controls nothing. */
const HOSTS = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

async function answer(
  api: Api,
  control: ControlFunctions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url ?? '/';
  if (!HOSTS.test(request.headers.host ?? ''))
    return send(response, { status: 421, body: { error: 'Only by a name of this machine' } });
  if (path.startsWith('/_control/')) return answerControl(control, request, response);
  if (path.startsWith('/3ds/')) return answerPage(api.world, request, response);
  if (path === '/livez') return send(response, { status: 200, body: { status: 'ok' } });
  return answerCall(api, request, response);
}

const LARGEST_COMMAND = 16 * 1024;

/** JSON in, JSON out. A form of another site can not send JSON, so it commands nothing. */
async function answerControl(
  control: ControlFunctions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = (request.url ?? '').slice('/_control/'.length);
  if (request.method !== 'POST' || !Object.hasOwn(controls, name))
    return send(response, {
      status: 404,
      body: { error: `POST /_control/ and one of ${Object.keys(controls)}` },
    });
  if (!request.headers['content-type']?.startsWith('application/json'))
    return send(response, { status: 415, body: { error: 'JSON alone' } });
  try {
    const command = control[name as keyof ControlFunctions] as (input: unknown) => object | Promise<object>;
    const input: unknown = JSON.parse((await readBody(request, LARGEST_COMMAND)) || '{}');
    send(response, { status: 200, body: await command(input) });
  } catch (error) {
    if (error instanceof Refusal)
      return send(response, { status: error.status, body: { error: error.message } });
    if (error instanceof z.ZodError) return send(response, { status: 400, body: { error: error.issues } });
    if (error instanceof SyntaxError) return send(response, { status: 400, body: { error: error.message } });
    throw error;
  }
}
