import { run } from '@rollcall/kit/service';
import { collect } from './collect.js';
import { config } from './config.js';
import { consumers } from './consumers.js';
import { prepare } from './prepare.js';
import { routes } from './routes.js';
import { schedule } from './schedule.js';

const given = config();

await run({
  name: 'settlement',
  config: given,
  migrations: new URL('../migrations/', import.meta.url),
  routes,
  consumers,
  schedule: schedule(given),
  prepare,
  collect,
});
