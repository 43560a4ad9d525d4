/** Sends letters beside all else, in any number of replicas: each takes what no other has. */
import { setTimeout as sleep } from 'node:timers/promises';
import { gauge } from '@rollcall/kit/metrics';
import { within } from '@rollcall/kit/within';
import { type SendContext, sendLetters } from './use-cases/send-letters.js';

/** Milliseconds: a look for what is due, and a pause where the mail server does not answer or the database is away. */
const POLL = 500;
const AWAY = 10_000;
/** For letters in hand at a stop, of the ten seconds of all of it: those cut off are due again after their lease. */
const STOP = 5_000;

const away = gauge(
  'notification_mail_server_away',
  '1 where the mail server did not answer the last letters',
);

export function startSender(context: SendContext, patience = STOP): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const pause = (milliseconds: number) =>
    sleep(milliseconds, undefined, { signal: stopping.signal }).catch(() => undefined);
  const life = (async () => {
    while (!stopping.signal.aborted) {
      const turn = await sendLetters(context).catch((error: unknown) => {
        context.log.error(
          { err: error },
          'letters wait: they could not be taken or their outcome not be kept',
        );
        return undefined;
      });
      if (turn !== undefined && turn.taken > 0) away.set(turn.away ? 1 : 0);
      if (turn === undefined || turn.away) await pause(AWAY);
      else if (turn.taken === 0) await pause(POLL);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await within(patience, life);
    },
  };
}
