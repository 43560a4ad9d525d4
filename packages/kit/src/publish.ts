/** A batch of outbox rows to the broker: packed by type and confirmed. */
import type { ConfirmChannel } from 'amqplib';
import type { Broker } from './broker.js';
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
  readonly broker: Broker;
  readonly log: Logger;
  /** Closes the channel of now, which another one takes the place of. */
  readonly reopen: () => Promise<void>;
  readonly mustRoute: (type: string) => boolean;
  /** Milliseconds. */
  readonly confirmTimeout: number;
}

/** Rows in one message, bytes in one message. */
export const PACK = 100;
const PACK_BYTES = 1_000_000;

const returned = counter('outbox_returned_total', 'Messages the broker could not route: an alarm');
const confirmSeconds = histogram('publish_confirm_seconds', 'From publish to confirm of a batch');

/** What became of a batch: the rows that may be marked as published, and why the others may not. */
export interface Published {
  readonly rows: readonly Row[];
  readonly failure?: Error;
}

/** Publishes rows packed by type and awaits every confirm. Published are those confirmed and routed. */
export async function publish(
  publishing: Publishing,
  channel: ConfirmChannel,
  rows: readonly Row[],
): Promise<Published> {
  const stop = confirmSeconds.startTimer();
  const packs = pack(rows);
  const returns = returnsOf(channel, packs);
  try {
    const outcome = Promise.allSettled(packs.map((one) => publishPack(publishing, channel, one)));
    const settled = await within(publishing.confirmTimeout, outcome);
    if (settled === undefined) {
      await publishing.reopen();
      throw new Error(`no confirm within ${publishing.confirmTimeout} ms`);
    }
    stop();
    const routed = packs.filter(
      ({ messageId }, index) => settled[index]?.status === 'fulfilled' && !returns.ids.has(messageId),
    );
    if (returns.ids.size > 0) await redeclare(publishing, returns.ids.size);
    const failure = failureOf(settled, returns.ids.size);
    return { rows: routed.flatMap((one) => one.rows), ...(failure && { failure }) };
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

function failureOf(settled: readonly PromiseSettledResult<void>[], returned: number): Error | undefined {
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined) return new Error('a message was not confirmed', { cause: failed.reason });
  return returned > 0 ? new Error(`${returned} messages found no queue`) : undefined;
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

async function publishPack(
  { broker, mustRoute }: Publishing,
  channel: ConfirmChannel,
  one: Pack,
): Promise<void> {
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
