/** databases.sh on the real server, under names of the test's own. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { root } from '../state.js';

const server = new URL(process.env.TEST_DATABASE_URL ?? 'postgres://unset');
const id = randomBytes(5).toString('hex');
const names = [`rollcall_test_${id}a`, `rollcall_test_${id}b`];

function make(passwords: readonly string[]): string {
  const own = names.map((name, index) => [`${name.toUpperCase()}_DB_PASSWORD`, passwords[index]]);
  const env = {
    PATH: process.env.PATH,
    SERVICES: names.join(' '),
    PGHOST: server.hostname,
    PGPORT: server.port,
    PGUSER: decodeURIComponent(server.username),
    PGPASSWORD: decodeURIComponent(server.password),
    ...Object.fromEntries(own),
  };
  const done = spawnSync('/bin/sh', [join(root, 'deploy/databases.sh')], { env, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
  return done.stdout;
}

async function ask<Row extends object>(sql: string, url = server): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

function as(name: string, password: string, database: string): URL {
  const url = new URL(server);
  Object.assign(url, { username: name, password, pathname: `/${database}` });
  return url;
}

/** The image of PostgreSQL has it; a machine that only runs the tests may not. */
const hasPsql = spawnSync('psql', ['--version']).status === 0;
(hasPsql ? describe : describe.skip)('databases.sh', () => {
  afterAll(async () => {
    for (const name of names) await ask(`drop database if exists ${name} with (force)`);
    for (const name of names) await ask(`drop role if exists ${name}`);
  });

  test('gives each service a login and a database that is its own', async () => {
    expect(make(['one', "a'two"])).toContain(`${names[1]} has its database`);
    const owners = await ask<{ owner: string }>(
      `select pg_get_userbyid(datdba) as owner from pg_database where datname in ('${names.join("','")}') order by 1`,
    );
    expect(owners.map(({ owner }) => owner)).toEqual(names);
    const roles = await ask<{ rolsuper: boolean; rolcreatedb: boolean; rolcreaterole: boolean }>(
      `select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = '${names[0]}'`,
    );
    expect(roles).toEqual([{ rolsuper: false, rolcreatedb: false, rolcreaterole: false }]);
    await ask('create table things (id int)', as(names[0]!, 'one', names[0]!));
  });

  test("opens no service another's database", async () => {
    await expect(ask('select 1', as(names[0]!, 'one', names[1]!))).rejects.toThrow(
      /permission denied for database/,
    );
  });

  test('run again leaves what is there, and takes over a changed password', async () => {
    make(['three', "a'two"]);
    expect(await ask('select * from things', as(names[0]!, 'three', names[0]!))).toEqual([]);
    const [hash] = await ask<{ rolpassword: string }>(
      `select rolpassword from pg_authid where rolname = '${names[0]}'`,
    );
    expect(hash?.rolpassword).toMatch(/^SCRAM-SHA-256/);
  });

  test('stops where a password is missing', () => {
    expect(() => make(['one'])).toThrow();
  });
});
