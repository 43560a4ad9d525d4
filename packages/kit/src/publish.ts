/** A batch of outbox rows to the broker: packed by type, confirmed, and only then marked. */
import type { ConfirmChannel } from 'amqplib';
import type { Broker } from './broker.js';
import type { Lead } from './leader.js';
import type { Logger } from './log.js';
import { writeMessage } from './message.js';
import { counter, histogram } from './metrics.js';
import { namesOf } from './topology.js';
import { inSpan, SpanKind } from './tracing.js';
import { within } from './within.js';

export interface Row {
  readonly seq: number;
  readonly type: string;
  readonly body: string;
}

export interface Publishing {
  readonly lead: Lead;
  readonly broker: Broker;
  readonly log: Logger;
  /** Closes the channel of now, which another one takes the place of. */
  readonly reopen: () => Promise<void>;
  readonly mustRoute: (type: string) => boolean;
  /** Milliseconds. */
  readonly confirmTimeout: number;
}

/** Rows in one message, bytes in one message. */
const PACK = 100;
const PACK_BYTES = 1_000_000;

const published = counter('outbox_published_total', 'Events confirmed by the broker');
const returned = counter('outbox_returned_total', 'Messages the broker could not route: an alarm');
const confirmSeconds = histogram('publish_confirm_seconds', 'From publish to confirm of a batch');

/** Publishes rows packed by type, awaits every confirm, marks those confirmed and routed. Throws when some were not. */
export async function publishAndMark(
  publishing: Publishing,
  channel: ConfirmChannel,
  rows: readonly Row[],
): Promise<void> {
  const stop = confirmSeconds.startTimer();
  const packs = pack(rows);
  const returns = returnsOf(channel, packs);
  try {
    const outcome = Promise.allSettled(packs.map((one) => publish(publishing, channel, one)));
    const settled = await within(publishing.confirmTimeout, outcome);
    if (settled === undefined) {
      await publishing.reopen();
      throw new Error(`no confirm within ${publishing.confirmTimeout} ms`);
    }
    const routed = packs.filter(
      ({ messageId }, index) => settled[index]?.status === 'fulfilled' && !returns.ids.has(messageId),
    );
    await mark(
      publishing.lead,
      routed.flatMap((one) => one.rows.map((row) => row.seq)),
    );
    stop();
    if (returns.ids.size > 0) await redeclare(publishing, returns.ids.size);
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    if (returns.ids.size > 0) throw new Error(`${returns.ids.size} messages found no queue`);
  } finally {
    returns.stop();
  }
}

/** Which of these messages come back because no queue is bound: a return comes before its confirm. */
function returnsOf(channel: ConfirmChannel, packs: readonly Pack[]): { ids: Set<string>; stop(): void } {
  const ours = new Set(packs.map(({ messageId }) => messageId));
  const ids = new Set<string>();
  const onReturn = ({ properties }: { properties: { messageId: string } }) => {
    if (ours.has(properties.messageId)) ids.add(properties.messageId);
  };
  channel.on('return', onReturn);
  return { ids, stop: () => void channel.off('return', onReturn) };
}

async function redeclare({ broker, log }: Publishing, count: number): Promise<void> {
  returned.inc(count);
  log.error({ count }, 'events found no queue: declaring the topology again');
  await broker.declare();
}

async function mark({ query }: Lead, seqs: readonly number[]): Promise<void> {
  if (seqs.length === 0) return;
  await query({
    name: 'outbox-mark',
    text: 'delete from outbox_unpublished where seq = any($1::bigint[])',
    values: [seqs],
  });
  published.inc(seqs.length);
}

interface Pack {
  readonly messageId: string;
  readonly type: string;
  readonly rows: readonly Row[];
}

/** Waiting rows of one type share a message: up to 100, up to 1 MB. An event stays an event with its own id. */
function pack(rows: readonly Row[]): Pack[] {
  const packs: Pack[] = [];
  const open = new Map<string, { rows: Row[]; bytes: number }>();
  for (const row of rows) {
    const last = open.get(row.type);
    if (last !== undefined && last.rows.length < PACK && last.bytes + row.body.length <= PACK_BYTES) {
      last.rows.push(row);
      last.bytes += row.body.length;
      continue;
    }
    const fresh = { rows: [row], bytes: row.body.length };
    open.set(row.type, fresh);
    packs.push({ messageId: String(row.seq), type: row.type, rows: fresh.rows });
  }
  return packs;
}

async function publish({ broker, mustRoute }: Publishing, channel: ConfirmChannel, one: Pack): Promise<void> {
  const { content, contentType } = writeMessage(one.rows.map((row) => row.body));
  const parent = one.rows.length === 1 ? traceparentOf(one.rows[0]?.body) : undefined;
  await inSpan(
    `publish ${one.type}`,
    { kind: SpanKind.PRODUCER, parent, attributes: { events: one.rows.length } },
    () => {
      return new Promise<void>((resolve, reject) => {
        const { events } = namesOf(broker.topology.prefix);
        const properties = {
          persistent: true,
          contentType,
          messageId: one.messageId,
          mandatory: mustRoute(one.type),
        };
        channel.publish(events, one.type, content, properties, (error: unknown) =>
          error ? reject(error) : resolve(),
        );
      });
    },
  );
}

const traceparentOf = (body: string | undefined): string | undefined =>
  body === undefined ? undefined : /"traceparent":"([^"]{55})"/.exec(body)?.[1];
