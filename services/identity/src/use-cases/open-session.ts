import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { addFamily, addRefreshToken } from '../store/sessions.js';
import { newSecretToken, REFRESH_DAYS, sha256 } from '../tokens.js';

/** Begins a sign-in: a family and its first refresh token, which is returned and stored nowhere. */
export async function openSession(work: Work, userId: string): Promise<string> {
  const familyId = newId();
  await addFamily(work.tx, { id: familyId, userId, createdAt: work.now });
  return nextToken(work, familyId);
}

/** Another refresh token of a family whose last one is spent. */
export async function nextToken(work: Work, familyId: string): Promise<string> {
  const token = newSecretToken();
  const expiresAt = new Date(work.now.getTime() + REFRESH_DAYS * 86_400_000);
  await addRefreshToken(work.tx, { tokenHash: sha256(token), familyId, createdAt: work.now, expiresAt });
  return token;
}
