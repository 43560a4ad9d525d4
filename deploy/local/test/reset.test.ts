import { afterEach, expect, test } from '@jest/globals';
import { ask } from '../postgres.js';
import { dropDatabases } from '../reset.js';
import { checkoutMark } from '../state.js';

const server = process.env.TEST_DATABASE_URL ?? '';
const foreign = 'rollcall_00000000_wallet';

afterEach(() => ask(server, `drop database if exists ${foreign}`));

test("a reset drops the databases of this checkout on a shared server, in use or not, and nobody else's", async () => {
  const ours = [`rollcall_${checkoutMark}_wallet`, `rollcall_${checkoutMark}_identity`];
  for (const name of [...ours, foreign]) await ask(server, `create database ${name}`);

  await dropDatabases(server);
  await dropDatabases(server); // a second one finds nothing and does no harm

  const left = await ask(
    server,
    `select array_agg(datname::text) as answer from pg_database
     where datname in ('${ours[0]}', '${ours[1]}', '${foreign}')`,
  );
  expect(left).toEqual([foreign]);
});
