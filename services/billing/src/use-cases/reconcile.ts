/** The provider's books against the ledger, a period at a time. Source: docs/billing.md, 'Reconciliation'. */
import { setTimeout as sleep } from 'node:timers/promises';
import { nextLook, nextTry } from '../domain/reconcile.js';
import { countMoved, type Difference, replaceDifferences } from '../store/comparisons.js';
import { readPlace } from '../store/ledger.js';
import { beginDue, changeRun, Overtaken, type Run } from '../store/reconciliations.js';
import { type Auditor, LEASE, record } from './auditor.js';
import { compare } from './compare-books.js';
import { readBooks } from './read-books.js';

/** Milliseconds: the end of the ledger's stream is noted after two or three seconds of quiet. */
const PATIENCE = 10_000;
const LOOK = 250;

/** Compares one period that is due for it. Returns whether there was one. What comes to nothing is tried again, and says why. */
export async function reconcileDue(auditor: Auditor): Promise<boolean> {
  const now = auditor.clock();
  const run = await record(auditor, ({ tx }) => beginDue(tx, now, new Date(now.getTime() + LEASE)));
  if (run === undefined) return false;
  try {
    await reconcile(auditor, run);
  } catch (error) {
    if (error instanceof Overtaken) auditor.log.warn({ err: error }, 'a reconciliation was taken over');
    else await fail(auditor, run, error);
  }
  return true;
}

async function reconcile(auditor: Auditor, run: Run): Promise<void> {
  await ledgerIsKnown(auditor, run);
  const contradictions = await readBooks(auditor, run);
  const { differences, unsettled } = await compare(auditor, run);
  const all = [...contradictions, ...differences];
  const movements = await record(auditor, ({ tx }) => countMoved(tx, run));
  await end(auditor, run, { all, movements, unsettled });
  const { id, from, to } = run;
  const seen = { id, from, to, differences: all.length, unsettled };
  if (all.length > 0) auditor.log.error(seen, 'the card provider and the ledger differ');
  else auditor.log.info(seen, 'the card provider and the ledger were compared');
}

/** What has not been read of the ledger would look like money that is missing in it. */
async function ledgerIsKnown({ db, patience = PATIENCE }: Auditor, { to }: Run): Promise<void> {
  const until = Date.now() + patience;
  let { knownUntil, fault } = await readPlace(db);
  while ((knownUntil === null || knownUntil < to) && Date.now() < until) {
    await sleep(LOOK);
    ({ knownUntil, fault } = await readPlace(db));
  }
  if (fault !== null) throw new Error(`the ledger's stream cannot be read on: ${fault}`);
  if (knownUntil === null || knownUntil < to)
    throw new Error(`the ledger is known here until ${knownUntil?.toISOString() ?? 'no time at all'} only`);
}

interface Outcome {
  readonly all: readonly Difference[];
  readonly movements: number;
  readonly unsettled: number;
}

const end = (auditor: Auditor, run: Run, { all, movements, unsettled }: Outcome): Promise<void> =>
  record(auditor, async ({ tx, now }) => {
    await replaceDifferences(tx, run, all);
    await changeRun(tx, run, {
      ...{ status: 'done', failures: 0, differences: all.length, compared_at: now, movements },
      due_at: nextLook({ to: run.to, open: all.length + unsettled > 0, now }),
    });
  });

/** The differences of the last time stay, with the time they are of. */
async function fail(auditor: Auditor, run: Run, error: unknown): Promise<void> {
  auditor.log.error({ err: error, id: run.id, tries: run.tries }, 'a reconciliation came to nothing');
  const failure = reasonOf(error).slice(0, 1_000);
  await record(auditor, ({ tx, now }) =>
    changeRun(tx, run, {
      ...{ status: 'failed', failure, failures: run.failures + 1 },
      due_at: nextTry(run.failures, now),
    }),
  ).catch((late: unknown) => {
    if (!(late instanceof Overtaken)) throw late;
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
