/** SQL that compares what was read of the provider with what the ledger moved, and keeps what differs. */
import type { Money } from '@rollcall/contracts/money';
import { newId } from '@rollcall/kit/id';
import type { Knex } from 'knex';
import type { BookObject, Pair } from '../domain/reconcile.js';
import type { Run } from './reconciliations.js';

type Tx = Knex.Transaction;

/** One thing at both ends. */
export interface Compared extends Pair {
  readonly object: BookObject['kind'] | 'other';
  readonly providerRef: string | null;
  readonly reference: string | null;
  /** The provider's id of the payment it is of; null where that is not known. */
  readonly paymentRef: string | null;
  /** When it last moved, at the end that has it; and here. */
  readonly at: Date;
  readonly hereAt: Date | null;
}

interface PairRow extends Omit<Compared, 'there' | 'here'> {
  readonly thereAmount: number | null;
  readonly thereCurrency: string | null;
  readonly hereAmount: number | null;
  readonly hereCurrency: string | null;
}

const money = (amount: number | null, currency: string | null): Money | null =>
  amount === null || currency === null ? null : { amount, currency };
const comparedOf = ({ thereAmount, thereCurrency, hereAmount, hereCurrency, ...row }: PairRow): Compared => ({
  ...row,
  there: money(thereAmount, thereCurrency),
  here: money(hereAmount, hereCurrency),
});

/** The reference under which the ledger has each object that was read. */
const READ = `
  read as materialized (
    select o.*, coalesce('payment:' || p.id, 'card-refund:' || r.id, 'dispute:' || d.id,
                         'subscription:' || s.subscription_id) as reference
      from reconciliation_objects o
      left join payments p on o.kind = 'charge' and p.provider_ref = o.payment_ref
      left join refunds r on o.kind = 'refund' and r.provider_ref = o.ref
      left join disputes d on o.kind = 'dispute' and d.provider_ref = o.ref
      left join subscription_periods s on o.kind = 'charge' and s.provider_ref = o.invoice_ref
     where o.reconciliation_id = :id)`;

/**
 * Of what was read of the provider, what is not equal in the ledger, at most `limit`. All periods of a subscription share a
 * reference there, so that a charge for one is looked for by its amount as well.
 */
export async function unequal(tx: Tx, { id }: Run, limit: number): Promise<Compared[]> {
  const { rows } = await tx.raw(
    `with ${READ}
     select o.kind as object, o.ref as "providerRef", o.reference, o.payment_ref as "paymentRef", o.moved_at as at,
            o.amount as "thereAmount", o.currency as "thereCurrency",
            l.amount as "hereAmount", l.currency as "hereCurrency", l.sealed_at as "hereAt"
       from read o
       left join lateral (
         select case when o.invoice_ref is null then sum(m.amount) else max(m.amount) end::bigint as amount,
                min(m.currency) as currency, max(m.sealed_at) as sealed_at
           from ledger_card_movements m
          where m.reference = o.reference and (o.invoice_ref is null or m.amount = o.amount)
       ) l on true
      where coalesce(l.amount, 0) <> o.amount or (o.amount <> 0 and l.currency <> o.currency)
      order by o.ref limit :limit`,
    { id, limit },
  );
  return (rows as PairRow[]).map(comparedOf);
}

/** What the ledger moved in the period and nothing that was read has. */
export interface Unread extends Compared {
  /** The provider's id of the invoice that paid for it; null where that is not known. */
  readonly invoiceRef: string | null;
}

/** Where a page ended: the periods of a subscription have one reference. */
export type Behind = Pick<Unread, 'reference' | 'invoiceRef'>;

