/**
 * A connection that costs a transaction fewer round trips: statements are planned once, BEGIN travels with the first of
 * them, COMMIT right behind the last. Measured in docs/decisions/0009.
 */
import type { Knex } from 'knex';
import pg from 'pg';

export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly name?: string;
}
type Callback = (error: Error | null, result?: unknown) => void;

type Answer = PromiseSettledResult<pg.QueryResult>;

/**
 * Sends what is last in a transaction, in this order, with the commit right behind it, none waiting for another's
 * answer. Nothing may follow but knex's own commit. Behind one that fails all others fail, and nothing is committed.
 */
export async function sendLast(tx: Knex.Transaction, statements: readonly Statement[]): Promise<Answer[]> {
  const connection: Sender = await tx.client.acquireConnection();
  return connection.sendLast(statements);
}

/**
 * Sends statements of a transaction together, in this order, and waits for all their answers: one round trip. Each sees
 * what those before it did, and what others committed before it began, as if it had been sent alone.
 */
export async function sendTogether(
  tx: Knex.Transaction,
  statements: readonly Knex.Raw[],
): Promise<pg.QueryResult[]> {
  const connection: Sender = await tx.client.acquireConnection();
  return (await connection.sendAll(statements.map(statementOf))).map(answered);
}

/** A statement of knex's as the driver takes it. */
export function statementOf(query: Knex.Raw): Statement {
  const { sql: text, bindings: values } = query.toSQL().toNative();
  return { text, values };
}

function answered(answer: Answer): pg.QueryResult {
  if (answer.status === 'rejected') throw answer.reason;
  return answer.value;
}

interface Sender {
  sendAll(statements: readonly Statement[]): Promise<Answer[]>;
  sendLast(statements: readonly Statement[]): Promise<Answer[]>;
}

/** Called where a driver's class is constructed: knex opens its connections with `new`. */
export function Connection(settings: pg.ClientConfig): pg.Client {
  return withFewerRoundTrips(new pg.Client({ ...settings, pipeline: true }));
}

function withFewerRoundTrips(client: pg.Client): pg.Client & Sender {
  const send = client.query.bind(client) as (statement: Statement, callback: Callback) => void;
  /** Asked for and not sent yet. */
  let begin: Statement | undefined;
  /** From BEGIN to its end. */
  let inTransaction = false;
  /** Sent behind the last statements, before anybody asked for it. */
  let commit: Promise<unknown> | undefined;

  /** In one packet: the server begins the next while the answer to the one before is on its way. */
  const together = (act: () => void) => {
    const { stream } = client.connection;
    stream.cork();
    act();
    stream.uncork();
  };
  const sendBegin = (callback: Callback) => {
    if (begin === undefined) return;
    // Its failure fails what follows as well; that one tells.
    send(begin, (error) => error && callback(error));
    begin = undefined;
  };
  const sendStatement = (statement: Statement, callback: Callback) => {
    const once = onceOnly(callback);
    together(() => {
      sendBegin(once);
      sendPrepared(client, send, statement, once);
    });
  };
  const sendAll = (statements: readonly Statement[], andThen?: () => void) => {
    const answers: Promise<pg.QueryResult>[] = [];
    together(() => {
      for (const statement of statements)
        answers.push(new Promise((resolve, reject) => sendStatement(statement, settling(resolve, reject))));
      andThen?.();
    });
    return Promise.allSettled(answers);
  };
  const sendLast = async (statements: readonly Statement[]) => {
    const answers = sendAll(statements, () => {
      // Behind a statement that failed it commits nothing: the server answers it with a rollback.
      if (inTransaction) commit = new Promise((resolve, reject) => send(COMMIT, settling(resolve, reject)));
    });
    commit?.catch(() => {}); // heard where the transaction is ended
    return answers;
  };
  const end = (statement: Statement, callback: Callback) => {
    inTransaction = false;
    if (begin !== undefined) {
      begin = undefined;
      return process.nextTick(callback, null, NOTHING);
    }
    const answer = checked(statement, callback);
    if (commit === undefined) return send(statement, answer);
    commit.then((result) => answer(null, result), answer);
    commit = undefined;
  };

  const query = (given: string | Statement, callback: Callback): void => {
    const statement = typeof given === 'string' ? { text: given } : given;
    if (/^BEGIN\b/.test(statement.text)) {
      begin = statement;
      inTransaction = true;
      process.nextTick(callback, null, NOTHING);
    } else if (/^(COMMIT|ROLLBACK);?$/.test(statement.text)) end(statement, callback);
    else sendStatement(statement, callback);
  };
  return Object.assign(client, { query, sendAll, sendLast });
}

const COMMIT: Statement = { text: 'COMMIT;' };
const NOTHING = { command: 'BEGIN', rowCount: null, rows: [], fields: [] };

/** A commit that the server answers with a rollback, or the other way round, is no success. */
const checked =
  (asked: Statement, callback: Callback): Callback =>
  (error, result) => {
    const { command } = (result ?? {}) as Partial<pg.QueryResult>;
    if (error || command === undefined || asked.text.startsWith(command)) return callback(error, result);
    callback(new Error(`${asked.text} was answered with ${command}`));
  };

const settling =
  (resolve: (value: pg.QueryResult) => void, reject: (error: Error) => void): Callback =>
  (error, result) =>
    error ? reject(error) : resolve(result as pg.QueryResult);

function onceOnly(callback: Callback): Callback {
  let called = false;
  return (error, result) => {
    if (called) return;
    called = true;
    callback(error, result);
  };
}

/**
 * Under a name the server parses a statement once a connection and may keep its plan. One whose result has another shape
 * since (a newer release migrated the table) is refused by name: it goes again without, or in a transaction, which is
 * spoilt by then, the connection is not used again and `inWork` runs anew on another.
 */
function sendPrepared(
  client: pg.Client,
  send: (statement: Statement, callback: Callback) => void,
  statement: Statement,
  callback: Callback,
): void {
  const name = statement.values?.length ? nameOf(statement.text) : undefined;
  send({ ...statement, name }, (error, result) => {
    if (!isStalePlan(error)) return callback(error, result);
    Object.assign(client, { __knex__disposed: error });
    if (client.getTransactionStatus() === 'I') send(statement, callback);
    else callback(error);
  });
}

/** The table changed its shape under a prepared statement. */
export const isStalePlan = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '0A000' && error.message.includes('cached plan');

/** Names a process gives, each a plan in every connection; texts whose uses it counts; uses before a name is worth it. */
const MOST_NAMES = 300;
const MOST_COUNTED = 3_000;
const USES = 3;

const names = new Map<string, string>();
const uses = new Map<string, number>();

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size === MOST_NAMES) return known;
  const count = (uses.get(text) ?? 0) + 1;
  if (count >= USES) names.set(text, `s${names.size}`);
  if (count > 1 || uses.size < MOST_COUNTED) uses.set(text, count);
  return names.get(text);
}
