/**
 * The public API as functions: a call is made of its route, and typed by the route's schemas. For browsers and Node alike;
 * a route that is added needs nothing here.
 *
 *     const api = createClient({ baseUrl: 'https://rollcall.example', token: () => session.accessToken });
 *     const { body, etag } = await api.call(readHold, { params: { holdId } });
 *     for await (const row of api.all(listTransactions, { query: { type: 'refund' } })) …
 */
import { jsonIn, NoAnswerError, ProblemError, UnexpectedAnswerError } from './client/errors.js';
import type { AnyRoute, CallInput, Given, ItemOf, Reply } from './client/types.js';

export { NoAnswerError, ProblemError, UnexpectedAnswerError } from './client/errors.js';
export type { CallInput, Reply } from './client/types.js';

export interface ClientOptions {
  /** Of the gateway; empty in a browser that the gateway itself serves. */
  readonly baseUrl: string;
  /** Asked before every call, so that a token that was renewed counts at once. */
  readonly token?: () => string | undefined | Promise<string | undefined>;
  readonly fetch?: typeof fetch;
  /** Milliseconds for the whole of a call; of what is opened, to its head and between parts. A purchase waits 3 s for its outcome. */
  readonly timeout?: number;
}

export interface Client {
  /**
   * One call, made once: nothing is tried again here, and who does so gives the same idempotency key. Throws ProblemError
   * for a 'no', NoAnswerError when it cannot be known what became of it, UnexpectedAnswerError for what the route's
   * schema refuses; the signal's own reason when that ended it.
   */
  call<R extends AnyRoute>(route: R, ...given: Given<R>): Promise<Reply<R>>;
  /**
   * Every item of a list, page by page as they are asked for. Throws RangeError past `pages` pages (100), so that nobody
   * takes a part for the whole; who wants less stops the loop.
   */
  all<R extends AnyRoute>(
    route: R,
    input: CallInput<R>,
    limits?: { readonly pages?: number },
  ): AsyncGenerator<ItemOf<R>, void, undefined>;
  /**
   * The answer as it comes, for what is no JSON: `open(route, input, 'text/csv')`. It may take as long as it likes, but for
   * silence: where nothing comes for the timeout, reading its body throws.
   */
  open<R extends AnyRoute>(route: R, input: CallInput<R>, accept: string): Promise<Response>;
}

const TIMEOUT = 10_000;
const PAGES = 100;
/** Bytes. A page of a hundred of the largest courses has 3 MB. */
const MOST = 10_000_000;

export function createClient(options: ClientOptions): Client {
  const call = async <R extends AnyRoute>(route: R, ...[input]: Given<R>): Promise<Reply<R>> => {
    const asked = partsOf(input);
    const response = await send(options, route, asked, 'application/json');
    const text = await during(response.url || route.path, asked.signal, () => textOf(response));
    return replyOf(route, response, text);
  };
  const open: Client['open'] = async (route, input, accept) => {
    const { signal, waiting, watched } = watchSilence(options.timeout ?? TIMEOUT);
    const response = await waiting(send(options, route, partsOf(input), accept, signal));
    return new Response(response.body && watched(response.body), response);
  };
  return { call, open, all: (route, input, limits) => all({ call }, route, input, limits?.pages ?? PAGES) };
}

async function* all<R extends AnyRoute>(
  { call }: Pick<Client, 'call'>,
  route: R,
  input: CallInput<R>,
  pages: number,
): AsyncGenerator<ItemOf<R>, void, undefined> {
  let { query } = partsOf(input);
  for (let page = 0; page < pages; page += 1) {
    const { body } = await call(route, ...([{ ...input, query }] as unknown as Given<R>));
    const { data, nextCursor } = body as { data: ItemOf<R>[]; nextCursor: string | null };
    yield* data;
    if (nextCursor === null) return;
    query = { ...query, cursor: nextCursor };
  }
  throw new RangeError(`${route.path} has more than ${pages} pages: ask for less, or for more pages`);
}

/** The parts of a request without their types, which the caller was held to. */
interface Parts {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly ifMatch?: string;
  readonly prefer?: string;
  readonly signal?: AbortSignal;
}

