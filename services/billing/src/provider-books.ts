/** The provider's own books, as reconciliation reads them: a page at a time, so that no period is too long for memory. */
import type Stripe from 'stripe';
import { z } from 'zod';
import type { BookObject } from './domain/reconcile.js';
import {
  invoiceFact,
  invoiceOfPayment,
  type Movement,
  movementOf,
  objectFact,
  type PayoutFact,
  payoutFact,
} from './facts-books.js';

/** A period by the provider's clock; `to` is excluded. It knows whole seconds. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next one begins; undefined: this was the last. */
  readonly next: string | undefined;
}

export type Books = ReturnType<typeof booksOf>;
type Ask = <Answer>(call: () => Promise<Answer>) => Promise<Answer>;

/** The most the provider gives at once. */
const PAGE = 100;
/** Pages of one payout's movements: 100,000 of them. */
const PAYOUT_PAGES = 1_000;

/** Every call throws Refused or NoAnswer, as the provider's others do; what it answers that is no answer, a ZodError. */
export const booksOf = (stripe: Stripe, ask: Ask) => ({
  /** What its balance moved in the period, with the object of each as it stands now. */
  movements: (period: Period, after: string | undefined): Promise<Page<Movement>> =>
    ask(async () => {
      const query = { ...within(period), ...following(after), expand: ['data.source'] };
      return pageOf(await stripe.balanceTransactions.list(query), movementOf);
    }),
  payouts: (period: Period, after: string | undefined): Promise<Page<PayoutFact>> =>
    ask(async () =>
      pageOf(await stripe.payouts.list({ ...within(period), ...following(after) }), payoutFact),
    ),
  /** What is left of a payout when all that went out with it is taken off: 0 where it adds up. Throws past 100,000. */
  restOf: async (payout: string): Promise<number> => {
    let [rest, after] = [0, undefined as string | undefined];
    for (let page = 0; page < PAYOUT_PAGES; page += 1) {
      const { items, next } = await ask(async () =>
        pageOf(await stripe.balanceTransactions.list({ payout, limit: PAGE, ...following(after) }), netOf),
      );
      rest = items.reduce((sum, net) => sum + net, rest);
      if (next === undefined) return rest;
      after = next;
    }
    throw new RangeError(`payout ${payout} has more than ${PAYOUT_PAGES * PAGE} movements`);
  },
  /** What there is of one payment: its charge, refunds and disputes, a hundred of each at most. */
  objectsOf: async (payment_intent: string): Promise<BookObject[]> => {
    const query = { payment_intent, limit: PAGE };
    const lists = [
      await ask(async () => (await stripe.charges.list(query)).data as unknown[]),
      await ask(async () => (await stripe.refunds.list(query)).data as unknown[]),
      await ask(async () => (await stripe.disputes.list(query)).data as unknown[]),
    ];
    return lists.flat().flatMap((object) => objectFact(object) ?? []);
  },
  /** When an object last moved its balance; undefined: it never did. */
  lastMoved: (source: string): Promise<Date | undefined> =>
    ask(async () => {
      const { data } = await stripe.balanceTransactions.list({ source, limit: 1 });
      return data[0] && new Date(data[0].created * 1000);
    }),
  /** What a subscription's invoice was paid with; undefined: it was not. */
  paidInvoice: (ref: string): Promise<BookObject | undefined> =>
    ask(async () => invoiceFact(await stripe.invoices.retrieve(ref))),
  /** The invoice that a payment of this customer paid; undefined: none of the last hundred. */
  invoiceOf: (customer: string, paymentRef: string): Promise<string | undefined> =>
    ask(async () => {
      const query = { customer, status: 'paid' as const, limit: PAGE, expand: ['data.payments'] };
      const { data } = await stripe.invoices.list(query);
      return data.find((invoice) => invoiceOfPayment(invoice, paymentRef))?.id;
    }),
});

const within = ({ from, to }: Period) => ({
  limit: PAGE,
  created: { gte: Math.ceil(from.getTime() / 1000), lt: Math.ceil(to.getTime() / 1000) },
});
const following = (after: string | undefined) => (after === undefined ? {} : { starting_after: after });

/** With the page's last id as it came: what is read of it may be less. */
function pageOf<Item>(
  { data, has_more: more }: { readonly data: readonly { id: string }[]; readonly has_more: boolean },
  itemOf: (value: unknown) => Item,
): Page<Item> {
  return { items: data.map((one) => itemOf(one)), next: more ? data.at(-1)?.id : undefined };
}

const netOf = (value: unknown): number => z.object({ net: z.int() }).parse(value).net;
