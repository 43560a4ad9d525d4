import { setTimeout as sleep } from 'node:timers/promises';
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

/** Past the longest exchange: whoever has not ended a letter by then is dead. */
const LEASE = SEND + 60_000;

/**
 * Takes a letter that is due, to be sent outside any transaction; with `again` it may be one that was tried before. What a
 * process that dies has taken is due again after its lease, and goes out under the same Message-ID.
 */
export function takeLetter({ db, clock }: SendContext, again: boolean): Promise<DueLetter | undefined> {
  const now = clock();
  return takeDue(db, { now, lease: new Date(now.getTime() + LEASE), again });
}

/** Sends a letter and keeps what became of it. Returns whether the server answered; undefined when it was not asked. */
export async function sendLetter(context: SendContext, letter: DueLetter): Promise<boolean | undefined> {
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
    return error instanceof MailError ? error.refusal.code !== undefined : undefined;
  }
  await keepSent(context, letter);
  count('sent');
  return true;
}

/** Milliseconds: before the database is asked again to keep that a letter was sent, twice as long each time. */
const KEEP_AGAIN = 1_000;

/** Nobody else knows that it was sent, and whoever takes it after the lease sends it once more: until then it is not given up. */
async function keepSent({ db, log, clock }: SendContext, letter: DueLetter): Promise<void> {
  const { id: letterId, content, leasedUntil } = letter;
  const now = clock();
  for (let pause = KEEP_AGAIN; ; pause *= 2) {
    try {
      return await endLetter(db, letter, { status: 'sent', now, error: null });
    } catch (error) {
      if (clock().getTime() + pause >= leasedUntil.getTime()) throw error;
      log.warn(
        { err: error, letterId, kind: content.kind },
        'a letter was sent, which could not be kept yet',
      );
      await sleep(pause);
    }
  }
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
