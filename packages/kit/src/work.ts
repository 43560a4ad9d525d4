import type { Envelope, EventType } from '@rollcall/contracts/event';
import type { Knex } from 'knex';
import { type Database, isConflict } from './database.js';
import { newId } from './id.js';
import { type Statement, sendLast, statementOf } from './round-trips.js';
import { inTransaction } from './transaction.js';

/** Why a transaction runs: the request, event or tick it answers. Every event it emits carries this on. */
export interface Cause {
  readonly correlationId: string;
  readonly causationId?: string;
  /** W3C trace context of what started it all. */
  readonly traceparent?: string;
}

export interface EmitOptions {
  /** Version of the aggregate after this change. */
  readonly version?: number;
  /** In a batch: the event that caused this one, so that each journey keeps its own correlation. */
  readonly because?: Envelope;
}

/** One transaction and what it may do: change state, emit events. No network is in reach, and it may be run again. */
export interface Work {
  readonly tx: Knex.Transaction;
  readonly now: Date;
  readonly cause: Cause;
  emit<Data>(type: EventType<Data>, data: Data, options?: EmitOptions): void;
  emitAll<Data>(type: EventType<Data>, data: readonly Data[], options?: EmitOptions): void;
  /**
   * Goes on in a transaction of its own once this one has committed, so that the events of a long piece of work leave
   * while the rest is done and no lock is held for all of it. It is lost with the process: something must find the rest.
   */
  afterwards(next: (work: Work) => Promise<void>): void;
  /** A row as it stands after this, for whoever waits for it in this process: `onCommit` gives it to them, once committed. */
  tell(row: Told): void;
  /**
   * A statement that nothing here waits for: when all else is done it is sent, in the order given, in one packet with
   * the outbox and the commit. When it fails the transaction throws its error, as `mend` puts it.
   */
  atCommit(statement: Knex.Raw, mend?: (error: unknown) => unknown): void;
}

/** A row somebody may wait for, by its id. */
export interface Told {
  readonly id: string;
}

export const causeOf = (event: Envelope): Cause => ({
  correlationId: event.correlationid,
  causationId: event.id,
  traceparent: event.traceparent,
});

const TRIES = 3;

/**
 * The one place a transaction begins and ends. State and events commit together or not at all; after the commit the
 * relay is woken. Runs `run` up to 3 times on a serialization failure or deadlock, so `run` keeps nothing outside.
 */
export async function inWork<Result>(
  db: Database,
  cause: Cause,
  run: (work: Work) => Promise<Result>,
  clock: () => Date = () => new Date(),
): Promise<Result> {
  const { result, next } = await once(db, cause, run, clock);
  for (const more of next) {
    await inWork(db, cause, more, clock).catch((error: Error) => {
      late.add(error);
      throw error;
    });
  }
  return result;
}

const late = new WeakSet<Error>();

/** Did this fail what was left for `afterwards`? What came before it has committed. */
export const isAfterCommit = (error: unknown): boolean => error instanceof Error && late.has(error);

async function once<Result>(
  db: Database,
  cause: Cause,
  run: (work: Work) => Promise<Result>,
  clock: () => Date,
): Promise<{ result: Result; next: readonly Next[] }> {
  for (let attempt = 1; ; attempt += 1) {
    const kept: Kept = { rows: [], told: [], last: [], next: [] };
    try {
      let written: readonly Written[] = [];
      const result = await inTransaction(db, async (tx) => {
        const outcome = await run(workIn(tx, cause, clock(), kept));
        written = await leave(tx, kept);
        return outcome;
      });
      if (written.length + kept.told.length > 0) committed(db, written, kept.told);
      return { result, next: kept.next };
    } catch (error) {
      if (attempt === TRIES || !isConflict(error)) throw error;
    }
  }
}

type Next = (work: Work) => Promise<void>;

/** What a transaction leaves to do: statements and events with the commit, the rest of its work after it. */
interface Kept {
  readonly rows: OutboxRow[];
  readonly told: Told[];
  readonly last: Last[];
  readonly next: Next[];
}

interface Last extends Statement {
  readonly mend?: (error: unknown) => unknown;
}

/** Sends what was kept for the end, the events behind it. Of several that fail the first says why: the rest follow from it. */
async function leave(tx: Knex.Transaction, { last, rows }: Kept): Promise<readonly Written[]> {
  const statements = rows.length === 0 ? last : [...last, outboxInsert(rows)];
  if (statements.length === 0) return [];
  const answers = await sendLast(tx, statements);
  for (const [n, answer] of answers.entries()) {
    if (answer.status === 'rejected') throw statements[n]?.mend?.(answer.reason) ?? answer.reason;
  }
  const added = answers.at(-1);
  return rows.length === 0 || added?.status !== 'fulfilled' ? [] : writtenOf(rows, added.value.rows);
}

