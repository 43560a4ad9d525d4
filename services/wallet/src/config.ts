import { Currency } from '@rollcall/contracts/shapes';
import { readConfig, serviceSettings } from '@rollcall/kit/config';
import { z } from 'zod';

export const settings = z.object({
  ...serviceSettings,
  PLATFORM_CURRENCY: Currency.default('USD').meta({ says: 'Currency of a wallet read without ?currency=' }),
});

type Config = z.infer<typeof settings>;

export const config = (): Config => readConfig(settings, process.env);
