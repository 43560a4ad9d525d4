import { run } from '@rollcall/kit/service';
import { collect } from './collect.js';
import { config } from './config.js';
import { consumers } from './consumers.js';
import { prepare } from './prepare.js';
import { routes } from './routes.js';
import { schedule } from './schedule.js';

await run({
  name: 'settlement',
  config: config(),
  migrations: new URL('../migrations/', import.meta.url),
  routes,
  consumers,
  schedule,
  prepare,
  collect,
});