/** At most `limit`, by reference and invoice, behind `after`. */
export async function unread(
  tx: Tx,
  { id, from, to }: Run,
  { after, limit }: { readonly after: Behind; readonly limit: number },
): Promise<Unread[]> {
  const { rows } = await tx.raw(
    `with ${READ},
     moved as (
       select m.reference, s.provider_ref as invoice_ref, max(m.at) as at
         from ledger_card_movements m
         left join subscription_periods s
                on m.reference = 'subscription:' || s.subscription_id and s.paid = m.amount
        where m.at >= :from and m.at < :to and m.reference >= :reference
        group by m.reference, s.provider_ref)
     select case split_part(m.reference, ':', 1) when 'card-refund' then 'refund' when 'dispute' then 'dispute'
                 when 'payment' then 'charge' when 'subscription' then 'charge' else 'other' end as object,
            coalesce(r.provider_ref, d.provider_ref, m.invoice_ref, p.provider_ref) as "providerRef", m.reference, m.at,
            null::bigint as "thereAmount", null as "thereCurrency",
            l.amount as "hereAmount", l.currency as "hereCurrency", l.sealed_at as "hereAt",
            coalesce(p.provider_ref, q.payment_ref) as "paymentRef", m.invoice_ref as "invoiceRef"
       from moved m
       left join refunds r on m.reference = 'card-refund:' || r.id
       left join disputes d on m.reference = 'dispute:' || d.id
       left join payments p on m.reference = 'payment:' || p.id or p.id = r.payment_id or p.id = d.payment_id
       left join subscription_periods q
              on (q.subscription_id, q.starts_at) in ((r.subscription_id, r.period_start), (d.subscription_id, d.period_start))
       cross join lateral (
         select case when m.invoice_ref is null then sum(n.amount) else max(n.amount) end::bigint as amount,
                min(n.currency) as currency, max(n.sealed_at) as sealed_at
           from ledger_card_movements n
          where n.reference = m.reference and (m.invoice_ref is null or n.at = m.at)
       ) l
      where l.amount <> 0 and (m.reference, coalesce(m.invoice_ref, '')) > (:reference, :invoiceRef)
        and not exists (select from read o where o.reference = m.reference
                           and (m.invoice_ref is null or o.invoice_ref = m.invoice_ref))
      order by m.reference, coalesce(m.invoice_ref, '') limit :limit`,
    { id, from, to, limit, reference: after.reference ?? '', invoiceRef: after.invoiceRef ?? '' },
  );
  return (rows as (PairRow & Unread)[]).map((row) => ({ ...comparedOf(row), invoiceRef: row.invoiceRef }));
}

/** How many movements of the ledger are in the period. */
export async function countMoved(tx: Tx, { from, to }: Run): Promise<number> {
  const { rows } = await tx.raw(
    'select count(*)::integer as count from ledger_card_movements where at >= ? and at < ?',
    [from, to],
  );
  return rows[0].count;
}

export interface Difference {
  readonly kind: 'missing-here' | 'missing-there' | 'amount' | 'currency' | 'balance' | 'payout';
  readonly object: BookObject['kind'] | 'payout' | 'other';
  readonly providerRef: string | null;
  readonly reference: string | null;
  readonly there: Money | null;
  readonly here: Money | null;
  readonly at: Date;
}

/** Puts these in the place of what differed the last time. */
export async function replaceDifferences(
  tx: Tx,
  { id }: Run,
  differences: readonly Difference[],
): Promise<void> {
  await tx('reconciliation_differences').where({ reconciliation_id: id }).delete();
  await tx('reconciliation_objects').where({ reconciliation_id: id }).delete();
  if (differences.length === 0) return;
  await tx('reconciliation_differences')
    .insert(
      differences.map(({ kind, object, providerRef, reference, there, here, at }) => ({
        ...{ id: newId(), reconciliation_id: id, kind, object, provider_ref: providerRef, reference, at },
        ...{ there_amount: there?.amount ?? null, there_currency: there?.currency ?? null },
        ...{ here_amount: here?.amount ?? null, here_currency: here?.currency ?? null },
      })),
    )
    .onConflict()
    .ignore();
}
