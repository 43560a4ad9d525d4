import { conflict, unprocessable } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import { inWork, type Work } from '@rollcall/kit/work';
import type { Desk } from '../desk.js';
import { nextTry } from '../domain/ladder.js';
import { NoAnswer, Refused } from '../provider.js';
import {
  addMethod,
  attachingOf,
  dropCard,
  endForgetting,
  keepCard,
  lockPayer,
  ownMethod,
  putDefault,
  refuseCard,
  takeCardsToForget,
} from '../store/methods.js';
import { paysSubscription } from '../store/subscriptions.js';
import { customerFor, providerAway } from './open-payment.js';

interface Own {
  readonly methodId: string;
  readonly userId: string;
}

/** A card to be kept, which the provider has not been asked about yet. `given` is the id the payer's client has of it. */
export async function beginAttaching(
  work: Work,
  asked: { readonly userId: string; readonly given: string },
): Promise<{ id: string }> {
  const id = newId();
  await addMethod(work.tx, { id, ...asked, at: work.now });
  return { id };
}

/** Has the provider keep it, once. Throws 422 where it will not, 503 without an answer: then it is asked again by the key. */
export async function attachThere(desk: Desk, id: string): Promise<void> {
  const method = await attachingOf(desk.db, id);
  if (method.status === 'refused') throw notTaken();
  if (method.status !== 'attaching') return;
  const cause = { correlationId: newId() };
  try {
    const customer = await customerFor(desk, method.userId);
    const card = await desk.provider.attach({ id, given: method.given, customer });
    const before = await inWork(desk.db, cause, async ({ tx }) => {
      await lockPayer(tx, method.userId);
      const before = await keepCard(tx, method, card);
      if (before !== undefined) await refuseCard(tx, id);
      return before;
    });
    if (before !== undefined) throw before === 'attached' ? keptAlready() : notTaken();
  } catch (error) {
    if (error instanceof NoAnswer) throw providerAway(desk, error);
    if (!(error instanceof Refused)) throw error;
    await inWork(desk.db, cause, ({ tx }) => refuseCard(tx, id));
    throw notTaken();
  }
}

const notTaken = () =>
  unprocessable(
    'method-refused',
    'The card provider does not take this card. Enter it again, or take another.',
    [{ path: 'paymentMethodId', message: 'was refused by the card provider' }],
  );

const keptAlready = () =>
  unprocessable('method-kept', 'You keep this card already. Pay with it, or enter another.', [
    { path: 'paymentMethodId', message: 'is kept already' },
  ]);

/** Throws 404 for another's card. */
export async function makeDefault(work: Work, { methodId, userId }: Own): Promise<{ id: string }> {
  await lockPayer(work.tx, userId);
  await ownMethod(work.tx, methodId, userId);
  await putDefault(work.tx, methodId, userId);
  return { id: methodId };
}

/**
 * Kept no longer here, at once. Returns the provider's id of it. Throws 404 for another's card, 409 for one that pays a
 * subscription.
 */
export async function dropMethod(work: Work, { methodId, userId }: Own): Promise<{ providerId: string }> {
  await lockPayer(work.tx, userId);
  const providerId = await ownMethod(work.tx, methodId, userId);
  if (await paysSubscription(work.tx, methodId))
    throw conflict('method-in-use', 'This card pays for your subscription. Cancel that first.');
  await dropCard(work.tx, { id: methodId, userId }, nextTry(0, work.now));
  return { providerId };
}

/** Has the provider forget it too. Where it gives no answer the card stays there, used by nobody, until the clock asks again. */
export const detachThere = (desk: Desk, providerId: string): Promise<void> =>
  forget(desk, providerId).catch((error: unknown) =>
    desk.log.warn({ err: error }, 'a card stays at the provider for now'),
  );

async function forget({ provider, db, log }: Desk, providerId: string): Promise<void> {
  try {
    await provider.detach(providerId);
  } catch (error) {
    // Who does not know a card that it told us of has the cards of another account.
    if (!(error instanceof Refused) || error.code === 'resource_missing') throw error;
    log.warn({ err: error }, 'the card provider has no such card attached');
  }
  await endForgetting(db, providerId);
}

/** Cards of one turn; the next one takes the rest. */
const LIMIT = 25;

/**
 * Asks the provider again to forget the cards that were dropped while it gave no answer: after 1 and 10 minutes, an hour, then
 * daily. Returns how many were due.
 */
export async function forgetCards(desk: Desk): Promise<number> {
  const now = desk.clock();
  const due = await inWork(desk.db, { correlationId: newId() }, ({ tx }) =>
    takeCardsToForget(tx, { now, limit: LIMIT, next: (tries) => nextTry(tries, now) }),
  );
  for (const { providerId } of due) await detachThere(desk, providerId);
  return due.length;
}
