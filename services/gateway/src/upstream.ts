/** A service as the gateway sees it: its replicas behind a bulkhead, a breaker and a clock. */
import { ELSEWHERE, unavailable } from '@rollcall/kit/errors';
import { counter, gauge } from '@rollcall/kit/metrics';
import CircuitBreaker from 'opossum';
import type { Dispatcher } from 'undici';
import { CallerGone } from './body.js';
import { type BulkheadRules, createBulkhead } from './bulkhead.js';
import { createReplicas, type Look, type Outgoing, type Replicas, TooSlow, wasNotSent } from './replicas.js';

type Answer = Dispatcher.ResponseData;

export interface BreakerRules {
  readonly failurePercent: number;
  /** Requests in the window before it may open. */
  readonly volume: number;
  /** Milliseconds. */
  readonly window: number;
  readonly reset: number;
}

export interface UpstreamRules {
  /** Milliseconds to the beginning of the answer. */
  readonly timeout: number;
  readonly bulkhead: BulkheadRules;
  readonly breaker: BreakerRules;
}

export interface Upstream {
  readonly name: string;
  /** Sends and relays; the place in the bulkhead is held until the relay has ended. Throws 503 for whatever fails. */
  exchange(
    request: Outgoing,
    caller: AbortController,
    relay: (answer: Answer) => Promise<void>,
  ): Promise<void>;
  /**
   * The same for webhooks: past the breaker and the bulkhead, on connections of their own, as money waits for what
   * they say and their senders give up after a few tries.
   */
  exchangeWebhook: Upstream['exchange'];
  /**
   * The same for what takes long by its nature, streams and searches: past both, too, as they would fill every place and
   * say nothing of health. Who calls bounds how many there are.
   */
  exchangeLong: Upstream['exchange'];
  isReady(): Promise<boolean>;
  look(): Promise<readonly Look[]>;
  readonly circuit: 'closed' | 'half-open' | 'open';
  close(): Promise<void>;
}

/** Connections for webhooks to one replica. More wait in its pool, bounded by the memory for bodies and the timeout. */
const WEBHOOK_CONNECTIONS = 128;

const STATES = { closed: 0, halfOpen: 1, open: 2 } as const;
const circuitState = gauge('circuit_state', 'Breaker by upstream: 0 closed, 1 half open, 2 open', [
  'upstream',
]);
const failures = counter('upstream_failures_total', 'Requests a service failed, by how', [
  'upstream',
  'reason',
]);

/** An answer of 5xx that tells of the service itself: relayed like any other, and counted as a failure. */
class FailedAnswer extends Error {
  override readonly name = 'FailedAnswer';
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`status ${answer.statusCode}`);
    this.answer = answer;
  }
}

export function createUpstream(name: string, origins: readonly string[], rules: UpstreamRules): Upstream {
  const replicas = createReplicas(origins);
  const webhooks = createReplicas(origins, WEBHOOK_CONNECTIONS);
  const long = createReplicas(origins);
  const bulkhead = createBulkhead(name, rules.bulkhead);
  const breaker = createBreaker(name, rules.breaker, async (request, caller) => {
    // The one request that tries a half-open circuit is seen to its end: a caller who hangs up says nothing of health.
    const abort = breaker.halfOpen ? new AbortController() : caller;
    const answer = await inTime(abort, rules.timeout, () => replicas.send(request, abort.signal));
    if (isFailure(answer)) throw new FailedAnswer(answer);
    return answer;
  });
  const refuse = (error: unknown) => refusalOf(name, error, Math.ceil(rules.breaker.reset / 1000));
  const apart =
    (own: Replicas): Upstream['exchange'] =>
    async (request, caller, relay) => {
      const sent = inTime(caller, rules.timeout, () => own.send(request, caller.signal));
      await sent.then(relay).catch(rethrow(refuse));
    };

  return {
    name,
    async exchange(request, caller, relay) {
      if (breaker.opened) throw refuse(OPEN);
      await bulkhead.enter(caller.signal);
      try {
        await ask(breaker, request, caller).catch(failedAnswer).then(relay).catch(rethrow(refuse));
      } finally {
        bulkhead.leave();
      }
    },
    exchangeWebhook: apart(webhooks),
    exchangeLong: apart(long),
    isReady: () => replicas.isReady(),
    look: () => replicas.look(),
    get circuit() {
      if (breaker.opened) return 'open';
      return breaker.halfOpen ? 'half-open' : 'closed';
    },
    async close() {
      breaker.shutdown();
      await Promise.all([replicas, webhooks, long].map((own) => own.close()));
    },
  };
}

