/** A channel that is opened again whenever it closes: after a reconnection, an error of the broker, a cancelled consumer. */
import type { Channel, ConfirmChannel } from 'amqplib';
import type { Logger } from './log.js';
import { within } from './within.js';

export type Kind = 'confirm' | 'plain';
export type ChannelOf<K extends Kind> = K extends 'confirm' ? ConfirmChannel : Channel;

export interface KeptChannel {
  /** Closes the channel of now; another is opened after the pause. */
  reopen(): Promise<void>;
  stop(): Promise<void>;
}

/** What the connection tells the channels on it. */
export interface Followed extends KeptChannel {
  connected(): void;
  disconnected(): void;
}

export interface Opening<K extends Kind> {
  /** Opens a channel on the connection of now. */
  readonly create: () => Promise<ChannelOf<K>>;
  readonly isConnected: () => boolean;
  /** Sets a fresh channel up. When it throws, the channel is given up and another one opened. */
  readonly use: (channel: ChannelOf<K>) => Promise<void>;
  readonly log: Logger;
}

/** Milliseconds between two openings; a channel that held for longer than the longest begins with the first again. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5_000;
/** Milliseconds to wait for the broker's word that a channel or the connection is closed. */
export const CLOSE_WAIT = 2_000;

export function keepChannel<K extends Kind>({ create, isConnected, use, log }: Opening<K>): Followed {
  let current: Channel | undefined;
  let stopped = false;
  let opening = false;
  let since: number | undefined;
  let pause = FIRST_PAUSE;
  let timer: NodeJS.Timeout | undefined;

  const again = () => {
    if (stopped || timer !== undefined) return;
    if (since !== undefined && Date.now() - since > LONGEST_PAUSE) pause = FIRST_PAUSE;
    since = undefined;
    timer = setTimeout(() => {
      timer = undefined;
      open();
    }, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  };
  const attempt = async () => {
    const channel = await create();
    if (stopped) return closeQuietly(channel, log);
    current = channel;
    channel.on('error', (error: Error) => log.warn({ reason: error.message }, 'channel error'));
    channel.on('close', () => {
      if (current === channel) current = undefined;
      again();
    });
    await use(channel);
    since = Date.now();
  };
  const open = () => {
    if (stopped || opening || current !== undefined || !isConnected()) return;
    opening = true;
    attempt()
      .catch((error: unknown) => {
        log.warn({ err: error }, 'channel could not be set up');
        return closeQuietly(current, log);
      })
      .finally(() => {
        opening = false;
        if (current === undefined) again();
      });
  };
  return {
    connected: open,
    // Its channels went with it, also one whose end came before anybody listened for it.
    disconnected: () => {
      current = undefined;
    },
    reopen: () => closeQuietly(current, log),
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await closeQuietly(current, log);
    },
  };
}

/**
 * Closes a channel and waits until it is: by the broker's answer, or because its connection died, after which that
 * answer never comes. Closing what is closed already throws; that it is closed is all we want.
 */
export async function closeQuietly(channel: Channel | undefined, log: Logger): Promise<void> {
  if (channel === undefined) return;
  const gone = new Promise<void>((resolve) => {
    channel.once('close', resolve);
  });
  const answered = channel
    .close()
    .catch((error: unknown) => log.debug({ err: error }, 'channel was closed already'));
  await within(CLOSE_WAIT, Promise.race([gone, answered]));
}
