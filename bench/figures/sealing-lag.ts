import { setTimeout as sleep } from 'node:timers/promises';
import { startSystem } from '@rollcall/e2e/system';
import type { Database } from '@rollcall/kit/database';
import { startIssuer } from '../keys.js';
import { type Figure, milliseconds, until } from '../report.js';

/** What was asked for: entries a second for so many seconds, and milliseconds that an entry waits for its seal at most. */
const RATE = 1_000;
const SECONDS = 20;
const WITHIN = 1_000;
/** Entries come as a busy wallet commits them: so many at once, with their transfers past no trigger. */
const EACH = 50;

/** The longest an entry waited for its seal, and a seal for the stream, while the running wallet seals and publishes. */
export async function sealingLag(): Promise<Figure[]> {
  const issuer = await startIssuer();
  const system = await startSystem({ services: ['wallet'], settings: issuer.settings });
  const db = system.db('wallet');
  await db.raw(`insert into accounts (kind, currency) values ('adjustments', 'XTS'), ('losses', 'XTS')`);
  const worst = { seal: 0, stream: 0 };
  let writing = true;
  const watching = watch(db, worst, () => writing);
  const started = performance.now();
  for (let batch = 0; batch * EACH < RATE * SECONDS; batch += 1) {
    await sleep(Math.max(0, started + (batch * EACH * 1000) / RATE - performance.now()));
    await db.raw(ADD, [EACH]);
  }
  const took = (performance.now() - started) / 1000;
  await until('all seals', async () => (await db('entries_unsealed').first('entry_no')) === undefined);
  writing = false;
  await watching;
  await system.stop();
  issuer.close();
  const rate = `${Math.round((RATE * SECONDS) / took)} entries/s for ${Math.round(took)} s`;
  const figure = (name: string, value: number): Figure => ({
    ...{ name: `${name}, at ${rate}`, ours: milliseconds(value), limit: milliseconds(WITHIN) },
    ...{ ratio: WITHIN / value, goal: 1, means: 'what is wanted over the longest' },
  });
  return [
    figure('longest wait for a seal', worst.seal),
    figure('longest wait of a seal for the stream', worst.stream),
  ];
}

const ADD = `
  with e as (
    insert into entries (id, type, reference_type, reference_id, at)
    select gen_random_uuid(), 'admin_credit', 'adjustment', gen_random_uuid(), now() from generate_series(1, ?) returning id
  )
  insert into transfers (entry_id, n, from_account, to_account, amount)
  select e.id, 1, (select id from accounts where kind = 'adjustments' and currency = 'XTS'),
         (select id from accounts where kind = 'losses' and currency = 'XTS'), 100 from e`;

/** Looks every 20 ms; the server's clock on both sides. */
async function watch(db: Database, worst: { seal: number; stream: number }, goesOn: () => boolean) {
  while (goesOn()) {
    const { rows } = await db.raw(`
      select coalesce(extract(epoch from clock_timestamp() - (select min(queued_at) from entries_unsealed)) * 1000, 0)::float8 as seal,
             coalesce(extract(epoch from clock_timestamp() -
               (select sealed_at from seals where seq = (select seq + 1 from ledger_published))) * 1000, 0)::float8 as stream`);
    const [{ seal, stream }] = rows as [{ seal: number; stream: number }];
    worst.seal = Math.max(worst.seal, seal);
    worst.stream = Math.max(worst.stream, stream);
    await sleep(20);
  }
}
