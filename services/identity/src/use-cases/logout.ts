import type { logout as route } from '@rollcall/contracts/api/identity';
import type { InputOf } from '@rollcall/kit/http';
import type { Work } from '@rollcall/kit/work';
import { lockRefreshToken, revokeFamily } from '../store/sessions.js';
import { sha256 } from '../tokens.js';

/** Ends a sign-in, by any token of its family. A token nobody knows is a sign-in that has ended already. */
export async function logout(work: Work, { body }: InputOf<typeof route>): Promise<null> {
  const token = await lockRefreshToken(work.tx, sha256(body.refreshToken));
  if (token !== undefined) await revokeFamily(work.tx, token.familyId, 'logout', work.now);
  return null;
}
