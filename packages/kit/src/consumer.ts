/** What a service reacts to, and how an event is acted on exactly once. */
import type { DataOf, Envelope, EventType } from '@rollcall/contracts/event';
import type { Knex } from 'knex';
import { type Database, isOutage } from './database.js';
import { type Cause, causeOf, inWork, isAfterCommit, type Work, withCause } from './work.js';

/** "I met this fact too early": the event is kept and comes again. Nothing may have been written before saying so. */
export interface NotYet {
  readonly notYet: string;
}
export const notYet = (reason: string): NotYet => ({ notYet: reason });

export interface Consumer {
  readonly types: readonly EventType[];
  /** Acts on events of these types in one transaction; returns those it met too early. */
  readonly handle: (work: Work, events: readonly Envelope[]) => Promise<readonly Envelope[]>;
  /** Milliseconds to gather messages before they are read; none: act at once on what is there. */
  readonly linger?: number;
}

/**
 * For a projection that nobody waits for: events gather for so long and go into one transaction, and the processor is
 * left meanwhile to those who move the money.
 */
export const lingering = (milliseconds: number, consumer: Consumer): Consumer => ({
  ...consumer,
  linger: milliseconds,
});

/** One handler, one event at a time. It runs again from the start if the transaction does. */
export function on<Data>(
  type: EventType<Data>,
  handle: (work: Work, data: Data, event: Envelope<Data>) => Promise<NotYet | undefined> | Promise<void>,
): Consumer {
  return {
    types: [type],
    handle: async (work, events) => {
      const early: Envelope[] = [];
      for (const event of events as readonly Envelope<Data>[]) {
        const outcome = await handle(withCause(work, causeOf(event)), event.data, event);
        if (outcome !== undefined) early.push(event);
      }
      return early;
    },
  };
}

/**
 * The set-based form: all events of a micro-batch at once. Returns the events it met too early; a throw rolls the batch
 * back and each event is run alone through the same handler. Emit with `{ because: event }` to keep each journey's trace.
 */
export function onBatch<Type extends EventType>(
  types: Type | readonly Type[],
  handle: (
    work: Work,
    events: readonly Envelope<DataOf<Type>>[],
  ) => Promise<readonly Envelope[] | undefined> | Promise<void>,
): Consumer {
  return {
    types: [types].flat(),
    handle: async (work, events) => (await handle(work, events as readonly Envelope<DataOf<Type>>[])) ?? [],
  };
}

/** Which of these events are this transaction's to act on; the others were acted on before, or are being. */
export type Claim = (work: Work, events: readonly Envelope[]) => Promise<ReadonlySet<string>>;

const CLAIM = `insert into inbox (event_id, type, status, received_at)
       select id, type, 'done', ? from unnest(?::uuid[], ?::text[]) as event (id, type)`;

/** Sorted: two that claim the same ids wait for each other in one direction only. */
function claimValues(work: Work, events: readonly Envelope[]): Knex.Value[] {
  const sorted = [...events].sort((a, b) => (a.id < b.id ? -1 : 1));
  return [work.now, sorted.map((event) => event.id), sorted.map((event) => event.type)];
}

/** First meeting: one sorted insert claims them all. A rival's insert of the same id waits for ours to commit. */
const claimNew: Claim = async (work, events) => {
  const { rows } = await work.tx.raw(
    `${CLAIM} on conflict do nothing returning event_id`,
    claimValues(work, events),
  );
  return idsOf(rows);
};

/**
 * First meeting, as it nearly always is: acts on all of them and claims them with the commit, a round trip less. Where
 * one had been claimed before, the commit fails and nothing was done.
 */
const claimAtCommit: Claim = async (work, events) => {
  work.atCommit(work.tx.raw(CLAIM, claimValues(work, events)));
  return new Set(events.map(({ id }) => id));
};

/** Another try: the row is there and waits; a rival replica that took it is skipped. */
export const claimAgain: Claim = async (work, events) => {
  const { rows } = await work.tx.raw(
    `with due as (
       select event_id from inbox
        where event_id = any(?::uuid[]) and status in ('waiting', 'retrying')
        order by event_id for update skip locked)
     update inbox set status = 'done', body = null, next_attempt_at = null, last_error = null
       from due where inbox.event_id = due.event_id
     returning inbox.event_id`,
    [events.map((event) => event.id)],
  );
  return idsOf(rows);
};

const idsOf = (rows: { event_id: string }[]): ReadonlySet<string> => new Set(rows.map((row) => row.event_id));

/** Seconds. A fact met too early is never dead: its cause will come. */
const WAITS = [1, 5, 30, 120];

export interface Attempt {
  /** Acted on now; the others had been before. */
  readonly fresh: readonly Envelope[];
  /** Of those, the ones met too early. */
  readonly early: readonly Envelope[];
}

/**
 * Claims, acts, and keeps what came too early, in one transaction; `waits`: how often they have waited before. Repeats of an
 * id inside the batch are dropped first: `on conflict` would claim once, but joining the claim back would act twice.
 */
export function attempt(
  db: Database,
  consumer: Consumer,
  events: readonly Envelope[],
  {
    claim = claimNew,
    cause,
    waits = 0,
    clock,
  }: { claim?: Claim; cause?: Cause; waits?: number; clock?: () => Date } = {},
): Promise<Attempt> {
  const distinct = [...new Map(events.map((event) => [event.id, event])).values()];
  const [first] = distinct;
  if (first === undefined) return Promise.resolve({ fresh: [], early: [] });
  return inWork(
    db,
    cause ?? causeOf(first),
    async (work) => {
      const mine = await claim(work, distinct);
      const fresh = distinct.filter((event) => mine.has(event.id));
      const early = fresh.length === 0 ? [] : await consumer.handle(work, fresh);
      if (early.length > 0) keepWaiting(work, early, waits);
      return { fresh, early };
    },
    clock,
  );
}

/** With the commit: the claims they are kept in may only be on their way then. */
function keepWaiting(work: Work, early: readonly Envelope[], waits: number): void {
  const seconds = WAITS[Math.min(waits, WAITS.length - 1)] ?? 0;
  const kept = work.tx.raw(
    `update inbox set status = 'waiting', body = event.body, attempts = ?, next_attempt_at = ?
       from unnest(?::uuid[], ?::text[]) as event (id, body) where event_id = event.id`,
    [
      waits + 1,
      new Date(work.now.getTime() + seconds * 1000),
      early.map((event) => event.id),
      early.map((event) => JSON.stringify(event)),
    ],
  );
  work.atCommit(kept);
}

/**
 * A micro-batch as it comes from the broker: taken for fresh, as it nearly always is. Where that fails it runs once more
 * with the claims first, because an event that was acted on before may be why. Measured in docs/decisions/0009.
 */
export async function attemptNew(
  db: Database,
  consumer: Consumer,
  events: readonly Envelope[],
  options: { cause?: Cause; clock?: () => Date } = {},
): Promise<Attempt> {
  try {
    return await attempt(db, consumer, events, { ...options, claim: claimAtCommit });
  } catch (error) {
    if (isOutage(error) || isAfterCommit(error)) throw error;
    return attempt(db, consumer, events, options);
  }
}
