/** The HTTP side of the API: keys, forms, idempotency, faults, errors; what a call does is in resources/. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Call } from './call.js';
import { API_VERSION } from './emit.js';
import { invalid, Refusal } from './errors.js';
import { expanded } from './expand.js';
import { type Fault, takeFault } from './faults.js';
import { parseForm } from './forms.js';
import { type Answer, claim, type Keys } from './idempotency.js';
import { newId, now, runAfterwards, type World } from './world.js';

const LARGEST_FORM = 64 * 1024;

export interface Api {
  readonly world: World;
  readonly calls: readonly Call[];
  readonly keys: Keys;
  readonly faults: Fault[];
}

/** One request, read and not yet judged. */
interface Asked {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly form: string;
  readonly key: string | undefined;
  readonly version: string;
}

export async function answerCall(
  api: Api,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, search } = new URL(request.url ?? '/', 'http://stand-in');
  const method = request.method ?? 'GET';
  const asked: Asked = {
    id: newId('req'),
    method,
    path: pathname,
    form: [search.slice(1), await readBody(request, LARGEST_FORM)].filter(Boolean).join('&'),
    key: method === 'POST' ? header(request, 'idempotency-key') : undefined,
    version: header(request, 'stripe-version') ?? API_VERSION,
  };
  const fault = takeFault(api.faults, method, pathname);
  if (fault?.kind === 'hang') {
    await pause(fault.milliseconds, undefined, { ref: false });
    return void response.destroy();
  }
  const { answer, headers } = await answerOf(api, asked, request, fault);
  if (fault?.kind === 'drop-answer') response.destroy();
  else send(response, answer, { 'request-id': asked.id, 'stripe-version': asked.version, ...headers });
  runAfterwards(api.world);
}

interface Told {
  readonly answer: Answer;
  readonly headers?: Readonly<Record<string, string>>;
}

async function answerOf(api: Api, asked: Asked, request: IncomingMessage, fault?: Fault): Promise<Told> {
  try {
    checkKey(request.headers.authorization);
    if (asked.version !== API_VERSION)
      throw invalid(`The stand-in speaks ${API_VERSION} alone, not ${asked.version}`);
    if (fault?.kind === 'refuse') throw ourFault();
    if (fault?.kind === 'rate-limit')
      throw new Refusal(429, {
        type: 'invalid_request_error',
        code: 'rate_limit',
        message: 'Too many requests at once',
      });
    if (asked.form.length > LARGEST_FORM) throw invalid('The form is too large');
    return await once(api, asked, fault);
  } catch (error) {
    return { answer: refusalOf(error) };
  }
}

const ourFault = (): Refusal => new Refusal(500, { type: 'api_error', message: 'Something went wrong' });

/** A fault of the stand-in itself is answered as one of Stripe's, and shown. */
function refusalOf(error: unknown): Answer {
  if (error instanceof Refusal) return { status: error.status, body: { error: { ...error.body } } };
  console.error(error);
  return refusalOf(ourFault());
}

async function once(api: Api, asked: Asked, fault?: Fault): Promise<Told> {
  const { world } = api;
  const { run, id, paths } = prepare(api.calls, asked);
  const claimed = asked.key ? claim(api.keys, asked.key, askedOf(asked), asked.id, now(world)) : undefined;
  if (claimed?.replay)
    return {
      answer: claimed.replay.answer,
      headers: {
        'idempotency-key': asked.key ?? '',
        'idempotent-replayed': 'true',
        'original-request': claimed.replay.requestId,
      },
    };
  if (fault?.kind === 'slow') await pause(fault.milliseconds, undefined, { ref: false });
  const done = act(world, asked, () => expanded(world, run(world, id), paths));
  const answer = fault?.kind === 'fail-after' ? refusalOf(ourFault()) : done;
  claimed?.keep(answer);
  return {
    answer,
    ...(asked.key && { headers: { 'idempotency-key': asked.key, 'original-request': asked.id } }),
  };
}

const askedOf = ({ method, path, form }: Asked): string => `${method} ${path} ${form}`;

/** The call's own failures are results, which a key keeps; those of reading the form are not. */
function act(world: World, asked: Asked, run: () => object): Answer {
  world.request = { id: asked.id, idempotency_key: asked.key ?? null };
  try {
    return { status: 200, body: run() };
  } catch (error) {
    return structuredClone(refusalOf(error));
  } finally {
    world.request = null;
  }
}

function prepare(calls: readonly Call[], { method, path, form }: Asked) {
  for (const call of calls) {
    const id = call.method === method ? idIn(call.path, path) : undefined;
    if (id === undefined) continue;
    const fields = parseForm(form);
    return { run: call.read(fields), id, paths: (fields as { expand?: string[] }).expand ?? [] };
  }
  throw new Refusal(404, { type: 'invalid_request_error', message: `There is no ${method} ${path} here` });
}

/** The id in the address, '' where it has none, or undefined when it is another address. */
function idIn(pattern: string, path: string): string | undefined {
  const [before = '', after] = pattern.split(':id');
  if (after === undefined) return path === pattern ? '' : undefined;
  if (!path.startsWith(before) || !path.endsWith(after)) return undefined;
  const id = path.slice(before.length, path.length - after.length);
  return id === '' || id.includes('/') ? undefined : id;
}

/** Any secret test key will do. A live one has come to the wrong place. */
function checkKey(authorization: string | undefined): void {
  const [, scheme = '', credentials = ''] = /^(\S+) (.+)$/.exec(authorization ?? '') ?? [];
  const key =
    scheme === 'Basic' ? (Buffer.from(credentials, 'base64').toString().split(':')[0] ?? '') : credentials;
  if (/^[sr]k_test_\w+$/.test(key)) return;
  throw new Refusal(401, { type: 'invalid_request_error', message: 'A secret test key is needed' });
}

const header = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** The body; of one that is too long, the beginning and one byte more. */
export async function readBody(request: IncomingMessage, largest: number): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    if (size <= largest) parts.push(part);
    size += part.length;
  }
  return Buffer.concat(parts)
    .toString('utf8')
    .slice(0, largest + 1);
}

export function send(
  response: ServerResponse,
  { status, body }: Answer,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers });
  response.end(`${JSON.stringify(body, null, 2)}\n`);
}
