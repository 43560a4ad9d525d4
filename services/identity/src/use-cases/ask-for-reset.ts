import type { forgotPassword as route } from '@rollcall/contracts/api/identity';
import type { InputOf } from '@rollcall/kit/http';
import type { Work } from '@rollcall/kit/work';
import { addResetRequest } from '../store/letters.js';

/** Notes that somebody forgot a password. Whether the address has an account is looked at later: no answer can tell. */
export async function askForReset(work: Work, { body }: InputOf<typeof route>): Promise<null> {
  await addResetRequest(work.tx, body.email, work.now);
  return null;
}
