/** Which card provider billing asks: the stand-in, unless a key of the real one is set. */
import { expect, test } from '@jest/globals';
import { type AddressBook, cardStandIn, environmentOf, services, standsInForCards } from '../services.js';

const billing = services.find(({ name }) => name === 'billing')!;
const asks = (own: NodeJS.ProcessEnv): string | undefined => {
  const book: AddressBook = {
    ...{
      gateway: 'http://127.0.0.1:3000',
      services: {},
      databases: {},
      amqp: 'amqp://127.0.0.1',
      prefix: 'x.',
    },
    ...(standsInForCards(own) && { cards: `http://127.0.0.1:${3001 + cardStandIn.offset}` }),
  };
  return environmentOf(billing, 3005, book, own).STRIPE_API_BASE;
};

test.each<[string, NodeJS.ProcessEnv, string]>([
  ['nothing said', {}, 'http://127.0.0.1:3020'],
  ['a key of the real one', { STRIPE_SECRET_KEY: 'sk_test_mine' }, 'https://api.stripe.com'],
  [
    'a key, and a proxy before the real one',
    { STRIPE_SECRET_KEY: 'sk_test_mine', STRIPE_API_BASE: 'http://127.0.0.1:9' },
    'http://127.0.0.1:9',
  ],
  ['production, where nothing stands in', { NODE_ENV: 'production' }, 'https://api.stripe.com'],
])('%s', (_what, own, address) => {
  expect(asks(own)).toBe(address);
});
