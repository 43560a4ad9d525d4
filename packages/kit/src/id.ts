import { v7 } from 'uuid';
import { pooledBytes } from './random.js';

/** A new id: UUIDv7, ordered by time, within a millisecond too. At 10 million entries random ids halved the write rate. */
export function newId(): string {
  const random = pooledBytes(16);
  return v7({ random, ...tick(random) });
}

let last = 0;
let count = 0;

/**
 * The millisecond, and a count within it that begins at 31 random bits, so that it has room to grow and two processes
 * do not meet. The bytes are those of the random ones that the time takes the place of.
 */
function tick(random: Uint8Array): { msecs: number; seq: number } {
  const now = Date.now();
  if (now > last) {
    last = now;
    count = new DataView(random.buffer, random.byteOffset).getUint32(0) >>> 1;
  } else {
    count += 1;
  }
  return { msecs: last, seq: count };
}

/** The least id of an instant: those made before are smaller, so that what is old is found by its key. */
export function firstIdOf(time: Date): string {
  const digits = time.getTime().toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-000000000000`;
}
