import { run } from '@rollcall/kit/service';
import { config } from './config.js';
import { consumers } from './consumers.js';
import { seedDemo } from './demo.js';
import { routes } from './routes.js';
import { schedule } from './schedule.js';

const given = config();

await run({
  name: 'enrollment',
  config: given,
  migrations: new URL('../migrations/', import.meta.url),
  routes: ({ db }) => routes(db),
  consumers,
  schedule,
  prepare: async ({ db, clock }) => {
    if (given.NODE_ENV !== 'production') await seedDemo(db, clock);
  },
});
