import type { updateMe as route } from '@rollcall/contracts/api/identity';
import { notFound } from '@rollcall/kit/errors';
import type { InputOf } from '@rollcall/kit/http';
import type { Work } from '@rollcall/kit/work';
import { accountForUpdate, saveAccount } from '../store/accounts.js';
import { announceChange } from './announce.js';

/** Changes one's own name, language or time zone. What changes nothing makes no version and says nothing. */
export async function updateProfile(
  work: Work,
  { user, body }: InputOf<typeof route>,
): Promise<{ id: string }> {
  const account = await accountForUpdate(work.tx, user.id);
  if (account === undefined) throw notFound('account');
  const { name = account.name, locale = account.locale, timeZone = account.timeZone } = body;
  const same = name === account.name && locale === account.locale && timeZone === account.timeZone;
  if (same) return { id: account.id };

  const changed = { ...account, name, locale, timeZone, version: account.version + 1 };
  await saveAccount(work.tx, changed);
  announceChange(work, changed);
  return { id: account.id };
}
