/**
 * A transaction of our own on a connection of knex's pool: knex makes an object of a hundred closures for each of its, 80 of
 * the 210 µs of processor time that one of two statements costs. Here a connection gets its object once.
 */
import knex, { type Knex } from 'knex';
import type pg from 'pg';
import { type Database, SILENT } from './database.js';

/** Milliseconds for a server to undo a transaction. One that does not answer loses the connection, which undoes it too. */
const ROLLBACK_WITHIN = 5_000;

/**
 * Runs `run` in one transaction: committed when it resolves, rolled back when it rejects, with its error. What `run` leaves
 * behind unawaited is refused from then on, whoever has the connection by then.
 */
export async function inTransaction<Result>(
  db: Database,
  run: (tx: Knex.Transaction) => Promise<Result>,
): Promise<Result> {
  const connection: pg.Client = await db.client.acquireConnection();
  const session = sessionOf(db, connection);
  const turn = session.begin();
  try {
    await ask(connection, 'BEGIN;');
    const result = await running(run, during(session, turn)).catch(async (error: unknown) => {
      session.end();
      await rollBack(connection);
      throw error;
    });
    session.end();
    await ask(connection, 'COMMIT;');
    return result;
  } finally {
    session.end();
    db.client.releaseConnection(connection);
  }
}

/** Also one that throws before it returns a promise rejects. */
const running = async <Result>(run: (tx: Knex.Transaction) => Promise<Result>, tx: Knex.Transaction) =>
  run(tx);

const ask = (connection: pg.Client, text: string): Promise<void> =>
  new Promise((resolve, reject) => connection.query(text, (error) => (error ? reject(error) : resolve())));

/** Never fails: a connection that cannot be brought back to its beginning is not used again. */
async function rollBack(connection: pg.Client): Promise<void> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(reject, ROLLBACK_WITHIN, new Error(`no ROLLBACK within ${ROLLBACK_WITHIN} ms`)).unref();
  });
  await Promise.race([ask(connection, 'ROLLBACK'), late]).catch((error: unknown) => {
    Object.assign(connection, { __knex__disposed: error }); // the pool's own mark: it opens another instead
    connection.end().catch(() => {}); // it was lost already
  });
}

/** A connection's knex, bound to it, and whose turn it is. */
interface Session {
  readonly bound: Knex;
  /** Starts a turn: a number never used before on this connection. */
  begin(): number;
  end(): void;
  /** Throws unless this turn is still going on. */
  check(turn: number | undefined): void;
}

const sessions = new WeakMap<pg.Client, Session>();

function sessionOf(db: Database, connection: pg.Client): Session {
  const known = sessions.get(connection);
  if (known !== undefined) return known;
  const session = createSession(db, connection);
  sessions.set(connection, session);
  return session;
}

/** The turn in which a statement was made; it may run in no other. */
const madeIn = Symbol('made in');

function createSession(db: Database, connection: pg.Client): Session {
  const bound: Knex = knex({ client: db.client.constructor, compileSqlOnError: false, log: SILENT });
  let last = 0;
  let turn: number | undefined;
  const check = (wanted: number | undefined) => {
    if (wanted === undefined || wanted !== turn)
      throw new Error('The transaction is over: something was not awaited in it.');
  };
  // Who listens to the pool's statements hears those of its transactions too, as with knex's own.
  for (const name of ['query', 'query-response', 'query-error'])
    bound.client.on(name, (...given: unknown[]) => db.client.emit(name, ...given));
  const { queryBuilder, raw, runner } = bound.client;
  const stamped = (statement: object) => Object.assign(statement, { [madeIn]: turn });
  Object.assign(bound.client, {
    transacting: true,
    acquireConnection: async () => connection,
    releaseConnection: async () => {},
    queryBuilder: () => stamped(queryBuilder.call(bound.client)),
    raw: (...given: unknown[]) => stamped(raw.apply(bound.client, given)),
    runner: (statement: { [madeIn]?: number }) => {
      check(statement[madeIn]);
      return runner.call(bound.client, statement);
    },
  });
  return {
    bound,
    check,
    begin: () => {
      last += 1;
      turn = last;
      return turn;
    },
    end: () => {
      turn = undefined;
    },
  };
}

/** The connection's knex for one turn: used after it, it throws. */
function during({ bound, check }: Session, turn: number): Knex.Transaction {
  return new Proxy(bound, {
    apply: (target, self, given) => {
      check(turn);
      return Reflect.apply(target, self, given);
    },
    get: (target, name) => {
      check(turn);
      return Reflect.get(target, name);
    },
  }) as Knex.Transaction;
}
