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

await run({
  name: 'identity',
  config: given,
  migrations: new URL('../migrations/', import.meta.url),
  routes: ({ db, clock }) => routes({ db, issuer, passwords, clock }),
  consumers,
  schedule,
  prepare: async ({ db, clock }) => {
    await ensureSigningKey(db, clock());
    if (given.NODE_ENV !== 'production') await seedDemo(db, passwords);
  },
});
