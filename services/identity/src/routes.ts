import * as api from '@rollcall/contracts/api/identity';
import { command, query, reply, type Served } from '@rollcall/kit/http';
import type { Context } from './context.js';
import { findUser, findUsers, profile, signedIn } from './queries/accounts.js';
import { findAudit } from './queries/audit.js';
import { publicKeys } from './queries/keys.js';
import { askForReset } from './use-cases/ask-for-reset.js';
import { changePassword } from './use-cases/change-password.js';
import { login } from './use-cases/login.js';
import { logout } from './use-cases/logout.js';
import { logoutEverywhere } from './use-cases/logout-everywhere.js';
import { refresh } from './use-cases/refresh.js';
import { register } from './use-cases/register.js';
import { resetPassword } from './use-cases/reset-password.js';
import { updateProfile } from './use-cases/update-profile.js';
import { updateUser } from './use-cases/update-user.js';
import { verifyAgain, verifyEmail } from './use-cases/verify-email.js';

/** Seconds a verifier may keep the keys. A new key is published longer than this before it signs. */
const KEYS_KEPT = 300;

const FORGOT = { detail: 'If there is an account with this address, a letter is on its way to it.' };
const VERIFY = { detail: 'A letter is on its way to your address.' };
const nothing = async () => undefined;

/**
 * What signs in opens its transactions itself: it hashes before it, keeps a refusal after it, and its answer holds
 * secrets that no idempotency key may store.
 */
const signingIn = (context: Context): Served[] => {
  const { db } = context;
  return [
    query(db, api.register, async (_db, input) => signedIn(await register(context, input))),
    query(db, api.login, async (_db, input) => signedIn(await login(context, input))),
    query(db, api.refresh, async (_db, input) => signedIn(await refresh(context, input))),
    query(db, api.changePassword, async (_db, input) => signedIn(await changePassword(context, input))),
    query(db, api.resetPassword, async (_db, input) => reply(204, await resetPassword(context, input))),
    command(db, api.logout, logout, nothing),
    command(db, api.logoutEverywhere, logoutEverywhere, nothing),
  ];
};

const letters = ({ db, keyrings }: Context): Served[] => [
  command(db, api.forgotPassword, askForReset, async () => FORGOT),
  command(db, api.verifyEmail, verifyEmail, nothing),
  command(
    db,
    api.resendVerification,
    (work, input) => verifyAgain(work, keyrings.letters, input),
    async () => VERIFY,
  ),
];

/** Everything identity answers over HTTP. */
export const routes = (context: Context): Served[] => {
  const { db } = context;
  return [
    ...signingIn(context),
    ...letters(context),
    query(db, api.me, profile),
    command(db, api.updateMe, updateProfile, (_db, _ref, input) => profile(db, input)),
    query(db, api.listUsers, (from, { query: filter }) => findUsers(from, filter)),
    query(db, api.readUser, (from, { params }) => findUser(from, params)),
    command(db, api.updateUser, updateUser, findUser),
    query(db, api.adminAudit, (from, { query: filter }) => findAudit(from, filter)),
    query(db, api.financeAudit, (from, { query: filter }) => findAudit(from, filter)),
    query(db, api.jwks, async () =>
      reply(200, await publicKeys(db), { 'Cache-Control': `public, max-age=${KEYS_KEPT}` }),
    ),
  ];
};
