// Follows Rollcall's sealed ledger over its stream and keeps balances by account in a database of its own. It shares no
// code with Rollcall: the message and the bytes of a hash are specified in docs/ledger.md.
//
//   AMQP_URL=amqp://… DATABASE_URL=postgres://… node follow-ledger.mjs
//
// LEDGER_STREAM names the stream (rollcall.ledger.entries.v1). Where it goes on is stored in the transaction of each
// effect, so it may be killed at any moment. Repeats are dropped by `seq`. It ends with 1 at a hash that does not fit, and
// at a gap that is not filled within GAP_SECONDS (15). FROM=first reads the stream from its beginning, after the stream
// was deleted and published again: what is known already is dropped.
import { createHash } from 'node:crypto';
import amqp from 'amqplib';
import pg from 'pg';

const stream = process.env.LEDGER_STREAM ?? 'rollcall.ledger.entries.v1';
const gapWait = 1000 * Number(process.env.GAP_SECONDS ?? 15);
const AT_ONCE = 200;

const db = new pg.Client({ connectionString: process.env.DATABASE_URL });
await db.connect();
await db.query(`
  create table if not exists ledger_place (
    one boolean primary key default true check (one), seq bigint not null, hash text not null, stream_offset bigint
  );
  create table if not exists ledger_balances (
    account text, currency text, balance numeric not null, primary key (account, currency)
  )`);
await db.query(`insert into ledger_place (seq, hash) values (0, $1) on conflict do nothing`, [
  '0'.repeat(64),
]);
const { rows } = await db.query('select seq, hash, stream_offset from ledger_place');
let place = { seq: Number(rows[0].seq), hash: rows[0].hash };
const storedOffset = process.env.FROM === 'first' ? null : rows[0].stream_offset;
console.log(`goes on after ${place.seq}`);

function bytesOf(entry, previousHash) {
  const lines = [
    'rollcall.ledger.1',
    previousHash,
    entry.seq,
    entry.id,
    entry.type,
    entry.at,
    entry.reference,
    entry.actorId ?? '-',
    entry.transfers.length,
    ...entry.transfers.map((one) => `${one.from} ${one.to} ${one.amount} ${one.currency}`),
    entry.description ?? '',
  ];
  return Buffer.from(lines.join('\n'), 'utf8');
}

function stop(why) {
  console.error(`stopped at ${place.seq}: ${why}`);
  process.exit(1);
}

// One further on than what is next may be on the stream before a repeat that has the missing one. So it is left out, and
// a gap is what nobody fills in time.
let gap;
function lookForGap(seq) {
  gap ??= setTimeout(() => stop(`${place.seq + 1} is missing; the next one is ${seq}`), gapWait);
}

/** The entries of these messages that come next, each checked. */
function nextOf(messages) {
  const entries = [];
  let { seq, hash } = place;
  for (const { content } of messages) {
    const entry = JSON.parse(content).data;
    if (entry.seq <= seq) continue;
    if (entry.seq > seq + 1) {
      lookForGap(entry.seq);
      continue;
    }
    const fits = createHash('sha256').update(bytesOf(entry, hash)).digest('hex') === entry.hash;
    if (entry.previousHash !== hash || !fits) return { entries, broken: entry.seq };
    ({ seq, hash } = entry);
    entries.push(entry);
    clearTimeout(gap);
    gap = undefined;
  }
  return { entries };
}

/** Balances and place in one transaction: neither is ever without the other. */
async function apply(entries, offset) {
  const last = entries.at(-1);
  await db.query('begin');
  for (const { transfers } of entries)
    for (const { from, to, amount, currency } of transfers)
      for (const [account, change] of [
        [from, -amount],
        [to, amount],
      ])
        await db.query(
          `insert into ledger_balances values ($1, $2, $3) on conflict (account, currency)
           do update set balance = ledger_balances.balance + excluded.balance`,
          [account, currency, change],
        );
  await db.query('update ledger_place set seq = $1, hash = $2, stream_offset = $3', [
    last.seq,
    last.hash,
    offset,
  ]);
  await db.query('commit');
  place = { seq: last.seq, hash: last.hash };
}

const connection = await amqp.connect(process.env.AMQP_URL);
const channel = await connection.createChannel();
for (const one of [connection, channel]) {
  one.on('error', (error) => console.error(error.message));
  one.on('close', () => stop('the broker is gone; start again to go on'));
}
// A stream gives messages out only against acks, a limited number at once.
await channel.prefetch(AT_ONCE);
const waiting = [];
let busy = false;
async function work() {
  if (busy) return;
  busy = true;
  while (waiting.length > 0) {
    const messages = waiting.splice(0, AT_ONCE);
    const { entries, broken } = nextOf(messages);
    // The offset of the last one seen: repeats before it need not be read again. While something is missing it stays.
    if (entries.length > 0) await apply(entries, gap ? offsetOf(entries, messages) : offset(messages.at(-1)));
    if (broken !== undefined) stop(`the hash of ${broken} does not fit`);
    channel.ack(messages.at(-1), true);
  }
  busy = false;
}
const offset = ({ properties }) => properties.headers['x-stream-offset'];
const offsetOf = (entries, messages) =>
  offset(messages.find(({ content }) => JSON.parse(content).data.seq === entries.at(-1).seq));

await channel.consume(
  stream,
  (message) => {
    if (message === null) return stop('the stream was deleted');
    waiting.push(message);
    work().catch((error) => stop(error.stack));
  },
  { arguments: { 'x-stream-offset': storedOffset === null ? 'first' : Number(storedOffset) + 1 } },
);
