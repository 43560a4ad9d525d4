import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createVerifier, issuerOf } from '@rollcall/kit/auth';
import { createLog } from '@rollcall/kit/log';
import { collectProcessMetrics } from '@rollcall/kit/metrics';
import { startTracing } from '@rollcall/kit/tracing';
import { endOnUncaught } from '@rollcall/kit/uncaught';
import { tellVersion } from '@rollcall/kit/version';
import { config } from './config.js';
import { createGateway } from './gateway.js';
import { readOpenApi } from './openapi.js';
import { readWebApp } from './web.js';

const given = config();
const log = createLog('gateway', given.LOG_LEVEL);
endOnUncaught(log);
const stopTracing = await startTracing('gateway', given.OTEL_EXPORTER_OTLP_ENDPOINT);
collectProcessMetrics();
tellVersion('gateway');

const openApi = readOpenApi();
if (openApi === undefined) log.warn('no schemas/openapi.json in contracts: /api/openapi.json answers 503');
const webRoot = given.WEB_ROOT ?? fileURLToPath(new URL('../../../apps/web/dist', import.meta.url));
const webApp = readWebApp(webRoot);
if (webApp === undefined && given.WEB_ROOT !== undefined)
  throw new Error(`WEB_ROOT: no index.html in ${webRoot}`);
const verify = createVerifier(issuerOf(given));
const gateway = createGateway({ config: given, verify, log, openApi, webApp });
gateway.server.listen(given.PORT);
await once(gateway.server, 'listening');
log.info({ port: given.PORT }, 'gateway listens');

const [signal] = await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
log.info({ signal }, 'gateway stops');
await gateway.stop();
await stopTracing();
