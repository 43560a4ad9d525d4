import { randomBytes } from 'node:crypto';
import { userRegistered } from '@rollcall/contracts/events/identity';
import { conflict, unprocessable } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { CODE_BYTES, normalReferralCode, referralCode } from '../domain/referral-code.js';
import { type Account, addAccounts, emailIsTaken, idByReferralCode } from '../store/accounts.js';
import { announce } from './announce.js';

export interface Application {
  readonly email: string;
  readonly passwordHash: string;
  readonly name: string;
  readonly role: 'student' | 'teacher';
  readonly referralCode?: string;
  readonly locale?: string;
  readonly timeZone?: string;
}

/** New codes drawn before giving up; one draw collides once in a hundred million. */
const DRAWS = 3;

/** Opens an account. Throws 422 for a referral code nobody has, 409 for an address that has an account. */
export async function openAccount(work: Work, application: Application): Promise<Account> {
  const referrerId = await referrerOf(work, application.referralCode);
  for (let draw = 1; draw <= DRAWS; draw += 1) {
    const [account] = await addAccounts(work.tx, [newAccount(work.now, application, referrerId)]);
    if (account !== undefined) {
      announce(work, userRegistered, account);
      return account;
    }
    if (await emailIsTaken(work.tx, application.email)) throw emailTaken();
  }
  throw new Error(`no free referral code in ${DRAWS} draws`);
}

async function referrerOf(work: Work, code: string | undefined): Promise<string | null> {
  if (code === undefined) return null;
  const referrerId = await idByReferralCode(work.tx, normalReferralCode(code));
  if (referrerId !== undefined) return referrerId;
  throw unprocessable('unknown-referral-code', 'Check the referral code, or register without one.', [
    { path: 'referralCode', message: 'is nobody’s code' },
  ]);
}

function newAccount(now: Date, application: Application, referrerId: string | null) {
  const { email, passwordHash, name, role, locale = 'en', timeZone = 'UTC' } = application;
  return {
    id: newId(),
    email,
    emailVerifiedAt: null,
    passwordHash,
    name,
    roles: [role],
    locale,
    timeZone,
    referralCode: referralCode(randomBytes(CODE_BYTES)),
    referrerId,
    createdAt: now,
  };
}

const emailTaken = () =>
  conflict('email-taken', 'This e-mail address has an account: sign in, or register another address.', {
    errors: [{ path: 'email', message: 'has an account already' }],
  });
