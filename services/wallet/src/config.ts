import { Currency } from '@rollcall/contracts/shapes';
import { readConfig, serviceSettings } from '@rollcall/kit/config';
import { keyList } from '@rollcall/kit/sealed';
import { z } from 'zod';

export const settings = z.object({
  ...serviceSettings,
  PLATFORM_CURRENCY: Currency.default('USD').meta({ says: 'Currency of a wallet read without ?currency=' }),
  BANK_KEYS: keyList.meta({
    development: 'development:cm9sbGNhbGwtZGV2ZWxvcG1lbnQtYmFuay1rZXktLS0=',
    says: 'id:key pairs (32 bytes in base64) that seal bank details; the first one seals',
  }),
  BANK_COOL_DOWN_HOURS: z.coerce
    .number()
    .int()
    .min(0)
    .max(720)
    .default(0)
    .meta({ says: 'Hours before anything is paid to a bank account that a teacher has newly named' }),
  WITHDRAWAL_FOUR_EYES: z
    .enum(['on', 'off'])
    .default('off')
    .meta({ says: 'on: who approves a withdrawal may not complete it' }),
});

export type Config = z.infer<typeof settings>;

export const config = (): Config => readConfig(settings, process.env);
