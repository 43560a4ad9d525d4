import { route } from '@rollcall/contracts/route';
import type { Served } from '@rollcall/kit/http';
import type { Context } from '@rollcall/kit/service';
import { events } from './answer-events.js';
import type { Config } from './config.js';
import { createFollowers } from './followers.js';
import { previewList, previewOf } from './preview.js';
import { feedAfter } from './queries.js';

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

/** Everything notification answers over HTTP. */
export function routes({ db, config, log, clock }: Context<Config>): Served[] {
  const followers = createFollowers({
    read: (after, most) => feedAfter(db, after, most),
    limits: { most: config.EVENT_STREAMS_MOST, ofUser: config.EVENT_STREAMS_USER },
    log,
  });
  return [events(db, followers, clock), ...(config.NODE_ENV === 'production' ? [] : [previewed(config)])];
}

const previewed = ({ PUBLIC_URL }: Config): Served => ({
  route: preview,
  handle: async ({ query: { kind, language } }, response) => {
    const page = previewOf(String(kind), String(language), PUBLIC_URL) ?? previewList();
    response.set('Content-Security-Policy', POLICY).type('html').send(page);
  },
});
