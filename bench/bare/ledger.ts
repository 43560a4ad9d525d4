/** What a plain service does, one transaction a hold, statement by statement: the limit of 'no messaging, no batches'. */
import { readFile } from 'node:fs/promises';
import { newId } from '@rollcall/kit/id';
import { testDatabase } from '@rollcall/kit/testing';
import pg from 'pg';
import { inParallel } from '../report.js';

export interface BareLedger {
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

export async function bareLedger(accounts: number, connections: number): Promise<BareLedger> {
  const { db, url, close } = await testDatabase();
  await db.raw((await readFile(new URL('ledger.sql', import.meta.url), 'utf8')).replaceAll('?', '\\?'));
  await db.raw('insert into bare_accounts select n, 1000000000 from generate_series(0, ?) as n', [accounts]);
  const pool = new pg.Pool({ connectionString: url, max: connections });
  await inParallel(Array.from({ length: connections }), connections, () => pool.query('select 1'));
  return {
    pool,
    close: async () => {
      await pool.end();
      await close();
    },
  };
}

/** Places one hold: lock, check, four writes, commit. */
export async function placeHold(pool: pg.Pool, account: number, amount: number): Promise<string> {
  const client = await pool.connect();
  const [hold, entry] = [newId(), newId()];
  await client.query('begin');
  const { rows } = await client.query('select balance from bare_accounts where id = $1 for update', [
    account,
  ]);
  if (Number(rows[0].balance) < amount) throw new Error('the bench has run out of money');
  await client.query('insert into bare_holds values ($1, $2, $3, $4)', [hold, account, amount, 'held']);
  await client.query('insert into bare_entries (id, hold_id, kind) values ($1, $2, $3)', [
    entry,
    hold,
    'placed',
  ]);
  await client.query('insert into bare_transfers values ($1, $2, $3, $4)', [entry, account, -1, amount]);
  await client.query('update bare_accounts set balance = balance - $2 where id = $1', [account, amount]);
  await client.query('commit');
  client.release();
  return hold;
}

/** Settles one hold with the facts we keep of it: decision, entry, transfers, what the teacher sees, and the news of it. */
export async function settleHold(pool: pg.Pool, hold: string, teacher: number): Promise<void> {
  const client = await pool.connect();
  const entry = newId();
  await client.query('begin');
  await client.query('select status from bare_holds where id = $1 for update', [hold]);
  await client.query('insert into bare_decisions values ($1, $2, $3)', [hold, 'released', STEPS]);
  await client.query('update bare_holds set status = $2 where id = $1', [hold, 'released']);
  await client.query('insert into bare_entries (id, hold_id, kind) values ($1, $2, $3)', [
    entry,
    hold,
    'ended',
  ]);
  await client.query('insert into bare_transfers values ($1, -1, $2, 700), ($1, -1, -2, 300)', [
    entry,
    teacher,
  ]);
  const { rows } = await client.query(
    'update bare_accounts set balance = balance + 700 where id = $1 returning balance',
    [teacher],
  );
  const after = Number(rows[0].balance);
  await client.query(
    "insert into bare_transactions values ($1, $2, 'release', 700, $3, $4), ($1, $2, 'commission', -300, $4, $4)",
    [teacher, entry, after - 700, after],
  );
  await client.query('insert into bare_outbox (id, body) values ($1, $2)', [
    newId(),
    JSON.stringify({ hold, entry, steps: STEPS }),
  ]);
  await client.query('commit');
  client.release();
}

const STEPS = JSON.stringify([
  'policy 1 asks for 20.00 % of 60:00',
  'the student was seen for 60:00',
  '60:00 is 100.00 %, which reaches 20.00 %',
  'the commission is 30.00 % of 10.00: 3.00',
]);
