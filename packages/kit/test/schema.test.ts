/** The description of a database's schema: whole, the same each time, and never silently less than there is. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { schemaOf } from '../src/schema.js';
import { type TestDatabase, testDatabase } from '../src/testing.js';

const SAMPLE = `
create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
create function double(n integer) returns integer language sql immutable as 'select n * 2';
create table "Zoo" (
  id bigint generated always as identity primary key,
  name text collate "C" not null default 'a zoo',
  twice integer generated always as (double(2)) stored,
  code char(3) check (code ~ '^[A-Z]{3}$'),
  unique nulls not distinct (name, code)
) with (fillfactor = 70);
create table animal (
  id uuid primary key,
  zoo bigint not null references "Zoo" on delete cascade deferrable initially deferred,
  seen timestamptz(3) not null default now(),
  weight numeric(12, 2),
  tags text[] not null default '{}'
);
create index animal_heavy on animal (zoo, weight desc nulls last) include (seen) where weight > 100;
create unique index on animal (lower(id::text));
create trigger animal_stays before delete on animal for each row when (old.weight > 1) execute function refuse();
create trigger animal_rows after insert on animal referencing new table as added for each statement execute function refuse();
`;

let first: TestDatabase;
let second: TestDatabase;
beforeAll(async () => {
  [first, second] = [await testDatabase(), await testDatabase()];
  await first.db.raw(SAMPLE);
});
afterAll(async () => {
  await first.close();
  await second.close();
});

test('run on an empty database it makes the same again', async () => {
  const schema = await schemaOf(first.db);
  await second.db.raw('drop schema public cascade; create schema public');
  await second.db.raw(schema.replaceAll('?', '\\?'));
  expect(await schemaOf(second.db)).toBe(schema);
});

test('it says every part of a table, index, trigger and function', async () => {
  const schema = await schemaOf(first.db);
  for (const part of [
    'create table "Zoo" (\n  id bigint generated always as identity not null,',
    `name text collate "C" default 'a zoo'::text not null`,
    'generated always as (double(2)) stored',
    'UNIQUE NULLS NOT DISTINCT (name, code)',
    ') with (fillfactor=70);\n',
    'ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED',
    'INCLUDE (seen) WHERE weight > 100',
    'REFERENCING NEW TABLE AS added',
    'CREATE OR REPLACE FUNCTION public.refuse()',
  ]) {
    expect(schema).toContain(part);
  }
});

test.each([
  ['create view seen as select 1 as one', 'relation seen'],
  [`create type mood as enum ('good')`, 'type mood'],
  ['create sequence counter', 'sequence counter'],
])('what it cannot describe it refuses: %s', async (sql, named) => {
  await first.db.raw(sql);
  await expect(schemaOf(first.db)).rejects.toThrow(named);
  await first.db.raw(sql.replace(/^create (\w+ \w+).*/, 'drop $1'));
});
