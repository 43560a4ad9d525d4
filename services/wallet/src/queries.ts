import type { Wallet } from '@rollcall/contracts/api/wallet';
import { type Money, money } from '@rollcall/contracts/money';
import type { Database } from '@rollcall/kit/database';

/** A user's balances in one currency; zeros where nothing happened yet, or for a user not heard of. */
export async function walletOf(db: Database, userId: string, currency: string): Promise<Wallet> {
  const { rows } = await db.raw(WALLET, { userId, currency });
  const [row] = rows as [Record<string, number>];
  const of = (name: string): Money => money(row[name] ?? 0, currency);
  return {
    credits: of('credits'),
    promo: of('promo'),
    debt: of('debt'),
    earnings: {
      available: of('earnings'),
      pending: of('pending'),
      reservedForWithdrawal: of('withdrawing'),
      totalEarned: of('earned'),
      totalWithdrawn: of('withdrawn'),
    },
  };
}

const WALLET = `
  with mine as (
    select id, kind, balance from accounts where owner_id = :userId and currency = :currency
  )
  select (select balance from mine where kind = 'credits') as credits,
         (select balance from mine where kind = 'promo') as promo,
         (select balance from mine where kind = 'debt') as debt,
         (select balance from mine where kind = 'earnings') as earnings,
         (select balance from mine where kind = 'withdrawing') as withdrawing,
         (select sum(w.amount)::bigint from withdrawals w
           where w.teacher_id = :userId and w.currency = :currency and w.status = 'completed') as withdrawn,
         (select sum(h.amount)::bigint from holds h
           where h.teacher_id = :userId and h.currency = :currency
             and not exists (select from hold_endings e where e.hold_id = h.id)) as pending,
         (select sum(t.amount)::bigint from transactions t join mine on mine.id = t.account_id
           -- What a correction took back counts, also what of it became debt.
          where mine.kind in ('earnings', 'debt') and t.type in ('payment_release', 'referral')) as earned`;

/** What must be 0, in minor units, each currency for itself. Sums over the whole ledger. */
export async function ledgerTotals(
  db: Database,
): Promise<{ imbalance: number; escrowMinusOpenHolds: number }> {
  const { rows } = await db.raw(TOTALS);
  const [totals] = rows as [{ imbalance: number; escrowMinusOpenHolds: number }];
  return totals;
}

const TOTALS = `
  with moved as (
    select account, sum(amount)::bigint as amount
      from (select to_account as account, amount from transfers
            union all select from_account, -amount from transfers) sides
     group by account
  ), open as (
    select currency, sum(amount)::bigint as amount
      from (select currency, amount from holds union all select currency, -amount from hold_endings) sides
     group by currency
  ), escrow as (
    select a.currency, m.amount from accounts a join moved m on m.account = a.id
     where a.owner_id is null and a.kind = 'escrow'
  )
  select (select coalesce(sum(abs(a.balance - coalesce(m.amount, 0))), 0)::bigint
            from accounts a left join moved m on m.account = a.id where a.owner_id is not null) as imbalance,
         (select coalesce(sum(abs(coalesce(e.amount, 0) - coalesce(o.amount, 0))), 0)::bigint
            from escrow e full join open o on o.currency = e.currency) as "escrowMinusOpenHolds"`;
