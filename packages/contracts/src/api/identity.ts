import { z } from 'zod';
import { route } from '../route.js';
import { storable, TimeZone, text } from '../shapes.js';
import { User } from './identity-users.js';

export * from './identity-users.js';

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

function isLocale(value: string): boolean {
  try {
    return Intl.getCanonicalLocales(value).length === 1;
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
    timeZone: TimeZone.optional(),
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
    .strictObject({ name: text(200).optional(), locale: locale.optional(), timeZone: TimeZone.optional() })
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
