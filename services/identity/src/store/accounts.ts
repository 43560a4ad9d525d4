import type { Role } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import type { Knex } from 'knex';

export interface Account {
  readonly id: string;
  readonly email: string;
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

export const saveProfile = (tx: Knex.Transaction, account: Account): Promise<number> =>
  tx('users').where({ id: account.id }).update({
    name: account.name,
    locale: account.locale,
    time_zone: account.timeZone,
    version: account.version,
  });
