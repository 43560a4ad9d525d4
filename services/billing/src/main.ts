import { run } from '@rollcall/kit/service';
import { collect } from './collect.js';
import { config } from './config.js';
import { consumers } from './consumers.js';
import { followLedger } from './follow-ledger.js';
import { createProvider } from './provider.js';
import { routes } from './routes.js';
import { schedule } from './schedule.js';

const given = config();
const provider = createProvider(given);

await run({
  name: 'billing',
  config: given,
  migrations: new URL('../migrations/', import.meta.url),
  routes: routes(provider),
  consumers,
  schedule: schedule(provider, given),
  alongside: ({ db, log, broker }) => followLedger({ db, log, broker, databaseUrl: given.DATABASE_URL }),
  collect,
});
