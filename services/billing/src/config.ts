import { readConfig, serviceSettings } from '@rollcall/kit/config';
import { z } from 'zod';

const HERE = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])([:/]|$)/i;

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
    // The key goes with every call.
    .refine((url) => url.startsWith('https:') || HERE.test(url), 'must be https, but on this machine')
    .meta({ development: 'http://127.0.0.1:3020', says: 'Where the card provider answers' }),
});
export type Config = z.infer<typeof settings>;

export const config = (): Config => readConfig(settings, process.env);
