import { run } from '@rollcall/kit/service';
import { config as readSettings } from './config.js';
import { consumers } from './consumers.js';
import { seedDemo } from './demo.js';
import { createPasswords } from './passwords.js';
import { routes } from './routes.js';
import { schedule } from './schedule.js';
import { ensureSigningKey } from './signing-keys.js';

const config = readSettings();
const passwords = createPasswords();
const issuer = { issuer: config.AUTH_ISSUER, audience: config.AUTH_AUDIENCE };

await run({
  name: 'identity',
  config,
  migrations: new URL('../migrations/', import.meta.url),
  routes: ({ db, clock }) => routes({ db, issuer, passwords, clock }),
  consumers,
  schedule,
  prepare: async ({ db, clock }) => {
    await ensureSigningKey(db, clock());
    if (config.NODE_ENV !== 'production') await seedDemo(db, passwords);
  },
});
