import { route } from '@rollcall/contracts/route';
import type { Served } from '@rollcall/kit/http';
import type { Context } from '@rollcall/kit/service';
import type { Config } from './config.js';
import { previewList, previewOf } from './preview.js';

/** Templates with made-up facts, at the service's own port and in development only: the gateway knows no such path. */
const preview = route({
  method: 'get',
  path: '/preview',
  who: 'public',
  summary: 'Every letter in every language, with made-up facts.',
  status: 200,
});

/** What is shown is text and styles, never a script, and a link in it leads nowhere by itself. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/** Everything notification answers over HTTP: nothing in production. */
export const routes = ({ config }: Pick<Context<Config>, 'config'>): Served[] =>
  config.NODE_ENV === 'production'
    ? []
    : [
        {
          route: preview,
          handle: async ({ query: { kind, language } }, response) => {
            const page = previewOf(String(kind), String(language), config.PUBLIC_URL) ?? previewList();
            response.set('Content-Security-Policy', POLICY).type('html').send(page);
          },
        },
      ];
