import { run } from '@rollcall/kit/service';
import { readSettings } from './config.js';
import { consumers } from './consumers.js';
import { seedDemo } from './demo.js';
import { routes } from './routes.js';
import { schedule } from './schedule.js';

const config = readSettings();

await run({
  name: 'enrollment',
  config,
  migrations: new URL('../migrations/', import.meta.url),
  routes: ({ db }) => routes(db),
  consumers,
  schedule,
  prepare: async ({ db, clock }) => {
    if (config.NODE_ENV !== 'production') await seedDemo(db, clock);
  },
});
