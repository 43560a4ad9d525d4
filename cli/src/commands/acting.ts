/** Who acts by a command, and why: what every act that stands in a trail asks for. */
import { userInfo } from 'node:os';
import type { Operator } from '../dead.js';
import { misuse } from '../refusal.js';

export interface By {
  reason: string;
  as?: string;
}

export function operatorOf({ reason, as }: By): Operator {
  const words = reason.trim();
  if (words === '') throw misuse('--reason is empty: what is done has to be explained to somebody later');
  return { actor: as ?? userInfo().username, reason: words };
}
