import { run } from '@rollcall/kit/service';
import { config } from './config.js';
import { consumers } from './consumers.js';
import { seedDemo } from './demo.js';
import { createPasswords } from './passwords.js';
import { routes } from './routes.js';
import { schedule } from './schedule.js';
import { ensureSigningKey } from './signing-keys.js';

const given = config();
const passwords = createPasswords();
const issuer = { issuer: given.AUTH_ISSUER, audience: given.AUTH_AUDIENCE };
const keyrings = { signing: given.IDENTITY_KEYS, letters: given.LETTER_KEYS };

await run({
  name: 'identity',
  config: given,
  migrations: new URL('../migrations/', import.meta.url),
  routes: ({ db, clock }) => routes({ db, issuer, passwords, keyrings, clock }),
  consumers,
  schedule: schedule(keyrings),
  prepare: async ({ db, clock }) => {
    await ensureSigningKey(db, keyrings.signing, clock());
    if (given.NODE_ENV !== 'production') await seedDemo(db, passwords);
  },
});
