import type { logoutEverywhere as route } from '@rollcall/contracts/api/identity';
import type { InputOf } from '@rollcall/kit/http';
import type { Work } from '@rollcall/kit/work';
import { revokeAllFamilies } from '../store/sessions.js';

/** Ends every sign-in of the caller. */
export async function logoutEverywhere(work: Work, { user }: InputOf<typeof route>): Promise<null> {
  await revokeAllFamilies(work.tx, user.id, 'logout-everywhere', work.now);
  return null;
}
