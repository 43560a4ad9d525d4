/** What the gateway answers itself. */
import { unavailable } from '@rollcall/kit/errors';
import { registry } from '@rollcall/kit/metrics';
import { type RequestHandler, Router } from 'express';
import helmet from 'helmet';
import swagger from 'swagger-ui-express';

export interface PagesContext {
  /** Services that have not been ready yet. */
  readonly waitingFor: () => readonly string[];
  readonly isStopping: () => boolean;
  /** The OpenAPI document as text. */
  readonly openApi: string | undefined;
}

export function pages(context: PagesContext): Router {
  const router = Router();
  const document = ['/api/openapi.json', '/api/v1/openapi.json'];
  const docs = ['/api/docs', '/api/v1/docs'];
  router.get('/livez', (_request, response) => void response.json({ status: 'ok' }));
  router.get('/readyz', readyz(context));
  router.get('/metrics', metrics);
  router.get(document, openApi(context));
  router.use(docs, docsPolicy, swagger.serve);
  router.get(docs, swagger.setup(null, { swaggerOptions: DOCS, customSiteTitle: 'Rollcall API' }));
  return router;
}

const readyz =
  ({ waitingFor, isStopping }: PagesContext): RequestHandler =>
  (_request, response) => {
    if (isStopping()) throw unavailable('stopping', 'This replica is stopping. Use another one.');
    const missing = waitingFor();
    if (missing.length > 0) throw unavailable('starting', `Waiting for ${missing.join(', ')}.`, 1);
    response.json({ status: 'ready' });
  };

const metrics: RequestHandler = async (_request, response) => {
  response.type(registry.contentType).send(await registry.metrics());
};

const openApi =
  ({ openApi }: PagesContext): RequestHandler =>
  (_request, response) => {
    if (openApi === undefined) {
      throw unavailable(
        'no-openapi',
        'The document was not generated. Run `npm run generate` and start again.',
        60,
      );
    }
    response.type('application/json').send(openApi);
  };

/** No validator badge: it would send the document's address to a host on the internet. */
const DOCS = { url: '/api/openapi.json', validatorUrl: null, persistAuthorization: false };

/** The page's scripts are files of this origin; its styles are partly inline. */
const docsPolicy = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
});
