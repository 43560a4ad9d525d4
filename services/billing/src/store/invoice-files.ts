/** SQL about the files of issued documents. A file is written once; the first one stays. */
import type { Database } from '@rollcall/kit/database';
import type { Knex } from 'knex';

type Tx = Knex.Transaction;

export async function wantFile(tx: Tx, id: string, at: Date): Promise<void> {
  await tx('invoice_files_due').insert({ invoice_id: id, due_at: at });
}

/** At most `limit` documents whose file is to be made, each put off by a rung of the ladder. */
export async function takeDueFiles(
  tx: Tx,
  { now, limit, next }: { now: Date; limit: number; next: (attempts: number) => Date },
): Promise<string[]> {
  const { rows } = await tx.raw(
    `select invoice_id as id, attempts from invoice_files_due
      where due_at <= ? order by due_at, invoice_id limit ? for update skip locked`,
    [now, limit],
  );
  for (const { id, attempts } of rows as { id: string; attempts: number }[])
    await tx('invoice_files_due')
      .where({ invoice_id: id })
      .update({ due_at: next(attempts), attempts: attempts + 1 });
  return rows.map(({ id }: { id: string }) => id);
}

/** Keeps a file, unless there is one already. */
export async function keepFile(tx: Tx, id: string, pdf: Buffer, at: Date): Promise<void> {
  await tx('invoice_files').insert({ invoice_id: id, pdf, made_at: at }).onConflict('invoice_id').ignore();
  await tx('invoice_files_due').where({ invoice_id: id }).delete();
}

export async function storedFile(db: Database, id: string): Promise<Buffer | undefined> {
  return (await db('invoice_files').where({ invoice_id: id }).first('pdf'))?.pdf;
}

/** What an issued document says: all of it was frozen with its number, so that its file can be made at any time. */
export interface Printed {
  readonly kind: 'invoice' | 'credit_note' | 'correction';
  readonly number: string;
  readonly currency: string;
  readonly subtotal: number;
  readonly discount: number;
  readonly total: number;
  readonly tax: number;
  readonly taxRate: number;
  readonly taxCountry: string;
  readonly note: string | null;
  readonly buyerName: string;
  readonly userId: string;
  readonly sellerName: string;
  readonly sellerAddress: string;
  readonly sellerTaxId: string;
  readonly timeZone: string;
  readonly issuedAt: Date;
  /** When the money moved that it is about; of one made by hand, when it was issued. */
  readonly happenedAt: Date;
  readonly dueAt: Date;
  /** Of what was paid by card, or given back to it. */
  readonly paymentId: string | null;
  readonly subscriptionId: string | null;
  /** Number of the document it corrects. */
  readonly correctsNumber: string | null;
  readonly items: readonly {
    readonly description: string;
    readonly quantity: number;
    readonly unitPrice: number;
    readonly total: number;
  }[];
}

export async function printedOf(db: Database, id: string): Promise<Printed> {
  const { rows } = await db.raw(
    `select i.kind, i.number, i.currency, i.subtotal, i.discount, i.total, i.tax, i.tax_rate as "taxRate",
            i.tax_country as "taxCountry", i.note, i.buyer_name as "buyerName", i.user_id as "userId",
            i.seller_name as "sellerName", i.seller_address as "sellerAddress", i.seller_tax_id as "sellerTaxId",
            i.time_zone as "timeZone", i.issued_at as "issuedAt", i.due_at as "dueAt",
            coalesce(i.happened_at, i.issued_at) as "happenedAt", i.payment_id as "paymentId",
            i.subscription_id as "subscriptionId", c.number as "correctsNumber",
            (select json_agg(json_build_object('description', description, 'quantity', quantity,
                                               'unitPrice', unit_price, 'total', n.total) order by n)
               from invoice_items n where n.invoice_id = i.id) as items
       from invoices i left join invoices c on c.id = i.corrects
      where i.id = ? and i.status <> 'draft'`,
    [id],
  );
  if (rows.length === 0) throw new Error(`invoice ${id} is not issued`);
  return rows[0];
}
