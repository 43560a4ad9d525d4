import { run } from '@rollcall/kit/service';
import { watchLedger } from './collect.js';
import { config as readSettings } from './config.js';
import { consumers } from './consumers.js';
import { giveDemoCredits } from './demo.js';
import { routes } from './routes.js';

const config = readSettings();

await run({
  name: 'wallet',
  config,
  migrations: new URL('../migrations/', import.meta.url),
  routes,
  consumers,
  schedule: [],
  prepare: async ({ db, clock }) => {
    if (config.NODE_ENV !== 'production') await giveDemoCredits(db, clock);
  },
  collect: watchLedger(),
});
