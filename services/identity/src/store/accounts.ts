import type { Role } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import type { Knex } from 'knex';

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly emailVerifiedAt: Date | null;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly locale: string;
  readonly timeZone: string;
  readonly referralCode: string;
  readonly referrerId: string | null;
  readonly status: 'active' | 'suspended';
  readonly version: number;
  readonly createdAt: Date;
}

export type NewAccount = Omit<Account, 'status' | 'version'> & { readonly passwordHash: string };

const ACCOUNT = {
  id: 'id',
  email: 'email',
  emailVerifiedAt: 'email_verified_at',
  name: 'name',
  roles: 'roles',
  locale: 'locale',
  timeZone: 'time_zone',
  referralCode: 'referral_code',
  referrerId: 'referrer_id',
  status: 'status',
  version: 'version',
  createdAt: 'created_at',
};

/** Accounts to be chosen among, for the lists. */
export const accounts = (db: Database): Knex.QueryBuilder => db('users').select(ACCOUNT);

export const accountById = (db: Database, id: string): Promise<Account | undefined> =>
  db('users').where({ id }).first(ACCOUNT);

export const accountForUpdate = (tx: Knex.Transaction, id: string): Promise<Account | undefined> =>
  tx('users').where({ id }).forUpdate().first(ACCOUNT);

export const credentialsByEmail = (
  db: Database,
  email: string,
): Promise<(Account & { passwordHash: string }) | undefined> =>
  db('users')
    .where({ email })
    .first({ ...ACCOUNT, passwordHash: 'password_hash' });

/**
 * The account, if its password is still the one that was compared: hashing takes a while, and whoever changed the password
 * meanwhile has ended the sign-ins there were. Locked until the end of the transaction.
 */
export const accountIfPassword = (
  tx: Knex.Transaction,
  { id, passwordHash }: { id: string; passwordHash: string },
  lock: 'share' | 'update',
): Promise<Account | undefined> => {
  const row = tx('users').where({ id, password_hash: passwordHash });
  return (lock === 'share' ? row.forShare() : row.forUpdate()).first(ACCOUNT);
};

export const emailIsTaken = async (tx: Knex.Transaction, email: string): Promise<boolean> =>
  (await tx('users').where({ email }).first('id')) !== undefined;

export const idByReferralCode = async (
  tx: Knex.Transaction,
  referralCode: string,
): Promise<string | undefined> => (await tx('users').where({ referral_code: referralCode }).first('id'))?.id;

/** Inserts accounts and returns those that are there now by this call: an address, id or code in use is left alone. */
export async function addAccounts(tx: Knex.Transaction, accounts: readonly NewAccount[]): Promise<Account[]> {
  const rows = accounts.map((one) => ({
    id: one.id,
    email: one.email,
    email_verified_at: one.emailVerifiedAt,
    password_hash: one.passwordHash,
    name: one.name,
    roles: [...one.roles],
    locale: one.locale,
    time_zone: one.timeZone,
    referral_code: one.referralCode,
    referrer_id: one.referrerId,
    created_at: one.createdAt,
  }));
  const added: { id: string }[] = await tx('users').insert(rows).onConflict().ignore().returning('id');
  const ids = added.map(({ id }) => id);
  return tx('users').whereIn('id', ids).orderBy('id').select(ACCOUNT);
}

export const countAccounts = async (db: Database, ids: readonly string[]): Promise<number> =>
  Number(
    (
      await db('users')
        .whereIn('id', [...ids])
        .count({ count: '*' })
        .first()
    )?.count,
  );

/** Everything of an account that may change but its password. */
export const saveAccount = (tx: Knex.Transaction, account: Account): Promise<number> =>
  tx('users')
    .where({ id: account.id })
    .update({
      name: account.name,
      locale: account.locale,
      time_zone: account.timeZone,
      roles: [...account.roles],
      status: account.status,
      referrer_id: account.referrerId,
      email_verified_at: account.emailVerifiedAt,
      version: account.version,
    });

export const savePassword = (tx: Knex.Transaction, id: string, passwordHash: string): Promise<number> =>
  tx('users').where({ id }).update({ password_hash: passwordHash });

const USER_RULES_LOCK = 7_250_007;

/** What holds of several users at once (an admin is left, nobody refers himself in a circle) is changed one at a time. */
export async function lockUserRules(tx: Knex.Transaction): Promise<void> {
  await tx.raw('select pg_advisory_xact_lock(?)', [USER_RULES_LOCK]);
}

export async function otherActiveAdmins(tx: Knex.Transaction, id: string): Promise<number> {
  const { rows } = await tx.raw<{ rows: { others: number }[] }>(
    `select count(*)::int as others from users where id <> ? and status = 'active' and 'admin' = any(roles)`,
    [id],
  );
  return rows[0]?.others ?? 0;
}

/** Is there such a user, and was that one referred by `id`, directly or through others? */
export async function referralLine(
  tx: Knex.Transaction,
  { of, by }: { of: string; by: string },
): Promise<'unknown' | 'apart' | 'referred'> {
  const { rows } = await tx.raw<{ rows: { id: string }[] }>(
    `with recursive line as (
       select id, referrer_id from users where id = :of
       union
       select u.id, u.referrer_id from line join users u on u.id = line.referrer_id
     )
     select id from line`,
    { of },
  );
  if (rows.length === 0) return 'unknown';
  return rows.some(({ id }) => id === by) ? 'referred' : 'apart';
}
