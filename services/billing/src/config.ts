import { readConfig, serviceSettings } from '@rollcall/kit/config';
import { z } from 'zod';

export const settings = z.object({
  ...serviceSettings,
  STRIPE_SECRET_KEY: z.string().min(1).meta({
    development: 'sk_test_rollcall',
    says: "The card provider's key; in development the stand-in's",
  }),
  STRIPE_WEBHOOK_SECRET: z.string().min(1).meta({
    development: 'whsec_stand_in_of_development',
    says: 'What the card provider signs its webhooks with',
  }),
  STRIPE_API_BASE: z
    .url({ protocol: /^https?$/ })
    .meta({ development: 'http://127.0.0.1:3020', says: 'Where the card provider answers' }),
  RECONCILE_SETTLE_SECONDS: z.coerce.number().int().min(1).max(86_400).default(900).meta({
    says: "How long what moved may be on its way between the card provider's books and the ledger before it differs",
  }),
});
export type Config = z.infer<typeof settings>;

export const config = (): Config => readConfig(settings, process.env);
