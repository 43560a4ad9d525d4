import { sendTogether } from '@rollcall/kit/round-trips';
import type { Knex } from 'knex';
import { type Account, type AccountKey, keyOf } from '../domain/ledger.js';
import { column } from './column.js';

/**
 * Locks the users' accounts among these, all in one statement in id order, so that batches cannot deadlock; creates
 * first what is missing, which is seldom. With credits or earnings comes the debt of their owner, if there is one: who
 * credits sees what is owed. The platform's own come unlocked. Called once a transaction, before any decision.
 */
export async function lockAccounts(tx: Knex.Transaction, keys: readonly AccountKey[]): Promise<Account[]> {
  return (await lockAccountsAndRead(tx, keys)).accounts;
}

/** The same, and behind the locks in the same round trip a query, which sees what a rival committed before he let go. */
export async function lockAccountsAndRead(
  tx: Knex.Transaction,
  keys: readonly AccountKey[],
  ...queries: [] | [Knex.Raw]
): Promise<{ accounts: Account[]; rows: unknown[] }> {
  const distinct = [...new Map(keys.flatMap(withMoney).map((key) => [keyOf(key), key])).values()];
  const wanted = [
    column(distinct, (key) => key.owner),
    column(distinct, (key) => key.kind),
    column(distinct, (key) => key.currency),
  ];
  const lock = async (text: string) => {
    const [locked, read] = await sendTogether(tx, [tx.raw(text, wanted), ...queries]);
    return { accounts: (locked?.rows ?? []) as Account[], rows: read?.rows ?? [] };
  };
  const all = await lock(LOCK_IF_ALL);
  const found = new Set(all.accounts.map(keyOf));
  if (distinct.every((key) => found.has(keyOf(key)))) return all;
  // None is locked yet: locked before and after, a rival's order could be another.
  await tx.raw(CREATE, wanted);
  return lock(LOCK);
}

/** Who makes a debt waits for whoever credits its owner, also to an account that is not there yet. */
const withMoney = (key: AccountKey): AccountKey[] =>
  key.kind === 'debt' ? [key, { ...key, kind: 'credits' }, { ...key, kind: 'earnings' }] : [key];

/** In key order: two batches that create the same accounts wait for each other in one direction only. */
const CREATE = `
  insert into accounts (owner_id, kind, currency, balance)
  select w.owner_id, w.kind, w.currency, case when w.owner_id is not null then 0 end
    from unnest(?::uuid[], ?::text[], ?::text[]) as w (owner_id, kind, currency)
   where not exists (select from accounts a
                      where a.owner_id = w.owner_id and a.kind = w.kind and a.currency = w.currency)
     and not exists (select from accounts a where w.owner_id is null
                        and a.owner_id is null and a.kind = w.kind and a.currency = w.currency)
   order by w.owner_id, w.kind, w.currency
  on conflict do nothing`;

/**
 * Debts are looked for in an index of debts alone: 0.2 ms for 200 owners who have none. The ids come as an array, not as
 * a join: of a row somebody else has just changed the server tries the whole join anew, and loses it where the other
 * side was sorted.
 */
const lock = (when: string) => `
  with wanted as (
    select * from unnest(?::uuid[], ?::text[], ?::text[]) as w (owner_id, kind, currency)
  ), own as (
    select a.id, true as asked
      from wanted w join accounts a on a.owner_id = w.owner_id and a.kind = w.kind and a.currency = w.currency
    union all
    select d.id, false
      from wanted w join accounts d on d.owner_id = w.owner_id and d.kind = 'debt' and d.currency = w.currency
     where w.kind in ('credits', 'earnings')
  ), locked as (
    select a.id, a.owner_id as owner, a.kind, a.currency, a.balance
      from accounts a where a.id = any(array(select id from own)) ${when}
     order by a.id for update of a
  )
  select * from locked
  union all
  select a.id, a.owner_id, a.kind, a.currency, a.balance
    from wanted w join accounts a on a.owner_id is null and a.kind = w.kind and a.currency = w.currency
   where w.owner_id is null`;

const LOCK = lock('');
/** All of the users' accounts, or none of them while one is missing. */
const LOCK_IF_ALL = lock(
  'and (select count(*) from own where asked) = (select count(*) from wanted where owner_id is not null)',
);

/** Locks every account of these users, so that what is decided next follows the purchases being placed for them. */
export async function lockAccountsOf(tx: Knex.Transaction, ownerIds: readonly string[]): Promise<void> {
  await tx.raw('select from accounts where owner_id = any(?::uuid[]) order by id for update', [
    column(ownerIds, (id) => id),
  ]);
}
