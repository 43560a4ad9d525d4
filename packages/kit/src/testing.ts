/** What tests stand on: a real database a file, a real broker under a name of the run's own, tokens, events as they arrive. */
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import type { Envelope, EventType } from '@rollcall/contracts/event';
import type { Role } from '@rollcall/contracts/shapes';
import { streams } from '@rollcall/contracts/topology';
import { connect as connectAmqp } from 'amqplib';
import { exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT } from 'jose';
import pg from 'pg';
import { createApp } from './app.js';
import { createVerifier, type Verify } from './auth.js';
import { attemptNew, type Consumer } from './consumer.js';
import { connect, type Database, migrate } from './database.js';
import type { Served } from './http.js';
import { newId } from './id.js';
import { createLog } from './log.js';
import { schemaOf } from './schema.js';
import { deleteTopology, type Topology } from './topology.js';
import type { Hooked } from './webhook.js';
import { inWork, type Work } from './work.js';

const missing = (name: string): never => {
  throw new Error(`${name} is not set: run the tests with npm test`);
};
const serverUrl = (): string => process.env.TEST_DATABASE_URL ?? missing('TEST_DATABASE_URL');

/** The broker of this run. */
export const amqpUrl = (): string => process.env.AMQP_URL ?? missing('AMQP_URL');

export interface TestDatabase {
  readonly db: Database;
  readonly url: string;
  close(): Promise<void>;
}

/** A database of the caller's own, cloned from a template that was migrated once for these migrations. */
export async function testDatabase(migrations?: URL): Promise<TestDatabase> {
  const folders = migrations === undefined ? [] : [migrations];
  const template = `rollcall_template_${await fingerprint([new URL('../migrations/', import.meta.url), ...folders])}`;
  const name = `rollcall_test_${randomBytes(6).toString('hex')}`;
  await onServer(async (admin) => {
    await admin.query('select pg_advisory_lock(7250003)');
    const known = await admin.query('select 1 from pg_database where datname = $1', [template]);
    if (known.rowCount === 0) await makeTemplate(admin, template, folders);
    await admin.query(`create database ${name} template ${template}`);
  });
  const url = databaseUrl(name);
  const db = connect(url, { max: 20, name: 'test' });
  return {
    db,
    url,
    close: async () => {
      await db.destroy();
      await onServer((admin) => admin.query(`drop database if exists ${name} with (force)`));
    },
  };
}

const SCHEMA_HEAD = '-- What the migrations make, written by: npm run schema\n\n';

/** What a service's migrations make, and what its schema.sql says; UPDATE_SCHEMA writes the file first. */
export async function schemas(service: URL): Promise<{ made: string; written: string }> {
  const { db, close } = await testDatabase(new URL('migrations/', service));
  const file = new URL('schema.sql', service);
  try {
    const made = SCHEMA_HEAD + (await schemaOf(db));
    if (process.env.UPDATE_SCHEMA) await writeFile(file, made);
    return { made, written: await readFile(file, 'utf8').catch(() => 'there is none: npm run schema') };
  } finally {
    await close();
  }
}

/** Built under another name first: a template exists only when it is whole. */
async function makeTemplate(admin: pg.Client, template: string, folders: readonly URL[]): Promise<void> {
  const draft = `${template}_draft`;
  await admin.query(`drop database if exists ${draft} with (force)`);
  await admin.query(`create database ${draft}`);
  const db = connect(databaseUrl(draft), { max: 1 });
  await migrate(db, ...folders);
  await db.destroy();
  await admin.query(`alter database ${draft} rename to ${template}`);
}

async function fingerprint(folders: readonly URL[]): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of folders) {
    for (const file of (await readdir(folder)).sort())
      hash.update(file).update(await readFile(new URL(file, folder)));
  }
  return hash.digest('hex').slice(0, 16);
}

function databaseUrl(name: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return url.toString();
}

async function onServer(act: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new pg.Client({ connectionString: databaseUrl('postgres') });
  await admin.connect();
  try {
    await act(admin);
  } finally {
    await admin.end();
  }
}

/** A prefix of the caller's own on the real broker, and how to take away what was made under it. */
export function testPrefix(
  bindings: Topology['bindings'],
  url = amqpUrl(),
): { prefix: string; remove(): Promise<void> } {
  const prefix = `rollcall-test-${randomBytes(6).toString('hex')}.`;
  return {
    prefix,
    remove: async () => {
      const connection = await connectAmqp(url);
      const channel = await connection.createChannel();
      await deleteTopology(channel, { prefix, bindings, streams });
      await connection.close();
    },
  };
}

const ISSUER = 'rollcall-test';
const keyPair = generateKeyPair('ES256', { extractable: true });
const signingKey = keyPair.then(({ privateKey }) => privateKey);

