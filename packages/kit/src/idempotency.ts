import { createHash } from 'node:crypto';
import { conflict, invalid, unprocessable } from './errors.js';
import type { Work } from './work.js';

/** Hours a key is remembered. Beneath it the tables' business keys never expire. */
const KEPT_HOURS = 24;

export interface Keyed {
  readonly userId: string;
  readonly key: string;
  /** Of method, path and body: the same key may not ask for something else. */
  readonly requestHash: Buffer;
}

/** The header's key, checked. Throws 400 for anything but 1 to 255 visible ASCII characters. */
export function readKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (/^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw invalid('invalid-idempotency-key', 'Send an Idempotency-Key of 1 to 255 visible ASCII characters.', [
    { path: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' },
  ]);
}

export const hashRequest = (method: string, path: string, body: unknown): Buffer =>
  createHash('sha256')
    .update(`${method} ${path}\n${JSON.stringify(body ?? null)}`)
    .digest();

/**
 * Runs `act` once a key, in the transaction of its effect: the first call's ref is kept and given again. Throws 409
 * while another request holds the key (it lapses with that transaction), 422 when the key asked for something else.
 */
export async function once<Ref>(
  work: Work,
  { userId, key, requestHash }: Keyed,
  act: () => Promise<Ref>,
): Promise<{ ref: Ref; replayed: boolean }> {
  const { rows } = await work.tx.raw(
    `select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as free, k.request_hash, k.ref
       from (select 1) as one
       left join idempotency_keys k on k.user_id = ? and k.key = ? and k.created_at > ?`,
    [`${userId}/${key}`, userId, key, since(work.now)],
  );
  const [known] = rows as [{ free: boolean; request_hash: Buffer | null; ref: Ref }];
  if (known.request_hash !== null) {
    if (known.request_hash.equals(requestHash)) return { ref: known.ref, replayed: true };
    throw unprocessable(
      'idempotency-key-reused',
      'This Idempotency-Key was used for another request. Take a new key.',
    );
  }
  if (!known.free) throw inProgress();
  const ref = await act();
  const kept = await work.tx.raw(
    `insert into idempotency_keys as k (user_id, key, request_hash, ref, created_at) values (?, ?, ?, ?, ?)
     on conflict (user_id, key) do update
       set request_hash = excluded.request_hash, ref = excluded.ref, created_at = excluded.created_at
       where k.created_at <= ?
     returning 1`,
    [userId, key, requestHash, JSON.stringify(ref), work.now, since(work.now)],
  );
  // The one before us committed between our look and our lock: nothing of ours may stand beside it.
  if (kept.rows.length === 0) throw inProgress();
  return { ref, replayed: false };
}

const since = (now: Date): Date => new Date(now.getTime() - KEPT_HOURS * 3_600_000);

const inProgress = () =>
  conflict(
    'request-in-progress',
    'A request with this Idempotency-Key is being worked on. Ask again in a second.',
    {
      retryAfter: 1,
    },
  );
