import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { listCourses, purchaseSession } from '../src/api/enrollment.js';
import { jwks, login, me, refresh } from '../src/api/identity.js';
import { routesOf, services } from '../src/api/index.js';
import { creditWallet, listTransactions, readWallet } from '../src/api/wallet.js';
import {
  type Client,
  createClient,
  NoAnswerError,
  ProblemError,
  type Reply,
  UnexpectedAnswerError,
} from '../src/client.js';
import { route } from '../src/route.js';

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A client of a gateway that answers like this, and what it was asked. */
async function clientOf(answer: (response: ServerResponse, asked: Asked) => void, timeout?: number) {
  const asked: Asked[] = [];
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { method, url, headers } = request;
    const one = { method, url, headers, body: Buffer.concat(parts).toString() };
    asked.push(one);
    answer(response, one);
  });
  await new Promise<void>((listening) => server?.listen(0, '127.0.0.1', listening));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { asked, baseUrl, api: createClient({ baseUrl, token: () => 'token', timeout }) };
}

const json = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const failureOf = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => expect('a failure').toBe('there'),
    (error: unknown) => error,
  );

const ID = '01980000-0000-7000-8000-000000000003';
const usd = (amount: number) => ({ amount, currency: 'USD' });
const earnings = { available: usd(0), pending: usd(0), reservedForWithdrawal: usd(0) };
const wallet = {
  ...{ credits: usd(500), promo: usd(0), debt: usd(-20) },
  earnings: { ...earnings, totalEarned: usd(0), totalWithdrawn: usd(0) },
};
const transaction = (amount: number) => ({
  ...{ id: ID, account: 'credits', type: 'admin_credit', status: 'completed', amount, currency: 'USD' },
  ...{ balanceBefore: 0, balanceAfter: amount, referenceType: null, referenceId: null, description: 'x' },
  ...{ metadata: {}, completedAt: null, createdAt: '2026-11-20T10:00:00.000Z' },
});
const gift = { amount: 5, currency: 'USD', reason: 'a gift' };

