import { Currency } from '@rollcall/contracts/shapes';
import { readConfig, serviceSettings } from '@rollcall/kit/config';
import { keyList } from '@rollcall/kit/sealed';
import { z } from 'zod';
import { isBankNumber, isBic } from './bank-account.js';
import { latin } from './payouts/latin.js';

const shape = z.object({
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
  PAYOUT_DEBTOR_NAME: z
    .string()
    .refine((name) => latin(name, 70) !== undefined, 'must be in Latin letters')
    .optional()
    .meta({ says: 'Whose account payouts are paid from; with the account it makes pain.001 files possible' }),
  PAYOUT_DEBTOR_ACCOUNT: z
    .string()
    .refine(isBankNumber, 'must be an IBAN, or another number of at most 34 signs')
    .optional()
    .meta({ says: 'The account payouts are paid from: an IBAN, or a number of another kind' }),
  PAYOUT_DEBTOR_BIC: z
    .string()
    .refine(isBic, 'must be a BIC')
    .optional()
    .meta({ says: 'The BIC of its bank, where the bank wants it named' }),
});

export const settings = shape.superRefine((given, { addIssue }) => {
  const [name, account] = [given.PAYOUT_DEBTOR_NAME, given.PAYOUT_DEBTOR_ACCOUNT];
  const missing = name === undefined ? 'PAYOUT_DEBTOR_NAME' : 'PAYOUT_DEBTOR_ACCOUNT';
  if ((name === undefined) !== (account === undefined))
    addIssue({ code: 'custom', path: [missing], message: 'goes with the other' });
});

export type Config = z.infer<typeof settings>;

export const config = (): Config => readConfig(settings, process.env);
