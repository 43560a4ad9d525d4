import type { Database } from '@rollcall/kit/database';
import type { Keyring } from '@rollcall/kit/sealed';
import type { Passwords } from './passwords.js';
import type { Issuer } from './tokens.js';

/** What seals the private signing keys at rest, and the tokens of letters on their way. */
export interface Keyrings {
  readonly signing: Keyring;
  readonly letters: Keyring;
}

/** What signing in needs. */
export interface Context {
  readonly db: Database;
  readonly issuer: Issuer;
  readonly passwords: Passwords;
  readonly keyrings: Keyrings;
  readonly clock: () => Date;
}