/** Who says that somebody else is away is well: a card provider that is silent must not take invoices and plans with it. */
const isFailure = ({ statusCode, headers }: Answer): boolean =>
  statusCode >= 500 && headers[ELSEWHERE.header] !== ELSEWHERE.value;

type Send = (request: Outgoing, caller: AbortController) => Promise<Answer>;
type Breaker = CircuitBreaker<[Outgoing, AbortController, (gone: CallerGone) => void], Answer>;

/**
 * A request whose caller leaves counts as nothing: the breaker never hears how it ended, and judges by those that have ended,
 * not, as its own sum does, by all that were begun. Who leaves pages before a service that hangs would keep it shut.
 */
function createBreaker(name: string, rules: BreakerRules, send: Send): Breaker {
  const act = (request: Outgoing, caller: AbortController, left: (gone: CallerGone) => void) =>
    send(request, caller).catch((error: unknown) => {
      if (!(error instanceof CallerGone)) throw error;
      left(error);
      return new Promise<never>(() => {});
    });
  const breaker: Breaker = new CircuitBreaker(act, {
    name,
    // Its own timeout would leave the call running: `inTime` ends it.
    timeout: false,
    errorThresholdPercentage: 100, // never by its own sum: more than all cannot fail
    rollingCountTimeout: rules.window,
    resetTimeout: rules.reset,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
  });
  breaker.on('failure', () => {
    const { failures, successes } = breaker.stats;
    const ended = failures + successes;
    if (ended >= rules.volume && failures * 100 > rules.failurePercent * ended) breaker.open();
  });
  const show = (state: keyof typeof STATES) => () => circuitState.set({ upstream: name }, STATES[state]);
  breaker.on('open', show('open')).on('halfOpen', show('halfOpen')).on('close', show('closed'));
  show('closed')();
  return breaker;
}

/** Asks through the breaker. Throws `CallerGone` by itself, of which the breaker is told nothing. */
const ask = (breaker: Breaker, request: Outgoing, caller: AbortController): Promise<Answer> =>
  new Promise((resolve, reject) => {
    breaker.fire(request, caller, reject).then(resolve, reject);
  });

/** Ends `act` by the signal it works under when it takes longer than `milliseconds`. */
async function inTime<Result>(
  abort: AbortController,
  milliseconds: number,
  act: () => Promise<Result>,
): Promise<Result> {
  const timer = setTimeout(() => abort.abort(new TooSlow()), milliseconds);
  try {
    return await act();
  } finally {
    clearTimeout(timer);
  }
}

function failedAnswer(error: unknown): Answer {
  if (error instanceof FailedAnswer) return error.answer;
  throw error;
}

const rethrow =
  (refuse: (error: unknown) => Error) =>
  (error: unknown): never => {
    throw refuse(error);
  };

const OPEN = { code: 'EOPENBREAKER' };

/** What the caller hears of a request that got no answer. */
function refusalOf(name: string, error: unknown, resetSeconds: number): Error {
  if (error instanceof CallerGone) return error;
  const { reason, words, retryAfter } = sortOf(error, resetSeconds);
  failures.inc({ upstream: name, reason });
  const refusal = unavailable(`upstream-${reason}`, `The ${name} service ${words}`, retryAfter);
  refusal.cause = error;
  return refusal;
}

const UNKNOWN_OUTCOME =
  'It may have been done all the same: repeat it with the same Idempotency-Key, or look first.';

function sortOf(error: unknown, resetSeconds: number): { reason: string; words: string; retryAfter: number } {
  const { code } = error as { code?: unknown };
  if (code === 'EOPENBREAKER') {
    return {
      reason: 'down',
      words: 'is not answering. Nothing was sent; try again later.',
      retryAfter: resetSeconds,
    };
  }
  if (wasNotSent(error)) {
    return {
      reason: 'unreachable',
      words: 'cannot be reached. Nothing was sent; try again later.',
      retryAfter: 2,
    };
  }
  if (error instanceof TooSlow) {
    return { reason: 'timeout', words: `took too long. ${UNKNOWN_OUTCOME}`, retryAfter: 2 };
  }
  return { reason: 'broken', words: `broke off its answer. ${UNKNOWN_OUTCOME}`, retryAfter: 2 };
}
