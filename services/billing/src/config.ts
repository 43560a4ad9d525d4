import { TimeZone } from '@rollcall/contracts/shapes';
import { readConfig, serviceSettings } from '@rollcall/kit/config';
import { z } from 'zod';
import type { Seller } from './domain/invoice.js';
import { taxRates } from './tax-rates.js';

const HERE = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])([:/]|$)/i;

export const settings = z.object({
  ...serviceSettings,
  STRIPE_SECRET_KEY: z.string().min(1).meta({
    development: 'sk_test_rollcall',
    says: "The card provider's key; in development the stand-in's",
  }),
  STRIPE_PUBLISHABLE_KEY: z
    .string()
    .regex(/^pk_\w+$/, "must be the provider's publishable key, pk_…")
    .optional()
    .meta({
      says: "The card provider's key for browsers, by which the web app takes cards; the gateway needs it too. None: test cards in development, and no new card in production",
    }),
  STRIPE_WEBHOOK_SECRET: z.string().min(1).meta({
    development: 'whsec_stand_in_of_development',
    says: 'What the card provider signs its webhooks with',
  }),
  STRIPE_API_BASE: z
    .url({ protocol: /^https?$/ })
    // The key goes with every call.
    .refine((url) => url.startsWith('https:') || HERE.test(url), 'must be https, but on this machine')
    .meta({ development: 'http://127.0.0.1:3020', says: 'Where the card provider answers' }),
  INVOICE_SELLER_NAME: z
    .string()
    .min(1)
    .max(200)
    .meta({ development: 'Rollcall Development Ltd', says: 'Who sells, as it stands on invoices' }),
  INVOICE_SELLER_ADDRESS: z
    .string()
    .min(1)
    .max(500)
    .transform((lines) =>
      lines
        .split(';')
        .map((line) => line.trim())
        .join('\n'),
    )
    .meta({
      development: '1 Sample Street; 00-001 Warsaw; Poland',
      says: "The seller's address, lines separated by `;`",
    }),
  INVOICE_SELLER_TAX_ID: z
    .string()
    .min(1)
    .max(50)
    .meta({ development: 'PL0000000000', says: "The seller's tax id" }),
  INVOICE_SELLER_COUNTRY: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .meta({ development: 'PL', says: 'Whose tax is in a price where the buyer names no country (ISO 3166)' }),
  INVOICE_TAX_RATES: taxRates.meta({
    development: 'PL:23,DE:19,*:0',
    says: 'Percent of tax that prices contain, by country of the buyer: `PL:23,CH:8.1,*:0`; `*` is everywhere else',
  }),
  INVOICE_TIME_ZONE: TimeZone.default('UTC').meta({
    says: 'Whose days stand on invoices, and whose years in their numbers',
  }),
  RECONCILE_SETTLE_SECONDS: z.coerce.number().int().min(1).max(86_400).default(900).meta({
    says: "How long what moved may be on its way between the card provider's books and the ledger before it differs",
  }),
});
export type Config = z.infer<typeof settings>;

export const config = (): Config => readConfig(settings, process.env);

export type SellerConfig = Pick<Config, Extract<keyof Config, `INVOICE_${string}`>>;

export const sellerIn = (config: SellerConfig): Seller => ({
  name: config.INVOICE_SELLER_NAME,
  address: config.INVOICE_SELLER_ADDRESS,
  taxId: config.INVOICE_SELLER_TAX_ID,
  country: config.INVOICE_SELLER_COUNTRY,
  timeZone: config.INVOICE_TIME_ZONE,
  taxRates: config.INVOICE_TAX_RATES,
});
