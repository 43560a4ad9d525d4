import { readFileSync } from 'node:fs';
import { type System, startSystem } from '@rollcall/e2e/system';
import { newId } from '@rollcall/kit/id';
import { token } from '@rollcall/kit/testing';
import { startIssuer } from '../keys.js';
import { type Figure, median, milliseconds } from '../report.js';

/** Entries of the ledger, and transactions of three users: one owns them all but the others'. */
const ENTRIES = 1_000_000;
const SPREADSHEET = 100_000;
const FEW = 100;
/** Entries between two checkpoints, as the sealer makes them. */
const CHECKPOINT = 1_000;
const ROUNDS = 60;
const WARM_UP = 20;
/** Bytes the wallet may grow by while it streams a spreadsheet: what was asked for. */
const GROWTH = 60e6;

/** What is read of a ledger of a million entries, against the same of a small one. */
export async function ledgerReads(): Promise<Figure[]> {
  const issuer = await startIssuer();
  const system = await startSystem({ services: ['wallet'], settings: issuer.settings });
  const [many, some, few] = [newId(), newId(), newId()] as const;
  await fill(system, { many, some, few });
  const figures = [
    await firstPage(system, many, few),
    await trialBalance(system),
    await spreadsheet(system, some),
  ];
  await system.stop();
  issuer.close();
  return figures;
}

type Owners = Readonly<Record<'many' | 'some' | 'few', string>>;

/** Past the triggers, which are measured elsewhere: each entry takes 1.00 of its owner's credits into escrow. */
async function fill(system: System, { many, some, few }: Owners): Promise<void> {
  await system.db('wallet').transaction(async (tx) => {
    await tx.raw('set local statement_timeout = 0');
    await tx.raw('set local session_replication_role = replica');
    await tx.raw(`insert into accounts (kind, currency) values ('escrow', 'EUR')`);
    for (const owner of [many, some, few])
      await tx('accounts').insert({ owner_id: owner, kind: 'credits', currency: 'EUR', balance: 0 });
    await tx.raw(`insert into entries (id, type, reference_type, reference_id, at)
      select gen_random_uuid(), 'purchase', 'purchase', gen_random_uuid(), now() - n * interval '1 second'
        from generate_series(${ENTRIES}, 1, -1) n`);
    await tx.raw(
      `with owners as (select id, owner_id from accounts where currency = 'EUR' and owner_id is not null),
            mine as (select id, at, entry_no, case when entry_no % ${ENTRIES / FEW} = 0 then :few
                       when entry_no % ${ENTRIES / SPREADSHEET} = 1 then :some else :many end::uuid as owner
                       from entries where not exists (select from transfers t where t.entry_id = entries.id)),
            moved as (select mine.*, o.id as account from mine join owners o on o.owner_id = mine.owner),
            told as (insert into transactions (account_id, id, entry_id, type, amount, balance_before, balance_after, at)
              select account, gen_random_uuid(), id, 'purchase', -100, 0, -100, at from moved order by entry_no)
       insert into transfers (entry_id, n, from_account, to_account, amount)
       select id, 1, account, (select id from accounts where kind = 'escrow' and currency = 'EUR'), 100 from moved`,
      { many, some, few },
    );
    await tx.raw(`insert into seals (seq, entry_id, hash, sealed_at)
      select (select coalesce(max(seq), 0) from seals) + row_number() over (order by entry_no), id,
             sha256(id::text::bytea), now()
        from entries where not exists (select from seals s where s.entry_id = entries.id)`);
    await tx.raw(`insert into seal_checkpoints (seq, balances)
      select seq, jsonb_build_array(
               jsonb_build_object('account', 'credits', 'currency', 'EUR', 'balance', seq * -100),
               jsonb_build_object('account', 'escrow', 'currency', 'EUR', 'balance', seq * 100))
        from generate_series(${CHECKPOINT}, ${ENTRIES}, ${CHECKPOINT}) seq`);
  });
  await system.db('wallet').raw('vacuum analyze');
}

const get = async (system: System, path: string, id: string): Promise<Response> => {
  const headers = { authorization: `Bearer ${await token({ id, roles: ['student'] })}` };
  const answer = await fetch(`${system.urls.wallet[0]}/api/v1${path}`, { headers });
  if (answer.status !== 200) throw new Error(`${path} was answered with ${answer.status}`);
  return answer;
};

async function timed(act: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await act();
  return performance.now() - started;
}

/** Medians of `act` for each of the two, taken in turn. */
async function compared<Of>(
  pair: readonly [Of, Of],
  act: (of: Of) => Promise<unknown>,
): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const n of [0, 1] as const) times[n].push(await timed(() => act(pair[n])));
  }
  return [median(times[0].slice(WARM_UP)), median(times[1].slice(WARM_UP))];
}

async function firstPage(system: System, many: string, few: string): Promise<Figure> {
  const [ours, limit] = await compared([many, few], async (id) => {
    const { data } = (await (await get(system, '/wallet/transactions', id)).json()) as { data: unknown[] };
    if (data.length !== 20) throw new Error(`a page of ${data.length}`);
  });
  return {
    name: `first page of ${ENTRIES.toLocaleString('en')} transactions`,
    ...{ ours: milliseconds(ours), limit: milliseconds(limit), ratio: limit / ours, goal: 0.5 },
    means: `a user of ${FEW} over ours; 0.5 is twice as long`,
  };
}

/** Between two checkpoints, where the most is to be added up. */
async function trialBalance(system: System): Promise<Figure> {
  const db = system.db('wallet');
  const upTo = [ENTRIES - 1, 2 * CHECKPOINT - 1] as const;
  const [ours, limit] = await compared(upTo, (seq) => db.raw('select * from sealed_balances(?)', [seq]));
  return {
    name: `trial balance over ${ENTRIES.toLocaleString('en')} entries`,
    ...{ ours: milliseconds(ours), limit: milliseconds(limit), ratio: limit / ours, goal: 0.5 },
    means: `over ${2 * CHECKPOINT} entries over ours; 0.5 is twice as long`,
  };
}

async function spreadsheet(system: System, some: string): Promise<Figure> {
  const pid = system.processes('wallet')[0]?.pid;
  const resident = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  const before = resident();
  let most = before;
  const look = setInterval(() => {
    most = Math.max(most, resident());
  }, 10);
  const { body } = await get(system, '/wallet/transactions?format=csv', some);
  let lines = 0;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>)
    for (const byte of chunk) if (byte === 0x0a) lines += 1;
  clearInterval(look);
  if (lines !== SPREADSHEET + 1) throw new Error(`a spreadsheet of ${lines} lines`);
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  return {
    name: `memory for a spreadsheet of ${SPREADSHEET.toLocaleString('en')} rows`,
    ...{ ours: mb(most - before), limit: mb(GROWTH), ratio: GROWTH / Math.max(1, most - before), goal: 1 },
    means: 'what is wanted over ours',
  };
}
