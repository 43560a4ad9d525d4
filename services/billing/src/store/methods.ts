/** SQL that writes or locks payers at the provider and the cards they keep. */
import type { Database } from '@rollcall/kit/database';
import { notFound } from '@rollcall/kit/errors';
import type { Knex } from 'knex';
import type { Card } from '../provider.js';

type Tx = Knex.Transaction;

export async function customerOf(db: Database, userId: string): Promise<string | undefined> {
  const row = await db('customers').where({ user_id: userId }).first('provider_id');
  return row?.provider_id;
}

/** Keeps it, or says the one that a rival kept. The provider makes one a payer, by our key. */
export async function keepCustomer(
  db: Database,
  { userId, providerId, at }: { userId: string; providerId: string; at: Date },
): Promise<string> {
  const { rows } = await db.raw(
    `insert into customers (user_id, provider_id, at) values (?, ?, ?)
     on conflict (user_id) do update set user_id = excluded.user_id returning provider_id`,
    [userId, providerId, at],
  );
  return rows[0].provider_id;
}

/** A card this payer keeps: its id at the provider. Throws 404 for another's. */
export async function ownMethod(tx: Tx, id: string, userId: string): Promise<string> {
  const row = await tx('payment_methods')
    .where({ id, user_id: userId, status: 'attached' })
    .forShare()
    .first('provider_id');
  if (row === undefined) throw notFound('payment method');
  return row.provider_id;
}

export async function addMethod(
  tx: Tx,
  { id, userId, given, at }: { id: string; userId: string; given: string; at: Date },
): Promise<void> {
  await tx('payment_methods').insert({ id, user_id: userId, given, created_at: at });
}

export interface Attaching {
  readonly id: string;
  readonly userId: string;
  readonly given: string;
  readonly status: 'attaching' | 'attached' | 'refused' | 'detached';
}

/** A card being attached; locked where there is a transaction. */
export async function attachingOf(db: Database | Tx, id: string): Promise<Attaching> {
  const row = await db('payment_methods').where({ id }).first('id', 'user_id as userId', 'given', 'status');
  if (row === undefined) throw new Error(`there is no payment method ${id}`);
  return row;
}

/** One at a time for a payer, so that of two first cards one becomes the default. */
export async function lockPayer(tx: Tx, userId: string): Promise<void> {
  await tx('customers').where({ user_id: userId }).forUpdate().first('user_id');
}

/**
 * The card is attached; a payer's only one is the default. Where it is kept already, or was, the provider's id of it has
 * its row: then this says how that stands, and nothing is kept.
 */
export async function keepCard(
  tx: Tx,
  { id, userId }: Attaching,
  card: Card,
): Promise<Attaching['status'] | undefined> {
  const before = await tx('payment_methods')
    .where({ provider_id: card.providerId })
    .whereNot({ id })
    .first('status');
  if (before !== undefined) return before.status;
  const other = await tx('payment_methods').where({ user_id: userId, is_default: true }).first('id');
  await tx('payment_methods')
    .where({ id, status: 'attaching' })
    .update({
      ...{ status: 'attached', provider_id: card.providerId, brand: card.brand, last4: card.last4 },
      ...{ exp_month: card.expMonth, exp_year: card.expYear, is_default: other === undefined },
    });
  return undefined;
}

export async function refuseCard(tx: Tx, id: string): Promise<void> {
  await tx('payment_methods').where({ id, status: 'attaching' }).update({ status: 'refused' });
}

export async function putDefault(tx: Tx, id: string, userId: string): Promise<void> {
  await tx('payment_methods').where({ user_id: userId, is_default: true }).update({ is_default: false });
  await tx('payment_methods').where({ id }).update({ is_default: true });
}

/**
 * The card is kept no longer; the newest other one becomes the default where it was that. `forgetAt`: when the provider is
 * asked to forget it, should it not have done so by then.
 */
export async function dropCard(
  tx: Tx,
  { id, userId }: { readonly id: string; readonly userId: string },
  forgetAt: Date,
): Promise<void> {
  const [row] = await tx('payment_methods').where({ id }).select('is_default');
  await tx('payment_methods')
    .where({ id })
    .update({ status: 'detached', is_default: false, forget_at: forgetAt, forget_tries: 1 });
  if (!row?.is_default) return;
  const next = await tx('payment_methods')
    .where({ user_id: userId, status: 'attached' })
    .orderBy('id', 'desc')
    .first('id');
  if (next !== undefined) await tx('payment_methods').where({ id: next.id }).update({ is_default: true });
}

export interface Dropped {
  readonly id: string;
  readonly providerId: string;
  readonly tries: number;
}

/** At most `limit` cards that the provider is to forget, each put off by a rung of the ladder: one replica has them. */
export async function takeCardsToForget(
  tx: Tx,
  { now, limit, next }: { now: Date; limit: number; next: (tries: number) => Date },
): Promise<Dropped[]> {
  const { rows } = await tx.raw(
    `select id, provider_id as "providerId", forget_tries as tries from payment_methods
      where forget_at <= ? order by forget_at limit ? for update skip locked`,
    [now, limit],
  );
  for (const { id, tries } of rows as Dropped[])
    await tx('payment_methods')
      .where({ id })
      .update({ forget_at: next(tries), forget_tries: tries + 1 });
  return rows;
}

/** The provider has forgotten it. */
export async function endForgetting(db: Database, providerId: string): Promise<void> {
  await db('payment_methods').where({ provider_id: providerId }).update({ forget_at: null });
}
