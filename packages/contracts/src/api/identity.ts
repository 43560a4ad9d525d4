import { z } from 'zod';
import { route } from '../route.js';
import { Id, Instant, Role, storable, text } from '../shapes.js';
import { listOf, page, period, setOf } from './lists.js';

export const UserStatus = z.enum(['active', 'suspended']);

export const User = z
  .object({
    id: Id,
    email: z.string(),
    /** Somebody has shown that letters to the address arrive. Nothing depends on it: an unverified user may buy. */
    emailVerified: z.boolean(),
    name: z.string(),
    roles: z.array(Role),
    locale: z.string(),
    timeZone: z.string(),
    referralCode: z.string(),
    referrerId: Id.nullable(),
    status: UserStatus,
    createdAt: Instant,
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

export const Session = z
  .object({ user: User, accessToken: z.string(), refreshToken: z.string() })
  .meta({ id: 'SignedIn' });

const email = z
  .email('must be an e-mail address')
  .max(254, 'must have at most 254 characters')
  .overwrite((value) => value.toLowerCase());
/** Not trimmed: a password is what was typed. 1,000 characters bound the work of hashing it. */
const password = storable(z.string().max(1000, 'must have at most 1000 characters'));
const newPassword = storable(
  z.string().min(10, 'must have at least 10 characters').max(200, 'must have at most 200 characters'),
);
/** Of a letter's link: 256 bits in base64url are 43 characters. */
const letterToken = z.string().min(1).max(200);
const refreshToken = z.string().min(1).max(500);
const locale = text(35).refine(isLocale, 'must be a BCP 47 language tag such as en or pl-PL');
const timeZone = text(64).refine(isTimeZone, 'must be an IANA time zone such as Europe/Warsaw');

function isLocale(value: string): boolean {
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false;
  }
}

function isTimeZone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}

export const register = route({
  method: 'post',
  path: '/auth/register',
  who: 'public',
  summary: 'Open an account',
  body: z.strictObject({
    email,
    password: newPassword,
    name: text(200),
    role: z.enum(['student', 'teacher']),
    referralCode: text(40).optional(),
    locale: locale.optional(),
    timeZone: timeZone.optional(),
  }),
  status: 201,
  answer: Session,
  problems: [409, 422],
});

export const login = route({
  method: 'post',
  path: '/auth/login',
  who: 'public',
  summary: 'Sign in',
  body: z.strictObject({ email, password }),
  status: 200,
  answer: Session,
  problems: [401, 429],
});

export const refresh = route({
  method: 'post',
  path: '/auth/refresh',
  who: 'public',
  summary: 'Trade a refresh token for a new pair; a spent one revokes the whole family',
  body: z.strictObject({ refreshToken }),
  status: 200,
  answer: Session,
  problems: [401],
});

export const logout = route({
  method: 'post',
  path: '/auth/logout',
  who: 'public',
  summary: 'Revoke a refresh token and its family',
  body: z.strictObject({ refreshToken }),
  status: 204,
});

export const logoutEverywhere = route({
  method: 'post',
  path: '/auth/logout-everywhere',
  who: 'any',
  summary: 'End every sign-in of yours, this one too; access tokens run out within ten minutes',
  status: 204,
});

export const changePassword = route({
  method: 'post',
  path: '/auth/password',
  who: 'any',
  summary: 'Set another password: ends every sign-in and answers with a new one',
  body: z.strictObject({ currentPassword: password, newPassword }),
  status: 200,
  answer: Session,
  problems: [403, 422],
});

const Taken = z.object({ detail: z.string() }).meta({ id: 'Taken' });

/** Neither the answer nor the time it takes tells whether there is an account. */
export const forgotPassword = route({
  method: 'post',
  path: '/auth/password/forgot',
  who: 'public',
  summary: 'Ask for a letter that lets one set a new password; the answer is the same for every address',
  body: z.strictObject({ email }),
  status: 202,
  answer: Taken,
});

export const resetPassword = route({
  method: 'post',
  path: '/auth/password/reset',
  who: 'public',
  summary: 'Set a new password with the token of the letter: good once, for an hour; ends every sign-in',
  body: z.strictObject({ token: letterToken, password: newPassword }),
  status: 204,
  problems: [422],
});

