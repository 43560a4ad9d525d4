import type { updateUser as route } from '@rollcall/contracts/api/identity';
import { forbidden, notFound } from '@rollcall/kit/errors';
import { checkMatch, etag } from '@rollcall/kit/etag';
import type { InputOf } from '@rollcall/kit/http';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { type Act, changeUser, isActiveAdmin, keepAnAdmin, noReferrer } from '../domain/change-user.js';
import * as accounts from '../store/accounts.js';
import { addAuditEntry } from '../store/audit.js';
import { revokeAllFamilies } from '../store/sessions.js';
import { announceChange } from './announce.js';

/**
 * Changes a user's roles, status or referrer. What changes nothing makes no version and leaves no trace. A suspension
 * ends every sign-in; access tokens, and a role that was taken, run out within ten minutes.
 */
export async function updateUser(
  work: Work,
  { params: { id }, body, user, ifMatch }: InputOf<typeof route>,
): Promise<{ id: string }> {
  await accounts.lockUserRules(work.tx);
  await refuseFormerAdmin(work, user.id);
  const account = await accounts.accountForUpdate(work.tx, id);
  if (account === undefined) throw notFound('user');
  checkMatch(ifMatch, etag(account.version));
  const { reason, ...change } = body;
  const { next, acts } = changeUser(account, change);
  if (acts.length === 0) return { id };
  if (next.referrerId !== account.referrerId) await refuseReferrer(work, id, next.referrerId);
  keepAnAdmin(account, next, await accounts.otherActiveAdmins(work.tx, id));

  const changed = { ...next, version: account.version + 1 };
  await accounts.saveAccount(work.tx, changed);
  if (changed.status === 'suspended') await revokeAllFamilies(work.tx, id, 'suspended', work.now);
  announceChange(work, changed);
  await audit(work, acts, { actor: user.id, target: id, reason });
  return { id };
}

/**
 * Whoever was suspended or demoted has a token for ten minutes more, and must not undo it with that. Another issuer's
 * admins have no account here: their token is all there is.
 */
async function refuseFormerAdmin({ tx }: Work, id: string): Promise<void> {
  const admin = await accounts.accountById(tx, id);
  if (admin === undefined || isActiveAdmin(admin)) return;
  throw forbidden('wrong-role', 'You are no admin any more. Sign in again to see what you may do.');
}

async function refuseReferrer(work: Work, id: string, referrerId: string | null): Promise<void> {
  if (referrerId === null) return;
  const line = await accounts.referralLine(work.tx, { of: referrerId, by: id });
  if (line === 'unknown') throw noReferrer('is nobody’s id');
  if (line === 'referred') throw noReferrer('was referred through this user');
}

interface By {
  readonly actor: string;
  readonly target: string;
  readonly reason: string;
}

/** Straight into the trail, in the transaction of the act: it is identity's own table. */
async function audit(work: Work, acts: readonly Act[], { reason, ...by }: By): Promise<void> {
  for (const { action, what } of acts) {
    await addAuditEntry(work.tx, {
      auditId: newId(),
      source: '/rollcall/identity',
      ...by,
      action,
      reason: what === undefined ? reason : `${reason} (${what})`,
      at: work.now.toISOString(),
    });
  }
}
