/** Reads a period of the provider's books into our database, a page at a time. */

import { contradicts } from '../domain/reconcile.js';
import type { Movement } from '../facts-books.js';
import type { Page } from '../provider-books.js';
import type { Difference } from '../store/comparisons.js';
import { changeRun, keepObjects, ourPayments, type Read, type Run } from '../store/reconciliations.js';
import { type Auditor, goOn, LEASE, record } from './auditor.js';

/** Pages of one run: 200,000 movements, about ten minutes. A longer period is to be asked for in parts. */
const PAGES = 2_000;
/** Contradictions that are kept of one run. */
const MOST = 1_000;

/** What of the provider's own books contradicts itself. */
export async function readBooks(auditor: Auditor, run: Run): Promise<Difference[]> {
  const found: Difference[] = [];
  let objects = 0;
  const keep = (difference: Difference) => found.length < MOST && found.push(difference);
  await eachPage(
    (after) => auditor.books.movements(run, after),
    async (movements) => {
      for (const one of movements) if (one.object && contradicts(one, one.object)) keep(contradictionOf(one));
      const read = await withInvoices(auditor, movements);
      objects += read.length;
      await record(auditor, async ({ tx, now }) => {
        await changeRun(tx, run, { objects, due_at: new Date(now.getTime() + LEASE) });
        await keepObjects(tx, run, read);
      });
    },
  );
  await eachPage(
    (after) => auditor.books.payouts(run, after),
    async (payouts) => {
      for (const { ref, amount, currency, at, adds } of payouts) {
        const rest = adds ? await auditor.books.restOf(ref) : 0;
        if (rest === 0) continue;
        const there = { amount: -amount, currency };
        // What came in by its movements ought to be what goes out; what is left is the difference.
        keep({
          ...{ kind: 'payout', object: 'payout', providerRef: ref, reference: null, at, there },
          here: { amount: -amount - rest, currency },
        });
      }
      await goOn(auditor, run);
    },
  );
  return found;
}

async function eachPage<Item>(
  read: (after: string | undefined) => Promise<Page<Item>>,
  take: (items: readonly Item[]) => Promise<void>,
): Promise<void> {
  let after: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const { items, next } = await read(after);
    await take(items);
    if (next === undefined) return;
    after = next;
  }
  throw new RangeError(`there are more than ${PAGES} pages in this period: have it compared in parts`);
}

function contradictionOf({ amount, currency, at, object }: Movement): Difference {
  const { kind, ref, amount: stands, currency: standsIn } = object!;
  return {
    ...{ kind: 'balance', object: kind, providerRef: ref, reference: null, at },
    there: { amount, currency },
    here: { amount: stands, currency: standsIn },
  };
}

/** A charge that is no payment of ours may have paid an invoice of a subscription. */
async function withInvoices({ db, books }: Auditor, movements: readonly Movement[]): Promise<Read[]> {
  const read = movements.flatMap(({ object, at }) =>
    object === undefined ? [] : [{ ...object, movedAt: at, invoiceRef: null as string | null }],
  );
  const charges = read.filter(({ kind, paymentRef }) => kind === 'charge' && paymentRef !== null);
  const ours = new Set(
    await ourPayments(
      db,
      charges.map(({ paymentRef }) => paymentRef!),
    ),
  );
  for (const charge of charges) {
    if (ours.has(charge.paymentRef!) || charge.customer === null) continue;
    charge.invoiceRef = (await books.invoiceOf(charge.customer, charge.paymentRef!)) ?? null;
  }
  return read;
}
