/** One connection to the stream of changes, begun again whenever it ends, until the signal says so. */
import { type ReceivedEvent, readEvents } from '@rollcall/contracts/event-reader';
import { accessToken } from '../session/session.js';

export type Heard = (event: ReceivedEvent) => void;
export type Link = 'starting' | 'open' | 'broken' | 'absent';

/** Milliseconds without a word: heartbeats come each 15 s. */
const SILENCE = 45_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;

interface Ends {
  readonly hear: Heard;
  readonly say: (link: Link) => void;
  readonly signal: AbortSignal;
}

/** Resolves when the signal ends it, nobody is signed in, or the API has no such stream. */
export async function follow({ hear, say, signal }: Ends): Promise<void> {
  let lastId: string | undefined;
  let wait = FIRST_WAIT;
  const keep: Heard = (event) => {
    lastId = event.id ?? lastId;
    wait = FIRST_WAIT;
    hear(event);
  };
  while (!signal.aborted) {
    const status = await once(keep, say, lastId, signal).catch(() => 0);
    if (signal.aborted) return;
    if (status === 404 || status === 401) return say('absent');
    say('broken');
    await pause(wait * (0.5 + Math.random() / 2), signal);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
}

/** Milliseconds, or until the signal. */
const pause = (length: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, length);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** The status it was answered with, when it has ended. */
async function once(hear: Heard, say: Ends['say'], lastId: string | undefined, signal: AbortSignal) {
  const token = await accessToken();
  if (token === undefined) return 401;
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE);
  try {
    const response = await fetch('/api/v1/events', {
      headers: {
        accept: 'text/event-stream',
        authorization: `Bearer ${token}`,
        ...(lastId !== undefined && { 'last-event-id': lastId }),
      },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      return response.status;
    }
    say('open');
    const wake = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE);
    };
    for await (const event of readEvents(response, wake)) hear(event);
    return response.status;
  } finally {
    clearTimeout(timer);
  }
}
