import { createHash } from 'node:crypto';
import { conflict, invalid, unprocessable } from './errors.js';
import { sendTogether } from './round-trips.js';
import type { Work } from './work.js';

/** Hours a key is remembered. Beneath it the tables' business keys never expire. */
const KEPT_HOURS = 24;

export interface Keyed {
  readonly userId: string;
  readonly key: string;
  /** Of the route and all it was given: the same key may not ask for something else. */
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

/** Of the parsed parts, so that a prefix, a trailing slash or the order of fields makes no other request. */
export const hashRequest = (
  name: string,
  { params, query, body }: { params: unknown; query: unknown; body: unknown },
): Buffer =>
  createHash('sha256')
    .update(`${name}\n${JSON.stringify([params, query, body])}`)
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
  // Two statements: the look must begin after the lock, or it misses a request that commits between the two.
  const [locked, looked] = await sendTogether(work.tx, [
    work.tx.raw('select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as free', [`${userId}/${key}`]),
    work.tx.raw(
      'select request_hash, ref from idempotency_keys where user_id = ? and key = ? and created_at > ?',
      [userId, key, since(work.now)],
    ),
  ]);
  const known: { request_hash: Buffer; ref: Ref } | undefined = looked?.rows[0];
  if (known !== undefined) {
    if (known.request_hash.equals(requestHash)) return { ref: known.ref, replayed: true };
    throw unprocessable(
      'idempotency-key-reused',
      'This Idempotency-Key was used for another request. Take a new key.',
    );
  }
  if (!locked?.rows[0].free) throw inProgress();
  const ref = await act();
  const kept = work.tx.raw(
    `insert into idempotency_keys (user_id, key, request_hash, ref, created_at) values (?, ?, ?, ?, ?)
     on conflict (user_id, key) do update
       set request_hash = excluded.request_hash, ref = excluded.ref, created_at = excluded.created_at`,
    [userId, key, requestHash, JSON.stringify(ref ?? null), work.now],
  );
  work.atCommit(kept);
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
