import type { DataOf, EventType } from '@rollcall/contracts/event';
import { emailVerificationRequested, passwordResetRequested } from '@rollcall/contracts/events/identity';
import { type Keyring, seal } from '@rollcall/kit/sealed';
import type { Work } from '@rollcall/kit/work';
import { LETTER_LIFE, LETTER_WINDOW_SECONDS, letterClosedFor } from '../domain/letter-limit.js';
import type { Account } from '../store/accounts.js';
import { addLetterToken, type LetterPurpose, lettersSince } from '../store/letters.js';
import { newSecretToken, sha256 } from '../tokens.js';

const EVENTS: Readonly<Record<LetterPurpose, EventType<DataOf<typeof passwordResetRequested>>>> = {
  'password-reset': passwordResetRequested,
  'email-verification': emailVerificationRequested,
};

/**
 * Asks for a letter with a new token: its hash is kept, and the event carries it sealed. Returns the seconds to wait
 * instead, when the account had its letters for this hour; the account's row must be locked, or two pass as one.
 */
export async function sendLetter(
  work: Work,
  keyring: Keyring,
  { account, purpose }: { account: Account; purpose: LetterPurpose },
): Promise<number | undefined> {
  const { id: userId, email, locale, name: displayName } = account;
  const since = new Date(work.now.getTime() - LETTER_WINDOW_SECONDS * 1000);
  const closed = letterClosedFor(await lettersSince(work.tx, userId, purpose, since), work.now);
  if (closed !== undefined) return closed;

  const secret = newSecretToken();
  const expiresAt = new Date(work.now.getTime() + LETTER_LIFE[purpose] * 1000);
  await addLetterToken(work.tx, {
    tokenHash: sha256(secret),
    userId,
    purpose,
    createdAt: work.now,
    expiresAt,
  });
  const token = seal(keyring, secret, `letter/${userId}`);
  work.emit(EVENTS[purpose], {
    userId,
    email,
    locale,
    displayName,
    token,
    expiresAt: expiresAt.toISOString(),
  });
  return undefined;
}
