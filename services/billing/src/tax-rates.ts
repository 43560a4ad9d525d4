/** The wall of the setting that says which tax prices contain. */
import { z } from 'zod';
import type { TaxRates } from './domain/tax.js';

/** A country of two letters or `*`, and percent with at most two decimals, up to 100. */
const ENTRY = /^([A-Z]{2}|\*):(100|\d{1,2})(?:\.(\d{1,2}))?$/;
const WORDS = 'must be a list such as PL:23,CH:8.1,*:0: each country once, and * for everywhere else';

/** `PL:23,CH:8.1,*:0` as basis points by country. Everywhere else has to be named: no rate is taken for granted. */
export const taxRates = z.string().transform((list, context): TaxRates => {
  const rates = new Map<string, number>();
  for (const entry of list.split(',').map((one) => one.trim())) {
    const [, country, whole, part = ''] = ENTRY.exec(entry) ?? [];
    const rate = Number(whole) * 100 + Number(part.padEnd(2, '0'));
    if (country === undefined || rates.has(country) || rate > 10_000) break;
    rates.set(country, rate);
  }
  if (rates.size === list.split(',').length && rates.has('*')) return Object.fromEntries(rates);
  context.addIssue({ code: 'custom', message: WORDS });
  return z.NEVER;
});
