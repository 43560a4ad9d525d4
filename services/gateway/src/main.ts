import { once } from 'node:events';
import { createVerifier } from '@rollcall/kit/auth';
import { createLog } from '@rollcall/kit/log';
import { collectProcessMetrics } from '@rollcall/kit/metrics';
import { startTracing } from '@rollcall/kit/tracing';
import { loadConfig } from './config.js';
import { createGateway } from './gateway.js';
import { readOpenApi } from './openapi.js';

const config = loadConfig();
const log = createLog('gateway', config.LOG_LEVEL);
const stopTracing = await startTracing('gateway', config.OTEL_EXPORTER_OTLP_ENDPOINT);
collectProcessMetrics();

const openApi = readOpenApi();
if (openApi === undefined) log.warn('no schemas/openapi.json in contracts: /api/openapi.json answers 503');
const verify = createVerifier({
  keys: config.AUTH_JWKS_URL,
  issuer: config.AUTH_ISSUER,
  audience: config.AUTH_AUDIENCE,
});
const gateway = createGateway({ config, verify, log, openApi });
gateway.server.listen(config.PORT);
await once(gateway.server, 'listening');
log.info({ port: config.PORT }, 'gateway listens');

const [signal] = await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
log.info({ signal }, 'gateway stops');
await gateway.stop();
await stopTracing();
