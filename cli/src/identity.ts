/** What an operator does in identity's database: the first admin, and the next signing key. Both stand in the audit trail. */
import { userUpdated } from '@rollcall/contracts/events/identity';
import type { Role } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { inWork, type Work } from '@rollcall/kit/work';
import type { Operator } from './dead.js';
import { Refusal } from './refusal.js';

interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly roles: Role[];
  readonly locale: string;
  readonly time_zone: string;
  readonly referrer_id: string | null;
  readonly status: string;
  readonly version: number;
}

/** Makes the owner of an address an admin: announced, and in the trail. False when that one is an admin already. */
export function grantAdmin(db: Database, email: string, operator: Operator): Promise<boolean> {
  return inWork(db, { correlationId: newId() }, async (work) => {
    const address = email.trim().toLowerCase();
    const user: UserRow | undefined = await work.tx('users').where({ email: address }).forUpdate().first();
    if (!user) throw new Refusal(`no account has the address ${address}: register it first`);
    if (user.status !== 'active')
      throw new Refusal(`the account ${address} is suspended; nothing was changed`);
    if (user.roles.includes('admin')) return false;

    const changed = { ...user, roles: [...user.roles, 'admin' as const], version: user.version + 1 };
    const { roles, version } = changed;
    await work.tx('users').where({ id: user.id }).update({ roles, version });
    work.emit(userUpdated, announcementOf(changed), { version });
    const what = ` (roles: ${user.roles.join(', ')} → ${roles.join(', ')})`;
    await writeDown(work, operator, { action: 'identity.user.roles', target: user.id, what });
    return true;
  });
}

const announcementOf = ({ id, roles, name, email, locale, time_zone, referrer_id, version }: UserRow) => ({
  userId: id,
  roles,
  displayName: name,
  email,
  locale,
  timeZone: time_zone,
  referrerId: referrer_id,
  version,
});

/**
 * Asks identity for the next signing key: it holds the key that seals them, so within a minute it makes one itself and
 * publishes it a quarter of an hour before it signs.
 */
export function askForNextKey(db: Database, operator: Operator): Promise<void> {
  return inWork(db, { correlationId: newId() }, async (work) => {
    const newest = await work
      .tx('signing_keys')
      .whereNull('retired_at')
      .orderBy('signs_from', 'desc')
      .forUpdate()
      .first();
    if (!newest) throw new Refusal('there is no signing key yet: start identity, which makes the first one');
    if (newest.signs_from > work.now)
      throw new Refusal(
        `the next key is published and signs from ${newest.signs_from.toISOString()}; nothing was changed`,
      );
    if (newest.replace_asked_at !== null)
      throw new Refusal(
        'the next key was asked for already: identity makes it within a minute; nothing was changed',
      );
    await work.tx('signing_keys').where({ kid: newest.kid }).update({ replace_asked_at: work.now });
    await writeDown(work, operator, { action: 'identity.keys.rotate', target: newest.kid });
  });
}

/** In identity's trail, which people read, and among what operators did in this database. */
async function writeDown(
  { tx, now }: Work,
  { actor, reason }: Operator,
  { action, target, what = '' }: { action: string; target: string; what?: string },
): Promise<void> {
  const id = newId();
  await tx('operator_actions').insert({ id, actor, action, target, reason });
  const words = `${reason}${what}, by the operator ${actor}`;
  const entry = { source: '/rollcall/identity', actor: null, action, target, reason: words, at: now };
  await tx('audit_entries').insert({ audit_id: id, ...entry });
}
