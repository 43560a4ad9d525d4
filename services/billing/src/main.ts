import { run } from '@rollcall/kit/service';
import { config, sellerIn } from './config.js';
import { consumers } from './consumers.js';
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
  schedule: schedule(provider, sellerIn(given)),
});
