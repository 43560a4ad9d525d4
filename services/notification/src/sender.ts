/** Sends letters beside all else, in any number of replicas: each takes what no other has. */
import { gauge } from '@rollcall/kit/metrics';
import { createPause } from '@rollcall/kit/pause';
import { within } from '@rollcall/kit/within';
import type { DueLetter } from './store/letters.js';
import { type SendContext, sendLetter, takeLetter } from './use-cases/send-letters.js';

/** Letters on their way at once, a replica; each on a connection of its own. */
const AT_ONCE = 5;
/** How many of them may have been tried before: what hung once may hang again, and leaves places to what is new. */
const AGAIN_AT_ONCE = 3;
/** Milliseconds: a look for what is due, and a pause where the mail server does not answer or the database is away. */
const POLL = 500;
const AWAY = 10_000;
/** For letters in hand at a stop, of the ten seconds of all of it: those cut off are due again after their lease. */
const STOP = 5_000;

const away = gauge(
  'notification_mail_server_away',
  '1 where the mail server did not answer the last letters',
);

/** Takes a letter for each place that is free, so that one that hangs holds up nothing but its own place. */
export function startSender(context: SendContext, patience = STOP): { stop(): Promise<void> } {
  const inHand = new Map<DueLetter, Promise<void>>();
  const server = watchServer();
  let [isStopping, isIdle] = [false, false];
  const isFull = () => inHand.size >= AT_ONCE;
  const mayTryAgain = () => [...inHand.keys()].filter(({ attempts }) => attempts > 1).length < AGAIN_AT_ONCE;
  const pause = createPause(() => !isStopping && (isIdle || isFull() || server.isAway()));

  const send = async (letter: DueLetter) => {
    const heard = server.ask();
    await sendLetter(context, letter).then(heard, (error: unknown) =>
      context.log.error({ err: error, letterId: letter.id }, 'what became of a letter could not be kept'),
    );
    inHand.delete(letter);
    isIdle = false;
    pause.look();
  };
  /** Returns the milliseconds until the next look, where no letter that ends calls for it before. */
  const look = async (): Promise<number> => {
    try {
      const letter = await takeLetter(context, mayTryAgain());
      isIdle = letter === undefined;
      if (letter !== undefined) inHand.set(letter, send(letter));
      return server.isAway() ? AWAY : POLL;
    } catch (error) {
      context.log.error({ err: error }, 'letters wait: they could not be taken');
      isIdle = true;
      return AWAY;
    }
  };
  const life = (async () => {
    while (!isStopping) await pause.take(isFull() ? POLL : await look());
    await Promise.all(inHand.values());
  })();
  return {
    stop: async () => {
      isStopping = true;
      pause.look();
      await within(patience, life);
    },
  };
}

/** Whether the mail server is away. Of a letter that hangs while others are answered nothing follows. */
function watchServer() {
  let [isAway, answers] = [false, 0];
  return {
    isAway: () => isAway,
    /** Returns what is to be told whether the server answered; undefined: it was not asked. */
    ask: () => {
      const before = answers;
      return (answered: boolean | undefined) => {
        if (answered === true) answers += 1;
        if (answered === true || (answered === false && answers === before)) isAway = !answered;
        away.set(isAway ? 1 : 0);
      };
    },
  };
}
