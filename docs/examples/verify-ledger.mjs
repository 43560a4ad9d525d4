// Checks Rollcall's sealed ledger from the bytes that docs/ledger.md specifies. It shares no code with Rollcall.
//
//   LEDGER_TOKEN=… node verify-ledger.mjs https://rollcall.example/api/v1
//   node verify-ledger.mjs page-1.json page-2.json …        pages of GET /finance/ledger, in order
//
// AFTER=<seq>:<hash> starts behind a seal whose hash you kept. Ends with 1 at the first entry that does not fit.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const places = process.argv.slice(2);
const [afterSeq, afterHash] = (process.env.AFTER ?? `0:${'0'.repeat(64)}`).split(':');
let seq = Number(afterSeq);
let hash = afterHash;
const balances = new Map();

function bytesOf(entry) {
  const lines = [
    'rollcall.ledger.1',
    hash,
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

function check(entry) {
  const fail = (why) => {
    console.log(`${seq + 1}: ${why}`);
    process.exit(1);
  };
  if (entry.seq !== seq + 1) fail(`missing; the next one is ${entry.seq}`);
  if (entry.previousHash !== hash) fail('does not name the hash before it');
  if (createHash('sha256').update(bytesOf(entry)).digest('hex') !== entry.hash) fail('its hash does not fit');
  for (const { from, to, amount, currency } of entry.transfers)
    for (const [account, change] of [
      [from, -amount],
      [to, amount],
    ]) {
      const key = `${account.split(':')[0]} ${currency}`;
      balances.set(key, (balances.get(key) ?? 0n) + BigInt(change));
    }
  seq = entry.seq;
  hash = entry.hash;
}

async function* pages() {
  if (!places[0]?.startsWith('http'))
    return yield* places.map((file) => JSON.parse(readFileSync(file, 'utf8')));
  const headers = { authorization: `Bearer ${process.env.LEDGER_TOKEN}`, accept: 'application/json' };
  for (;;) {
    const answer = await fetch(`${places[0]}/finance/ledger?limit=100&after=${seq}`, { headers });
    if (answer.status === 429) await sleep(1000 * Number(answer.headers.get('retry-after') ?? 1));
    else if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    else {
      const page = await answer.json();
      if (page.data.length === 0) return;
      yield page;
    }
  }
}

for await (const { data } of pages()) for (const entry of data) check(entry);
console.log(`valid: ${Number(afterSeq) + 1} to ${seq}, last hash ${hash}`);
for (const [account, balance] of [...balances].sort()) console.log(`${account} ${balance}`);
