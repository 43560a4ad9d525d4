/** A refresh token as stored, with what its family and its owner have become. */
export interface RefreshToken {
  readonly familyId: string;
  readonly userId: string;
  readonly expiresAt: Date;
  readonly spentAt: Date | null;
  readonly familyRevokedAt: Date | null;
  readonly userStatus: 'active' | 'suspended';
}

export type Spending = 'rotate' | 'refuse' | 'revoke-reused' | 'revoke-suspended';

/**
 * What presenting a refresh token leads to. A spent one in use again means that it is in two hands: nobody can tell
 * which of them is the owner's, so the whole sign-in ends.
 */
export function spend(token: RefreshToken | undefined, now: Date): Spending {
  if (token === undefined || token.familyRevokedAt !== null) return 'refuse';
  if (token.spentAt !== null) return 'revoke-reused';
  if (token.expiresAt <= now) return 'refuse';
  return token.userStatus === 'suspended' ? 'revoke-suspended' : 'rotate';
}