describe('a call', () => {
  test('is the method, path, query, body and headers that its route and the caller say', async () => {
    const { api, asked } = await clientOf((response) => json(response, 201, transaction(5)));
    await api.call(creditWallet, {
      ...{
        params: { userId: ID },
        body: gift,
        idempotencyKey: 'key',
        ifMatch: '"1"',
        prefer: 'respond-async',
      },
    });
    expect(asked).toMatchObject([
      {
        ...{ method: 'POST', url: `/api/v1/admin/wallets/${ID}/credit`, body: JSON.stringify(gift) },
        headers: {
          ...{
            authorization: 'Bearer token',
            'content-type': 'application/json',
            accept: 'application/json',
          },
          ...{ 'idempotency-key': 'key', 'if-match': '"1"', prefer: 'respond-async' },
        },
      },
    ]);
  });

  test('writes a set in the query one by one, leaves out what is undefined, and escapes a parameter', async () => {
    const { api, asked } = await clientOf((response) => json(response, 200, { data: [], nextCursor: null }));
    await api.call(listTransactions, {
      query: {
        type: ['refund', 'purchase'],
        limit: 5,
        account: undefined,
        from: '2026-01-01T00:00:00+01:00',
      },
    });
    const one = route({
      ...{ method: 'get', path: '/things/:name', who: 'any', summary: '', status: 200 },
      ...{ params: z.strictObject({ name: z.string() }), answer: z.object({ data: z.array(z.string()) }) },
    });
    await api.call(one, { params: { name: '../a b?' } });
    expect(asked.map(({ url }) => url)).toEqual([
      '/api/v1/wallet/transactions?type=refund&type=purchase&limit=5&from=2026-01-01T00%3A00%3A00%2B01%3A00',
      '/api/v1/things/..%2Fa%20b%3F',
    ]);
  });

  test('gives the body by its schema, without what the schema does not know, and the headers of interest', async () => {
    const headers = { etag: '"3"', location: '/there', 'x-request-id': 'id', 'idempotency-replayed': 'true' };
    const { api } = await clientOf((response) => json(response, 200, { ...wallet, colour: 'red' }, headers));
    expect(await api.call(readWallet)).toMatchObject({
      ...{ status: 200, body: wallet, etag: '"3"', location: '/there', requestId: 'id', replayed: true },
    });
    expect((await api.call(readWallet)).body).not.toHaveProperty('colour');
  });

  test('asks for the token each time, and signs in without one', async () => {
    const { asked, baseUrl } = await clientOf((response) => json(response, 401, {}));
    let token: string | undefined;
    const api = createClient({ baseUrl, token: async () => token });
    await failureOf(api.call(readWallet));
    token = 'renewed';
    await failureOf(api.call(readWallet));
    await failureOf(api.call(login, { body: { email: 'a@rollcall.test', password: 'x' } }));
    await failureOf(api.call(refresh, { body: { refreshToken: 'x' } }));
    await failureOf(api.call(listCourses));
    expect(asked.map(({ headers }) => headers.authorization)).toEqual([
      ...[undefined, 'Bearer renewed', undefined, undefined, 'Bearer renewed'],
    ]);
  });

  test('of what lies at the root has no prefix', async () => {
    const { api, asked } = await clientOf((response) => json(response, 200, { keys: [] }));
    await api.call(jwks);
    expect(asked[0]?.url).toBe('/.well-known/jwks.json');
  });

  test('sends no body where none is given, and takes none where the route answers none', async () => {
    const { api, asked } = await clientOf((response) => response.writeHead(204).end());
    const leave = route({
      ...{ method: 'delete', path: '/place', who: 'any', summary: '', status: 204 },
    });
    expect(await api.call(leave)).toMatchObject({ status: 204, body: undefined });
    expect([asked[0]?.body, asked[0]?.headers['content-type']]).toEqual(['', undefined]);
  });

  test('in a browser goes to the gateway that served the page', async () => {
    const urls: unknown[] = [];
    const fetch = async (url: unknown) => {
      urls.push(url);
      return Response.json(wallet);
    };
    await createClient({ baseUrl: '', fetch: fetch as typeof globalThis.fetch }).call(readWallet);
    expect(urls).toEqual(['/api/v1/wallet']);
  });

  test.each(
    services.flatMap((service) =>
      routesOf(service).map((one) => [`${one.method} ${one.path}`, one] as const),
    ),
  )('%s fills in every parameter', async (_name, one) => {
    const { api, asked } = await clientOf((response) => response.writeHead(500).end());
    const params = Object.fromEntries([...one.path.matchAll(/:(\w+)/g)].map(([, name]) => [name, ID]));
    await failureOf((api as Client).call(one, { params } as never));
    const prefix = one.path.startsWith('/.well-known/') ? '' : '/api/v1';
    expect(asked[0]).toMatchObject({
      method: one.method.toUpperCase(),
      url: prefix + one.path.replaceAll(/:\w+/g, ID),
    });
  });
});

