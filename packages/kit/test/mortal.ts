/** A producer or a consumer in a process of its own, to be killed: `mortal.ts relay|consume` with its settings as JSON. */

import { connectBroker } from '../src/broker.js';
import { on } from '../src/consumer.js';
import { connect } from '../src/database.js';
import { newId } from '../src/id.js';
import { startInbox } from '../src/inbox.js';
import { createLog } from '../src/log.js';
import { startRelay } from '../src/relay.js';
import { inWork } from '../src/work.js';
import { bindings, otherDone, thingDone } from './things.js';

export interface MortalSettings {
  readonly url: string;
  readonly amqp: string;
  readonly prefix: string;
  /** Milliseconds a handler holds its transaction open after saying that it acts. */
  readonly hold?: number;
  readonly ping?: number;
  readonly idleTimeout?: number;
}

const [role, json] = process.argv.slice(2);
const settings = JSON.parse(json ?? '{}') as MortalSettings;
const log = createLog('mortal', 'fatal');
const say = (word: string) => process.stdout.write(`${word}\n`);
const db = connect(settings.url, { max: 4 });
const broker = await connectBroker(settings.amqp, { prefix: settings.prefix, bindings }, { log });

if (role === 'relay') {
  const { ping, idleTimeout } = settings;
  const relay = startRelay({
    db,
    databaseUrl: settings.url,
    broker,
    log,
    mustRoute: () => true,
    ping,
    idleTimeout,
  });
  let led = false;
  setInterval(() => {
    if (relay.leads() !== led) say(relay.leads() ? 'leads' : 'stands by');
    led = relay.leads();
  }, 20);
} else {
  const consumer = on(thingDone, async (work, { n }) => {
    await work.tx('effects').insert({ n });
    say('acts');
    await new Promise((resolve) => setTimeout(resolve, settings.hold ?? 0));
  });
  startInbox({ db, broker, service: 'beta', consumers: [consumer, on(otherDone, async () => {})], log });
}
process.stdin.on('data', (line) => {
  const n = Number(String(line));
  void inWork(db, { correlationId: newId() }, async (work) =>
    work.emit(thingDone, { thingId: newId(), n }),
  ).then(() => say(`committed ${n}`));
});
say('up');
