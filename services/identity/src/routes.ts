import * as api from '@rollcall/contracts/api/identity';
import { command, query, reply, type Served } from '@rollcall/kit/http';
import type { Context } from './context.js';
import { profile, publicKeys, signedIn } from './queries.js';
import { login } from './use-cases/login.js';
import { logout } from './use-cases/logout.js';
import { refresh } from './use-cases/refresh.js';
import { register } from './use-cases/register.js';
import { updateProfile } from './use-cases/update-profile.js';

/** Seconds a verifier may keep the keys. A new key is to be published this long before it signs. */
const KEYS_KEPT = 300;

/**
 * Everything identity answers over HTTP. Registering, signing in and refreshing open their transactions themselves:
 * they hash before it, keep a refusal after it, and their answer holds secrets that no idempotency key may store.
 */
export function routes(context: Context): Served[] {
  const { db } = context;
  return [
    query(db, api.register, async (_db, input) => signedIn(await register(context, input))),
    query(db, api.login, async (_db, input) => signedIn(await login(context, input))),
    query(db, api.refresh, async (_db, input) => signedIn(await refresh(context, input))),
    command(db, api.logout, logout, async () => undefined),
    query(db, api.me, profile),
    command(db, api.updateMe, updateProfile, (_db, _ref, input) => profile(db, input)),
    query(db, api.jwks, async () =>
      reply(200, await publicKeys(db), { 'Cache-Control': `public, max-age=${KEYS_KEPT}` }),
    ),
  ];
}
