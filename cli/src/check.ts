/** `rollcall invariants check`: every service's own, then those between services. */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Databases } from './databases.js';
import { readOnly } from './databases.js';
import { agreements, disagreements } from './invariants.js';
import { readInvariants } from './sql-file.js';

export interface Finding {
  readonly scope: string;
  readonly name: string;
  /** Offending rows, at most `MOST` and a mark when there are more; none: it holds. */
  readonly rows: readonly string[];
}

/** What waits somewhere, per service; not wrong by itself. */
export interface Backlog {
  readonly service: string;
  readonly unpublished: number;
  readonly waiting: number;
  readonly retrying: number;
  readonly dead: number;
  readonly parked: number;
}

const MOST = 10;

const fileOf = (service: string) => new URL(`../../services/${service}/invariants.sql`, import.meta.url);

export async function check(databases: Databases, services: readonly string[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const service of services) findings.push(...(await checkService(databases, service)));
  for (const agreement of agreements) {
    const { left, right, name } = agreement;
    if (!services.includes(left.service) || !services.includes(right.service)) continue;
    const rows = await disagreements(agreement, databases);
    findings.push({ scope: `${left.service}, ${right.service}`, name, rows });
  }
  return findings;
}

async function checkService(databases: Databases, service: string): Promise<Finding[]> {
  const file = fileOf(service);
  const invariants = existsSync(file) ? readInvariants(readFileSync(file, 'utf8'), file.pathname) : [];
  return readOnly(await databases.of(service), async (tx) => {
    const findings: Finding[] = [];
    for (const { name, sql } of invariants) {
      const query = `select * from (${sql}\n) as offending limit ${MOST + 1}`;
      const { rows } = (await tx.raw(query.replaceAll('?', '\\?'))) as { rows: unknown[] };
      findings.push({ scope: service, name, rows: printed(rows) });
    }
    return findings;
  });
}

function printed(rows: readonly unknown[]): string[] {
  const lines = rows.slice(0, MOST).map((row) => JSON.stringify(row));
  return rows.length > MOST ? [...lines, '… and more'] : lines;
}

export async function backlogs(databases: Databases, services: readonly string[]): Promise<Backlog[]> {
  const found: Backlog[] = [];
  for (const service of services) {
    const db = await databases.of(service);
    const { rows } = (await db.raw(`
      select (select count(*) from outbox_unpublished) as unpublished,
             (select count(*) from inbox where status = 'waiting') as waiting,
             (select count(*) from inbox where status = 'retrying') as retrying,
             (select count(*) from inbox where status = 'dead') as dead,
             (select count(*) from parked where status = 'parked') as parked`)) as {
      rows: Omit<Backlog, 'service'>[];
    };
    const row = rows[0];
    if (row) found.push({ service, ...row });
  }
  return found;
}

export const isQuiet = (backlog: readonly Backlog[]): boolean =>
  backlog.every(({ unpublished, waiting, retrying }) => unpublished + waiting + retrying === 0);

/** Milliseconds between looks; quiet counts when seen this often in a row, for a message may be between two databases. */
const LOOK = 300;
const QUIET_LOOKS = 3;

/** Waits until nothing is on its way, at most `seconds`; says whether it became quiet. */
export async function waitUntilQuiet(
  databases: Databases,
  services: readonly string[],
  seconds: number,
): Promise<boolean> {
  const deadline = Date.now() + seconds * 1_000;
  for (let quiet = 0; Date.now() < deadline; ) {
    quiet = isQuiet(await backlogs(databases, services)) ? quiet + 1 : 0;
    if (quiet >= QUIET_LOOKS) return true;
    await sleep(LOOK);
  }
  return false;
}
