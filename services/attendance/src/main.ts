import { run } from '@rollcall/kit/service';
import { config, rulesOf } from './config.js';
import { consumers } from './consumers.js';
import { collect } from './gauges.js';
import { routes } from './routes.js';
import { schedule } from './schedule.js';
import { createVideoServer } from './video-server.js';

const given = config();
const rules = rulesOf(given);

await run({
  name: 'attendance',
  config: given,
  migrations: new URL('../migrations/', import.meta.url),
  routes,
  consumers: consumers(rules),
  schedule: schedule(rules, createVideoServer(given)),
  collect: ({ db }) => collect(db),
});
