/**
 * Messages of projections that nobody waits for are kept as they came, and read together a while later: to read the thousand
 * events of a class takes a tenth of the processor time that paying it does (docs/decisions/0019).
 */
import type { ConsumeMessage } from 'amqplib';
import type { Consumer } from './consumer.js';

/** Takes a message in hand; `ack` is called when it may be forgotten by the broker. */
export type Take = (message: ConsumeMessage, ack: () => void) => Promise<void>;

export interface WaitingRoom {
  readonly take: Take;
  /** Forgets those who wait: they come again. */
  clear(): void;
}

/** What is bound for a lingering consumer goes to `next` when the first like it has waited for so long, all else at once. */
export function createWaitingRoom(consumers: readonly Consumer[], next: Take): WaitingRoom {
  const lingers = new Map(
    consumers.flatMap(({ types, linger }) =>
      linger === undefined ? [] : types.map(({ type }) => [type, linger] as const),
    ),
  );
  const groups = new Map<number, { readonly timer: NodeJS.Timeout; readonly waiting: (() => void)[] }>();

  const groupOf = (linger: number) => {
    const known = groups.get(linger);
    if (known !== undefined) return known;
    const timer = setTimeout(() => {
      groups.delete(linger);
      for (const go of group.waiting) go();
    }, linger);
    const group = { timer, waiting: [] as (() => void)[] };
    groups.set(linger, group);
    return group;
  };
  return {
    take: (message, ack) => {
      const linger = lingers.get(message.fields.routingKey);
      if (linger === undefined) return next(message, ack);
      return new Promise((resolve, reject) => {
        groupOf(linger).waiting.push(() => void next(message, ack).then(resolve, reject));
      });
    },
    clear: () => {
      for (const { timer } of groups.values()) clearTimeout(timer);
      groups.clear();
    },
  };
}
