import { afterAll, expect, test } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { csv, isCsv, sendCsv } from '../src/csv.js';

const close: (() => void)[] = [];
afterAll(() => {
  for (const one of close) one();
});

async function* pagesOf(...pages: (string | number | null)[][][]) {
  yield* pages;
}

const served = (pages: AsyncIterable<(string | number | null)[][]>) =>
  express().get('/', (_request, response) => sendCsv(response, csv('list', ['a', 'b'], pages)));

test('numbers stay numbers, and no text is run as a formula', async () => {
  const page = [
    ['=1+1', -5],
    ['+49', '-10.00'],
    ['@x', '-1+1'],
    ['say "so", twice\nover', null],
  ];
  const { text, headers } = await request(served(pagesOf(page, [['last', 1]]))).get('/');
  expect(text).toBe(
    ['a,b', "'=1+1,-5", "'+49,-10.00", "'@x,'-1+1", '"say ""so"", twice\nover",', 'last,1', ''].join('\r\n'),
  );
  expect(headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(headers['content-disposition']).toBe('attachment; filename="list.csv"');
});

test('the next page is read when the one before is taken, and no more of them when the caller has gone', async () => {
  let read = 0;
  async function* endless() {
    for (;;) {
      read += 1;
      yield [['x'.repeat(100_000), 1]];
    }
  }
  const server = served(endless()).listen(0);
  close.push(() => server.close());
  const { port } = server.address() as { port: number };
  const gone = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: gone.signal });
  await answer.body?.getReader().read();
  gone.abort();
  const settled = await new Promise<boolean>((resolve) => {
    let [before, looks] = [-1, 0];
    const look = setInterval(() => {
      looks += 1;
      if (read === before || looks > 200) {
        clearInterval(look);
        resolve(read === before);
      }
      before = read;
    }, 50);
  });
  expect(settled).toBe(true);
  expect(read).toBeLessThan(1_000);
});

test('what fails before the first page is an error, not half an answer', async () => {
  async function* broken(): AsyncGenerator<(string | number)[][]> {
    yield* [];
    throw new Error('no database');
  }
  const app = served(broken());
  app.use(((error: Error, _request, response, _next) => {
    response.status(500).json({ error: error.message });
  }) satisfies express.ErrorRequestHandler);
  const { status, body } = await request(app).get('/');
  expect([status, body]).toEqual([500, { error: 'no database' }]);
  expect(isCsv({})).toBe(false);
});
