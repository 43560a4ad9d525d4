/** What the gateway answers operators itself: how everything is, and one journey through every service. */
import {
  type Journey,
  JourneyPart,
  readJourney,
  readSystem,
  type SystemState,
} from '@rollcall/contracts/api/system';
import { invalid, notFound, unavailable, unprocessable } from '@rollcall/kit/errors';
import { registry } from '@rollcall/kit/metrics';
import type { UpstreamName } from './config.js';
import { circuitsIn, stateOf } from './metrics-text.js';
import { textOf } from './replicas.js';
import type { Target } from './table.js';
import type { Upstream } from './upstream.js';

interface Asked {
  readonly segments: readonly string[];
  /** As it came, with its question mark. */
  readonly search: string;
  /** The admin's own: each service checks it again. */
  readonly authorization: string;
}

export interface Operators {
  answer(target: Target, asked: Asked): Promise<SystemState | Journey>;
}

type Upstreams = Readonly<Record<UpstreamName, Upstream>>;

/** Milliseconds for which a look is good: each costs every service a scrape. */
const FRESH = 2_000;
/** Journeys looked for at once: each has every service read a day or more of its outbox. */
const SEARCHES = 4;

export function createOperators(upstreams: Upstreams): Operators {
  let last: { readonly at: number; readonly state: Promise<SystemState> } | undefined;
  const system = () => {
    if (last === undefined || Date.now() - last.at > FRESH)
      last = { at: Date.now(), state: lookAtAll(Object.values(upstreams)) };
    return last.state;
  };
  let searches = 0;
  const search = async (asked: Asked) => {
    if (searches >= SEARCHES)
      throw unavailable('searches-busy', 'Others look for journeys at the moment. Try again shortly.', 2);
    searches += 1;
    try {
      return await journeyOf(Object.values(upstreams), asked);
    } finally {
      searches -= 1;
    }
  };
  return {
    answer: async ({ pattern }, asked) => {
      if (pattern === readSystem.path) return system();
      if (pattern === readJourney.path) return search(asked);
      throw notFound('path');
    },
  };
}

async function lookAtAll(upstreams: readonly Upstream[]): Promise<SystemState> {
  const looks = await Promise.all(upstreams.map(async (one) => ({ one, replicas: await one.look() })));
  const own = upstreams.map(({ name, circuit }) => ({ from: 'gateway', to: name, state: circuit }));
  const others = looks.flatMap(({ one, replicas }) =>
    replicas.flatMap(({ metrics }) => circuitsIn(one.name, metrics)),
  );
  const services = looks.map(({ one, replicas }) => stateOf(one.name, replicas));
  const gateway = stateOf('gateway', [
    { address: 'this one', state: 'ready', metrics: await registry.metrics() },
  ]);
  return { at: new Date().toISOString(), services: [gateway, ...services], circuits: [...own, ...others] };
}

const DAY = 86_400_000;
const LONGEST = 31 * DAY;
/** As long as the kit's housekeeping leaves them. */
const KEPT_DAYS = 30;
/** Milliseconds by which clocks may differ, and between a thing's own id and the request that made it. */
const BEFORE = 60_000;
const MOST = 500;

async function journeyOf(
  upstreams: readonly Upstream[],
  { segments, search, authorization }: Asked,
): Promise<Journey> {
  const { id } = checked(readJourney.params, { id: segments.at(-1) });
  const asked = checked(readJourney.query, Object.fromEntries(new URLSearchParams(search)));
  const { from, to } = spanOf(id, asked);
  const path = `/api/v1/admin/journeys/${encodeURIComponent(id)}?${new URLSearchParams({ from, to })}`;
  const parts = await Promise.all(
    upstreams.map(async (upstream) => ({ upstream, part: await partOf(upstream, path, authorization) })),
  );
  const events = parts.flatMap(({ part }) => part?.events ?? []);
  // By id where the time is the same: ids are ordered within a millisecond.
  events.sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id));
  return {
    ...{ id, from, to, keptDays: KEPT_DAYS, events: events.slice(0, MOST) },
    truncated: events.length > MOST || parts.some(({ part }) => part?.truncated === true),
    missing: parts.filter(({ part }) => part === undefined).map(({ upstream }) => upstream.name),
  };
}

function checked<Shape>(
  schema:
    | { safeParse(value: unknown): { success: boolean; data?: Shape; error?: { issues: Issue[] } } }
    | undefined,
  value: unknown,
): Shape {
  const result = schema?.safeParse(value);
  if (result?.success && result.data !== undefined) return result.data;
  const errors = result?.error?.issues.map(({ path, message }) => ({
    path: path.map(String).join('.'),
    message,
  }));
  throw invalid('invalid-request', 'Mend what `errors` names and send it again.', errors);
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A day from when the id was made, where it says so, else the last day. */
function spanOf(
  id: string,
  asked: { from?: string | undefined; to?: string | undefined },
): { from: string; to: string } {
  const now = Date.now();
  const made = /^[\da-f]{8}-[\da-f]{4}-7/i.test(id)
    ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
    : undefined;
  const end = asked.to === undefined ? undefined : Date.parse(asked.to);
  const start =
    asked.from !== undefined
      ? Date.parse(asked.from)
      : end !== undefined
        ? end - DAY
        : (made ?? now - DAY) - BEFORE;
  const last = end ?? start + DAY + BEFORE;
  if (last <= start) throw unprocessable('empty-span', 'Let `from` lie before `to`.');
  if (last - start > LONGEST) throw unprocessable('span-too-long', 'Ask for 31 days at most.');
  return { from: new Date(start).toISOString(), to: new Date(last).toISOString() };
}

/** undefined: it did not answer, or with nothing of use. */
async function partOf(upstream: Upstream, path: string, authorization: string) {
  const caller = new AbortController();
  let part: ReturnType<typeof JourneyPart.parse> | undefined;
  const outgoing = {
    method: 'GET',
    path,
    headers: { authorization, accept: 'application/json' },
    body: undefined,
  };
  await upstream
    .exchangeLong(outgoing, caller, async ({ statusCode, body }) => {
      const text = await textOf(body);
      if (statusCode === 200) part = JourneyPart.parse(JSON.parse(text));
    })
    .catch(() => {}); // told as missing
  return part;
}
