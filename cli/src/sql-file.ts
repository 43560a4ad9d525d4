/** A service's invariants: SQL queries in a file, each under a line `-- name: <what holds>`; one holds when it returns no row. */
import { misuse } from './refusal.js';

export interface Invariant {
  readonly name: string;
  readonly sql: string;
}

const HEADING = /^-- name:\s*(.+?)\s*$/;

export function readInvariants(text: string, file: string): Invariant[] {
  const found: { name: string; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const name = HEADING.exec(line)?.[1];
    if (name !== undefined) found.push({ name, lines: [] });
    else if (found.length > 0) found.at(-1)?.lines.push(line);
    else if (line.trim() !== '' && !line.startsWith('--'))
      throw misuse(`${file}: "${line.trim()}" stands before the first "-- name:"`);
  }
  return found.map(({ name, lines }) => {
    const sql = lines.join('\n').trim().replace(/;\s*$/, '');
    if (sql === '') throw misuse(`${file}: "${name}" has no query`);
    return { name, sql };
  });
}
