import { run } from '@rollcall/kit/service';
import { watchLedger } from './collect.js';
import { config } from './config.js';
import { consumers } from './consumers.js';
import { giveDemoCredits } from './demo.js';
import { routes } from './routes.js';
import { schedule } from './schedule.js';
import { startSealer } from './sealer.js';

const given = config();

await run({
  name: 'wallet',
  config: given,
  migrations: new URL('../migrations/', import.meta.url),
  routes,
  consumers,
  schedule: schedule(given),
  prepare: async ({ db, clock }) => {
    if (given.NODE_ENV !== 'production') await giveDemoCredits(db, clock);
  },
  alongside: ({ log, broker }) => startSealer({ databaseUrl: given.DATABASE_URL, log, broker }),
  collect: watchLedger(),
});
