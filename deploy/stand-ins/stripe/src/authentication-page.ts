/** The bank's page of 3-D Secure, for people: one button lets the payment through, the other does not. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type Stripe from 'stripe';
import { Refusal } from './errors.js';
import { authenticate } from './resources/confirm.js';
import { send } from './server.js';
import type { World } from './world.js';

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors *";

/** GET /3ds/:id shows it, POST /3ds/:id/complete or /fail is what a button does. */
export function answerPage(world: World, request: IncomingMessage, response: ServerResponse): void {
  const [, , id = '', outcome] = new URL(request.url ?? '/', 'http://stand-in').pathname.split('/');
  const intent = world.intents.things.get(id);
  if (intent === undefined) send(response, { status: 404, body: { error: 'There is no such payment' } });
  else if (request.method === 'GET' && outcome === undefined) show(response, 200, form(intent.id));
  else if (request.method === 'POST' && (outcome === 'complete' || outcome === 'fail'))
    decide(world, intent, outcome === 'complete', response);
  else send(response, { status: 405, body: { error: 'Either complete or fail' } });
}

function decide(world: World, intent: Stripe.PaymentIntent, passed: boolean, response: ServerResponse): void {
  // Read first: it is gone once the payment is authenticated.
  const back = intent.next_action?.redirect_to_url?.return_url;
  try {
    authenticate(world, intent.id, passed);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // 402 is a card that was authenticated and then declined: the page has done its part.
    if (error.status !== 402) {
      show(response, 409, '<p>This payment waits for nothing.</p>');
      return;
    }
  }
  if (!back) {
    show(response, 200, '<p>Done. You can close this page.</p>');
    return;
  }
  const url = new URL(back);
  url.searchParams.set('payment_intent', intent.id);
  url.searchParams.set('payment_intent_client_secret', intent.client_secret ?? '');
  url.searchParams.set('redirect_status', intent.status === 'succeeded' ? 'succeeded' : 'failed');
  response.writeHead(303, { location: url.href, 'cache-control': 'no-store' }).end();
}

/** The id is one the stand-in made: letters, digits and an underscore. */
const form = (id: string): string => `<h1>Is it you who pays?</h1>
<form method="post" action="/3ds/${id}/complete"><button>Yes: complete the authentication</button></form>
<form method="post" action="/3ds/${id}/fail"><button>No: fail it</button></form>`;

function show(response: ServerResponse, status: number, content: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': POLICY,
    'cache-control': 'no-store',
  });
  response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Stand-in bank</title>
<body style="font: 16px sans-serif; margin: 3em">${content}</body></html>`);
}
