/** Compares what was read of the provider with the ledger. */
import { differenceOf } from '../domain/reconcile.js';
import { Refused } from '../provider.js';
import {
  type Behind,
  type Compared,
  type Difference,
  type Unread,
  unequal,
  unread,
} from '../store/comparisons.js';
import { keepObjects, type Run } from '../store/reconciliations.js';
import { type Auditor, goOn, record } from './auditor.js';
import { wantLookBehind } from './look-at-payments.js';

/** Differences of one run that are looked at, and kept; where there are more, these say enough. */
const MOST = 1_000;
/** Of the ledger's that the provider has outside the period, read at once. */
const ASKED = 100;

export interface Comparison {
  readonly differences: readonly Difference[];
  /** What differs and moved a moment ago: it is looked at again. */
  readonly unsettled: number;
}

/**
 * What the ledger moved in the period may have moved there before, or after: each of these is asked for by itself first.
 * What differs then and moved a moment ago, at either end, is on its way.
 */
export async function compare(auditor: Auditor, run: Run): Promise<Comparison> {
  const missing = await askForUnread(auditor, run);
  const differing = await record(auditor, ({ tx }) => unequal(tx, run, MOST));
  const differences: Difference[] = [];
  let unsettled = 0;
  for (const pair of [...differing, ...missing].slice(0, MOST)) {
    const kind = differenceOf(pair);
    if (kind === undefined) continue;
    if (await isOnItsWay(auditor, pair)) unsettled += 1;
    else {
      differences.push({ ...pair, kind });
      await askAbout(auditor, pair);
    }
    await goOn(auditor, run);
  }
  return { differences, unsettled };
}

/** A refund or dispute that differs may be one whose webhook was lost: what it is of is asked about at once. */
async function askAbout(auditor: Auditor, { object, paymentRef }: Compared): Promise<void> {
  if (paymentRef === null || (object !== 'refund' && object !== 'dispute')) return;
  await record(auditor, (work) => wantLookBehind(work, paymentRef));
}

/** Those of the ledger that the provider has not. What it has is kept, to be compared like what was read. */
async function askForUnread(auditor: Auditor, run: Run): Promise<Unread[]> {
  const missing: Unread[] = [];
  let after: Behind = { reference: '', invoiceRef: '' };
  while (missing.length < MOST) {
    const page = await record(auditor, ({ tx }) => unread(tx, run, { after, limit: ASKED }));
    for (const one of page) if (!(await find(auditor, run, one))) missing.push(one);
    const last = page.at(-1);
    if (page.length < ASKED || last === undefined) return missing;
    after = last;
  }
  return missing;
}

async function find(
  auditor: Auditor,
  run: Run,
  { object, providerRef, paymentRef, invoiceRef, at }: Unread,
): Promise<boolean> {
  const { books } = auditor;
  const found =
    invoiceRef !== null
      ? await books.paidInvoice(invoiceRef).catch(noneWhereRefused)
      : paymentRef === null
        ? undefined
        : (await books.objectsOf(paymentRef)).find(
            (one) =>
              one.kind === object && (object === 'charge' ? one.amount !== 0 : one.ref === providerRef),
          );
  await goOn(auditor, run);
  if (found !== undefined)
    await record(auditor, ({ tx }) => keepObjects(tx, run, [{ ...found, invoiceRef, movedAt: at }]));
  return found !== undefined;
}

/** The provider knows no such thing. */
function noneWhereRefused(error: unknown): undefined {
  if (!(error instanceof Refused)) throw error;
}

async function isOnItsWay(
  { books, clock, settleSeconds }: Auditor,
  { providerRef, object, hereAt }: Compared,
): Promise<boolean> {
  const settled = clock().getTime() - settleSeconds * 1000;
  if (hereAt !== null && hereAt.getTime() > settled) return true;
  if (providerRef === null || object === 'other') return false;
  const thereAt = await books.lastMoved(providerRef);
  return thereAt !== undefined && thereAt.getTime() > settled;
}
