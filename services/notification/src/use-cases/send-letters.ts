import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import type { Logger } from '@rollcall/kit/log';
import { counter } from '@rollcall/kit/metrics';
import { type Keyring, unseal } from '@rollcall/kit/sealed';
import { inWork } from '@rollcall/kit/work';
import { compose } from '../domain/compose.js';
import { isBounce, nextTry } from '../domain/ladder.js';
import type { Content } from '../domain/letter.js';
import { type Mail, MailError, SEND } from '../mail.js';
import { type DueLetter, endLetter, suppress, takeDue, tryLater } from '../store/letters.js';

export interface SendContext {
  readonly db: Database;
  readonly mail: Mail;
  readonly keyring: Keyring;
  /** Base of the links in letters. */
  readonly publicUrl: string;
  readonly log: Logger;
  readonly clock: () => Date;
}

type Outcome = 'sent' | 'suppressed' | 'dropped' | 'bounced' | 'again' | 'failed';
const tries = counter('notification_letters_total', 'Tries to send a letter by what became of them', [
  'kind',
  'outcome',
]);

/** Letters on their way at once, a replica; each on a connection of its own. */
const AT_ONCE = 5;
/** Past the longest exchange: whoever has not ended a letter by then is dead. */
const LEASE = SEND + 60_000;

export interface Turn {
  readonly taken: number;
  /** Did the server answer nobody of whom it was asked? */
  readonly away: boolean;
}

/**
 * Takes letters that are due and sends them, outside any transaction. What a process that dies has taken is due again after its
 * lease, and goes out under the same Message-ID.
 */
export async function sendLetters(context: SendContext): Promise<Turn> {
  const now = context.clock();
  const lease = new Date(now.getTime() + LEASE);
  const due = await takeDue(context.db, { now, lease, most: AT_ONCE });
  const silences = await Promise.all(due.map((letter) => sendOne(context, letter)));
  const asked = silences.filter((silent) => silent !== undefined);
  return { taken: due.length, away: asked.length > 0 && asked.every((silent) => silent) };
}

/** Returns whether the server kept silent; undefined when it was not asked. */
async function sendOne(context: SendContext, letter: DueLetter): Promise<boolean | undefined> {
  const { db, clock } = context;
  const count = (outcome: Outcome) => tries.inc({ kind: letter.content.kind, outcome });
  const now = clock();
  const useless = letter.idle || (letter.expiresAt !== null && letter.expiresAt <= now);
  if (letter.suppressed || useless) {
    const status = letter.suppressed ? 'suppressed' : 'dropped';
    await endLetter(db, letter, { status, now, error: null });
    count(status);
    return undefined;
  }
  try {
    const { reader, ...content } = letter.content;
    const rendered = compose(opened(content, letter, context.keyring), reader, context.publicUrl);
    await context.mail.send({ id: letter.id, to: letter.email, rendered });
  } catch (error) {
    count(await keepFailure(context, letter, error));
    return error instanceof MailError ? error.refusal.code === undefined : undefined;
  }
  await endLetter(db, letter, { status: 'sent', now: clock(), error: null });
  count('sent');
  return false;
}

/** With its token in plain, for as long as it takes to send it. */
function opened(content: Content, { recipientId }: DueLetter, keyring: Keyring): Content {
  if (content.kind !== 'email-verification' && content.kind !== 'password-reset') return content;
  const token = unseal(keyring, content.facts.token, `letter/${recipientId}`);
  return { ...content, facts: { ...content.facts, token } };
}

async function keepFailure(
  { db, log, clock }: SendContext,
  letter: DueLetter,
  error: unknown,
): Promise<Outcome> {
  const { id, attempts, content } = letter;
  const now = clock();
  const words = error instanceof Error ? error.message : 'unknown';
  const said = { letterId: id, kind: content.kind, attempts, reason: words };
  if (error instanceof MailError && isBounce(error.refusal)) {
    await inWork(db, { correlationId: newId() }, async ({ tx }) => {
      await suppress(tx, letter.email, words, now);
      await endLetter(tx, letter, { status: 'suppressed', now, error: words });
    });
    log.warn(said, 'the address of a letter is not there: nothing is sent to it any more');
    return 'bounced';
  }
  const next = nextTry(attempts, now);
  if (next !== undefined) {
    await tryLater(db, letter, next, words);
    log.warn(said, 'a letter was not taken; it will be tried again');
    return 'again';
  }
  await endLetter(db, letter, { status: 'failed', now, error: words });
  log.error(said, 'a letter was given up');
  return 'failed';
}
