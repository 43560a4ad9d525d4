import type { Database } from '@rollcall/kit/database';
import type { Passwords } from './passwords.js';
import type { Issuer } from './tokens.js';

/** What signing in needs. */
export interface Context {
  readonly db: Database;
  readonly issuer: Issuer;
  readonly passwords: Passwords;
  readonly clock: () => Date;
}