describe('a call that fails', () => {
  test('is a problem with its type, detail, fields and when to try again', async () => {
    const problem = {
      ...{
        type: '/problems/too-many-requests',
        title: 'Too many',
        status: 429,
        detail: 'Wait.',
        instance: 'id',
      },
      errors: [{ path: 'amount', message: 'must be at least 1' }],
    };
    const { api, asked } = await clientOf((response) =>
      response.writeHead(429, { 'retry-after': '7', 'x-request-id': 'id' }).end(JSON.stringify(problem)),
    );
    const error = await failureOf(api.call(creditWallet, { params: { userId: ID }, body: gift }));
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({
      ...{ status: 429, type: problem.type, detail: 'Wait.', errors: problem.errors, retryAfter: 7 },
      ...{ requestId: 'id', body: problem, message: '429 Wait.' },
    });
    expect(asked).toHaveLength(1);
  });

  test('gives what only this problem carries, by its schema', async () => {
    const problem = {
      ...{ type: '/problems/insufficient-credit', title: 'x', status: 402, detail: 'x', instance: 'x' },
      shortfall: usd(300),
    };
    const { api } = await clientOf((response) => json(response, 402, problem));
    const error = await failureOf(api.call(purchaseSession, { params: { sessionId: ID } }));
    const Shortfall = z.object({ shortfall: z.object({ amount: z.int(), currency: z.string() }) });
    expect((error as ProblemError).as(Shortfall)?.shortfall).toEqual(usd(300));
    expect((error as ProblemError).as(z.object({ colour: z.string() }))).toBeUndefined();
  });

  test.each([
    ['502', '<h1>Bad gateway</h1>', { type: 'about:blank', detail: '<h1>Bad gateway</h1>', body: undefined }],
    ['504', '{"detail":"Try later."}', { type: 'about:blank', detail: 'Try later.' }],
    ['503', '', { type: 'about:blank', detail: '', errors: [] }],
  ])('with %s of a proxy in between is told as it came', async (status, text, expected) => {
    const { api } = await clientOf((response) => response.writeHead(Number(status)).end(text));
    expect(await failureOf(api.call(readWallet))).toMatchObject({ status: Number(status), ...expected });
  });

  test('reads a date for when to try again, and nonsense as nothing', async () => {
    const dates = [new Date(Date.now() + 60_000).toUTCString(), new Date(0).toUTCString(), 'soon'];
    const seconds: unknown[] = [];
    for (const date of dates) {
      const { api } = await clientOf((response) => response.writeHead(503, { 'retry-after': date }).end());
      seconds.push(((await failureOf(api.call(readWallet))) as ProblemError).retryAfter);
      server?.close();
    }
    expect(seconds).toEqual([expect.any(Number), 0, undefined]);
    expect(seconds[0]).toBeGreaterThan(0);
  });

  test('for want of an answer says so once, whatever was asked: nothing is asked twice', async () => {
    const { api, asked } = await clientOf((response) => response.destroy());
    const error = await failureOf(api.call(creditWallet, { params: { userId: ID }, body: gift }));
    expect(error).toBeInstanceOf(NoAnswerError);
    expect([(error as NoAnswerError).timedOut, asked.length]).toEqual([false, 1]);
  });

  test.each([
    ['an answer that never begins', () => undefined],
    ['an answer that never ends', (response: ServerResponse) => response.writeHead(200).write('{"credits":')],
    ['a refusal that never ends', (response: ServerResponse) => response.writeHead(409).write('{')],
  ])('after its time is up does not wait for %s', async (_what, answer) => {
    const { api } = await clientOf(answer, 100);
    const error = await failureOf(api.call(readWallet));
    expect(error).toBeInstanceOf(NoAnswerError);
    expect((error as NoAnswerError).timedOut).toBe(true);
  });

  test('because the caller gave up fails with the caller’s reason', async () => {
    const gone = new Error('the page was left');
    const leaving = new AbortController();
    const { api } = await clientOf(() => leaving.abort(gone));
    expect(await failureOf(api.call(readWallet, { signal: leaving.signal }))).toBe(gone);
  });

  test.each([
    ['another shape', '{"credits":7}', 'credits'],
    ['no JSON', 'hello', ''],
    ['an endless answer', `"${'x'.repeat(10_000_001)}"`, 'more than 10000000 bytes'],
  ])('on %s names what is wrong with it', async (_what, text, words) => {
    const { api } = await clientOf((response) => response.writeHead(200).end(text));
    const error = await failureOf(api.call(readWallet));
    expect(error).toBeInstanceOf(UnexpectedAnswerError);
    expect((error as Error).message).toContain(words);
  });
});