const partsOf = (input: unknown): Parts => (input ?? {}) as Parts;

/** Ends a request that has waited for so many milliseconds for its head, or for the next part of its body. */
function watchSilence(milliseconds: number) {
  const ending = new AbortController();
  const waiting = async <Value>(what: Promise<Value>): Promise<Value> => {
    const end = () => ending.abort(new DOMException('nothing came for too long', 'TimeoutError'));
    const timer = setTimeout(end, milliseconds);
    return what.finally(() => clearTimeout(timer));
  };
  const watched = (body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> => {
    const reader = body.getReader();
    return new ReadableStream({
      pull: async (parts) => {
        const { done, value } = await waiting(reader.read());
        if (done) parts.close();
        else parts.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    });
  };
  return { signal: ending.signal, waiting, watched };
}

async function send(
  options: ClientOptions,
  route: AnyRoute,
  parts: Parts,
  accept: string,
  limit?: AbortSignal,
): Promise<Response> {
  const { baseUrl, token, timeout = TIMEOUT } = options;
  const url = `${baseUrl.replace(/\/+$/, '')}${pathOf(route, parts)}`;
  const bearer = takesToken(route) ? await token?.() : undefined;
  const ended = limit ?? AbortSignal.timeout(timeout);
  const request: RequestInit = {
    method: route.method.toUpperCase(),
    headers: headersOf(parts, accept, bearer),
    body: parts.body === undefined ? undefined : JSON.stringify(parts.body),
    signal: parts.signal === undefined ? ended : AbortSignal.any([ended, parts.signal]),
  };
  const response = await during(url, parts.signal, () => (options.fetch ?? fetch)(url, request));
  if (response.ok) return response;
  throw new ProblemError(response, await during(url, parts.signal, () => textOf(response)));
}

/** A spent token would be refused where somebody signs in anew; a public list may show more to who is signed in. */
const takesToken = ({ who, method }: AnyRoute): boolean => who !== 'public' || method === 'get';

function pathOf({ path }: AnyRoute, { params = {}, query = {} }: Parts): string {
  const filled = path.replaceAll(/:(\w+)/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) search.append(name, String(one));
  const asked = search.toString();
  const prefix = path.startsWith('/.well-known/') ? '' : '/api/v1';
  return `${prefix}${filled}${asked === '' ? '' : `?${asked}`}`;
}

const headersOf = (parts: Parts, accept: string, bearer: string | undefined): Record<string, string> => ({
  accept,
  ...(bearer && { authorization: `Bearer ${bearer}` }),
  ...(parts.body !== undefined && { 'content-type': 'application/json' }),
  ...(parts.idempotencyKey !== undefined && { 'idempotency-key': parts.idempotencyKey }),
  ...(parts.ifMatch !== undefined && { 'if-match': parts.ifMatch }),
  ...(parts.prefer !== undefined && { prefer: parts.prefer }),
});

/** Whatever breaks on the way is no answer, but for what the caller or we ended. */
async function during<Value>(
  url: string,
  signal: AbortSignal | undefined,
  act: () => Promise<Value>,
): Promise<Value> {
  try {
    return await act();
  } catch (error) {
    if (signal?.aborted || error instanceof UnexpectedAnswerError) throw error;
    throw new NoAnswerError(url, error);
  }
}

async function textOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > MOST) {
      await reader.cancel();
      throw new UnexpectedAnswerError(response.url, response.status, `more than ${MOST} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function replyOf<R extends AnyRoute>(route: R, { status, headers, url }: Response, text: string): Reply<R> {
  const read = route.answer?.safeParse(jsonIn(text));
  if (read?.success === false)
    throw new UnexpectedAnswerError(url || route.path, status, wordsOf(read.error));
  const header = (name: string) => headers.get(name) ?? undefined;
  return {
    ...{ status, headers, body: read?.data as Reply<R>['body'] },
    ...{ location: header('location'), etag: header('etag'), requestId: header('x-request-id') },
    replayed: header('idempotency-replayed') === 'true',
  };
}

const wordsOf = ({ issues }: { issues: readonly { path: PropertyKey[]; message: string }[] }): string =>
  issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.map(String).join('.')} ${message}`.trim())
    .join(', ');
