import { forbidden } from '@rollcall/kit/errors';
import type { Account } from '../store/accounts.js';

/** Throws 403 for a suspended account. */
export function refuseSuspended({ status }: Account): void {
  if (status === 'suspended')
    throw forbidden('account-suspended', 'This account is suspended. Write to support.');
}