/** The same transaction with another cause: what a consumer gives each event of a batch. */
export function withCause(work: Work, cause: Cause): Work {
  const because = (options: EmitOptions | undefined): InternalOptions => ({ cause, ...options });
  return {
    ...work,
    cause,
    emit: (type, data, options) => work.emit(type, data, because(options)),
    emitAll: (type, data, options) => work.emitAll(type, data, because(options)),
    afterwards: (next) => work.afterwards((more) => next(withCause(more, cause))),
  };
}

interface InternalOptions extends EmitOptions {
  readonly cause?: Cause;
}

interface OutboxRow {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly body: string;
}

function workIn(tx: Knex.Transaction, cause: Cause, now: Date, kept: Kept): Work {
  const at = now.toISOString();
  const emit = <Data>(type: EventType<Data>, data: Data, options: InternalOptions = {}): void => {
    const from = options.because === undefined ? (options.cause ?? cause) : causeOf(options.because);
    kept.rows.push(outboxRow(type, data, { cause: from, now: at, version: options.version }));
  };
  return {
    tx,
    now,
    cause,
    emit,
    emitAll: (type, data, options) => {
      for (const one of data) emit(type, one, options);
    },
    afterwards: (next) => kept.next.push(next),
    tell: (row) => kept.told.push(row),
    atCommit: (statement, mend) => kept.last.push({ ...statementOf(statement), ...(mend && { mend }) }),
  };
}

/** RabbitMQ 4 closes the channel on a message over 16 MiB, again and again, for all events behind it. */
const MOST_CHARACTERS = 4_000_000;

/**
 * Strict on the way out: what does not fit its own schema is a defect here, not a puzzle for every hearer. The envelope
 * is written around the data's JSON: of all its values only the correlation comes from outside and may need quoting.
 */
function outboxRow<Data>(
  type: EventType<Data>,
  data: Data,
  { cause, now, version }: { cause: Cause; now: string; version: number | undefined },
): OutboxRow {
  const id = newId();
  const checked = type.schema.parse(data) as Data & Record<string, unknown>;
  const subject = String(checked[type.subject as keyof typeof checked]);
  const body =
    `{"specversion":"1.0","id":"${id}","source":"/rollcall/${type.source}","type":"${type.type}",` +
    `"subject":${JSON.stringify(subject)},"time":"${now}","datacontenttype":"application/json",` +
    `"correlationid":${JSON.stringify(cause.correlationId)}` +
    (cause.causationId === undefined ? '' : `,"causationid":${JSON.stringify(cause.causationId)}`) +
    (cause.traceparent === undefined ? '' : `,"traceparent":${JSON.stringify(cause.traceparent)}`) +
    (version === undefined ? '' : `,"aggregateversion":${version}`) +
    `,"data":${JSON.stringify(checked)}}`;
  if (body.length > MOST_CHARACTERS)
    throw new RangeError(`${type.type} is too large: ${body.length} characters`);
  return { id, type: type.type, subject, body };
}

/** JSON never holds it raw, nor do ids and types: joined columns need no escaping, which an array literal of JSON does. */
const SEPARATOR = '\x1e';

/** An outbox row as the relay takes it. */
export interface Written {
  readonly seq: number;
  readonly type: string;
  readonly body: string;
}

/** The last statement of the transaction: its commit follows without a pause. */
function outboxInsert(rows: readonly OutboxRow[]): Last {
  const column = (name: keyof OutboxRow) => rows.map((row) => row[name]).join(SEPARATOR);
  const values = [column('id'), column('type'), column('subject'), column('body'), SEPARATOR];
  return { text: INSERT, values };
}

const INSERT = `
  with added as (
    insert into outbox (id, type, subject, body)
    select id::uuid, type, subject, body
      from unnest(string_to_array($1, $5), string_to_array($2, $5), string_to_array($3, $5), string_to_array($4, $5))
        as event (id, type, subject, body)
    returning id, seq
  ), unpublished as (
    insert into outbox_unpublished select seq from added
  )
  select id, seq from added`;

function writtenOf(
  rows: readonly OutboxRow[],
  added: readonly { id: string; seq: number }[],
): readonly Written[] {
  const seqs = new Map(added.map(({ id, seq }) => [id, seq]));
  return rows.map(({ id, type, body }) => ({ seq: Number(seqs.get(id)), type, body }));
}

type Listener = (written: readonly Written[], told: readonly Told[]) => void;

const listeners = new WeakMap<Database, Set<Listener>>();

/** Calls `listener` with what each commit through this pool has left in the outbox, and told. Returns how to stop. */
export function onCommit(db: Database, listener: Listener): () => void {
  const set = listeners.get(db) ?? new Set();
  listeners.set(db, set.add(listener));
  return () => set.delete(listener);
}

function committed(db: Database, written: readonly Written[], told: readonly Told[]): void {
  for (const listener of listeners.get(db) ?? []) listener(written, told);
}
