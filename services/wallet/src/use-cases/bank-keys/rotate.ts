import type { Turn } from '@rollcall/kit/schedule';
import type { Keyring } from '@rollcall/kit/sealed';
import { countRotated, endRotation, takeRotation } from '../../store/bank-key-rotations.js';
import { resealBankDetails } from './reseal.js';

/**
 * Does the rotation an operator has asked for (`rollcall bank-keys rotate`), if there is one and no replica is at it, and
 * writes down after each batch how far it is: the operator reads it there. The keys stay in this process. `clock` says
 * when a batch was done: a turn may be long. Returns whether it ended one.
 */
export async function rotateWhenAsked(
  inWork: Turn['inWork'],
  keys: Keyring,
  clock: () => Date,
): Promise<boolean> {
  const id = await inWork((work) => takeRotation(work.tx, keys.sealing.id, clock()));
  if (id === undefined) return false;
  const isWhole = await resealBankDetails(inWork, keys, (work, { done, broken }) =>
    countRotated(work.tx, id, { done: done.length, broken: broken.length, now: clock() }),
  );
  if (isWhole) await inWork((work) => endRotation(work.tx, id, clock()));
  return isWhole;
}
