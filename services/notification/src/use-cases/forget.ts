import type { Work } from '@rollcall/kit/work';
import { forgetLetters } from '../store/letters.js';

/** Rows of one turn: 60,000 an hour. */
const MOST = 10_000;

/** Forgets to which address letters were sent after so many days. */
export async function forget(work: Work, days: number): Promise<void> {
  await forgetLetters(work.tx, new Date(work.now.getTime() - days * 86_400_000), MOST);
}