describe('all of a list', () => {
  const paged = (pages: number) =>
    clientOf((response, { url }) => {
      const page = Number(new URL(url ?? '', 'http://x').searchParams.get('cursor') ?? 1);
      const nextCursor = page < pages ? String(page + 1) : null;
      json(response, 200, { data: [transaction(page * 10), transaction(page * 10 + 1)], nextCursor });
    });

  test('is every item, page by page, under the filter that was given', async () => {
    const { api, asked } = await paged(3);
    const amounts: number[] = [];
    for await (const { amount } of api.all(listTransactions, { query: { limit: 2, account: 'credits' } }))
      amounts.push(amount);
    expect(amounts).toEqual([10, 11, 20, 21, 30, 31]);
    expect(asked.map(({ url }) => url?.split('?')[1])).toEqual([
      'limit=2&account=credits',
      'limit=2&account=credits&cursor=2',
      'limit=2&account=credits&cursor=3',
    ]);
  });

  test('asks for a page only when its items are wanted', async () => {
    const { api, asked } = await paged(1000);
    for await (const { amount } of api.all(listTransactions, {})) if (amount === 20) break;
    expect(asked).toHaveLength(2);
  });

  test('past its limit of pages is an error, so that no part passes for the whole', async () => {
    const { api, asked } = await paged(1000);
    const read = async () => {
      for await (const _one of api.all(listTransactions, {}, { pages: 4 }));
    };
    await expect(read()).rejects.toThrow(RangeError);
    expect(asked).toHaveLength(4);
  });
});

test('what is no JSON can be had as it comes, and a refusal of it is a problem', async () => {
  const { api, asked } = await clientOf((response, { url }) =>
    response.writeHead(url?.includes('EUR') ? 403 : 200).end('account,amount\r\n'),
  );
  const answer = await api.open(listTransactions, { query: { currency: 'USD' } }, 'text/csv');
  expect([await answer.text(), asked[0]?.headers.accept]).toEqual(['account,amount\r\n', 'text/csv']);
  const refused = api.open(listTransactions, { query: { currency: 'EUR' } }, 'text/csv');
  expect(await failureOf(refused)).toMatchObject({ status: 403 });
});

test('what is opened may come for longer than the limit, and be read slowly, but not be silent for it', async () => {
  const { api } = await clientOf((response, { url }) => {
    const line = () => response.write('account,amount\r\n');
    line();
    if (url?.includes('EUR')) return; // and never a word more
    const writing = setInterval(line, 100);
    setTimeout(() => response.end(void clearInterval(writing)), 1_500);
  }, 700);
  const long = await api.open(listTransactions, { query: { currency: 'USD' } }, 'text/csv');
  await new Promise((resolve) => setTimeout(resolve, 900)); // the reader does something else
  expect((await long.text()).split('\r\n').length).toBeGreaterThan(5);
  const silent = await api.open(listTransactions, { query: { currency: 'EUR' } }, 'text/csv');
  expect(await failureOf(silent.text())).toMatchObject({ name: 'TimeoutError' });
});

/** Never run: what must not compile. */
export async function refusedByTheCompiler(api: Client): Promise<void> {
  const params = { userId: ID };
  await api.call(me);
  await api.call(readWallet);
  await api.call(purchaseSession, { params: { sessionId: ID }, body: {} });
  // @ts-expect-error it needs its parameters and its body
  await api.call(creditWallet);
  // @ts-expect-error it needs its body
  await api.call(creditWallet, { params });
  // @ts-expect-error an amount is a number
  await api.call(creditWallet, { params, body: { ...gift, amount: '5' } });
  // @ts-expect-error a field that is not known
  await api.call(creditWallet, { params, body: { ...gift, colour: 'red' } });
  // @ts-expect-error an account that is none of these
  await api.call(creditWallet, { params, body: { ...gift, account: 'escrow' } });
  // @ts-expect-error a parameter of another name
  await api.call(creditWallet, { params: { id: ID }, body: gift });
  // @ts-expect-error a limit is a number
  await api.call(listTransactions, { query: { limit: 'many' } });
  // @ts-expect-error a type that is none of these
  await api.call(listTransactions, { query: { type: 'gift' } });
  // @ts-expect-error it takes no query
  await api.call(me, { query: {} });
  // @ts-expect-error it takes no body
  await api.call(readWallet, { body: {} });
  const reply: Reply<typeof readWallet> = await api.call(readWallet);
  const amount: number = reply.body.credits.amount;
  // @ts-expect-error what is not in the answer
  reply.body.colour;
  for await (const row of api.all(listTransactions, {})) {
    const kind: 'credits' | 'promo' | 'earnings' = row.account;
    // @ts-expect-error what is not in an item
    row.colour;
    if (kind === 'credits' && amount === 0) return;
  }
  // @ts-expect-error no item of what is no list
  for await (const one of api.all(readWallet, {})) one.amount;
}