export const verifyEmail = route({
  method: 'post',
  path: '/auth/email/verify',
  who: 'public',
  summary: 'Show with the token of the letter that it arrived: good once, for seven days',
  body: z.strictObject({ token: letterToken }),
  status: 204,
  problems: [422],
});

export const resendVerification = route({
  method: 'post',
  path: '/auth/email/verify/resend',
  who: 'any',
  summary: 'Ask for the letter that verifies your address once more',
  status: 202,
  answer: Taken,
  problems: [404, 409],
});

export const me = route({
  method: 'get',
  path: '/auth/me',
  who: 'any',
  summary: 'Your own account, with the referral code to hand out',
  status: 200,
  answer: User,
});

export const updateMe = route({
  method: 'patch',
  path: '/auth/me',
  who: 'any',
  summary: 'Change your name, language or time zone',
  body: z
    .strictObject({ name: text(200).optional(), locale: locale.optional(), timeZone: timeZone.optional() })
    .refine((body) => Object.keys(body).length > 0, 'must change something'),
  status: 200,
  answer: User,
});

const PublicKey = z.object({
  kty: z.string(),
  kid: z.string(),
  alg: z.string(),
  use: z.literal('sig'),
  crv: z.string().optional(),
  x: z.string().optional(),
  y: z.string().optional(),
});

/** At the root: where the issuer's keys are is the one address other software expects without our prefix. */
export const jwks = route({
  method: 'get',
  path: '/.well-known/jwks.json',
  who: 'public',
  summary: 'The public keys that access tokens are verified with',
  status: 200,
  answer: z.object({ keys: z.array(PublicKey) }).meta({ id: 'KeySet' }),
});

export const listUsers = route({
  method: 'get',
  path: '/admin/users',
  who: ['admin'],
  summary: 'Accounts, newest first; `text` is looked for in address and name',
  query: z.strictObject({
    ...page,
    text: text(100).optional(),
    role: setOf(Role),
    status: setOf(UserStatus),
    referrerId: Id.optional(),
  }),
  status: 200,
  answer: listOf(User),
});

const userId = z.strictObject({ id: Id });

export const readUser = route({
  method: 'get',
  path: '/admin/users/:id',
  who: ['admin'],
  summary: 'One account',
  params: userId,
  status: 200,
  answer: User,
  conditional: true,
});

export const updateUser = route({
  method: 'patch',
  path: '/admin/users/:id',
  who: ['admin'],
  summary: 'Change roles, suspend or reactivate, name the referrer of somebody who has none; needs a reason',
  params: userId,
  body: z
    .strictObject({
      roles: z
        .array(Role)
        .min(1)
        .max(4)
        .refine((roles) => new Set(roles).size === roles.length, 'must name each role once')
        .optional(),
      status: UserStatus.optional(),
      referrerId: Id.optional(),
      reason: text(500),
    })
    .refine(
      ({ roles, status, referrerId }) => [roles, status, referrerId].some((one) => one !== undefined),
      'must change roles, status or referrerId',
    ),
  status: 200,
  answer: User,
  problems: [409, 422],
  conditional: true,
});

/** One act of a person, as the service it was done in told it. */
export const AuditEntry = z
  .object({
    id: Id,
    /** The service it was done in. */
    service: z.string(),
    /** null: the system itself, or an operator, whom the reason names. */
    actor: Id.nullable(),
    action: z.string(),
    target: z.string(),
    reason: z.string(),
    at: Instant,
    createdAt: Instant,
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof AuditEntry>;

const audit = <const Path extends string, const Who extends 'admin' | 'finance'>(path: Path, who: Who) =>
  route({
    method: 'get',
    path,
    who: [who],
    summary: 'Who did what by hand, when, to what and why, in every service; newest first',
    query: z.strictObject({
      ...page,
      ...period,
      actor: Id.optional(),
      action: setOf(text(100)),
      target: text(200).optional(),
    }),
    status: 200,
    answer: listOf(AuditEntry),
  });

export const adminAudit = audit('/admin/audit', 'admin');
export const financeAudit = audit('/finance/audit', 'finance');