/** The public keys that `token` signs for, as a JWKS. */
export async function testKeys(): Promise<JSONWebKeySet> {
  const { publicKey } = await keyPair;
  return { keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' }] };
}

/** Checks tokens made by `token`. */
export const testVerify = async (): Promise<Verify> =>
  createVerifier({ keys: await testKeys(), issuer: ISSUER, audience: ISSUER });

/** A signed access token of the test's own issuer. */
export async function token(
  user: { readonly id: string; readonly roles: readonly Role[] },
  {
    issuer = ISSUER,
    audience = ISSUER,
    expires = '10m',
  }: { issuer?: string; audience?: string; expires?: string } = {},
): Promise<string> {
  return new SignJWT({ roles: [...user.roles] })
    .setProtectedHeader({ alg: 'ES256', kid: 'test' })
    .setSubject(user.id)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(await signingKey);
}

/** A log that says nothing below errors. */
export const quietLog = createLog('test', 'fatal');

/** The app as it is in production, checking tokens made by `token`. */
export const testApp = async (
  served: readonly (Served | Hooked)[],
  stopping?: AbortSignal,
): Promise<RequestListener> =>
  createApp({ served, verify: await testVerify(), log: createLog('test', 'error'), stopping });

interface EnvelopeOptions {
  readonly id?: string;
  readonly time?: string;
  readonly version?: number;
  readonly correlationId?: string;
}

/** An event as it arrives from another service. */
export function envelope<Data>(
  type: EventType<Data>,
  data: Data,
  options: EnvelopeOptions = {},
): Envelope<Data> {
  const checked = type.schema.parse(data);
  return {
    specversion: '1.0',
    id: options.id ?? newId(),
    source: `/rollcall/${type.source}`,
    type: type.type,
    subject: String((checked as Record<string, unknown>)[type.subject]),
    time: options.time ?? new Date().toISOString(),
    datacontenttype: 'application/json',
    correlationid: options.correlationId ?? newId(),
    ...(options.version !== undefined && { aggregateversion: options.version }),
    data: checked,
  };
}

export type Outcome = 'done' | 'duplicate' | 'notYet' | 'error';

/**
 * Brings events through the real claim to their consumers, neighbours of one consumer as one micro-batch, and says what
 * became of each, by event id. Throws a handler's error unless `tolerate`.
 */
export async function deliver(
  db: Database,
  consumers: readonly Consumer[],
  events: readonly Envelope[],
  { now, tolerate = false }: { now?: Date; tolerate?: boolean } = {},
): Promise<Record<string, Outcome>> {
  const outcomes: Record<string, Outcome> = {};
  for (const [consumer, batch] of batches(consumers, events)) {
    const known = new Set(
      await db('inbox')
        .whereIn(
          'event_id',
          batch.map(({ id }) => id),
        )
        .pluck('event_id'),
    );
    try {
      const { early } = await attemptNew(db, consumer, batch, now === undefined ? {} : { clock: () => now });
      for (const { id } of batch) outcomes[id] = known.has(id) ? 'duplicate' : 'done';
      for (const { id } of early) outcomes[id] = 'notYet';
    } catch (error) {
      if (!tolerate) throw error;
      for (const { id } of batch) outcomes[id] = 'error';
    }
  }
  return outcomes;
}

function batches(consumers: readonly Consumer[], events: readonly Envelope[]): [Consumer, Envelope[]][] {
  const result: [Consumer, Envelope[]][] = [];
  for (const event of events) {
    const consumer = consumers.find(({ types }) => types.some(({ type }) => type === event.type));
    if (consumer === undefined) throw new Error(`nobody handles ${event.type}`);
    const last = result.at(-1);
    if (last?.[0] === consumer) last[1].push(event);
    else result.push([consumer, [event]]);
  }
  return result;
}

/** What was emitted so far, oldest first; of one type when given. */
export async function emitted<Data = unknown>(
  db: Database,
  type?: EventType<Data>,
): Promise<Envelope<Data>[]> {
  const rows = db('outbox').orderBy('seq').pluck('body');
  const bodies: string[] = await (type === undefined ? rows : rows.where({ type: type.type }));
  return bodies.map((body) => JSON.parse(body) as Envelope<Data>);
}

/** The statements that reach the database by this pool while `run` runs, in their order. */
export async function statementsOf(db: Database, run: () => Promise<unknown>): Promise<string[]> {
  const statements: string[] = [];
  const listen = ({ sql }: { sql: string }) => statements.push(sql);
  db.on('query', listen);
  try {
    await run();
  } finally {
    db.removeListener('query', listen);
  }
  return statements;
}

/** Runs a use case in a transaction at a fixed time. */
export const workOf = <Result>(
  db: Database,
  run: (work: Work) => Promise<Result>,
  now = new Date(),
): Promise<Result> => inWork(db, { correlationId: newId() }, run, () => now);
