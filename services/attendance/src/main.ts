import { run } from '@rollcall/kit/service';
import { config as readConfig, rulesOf } from './config.js';
import { consumers } from './consumers.js';
import { collect } from './gauges.js';
import { routes } from './routes.js';
import { schedule } from './schedule.js';

const config = readConfig();
const rules = rulesOf(config);

await run({
  name: 'attendance',
  config,
  migrations: new URL('../migrations/', import.meta.url),
  routes,
  consumers: consumers(rules),
  schedule: schedule(rules),
  collect: ({ db }) => collect(db),
});
