import { newId } from '@rollcall/kit/id';
import { inWork, type Work } from '@rollcall/kit/work';
import type { Desk } from '../../desk.js';
import { isKeyFresh, isPayableInVain, mayBeMade, stepThere, type Wish } from '../../domain/subscription.js';
import type { PaidPeriod, SubscriptionFact } from '../../domain/subscription-fact.js';
import { NoAnswer, Refused } from '../../provider.js';
import { type Asked, keepRef } from '../../store/subscriptions.js';
import { customerFor } from '../open-payment.js';
import { noteSubscription, refuse } from './note-subscription.js';

/**
 * Asks the provider how a subscription stands, has it made where it is not there, does there what is to be done, and
 * records the outcome. Returns what was said; undefined where there never was one. Throws NoAnswer: then nothing is known,
 * and it is asked again by the clock.
 */
export async function askSubscription(desk: Desk, asked: Asked): Promise<SubscriptionFact | undefined> {
  const ref = await refOf(desk, asked);
  if (ref === undefined) return undefined;
  const fact = await stepped(desk, asked, await readThere(desk, ref));
  const late = await record(desk, (work) => noteSubscription(work, asked, fact));
  for (const period of late) tellOfLate(desk, asked, period);
  if (isPayableInVain(fact)) await voidInvoices(desk, asked, fact.ref);
  return fact;
}

/** The provider has the money, and nobody here does: the reconciliation shows it too. */
const tellOfLate = ({ log }: Desk, { id: subscriptionId }: Asked, period: PaidPeriod): void =>
  log.error(
    { subscriptionId, ...period },
    'a period was paid after its subscription was over: give the money back in the dashboard',
  );

/** What is due of one that is over is not to be paid any more. One that was paid or void meanwhile is left as it is. */
async function voidInvoices({ provider, log }: Desk, { id }: Asked, ref: string): Promise<void> {
  for (const invoiceRef of await provider.openInvoicesOf(ref))
    await provider.voidInvoice(invoiceRef).catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error;
      log.warn(
        { err: error, subscriptionId: id, invoiceRef },
        'the card provider refused to void an invoice',
      );
    });
}

/** Who does not know a subscription that it told us of says nothing about it: we have the key of another account. */
const readThere = ({ provider }: Desk, ref: string): Promise<SubscriptionFact> =>
  provider.readSubscription(ref).catch((error: unknown) => {
    throw error instanceof Refused
      ? new NoAnswer('the subscription is not known there', { cause: error })
      : error;
  });

const record = <Result>({ db, clock }: Desk, run: (work: Work) => Promise<Result>): Promise<Result> =>
  inWork(db, { correlationId: newId() }, run, clock);

/** The provider's id of it, by which it is known from now on; undefined where it is refused, there or by its age. */
async function refOf(desk: Desk, asked: Asked): Promise<string | undefined> {
  if (asked.providerRef !== null) return asked.providerRef;
  try {
    const ref = await madeThere(desk, asked);
    if (ref !== undefined) await record(desk, ({ tx }) => keepRef(tx, asked.id, ref));
    else await record(desk, (work) => refuse(work, asked, 'not-confirmed'));
    return ref;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    desk.log.warn({ err: error, subscriptionId: asked.id }, 'the card provider refused a subscription');
    await record(desk, (work) => refuse(work, asked, error.code));
    return undefined;
  }
}

/** Found where it was asked for a while ago, else made; undefined where it is not there and may not be made any more. */
async function madeThere(desk: Desk, asked: Asked): Promise<string | undefined> {
  const { id, userId, methodRef: method, providerPriceId: price, trialDays } = asked;
  const customer = await customerFor(desk, userId);
  const now = desk.clock();
  const isWanted = mayBeMade(asked, now);
  const isNew = isWanted && isKeyFresh(asked, now);
  const found = isNew ? undefined : await desk.provider.findSubscription({ id, customer });
  if (found !== undefined || !isWanted) return found;
  return desk.provider.subscribe({ id, customer, price, method, trialDays });
}

/** How it stands after what was to be done of it. A step that is refused leaves it as it is, which is read and told. */
async function stepped(desk: Desk, asked: Asked, fact: SubscriptionFact): Promise<SubscriptionFact> {
  const step = stepThere(asked, fact, desk.clock());
  if (step === undefined) return fact;
  const refusal = await take(desk, step, fact.ref).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error;
    return error;
  });
  const after = await readThere(desk, fact.ref);
  // One that was over before we came is refused too, and needs nothing any more.
  if (refusal && stepThere(asked, after, desk.clock()) !== undefined)
    desk.log.error({ err: refusal, subscriptionId: asked.id, step }, 'the card provider refused a step');
  return { ...after, declined: fact.declined ?? after.declined };
}

const take = ({ provider }: Desk, step: Wish, ref: string): Promise<void> =>
  step === 'end-now' ? provider.endNow(ref) : provider.endAtPeriodEnd(ref, step === 'end-at-period-end');
