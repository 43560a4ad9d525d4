import { startSystem } from '@rollcall/e2e/system';
import { startIssuer } from '../keys.js';
import { type Figure, milliseconds, perSecond, rate, until } from '../report.js';

const ENTRIES = 100_000;
const ACCOUNTS = 1_000;
/** What was asked for: entries sealed a second, and milliseconds for a trial balance however long the ledger is. */
const WANTED = 5_000;
const BALANCE_WITHIN = 100;

/** Entries that were committed all at once, until the running wallet has sealed the last; then a balance over them. */
export async function sealing(): Promise<Figure[]> {
  const issuer = await startIssuer();
  const system = await startSystem({ services: ['wallet'], settings: issuer.settings });
  const db = system.db('wallet');
  await fill(system);
  const started = performance.now();
  await until('all seals', async () => (await db('entries_unsealed').first('entry_no')) === undefined);
  const ours = perSecond(ENTRIES, performance.now() - started);
  const asked = performance.now();
  await db.raw('select * from sealed_balances(?)', [ENTRIES - 1]);
  const balance = performance.now() - asked;
  await system.stop();
  issuer.close();
  return [
    {
      ...{ name: `sealing: ${ENTRIES} entries`, ours: rate(ours), limit: rate(WANTED) },
      ...{ ratio: ours / WANTED, goal: 1, means: 'ours over what is wanted' },
    },
    {
      name: `trial balance over ${ENTRIES} entries`,
      ours: milliseconds(balance),
      limit: milliseconds(BALANCE_WITHIN),
      ...{ ratio: BALANCE_WITHIN / balance, goal: 1, means: 'what is wanted over ours' },
    },
  ];
}

/** Past the triggers: what is measured here is what comes after them. */
async function fill(system: Awaited<ReturnType<typeof startSystem>>): Promise<void> {
  await system.db('wallet').transaction(async (tx) => {
    await tx.raw(`insert into accounts (owner_id, kind, currency, balance)
      select gen_random_uuid(), 'credits', 'XTS', 0 from generate_series(1, ${ACCOUNTS})`);
    await tx.raw(`insert into accounts (kind, currency) values ('escrow', 'XTS')`);
    await tx.raw('set local session_replication_role = replica');
    await tx.raw(`insert into entries (id, type, reference_type, reference_id, at)
      select gen_random_uuid(), 'purchase', 'purchase', gen_random_uuid(), now() from generate_series(1, ${ENTRIES})`);
    await tx.raw(`
      with payer as (select id, row_number() over (order by id) - 1 as n from accounts where currency = 'XTS' and kind = 'credits')
      insert into transfers (entry_id, n, from_account, to_account, amount)
      select e.id, 1, payer.id, (select id from accounts where kind = 'escrow' and currency = 'XTS'), 100
        from entries e join payer on payer.n = e.entry_no % ${ACCOUNTS}
       where not exists (select from transfers t where t.entry_id = e.id)`);
    await tx.raw(`insert into entries_unsealed (entry_no, entry_id)
      select entry_no, id from entries e where not exists (select from seals s where s.entry_id = e.id) on conflict do nothing`);
  });
}
